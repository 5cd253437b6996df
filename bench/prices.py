"""What the points of a minute buy: cores, by what they are spent on.

    python -m bench.prices > bench/results/prices.txt

Every field that has a price or takes arguments is asked for as dear as it can be made (bench/priced.graphql),
over and over in this process, about somebody else or something else each time, so that nothing is answered
from what was kept. Told are the CPU of one, all threads together, with its answer written as JSON; what was
charged; and how many cores the whole minute of such questions keeps busy, of those callers who have most of
all that may ask it. What carries a request is left out. Where a question is refused its error stands behind
it. Ends with an error where that is more than a core, or where no question asks for a field.
"""

import asyncio
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import aclosing, closing
from dataclasses import dataclass
from pathlib import Path

import orjson

from api.auth.caller import Caller, Role
from api.cli import showcase
from api.cli.inprocess import quiet
from api.cli.loads import loaded
from api.cost.allowance import ALLOWANCES, UNBOUNDED
from api.documents import Documents, Invalid
from api.request import Asked, Reply
from api.schema import core_schema
from api.service import Service
from bench.measured import public_logs, tell_where
from bench.priced import SELDOM, Question, Words, asked_by, dear, questions
from bench.standing import stocked
from loaders.sources import Reading
from loaders.stores import open_store

CORES = 1.0
"""As many as a caller's whole minute may keep busy."""

TIMES, WARM = 20, 2

HEAD = f"{'':34}{'CPU ms':>10}{'points':>9}{'µs each':>9}  {'whose':11}{'cores':>7}"


@dataclass(frozen=True, slots=True)
class Row:
    """What a question takes. seconds: of CPU; cost: points; role: who has most of these in a minute; became:
    what was answered but answers.
    """

    name: str
    seconds: float
    cost: float
    role: Role
    became: str

    @property
    def cores(self) -> float:
        """What the role's whole minute of it keeps busy."""
        return (ALLOWANCES[self.role.value].a_minute or 0) / self.cost * self.seconds / 60

    def __str__(self) -> str:
        figures = f"{self.seconds * 1e3:10.2f}{self.cost:9,.0f}{1e6 * self.seconds / self.cost:9.1f}"
        verdict = "" if self.cores <= CORES else "  TOO CHEAP"
        return f"{self.name:34}{figures}  {self.role.value:11}{self.cores:7.2f}{verdict}{self.became}"


def widest(question: Question) -> Role:
    """Who has most points a minute of those who may ask it."""
    documents = Documents(core_schema)
    document = documents.of(question.text, UNBOUNDED)
    if isinstance(document, Invalid):
        raise TypeError(f"{question.name}: {document.errors}")
    may = [role for role in Role if role is not Role.DEV and not documents.beyond(document, role)]
    return max(may, key=lambda role: ALLOWANCES[role.value].a_minute or 0)


async def asked(service: Service, question: Question, words: Words, times: int) -> Row:
    """Ask so many times."""
    taken = cost = 0.0
    became: set[str] = set()
    for number in range(-WARM, times):
        drawn = words.drawn([*{*question.words, "user"}])
        subject = drawn["user"] if question.role is Role.MEMBER else None
        caller = Caller(question.role, f"{question.name} {number}", subject)
        variables = {name: drawn[name] for name in question.words}
        began = time.process_time()
        reply = await first(service, Asked(question.text, variables, caller=caller))
        orjson.dumps(reply.body(), default=str)
        if number >= 0:
            taken += time.process_time() - began
            cost += reply.cost.requested if reply.cost else 1.0
            became |= {f"  {error['message']:.70}" for error in reply.errors}
    return Row(question.name, taken / times, cost / times, widest(question), "".join(sorted(became)))


async def first(service: Service, said: Asked) -> Reply:
    """The answer, or the first of what is followed."""
    async with aclosing(service.replies(said)) as replies:
        return await anext(replies)


async def measured(url: str, times: int, only: str) -> list[Row]:
    """Ask a store everything, and print it."""
    rows = []
    with closing(open_store(url, create=False)) as store:
        service = Service(store)
        await service.begin()
        await service.warmed()
        words = Words(await service.answers.current(), seed=1)
        for question in questions():
            if only in question.name:
                often = min(times, SELDOM) if question.seldom else times
                rows.append(await asked(service, question, words, often))
                print(rows[-1], flush=True)
        await service.end()
    return rows


def shops(folder: Path, public: Path | None) -> Iterator[tuple[str, str]]:
    """The stores that are asked: the demonstration's and a public log's; a small one where there is none."""
    if public is None:
        yield "a made-up shop of 4,000 events", stocked(folder)
        return
    showcase.prepared(folder)
    yield "the demonstration's shop, 40,000 events", showcase.url(folder)
    url = f"sqlite:///{folder / 'taobao.db'}"
    loaded(url, [str(public / "taobao-share")], "taobao-share", Reading(), consenting=True)
    yield "the log of taobao-share", url


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="questions with this in their name")
    parser.add_argument("--times", type=int, default=TIMES, help="how often each is asked at the most")
    parser.add_argument("--smoke", action="store_true", help="twice each, of a small shop alone, no verdict")
    given = parser.parse_args(arguments)
    public = None if given.smoke else public_logs(parser, "taobao-share")
    quiet(debug=False)
    unasked = {*dear(core_schema)} - {field for one in questions() for field in asked_by(core_schema, one)}
    if unasked:
        sys.exit(f"no question asks for {', '.join(sorted(unasked))}")
    tell_where("graphql-core", "numpy", "numba")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, url in shops(Path(folder), public):
            print(f"\n{name}\n{HEAD}", flush=True)
            rows += asyncio.run(measured(url, 2 if given.smoke else given.times, given.only))
    cheap, most = sum(one.cores > CORES for one in rows), max(rows, key=lambda one: one.cores)
    print(f"\n{len(rows)} questions, {cheap} above {CORES:g} core; most: {most.name}, {most.cores:.2f}")
    sys.exit(bool(cheap) and not given.smoke)


if __name__ == "__main__":
    main()
