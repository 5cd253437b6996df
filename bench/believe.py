"""Twenty suggestions for people of a real log, with their sentences, to be read and judged.

    SHAREGRAPH_DATA=… python -m bench.believe > bench/results/believe.txt
    python -m bench.believe --smoke

The log of taobao-share is fitted as it stood when four fifths of its openings were made. Asked are five
people who come back, of different activity, and two strangers at the first link they ever opened. Told is
what each did before, newest first, and what they opened afterwards; of the suggestions those are marked. The
log names nobody and nothing: people are called by the first letters of their key, products by those and their
category.
"""

import tempfile
from argparse import ArgumentParser, RawTextHelpFormatter
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from api.cli.loads import made_up
from api.sentences import sayings
from bench.measured import public_logs, tell_where, typed
from graph.analysis import Analysis
from graph.evaluate.cut import until
from graph.events import Kind
from graph.log import Log
from graph.openings import Openings, openings
from graph.scene import Moment
from graph.snapshot import Snapshot
from graph.suggest import Ask, Context, Suggestion, explain, suggest
from graph.suggest.explain import Language, Names
from graph.suggest.learning.past import stocked
from loaders.aside import log_of

KNOWN = 0.8
SHOWN = 20
TOLD = 12
"""Acts, and later openings, that are told of one person."""
ACTIVITY = (1, 3, 8, 20, 60)
"""How many products the five had taken to, as nearly as may be."""
STRANGERS = 2
BACK = 2
"""Openings after the cut (of a stranger after the first link) by which an answer can be judged."""
CHINA = timedelta(hours=8)


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """A log as it stood at a time `at`, and the openings from then on: `later`, by the key of who opened, as
    places in `openings`.
    """

    analysis: Analysis
    whole: Snapshot
    openings: Openings
    later: dict[str, list[int]]
    at: int
    names: Names

    @classmethod
    def of(cls, log: Log) -> "Stage":
        """Cut where `KNOWN` of the openings are made."""
        whole = Snapshot.of(log)
        opened = openings(whole)
        opened = opened.taken(opened.first)
        begin = int(len(opened) * KNOWN)
        later: dict[str, list[int]] = {}
        for place in range(begin, len(opened)):
            later.setdefault(whole.people.keys[int(opened.person[place])], []).append(place)
        at = int(opened.at[begin])
        known = stocked(Snapshot.of(until(log, at)))
        people = [key[:4] for key in known.people.keys]
        products = [called(known, row) for row in range(len(known.products))]
        return cls(Analysis.of(known), whole, opened, later, at, Names(people, products))

    def person(self, key: str) -> int | None:
        """The row of somebody who had done something by the cut; None for a stranger."""
        row = self.analysis.snapshot.people.row(key)
        return row if row is not None and len(self.analysis.shelf.engaged.of(row).product) else None


def called(snapshot: Snapshot, product: int) -> str:
    """A product in a sentence."""
    code = int(snapshot.products.category[product])
    kind = f" of {snapshot.words[code]}" if code >= 0 else ""
    return snapshot.products.names[product] or f"{snapshot.products.keys[product][:4]}{kind}"


def regulars(stage: Stage) -> Iterator[str]:
    """Whoever opens `BACK` more and is nearest to each activity, nobody twice; of equals the first by key."""
    engaged = stage.analysis.shelf.engaged
    rows = {key: stage.person(key) for key in sorted(stage.later) if len(stage.later[key]) >= BACK}
    known = {key: len(engaged.of(row).product) for key, row in rows.items() if row is not None}
    for wanted in ACTIVITY:
        nearest = min(known, key=lambda key: abs(known[key] - wanted))
        del known[nearest]
        yield nearest


def told(stage: Stage, key: str) -> Iterator[str]:
    """One person: the past, the answer, and what followed."""
    row = stage.analysis.snapshot.people.row(key)
    yield f"\n{key[:4]}, {activity(stage, row)}"
    yield from past(stage, row)
    yield from answered(stage, Ask(row, Context(moment=Moment(at=stage.at))), stage.later[key])


