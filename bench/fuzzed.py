"""Documents that schemathesis draws from our schema: right ones, with arguments that no client would send.

    python -m bench.fuzzed --each 20 > bench/results/fuzzed.txt

Every root field of queries and mutations is asked, as developers may, as members may (another one each time,
since each has a budget) and as every service may, of real servers of a made-up shop. Whatever is answered has
to be JSON with a code on every error and none of our own faults, and may speak of no file, class or statement
of ours. Ids are often of things that are there; how many cases were answered is told, since a server that
refuses everything would pass. Ends with an error at the first answer that is not as it has to be, with the
smallest document that brings it about (MacIver & Hatfield-Dodds 2019).
"""

import sys
import tempfile
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from pathlib import Path

import httpx
import schemathesis
from graphql import introspection_from_schema
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.graphql import nodes

from api.auth.caller import Role
from api.errors import INTERNAL
from api.ids import global_id
from api.rights.table import allowed
from api.schema import core_schema
from bench.asks import ANSWERED
from bench.measured import tell_where
from bench.standing import SERVICES, Profile, Stand, standing

LEAKS = ("Traceback", ".py", "sqlite", "SELECT ", "object at 0x", "site-packages", "NoneType", "KeyError")
"""What a fault of ours would let out."""

MEMBERS = 200
"""Of the made-up shop, as many as it has (bench.standing)."""

WITH_ONE_KEY = 10
"""Documents of a service."""

KEYS = [f"{kind}{n:0{digits}}" for kind, digits in (("u", 6), ("p", 5), ("s", 6)) for n in range(1, 6)]

TIMES = ["2026-05-01T12:00:00Z", "2026-05-01T12:00:00+08:00", "2026-13-01T00:00:00Z", "yesterday", ""]
AMOUNTS = ["12.50", "0", "-1", "1e400", "9" * 40, "NaN", ""]


def known() -> None:
    """Teach schemathesis our scalars: right ones, and ones that are nearly right."""
    ids = [
        global_id(kind, key) for kind in ("User", "Product", "Share", "Cascade", "Nothing") for key in KEYS
    ]
    schemathesis.graphql.scalar("DateTime", st.sampled_from(TIMES).map(nodes.String))
    schemathesis.graphql.scalar("Decimal", st.sampled_from(AMOUNTS).map(nodes.String))
    schemathesis.graphql.scalar(
        "ID", (st.sampled_from([*ids, *KEYS]) | st.text(max_size=20)).map(nodes.String)
    )


def wrong(response: httpx.Response) -> str:
    """What is not as it has to be; "" where nothing is."""
    if response.status_code >= 500:
        return f"status {response.status_code}"
    errors = response.json().get("errors", [])
    if any("code" not in error.get("extensions", {}) for error in errors):
        return "an error without a code"
    if any(error["extensions"]["code"] == INTERNAL for error in errors):
        return "a fault of ours"
    said = " ".join(error["message"] for error in errors)
    return next((f"speaks of {leak!r}" for leak in LEAKS if leak in said), "")


def cases(stand: Stand, role: Role, each: int) -> Iterator[tuple[str, Counter[str]]]:
    """By root field: what became of so many documents."""
    schema = schemathesis.graphql.from_dict(introspection_from_schema(core_schema))
    asking = callers(stand, role)
    for found in schema.get_all_operations():
        operation = found.ok()
        if allowed(role, operation.label):
            yield operation.label, _tried(stand, asking, operation.as_strategy(), each)


def callers(stand: Stand, role: Role) -> Iterator[dict[str, str]]:
    """The headers of who asks next in a role: members take turns, services come with another key now and
    then, so that nobody's minute is spent.
    """
    if role is Role.DEV:
        yield from repeat({})
    while role is Role.MEMBER:
        yield from (stand.bearer(f"member u{n:06}") for n in range(MEMBERS))
    while True:
        yield from repeat(stand.another(role.value), WITH_ONE_KEY)


def _tried(
    stand: Stand,
    asking: Iterator[dict[str, str]],
    strategy: st.SearchStrategy[schemathesis.Case],
    each: int,
) -> Counter[str]:
    became: Counter[str] = Counter()

    @seed(1)
    @settings(
        max_examples=each,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=[*HealthCheck],
    )
    @given(case=strategy)
    def asked(case: schemathesis.Case) -> None:
        response = stand.client.post("/graphql", json={"query": str(case.body)}, headers=next(asking))
        assert not wrong(response), f"{wrong(response)}: {case.body!s}\n{response.text[:500]}"  # noqa: S101
        errors = response.json().get("errors", [])
        became[errors[0]["extensions"]["code"] if errors else ANSWERED] += 1

    run: Callable[[], None] = asked
    run()
    return became


def main(arguments: Sequence[str] | None = None) -> None:
    """Ask, and say what became of it."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=40, help="documents for each root field")
    asked = parser.parse_args(arguments)
    tell_where("schemathesis", "hypothesis", "starlette", "graphql-core")
    known()
    total: Counter[str] = Counter()
    for profile, roles in ((Profile.DEV, [Role.DEV]), (Profile.KEYS, [Role.MEMBER, *map(Role, SERVICES)])):
        with (
            tempfile.TemporaryDirectory() as folder,
            standing(Path(folder), profile, "--request-seconds", "300") as stand,
        ):
            for role in roles:
                print(f"\n{role.value}", flush=True)
                for label, became in cases(stand, role, asked.each):
                    total += became
                    told = ", ".join(f"{count} {code}" for code, count in became.most_common())
                    print(f"  {label:28}{became.total():6}  {told}", flush=True)
    print(f"\n{total.total():,} cases, {total[ANSWERED]:,} answered without an error, no fault of ours")


if __name__ == "__main__":
    main(sys.argv[1:])
