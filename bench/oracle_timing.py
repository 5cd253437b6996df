"""Telling "exists, but not yours" from "does not exist" by how long the answer takes.

    python -m bench.oracle_timing > bench/results/oracle_timing.txt

A member asks of each pair once: something that exists and that they may not see, and something that does not
exist, in an order drawn by chance; keys are of the same shape and none is asked twice. Told is the area under
the ROC curve of the answer's time as a guess which of the two it was (Mann & Whitney 1947): 0.5 where it says
nothing. `over HTTP` is what a client sees that keeps a connection open on the same machine, `in process` what
nobody but ourselves can see: no socket, no other program's turn. `on record` is the same where an audit log
is kept, and nobody was asked about before. Ends with an error where an area lies outside of .45 to .55, or
where two answers differ in content.
"""

import asyncio
import gc
import random
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import orjson
from numpy.typing import NDArray
from scipy.stats import rankdata

from api.auth.caller import Caller, Role
from api.cli.inprocess import quiet
from api.ids import global_id
from api.request import Asked
from api.rights.sight import Sight
from api.service import Service
from api.settings import Records
from bench.measured import tell_where
from bench.standing import Profile, standing, stocked
from loaders.stores import open_store

NODE = "query($id: ID!) { node(id: $id) { id } }"
USER = "query($key: String!) { user(key: $key) { id } }"

ME = "u000001"
MEMBER = Caller(Role.MEMBER, "here", ME, "own-use")
BOUNDS = 0.45, 0.55
LETTERS = "ghijkmnpqrstuvwxyz"
WARM = 200
"""Answers that are thrown away first."""

Question = dict[str, object]
Pairs = list[tuple[Question, Question]]


def area(hidden: NDArray[np.float64], nothing: NDArray[np.float64]) -> tuple[float, float]:
    """The area under the curve, and its standard error where there is nothing to tell.

    >>> area(np.array([3.0, 4.0]), np.array([1.0, 2.0]))[0]
    1.0
    """
    n, m = len(hidden), len(nothing)
    ranks = rankdata(np.concatenate([hidden, nothing]))
    told = (ranks[:n].sum() - n * (n + 1) / 2) / (n * m)
    return float(told), float(np.sqrt((n + m + 1) / (12 * n * m)))


def questions(sight: Sight, pairs: int, chance: random.Random) -> dict[str, Pairs]:
    """By what is asked: pairs of one that exists and that a member does not see, and one that does not
    exist.
    """
    people, shares, own = sight.analysis.snapshot.people, sight.analysis.snapshot.shares, sight.own
    others = [key for row, key in enumerate(people.keys) if row != own and row >= people.blanks]
    foreign = [id_ for row, id_ in enumerate(shares.ids) if not sight.share(row)]
    users = _paired(others, lambda key: people.row(key) is None, pairs, chance)
    sent = _paired(foreign, lambda key: shares.row(key) is None, pairs, chance)
    return {
        "user(key:)": [(_user(yes), _user(no)) for yes, no in users],
        "node(id:) of a person": [(_node("User", yes), _node("User", no)) for yes, no in users],
        "node(id:) of a share": [(_node("Share", yes), _node("Share", no)) for yes, no in sent],
        "node(id:) of a cascade": [(_node("Cascade", yes), _node("Cascade", no)) for yes, no in sent],
    }


def _paired(
    known: Sequence[str], free: Callable[[str], bool], pairs: int, chance: random.Random
) -> list[tuple[str, str]]:
    """Keys, each beside one that differs in the last letter and names nothing: what looks for it goes the
    same way.
    """
    drawn = chance.sample(known, min(pairs, len(known)))
    return [(key, other) for key in drawn if free(other := key[:-1] + chance.choice(LETTERS))]


def _user(key: str) -> Question:
    return {"query": USER, "variables": {"key": key}}


def _node(kind: str, key: str) -> Question:
    return {"query": NODE, "variables": {"id": global_id(kind, key)}}