def activity(stage: Stage, row: int | None) -> str:
    """How much somebody did, and to how many they listen."""
    if row is None:
        return "of whom nothing is known"
    shelf = stage.analysis.shelf
    return f"{len(shelf.engaged.of(row).product)} products, listens to {len(shelf.ties.friends(row))}"


def past(stage: Stage, row: int | None) -> Iterator[str]:
    """The newest of what somebody did."""
    if row is None:
        return
    acts = stage.analysis.shelf.engaged.of(row)
    for product, action, at in zip(acts.product[:TOLD], acts.action[:TOLD], acts.at[:TOLD], strict=True):
        yield f"    {day(int(at))}  {Kind(int(action)).name.lower():9}{stage.names.products[int(product)]}"


def strange(stage: Stage, key: str) -> Iterator[str]:
    """A stranger on the link they opened first."""
    first, *rest = stage.later[key]
    product, at = int(stage.openings.product[first]), int(stage.openings.at[first])
    key = stage.whole.people.keys[int(stage.openings.sharer[first])]
    sharer = stage.person(key)
    yield f"\nA stranger, {day(at)}: {key[:4]}'s link to {stage.names.products[product]}"
    yield f"  {key[:4]}, {activity(stage, sharer)}"
    yield from past(stage, sharer)
    context = Context(sharer=sharer, product=product, moment=Moment(at=at))
    yield from answered(stage, Ask(None, context), rest)


def strangers(stage: Stage) -> list[str]:
    """The first by time whom nobody knew, who open `BACK` more, each by the link of another known sharer."""
    found: dict[str, str] = {}
    for key, places in stage.later.items():
        sharer = stage.whole.people.keys[int(stage.openings.sharer[places[0]])]
        if len(places) > BACK and stage.person(key) is None and stage.person(sharer) is not None:
            found.setdefault(sharer, key)
    return list(found.values())[:STRANGERS]


def answered(stage: Stage, ask: Ask, places: Sequence[int]) -> Iterator[str]:
    """The suggestions and what was opened, the one marked where it was the other."""
    later = stage.openings.product[list(places)].tolist() if places else []
    answer = suggest(stage.analysis.shelf, [ask], limit=SHOWN)[0]
    yield from (f"  {line}" for line in listed(stage, answer.suggestions, set(later)))
    categories = stage.analysis.snapshot.products.category
    kinds = Counter(int(categories[one.product]) for one in answer.suggestions)
    met = sum(int(categories[product]) in kinds for product in later)
    yield f"  Then opened {len(later)}, {met} of a category that was shown:"
    yield from (f"    {stage.names.products[product]}" for product in later[:TOLD])


def listed(stage: Stage, found: Iterable[Suggestion], later: set[int]) -> Iterator[str]:
    """A line for each suggestion."""
    for one in found:
        mark = "*" if one.product in later else " "
        chance = f"{one.opens.value:6.2%}" if one.opens else "      "
        said = explain(one, stage.names, sayings(Language.ENGLISH))
        yield f"{one.rank:2}{mark} {one.score:6.3f} {chance}  {stage.names.products[one.product]:16}  {said}"


def day(at: int) -> str:
    """The date in China."""
    return f"{datetime.fromtimestamp(at / 1e6, UTC) + CHINA:%Y-%m-%d}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Read, ask and print."""
    parser = ArgumentParser(description=__doc__, formatter_class=RawTextHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="a small shop, in seconds")
    small = parser.parse_args(arguments).smoke
    source = None if small else public_logs(parser, "taobao-share") / "taobao-share"
    tell_where("numpy", "numba", "scipy")
    if source is None:
        with tempfile.TemporaryDirectory() as folder:
            made_up(Path(folder), users=200, events=4_000, seed=7, noise=1.0, shape="csv")
            log = log_of([folder], "sharegraph")
    else:
        log = log_of([str(source)], "taobao-share")
    print("$ python -m bench.believe", *typed(arguments))
    stage = Stage.of(log)
    print(f"\nAsked on {day(stage.at)}; * was opened later")
    for key in regulars(stage):
        print(*told(stage, key), sep="\n")
    for key in strangers(stage):
        print(*strange(stage, key), sep="\n")


if __name__ == "__main__":
    main()
