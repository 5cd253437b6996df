"""What a stranger who opened a link turns to next: the landing page by itself, held out in time.

A newcomer is somebody who did nothing before the cut. Their first open of somebody's share is the landing;
the answer is the category of the next product that they open. Everything is fitted to what lies before the
cut, and only products are listed that somebody had touched by then, since a catalogue has no dates. The
newcomer is nobody: known are the link's sharer, its product and the moment. Models:

- `popularity`: the most popular products, whoever asks.
- `page's category`: the most popular products of the category of the page, then the most popular of all.
- `item only`: our answer to the product alone.
- `sharer only`: our answer to the sharer alone.
- `ours`: to sharer and product; `ours, with the moment`: and to when it is.

Measures: hit@5, whether the category is among those of the first five products; and of the first five
different categories, which a shelf by category would show. Intervals by bootstrap of newcomers, those of
differences by the same draws.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.analysis import Analysis
from graph.errors import InvalidInput
from graph.estimate import CONFIDENCE, Estimate
from graph.evaluate.cut import parted, until
from graph.log import NONE, Log
from graph.openings import openings
from graph.scene import Moment
from graph.snapshot import Snapshot
from graph.suggest import Ask, Context, Shelf, suggest
from graph.suggest.learning.past import stocked
from graph.timeline import Rows

Longs = NDArray[np.int64]

FIRST, LISTED, DRAWS = 5, 100, 1_000

POPULARITY, CATEGORY, ITEM, SHARER, OURS, MOMENT = (
    "popularity", "page's category", "item only", "sharer only", "ours", "ours, with the moment",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Score:
    """hits: at five, of products; categories: of different categories; gain: in hits over `item only`."""

    hits: Estimate
    categories: Estimate
    gain: Estimate


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """trained: openings before the cut. asked: newcomers with a next open. stayed: of these, whose next open
    is of the landing's own category.
    """

    trained: int
    asked: int
    stayed: Estimate
    scores: Mapping[str, Score]


@dataclass(frozen=True, slots=True, eq=False)
class _Landings:
    """n newcomers: whose link (a row of the past, −1 unknown then), of what, when; and what they opened
    next.
    """

    sharer: Rows
    product: Rows
    at: Longs
    next: Rows


def evaluate(log: Log, *, train_share: float = 0.8, seed: int = 0) -> Evaluation:
    """Every model on one log. InvalidInput where no newcomer opens two products after the cut."""
    whole = Snapshot.of(log)
    opened = openings(whole)
    before = parted(opened.at, train_share)
    past = stocked(Snapshot.of(until(log, before)))
    found = _landings(whole, past, before)
    if not len(found.at):
        raise InvalidInput("no newcomer opens two products after the cut; give more of the log to ask")
    shelf = Analysis.of(past).shelf
    category = shelf.categories
    lists = {name: _lists(shelf, asks) for name, asks in _asks(found).items()}
    lists |= {POPULARITY: [shelf.popular.top] * len(found.at), CATEGORY: _of_page(shelf, found.product)}
    wanted = category[found.next]
    hits = {name: _hits(category, rows, wanted) for name, rows in lists.items()}
    shown = {name: _hits(category, _different(category, rows), wanted) for name, rows in lists.items()}
    draws = _Draws.of(len(found.at), seed)
    return Evaluation(
        trained=int(np.count_nonzero(opened.at < before)),
        asked=len(found.at),
        stayed=draws.mean(wanted == category[found.product]),
        scores={
            name: Score(draws.mean(hits[name]), draws.mean(shown[name]), draws.mean(hits[name] - hits[ITEM]))
            for name in (POPULARITY, CATEGORY, SHARER, ITEM, OURS, MOMENT)
        },
    )


def _landings(whole: Snapshot, past: Snapshot, before: int) -> _Landings:
    """The first open of every newcomer, and the next of another product that has a category."""
    opened, events = openings(whole), whole.events
    since = np.full(len(whole.people), np.iinfo(np.int64).max)
    acted = events.person != NONE
    np.minimum.at(since, events.person[acted], events.at[acted])
    rows = np.flatnonzero(since[opened.person] >= before)
    rows = rows[np.lexsort((rows, opened.person[rows]))]
    person = opened.person[rows]
    lands = rows[np.flatnonzero(np.diff(person, prepend=-1))]
    landed = np.full(len(whole.people), NONE)
    landed[opened.person[lands]] = lands
    known = whole.products.category[opened.product[rows]] != NONE
    later = known & (opened.product[rows] != opened.product[landed[person]])
    rows, person = rows[later], person[later]
    following = rows[np.flatnonzero(np.diff(person, prepend=-1))]
    first = landed[opened.person[following]]
    keys = [whole.people.keys[row] for row in opened.sharer[first].tolist()]
    return _Landings(
        past.people.rows(keys), opened.product[first], opened.at[first], opened.product[following]
    )


def _asks(found: _Landings) -> dict[str, list[Ask]]:
    """What each model is told of every landing."""
    told: dict[str, list[Ask]] = {name: [] for name in (ITEM, SHARER, OURS, MOMENT)}
    rows = (column.tolist() for column in (found.sharer, found.product, found.at))
    for row, product, at in zip(*rows, strict=True):
        sharer = None if row == NONE else row
        told[ITEM].append(Ask(None, Context(product=product)))
        told[SHARER].append(Ask(None, Context(sharer=sharer, exclude=frozenset({product}))))
        told[OURS].append(Ask(None, Context(sharer=sharer, product=product)))
        told[MOMENT].append(Ask(None, Context(sharer=sharer, product=product, moment=Moment(at=at))))
    return told


def _lists(shelf: Shelf, asks: Sequence[Ask]) -> list[Rows]:
    answers = suggest(shelf, asks, limit=LISTED)
    return [np.array([one.product for one in answer.suggestions], np.int32) for answer in answers]


def _of_page(shelf: Shelf, pages: Rows) -> list[Rows]:
    """The most popular of the page's category, then the most popular of all."""
    order = np.lexsort((np.arange(shelf.products), -shelf.popular.overall))
    of_order = shelf.categories[order]
    inside = {code: order[of_order == code][:LISTED] for code in np.unique(shelf.categories[pages]).tolist()}
    return [
        np.append(
            inside[int(shelf.categories[page])][inside[int(shelf.categories[page])] != page],
            shelf.popular.top,
        )
        for page in pages.tolist()
    ]


def _different(category: Rows, lists: Sequence[Rows]) -> list[Rows]:
    """Of each list the first product of every category."""
    return [rows[np.sort(np.unique(category[rows], return_index=True)[1])] for rows in lists]


def _hits(category: Rows, lists: Sequence[Rows], wanted: Rows) -> NDArray[np.float64]:
    """1 where the category is among the first five, else 0."""
    found = (code in category[rows[:FIRST]] for rows, code in zip(lists, wanted.tolist(), strict=True))
    return np.fromiter(found, np.float64, len(wanted))


@dataclass(frozen=True, slots=True, eq=False)
class _Draws:
    """How often each newcomer is in each draw."""

    times: Longs

    @classmethod
    def of(cls, people: int, seed: int) -> "_Draws":
        dice = np.random.default_rng(seed)
        return cls(dice.multinomial(people, np.full(people, 1 / people), DRAWS))

    def mean(self, values: NDArray[np.float64] | NDArray[np.bool_]) -> Estimate:
        """The mean, with the percentile interval."""
        drawn = self.times @ values / len(values)
        tail = (1 - CONFIDENCE) / 2
        low, high = np.quantile(drawn, [tail, 1 - tail])
        return Estimate(float(np.mean(values)), float(low), float(high))