async def timed(
    ask: Callable[[Question], Awaitable[bytes]], pairs: Pairs, chance: random.Random
) -> NDArray[np.float64]:
    """Seconds of both answers of each pair, shape (n, 2); ValueError where the answers differ."""
    for hidden, _ in (pairs * WARM)[:WARM]:
        await ask(hidden)
    took = np.zeros((len(pairs), 2))
    gc.disable()
    try:
        for place, pair in enumerate(pairs):
            said: dict[int, bytes] = {}
            for side in chance.sample((0, 1), 2):
                begun = time.perf_counter()
                said[side] = await ask(pair[side])
                took[place, side] = time.perf_counter() - begun
            if said[0] != said[1]:
                raise ValueError(f"told apart by content: {said[0]!r} and {said[1]!r}")
    finally:
        gc.enable()
    return took


def over_http(client: httpx.AsyncClient) -> Callable[[Question], Awaitable[bytes]]:
    """What asks the server; what is left of the minute is left out of the answer, since it goes on."""

    async def ask(question: Question) -> bytes:
        said = (await client.post("/graphql", json=question)).content
        return said.partition(b',"extensions"')[0]

    return ask


def in_process(service: Service) -> Callable[[Question], Awaitable[bytes]]:
    """What asks the service itself."""

    async def ask(question: Question) -> bytes:
        variables: Any = question["variables"]
        reply = await service.answer(Asked(str(question["query"]), variables, caller=MEMBER))
        return orjson.dumps({"data": reply.data, "errors": list(reply.errors)})

    return ask


async def measured(folder: Path, pairs: int, seed: int) -> bool:
    """Ask everything, print the areas; whether all lie within the bounds."""
    url, chance = stocked(folder, users=3 * pairs, events=20 * pairs), random.Random(seed)  # noqa: S311
    good = True
    with closing(open_store(url)) as store:
        service = Service(store)
        sight = Sight(MEMBER, await service.answers.current(), None)
        asked = questions(sight, pairs, chance)
        for name, these in asked.items():
            good &= told(f"{name}, in process", await timed(in_process(service), these, chance))
        await service.end()
        service = Service(store, records=Records(audit=folder / "here.jsonl"))
        for name, these in asked.items():
            good &= told(f"{name}, on record", await timed(in_process(service), these, chance))
        await service.end()
    for where, flags in (("over HTTP", []), ("HTTP, on record", ["--audit", str(folder / "there.jsonl")])):
        with standing(folder, Profile.KEYS, *flags) as stand:
            headers, base = stand.bearer(f"member {ME}"), stand.client.base_url
            async with httpx.AsyncClient(base_url=base, headers=headers, timeout=60) as client:
                for name, these in asked.items():
                    good &= told(f"{name}, {where}", await timed(over_http(client), these, chance))
    return good


def told(name: str, took: NDArray[np.float64]) -> bool:
    """Print one row; whether it is within the bounds."""
    found, error = area(took[:, 0], took[:, 1])
    hidden, nothing = np.median(took, axis=0) * 1e6
    within = BOUNDS[0] <= found <= BOUNDS[1]
    verdict = "" if within else "  TOLD APART"
    print(
        f"{name:40}{len(took):7,}{hidden:12,.0f}{nothing:12,.0f}{found:9.3f} ± {error:.3f}{verdict}",
        flush=True,
    )
    return within


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--smoke", action="store_true", help="few pairs, and no verdict")
    asked = parser.parse_args(arguments)
    quiet(debug=False)
    tell_where("starlette", "graphql-core", "numpy")
    print(f"\n{'':40}{'pairs':>7}{'hidden µs':>12}{'nothing µs':>12}{'area':>9}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        good = asyncio.run(measured(Path(folder), 60 if asked.smoke else asked.pairs, asked.seed))
    sys.exit(not (good or asked.smoke))


if __name__ == "__main__":
    main()
