"""How much of the shop can be shown at what loss of accuracy: a curve for each way to show more.

Every way takes a fitted model's scores and one knob, and makes lists of ten:

- `grants`: each item with what it won in the auction of last places (graph.taste.exposure): what is served.
- `mmr`: maximal marginal relevance, items alike by their content, else by who chose them.
- `calibrated`: topics in the proportions of what somebody had (Steck 2018); where content is known.
- `popularity^a`: scores divided by so much more of the popularity. A control.
- `random-last`: the last so many places given to any item at all, a fraction of a place by chance. A control,
  and what exploration costs.

Coverage counts items shown to three users or more: a random item in the last place shows many once, and of
what was shown once nothing is learned. Ways are compared at equal NDCG@10, between the points of a curve in a
straight line.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graph.evaluate.suggestions.held import Held
from graph.evaluate.suggestions.lists import CELLS, Lists, shown
from graph.evaluate.suggestions.metrics import SEVERAL, gains
from graph.kernels.top import NOBODY, top
from graph.kernels.trades import calibrated, marginal
from graph.taste import Fitted
from graph.taste.exposure import MOST, PLACES, Candidates
from graph.taste.model import Rows, Scores, Sparse
from graph.taste.popularity import popularity

AMONG = 100
"""Candidates that are re-ranked one place at a time."""

GRANTS, CONTROLS = "grants", ("popularity^a", "random-last")
KNOBS: Mapping[str, tuple[float, ...]] = {
    GRANTS: (0.1, 0.2, 0.35, MOST, 0.8, 1.2),
    "mmr": (0.05, 0.1, 0.2, 0.3, 0.5),
    "calibrated": (0.05, 0.1, 0.2, 0.3, 0.5),
    "popularity^a": (0.05, 0.1, 0.15, 0.2, 0.3),
    "random-last": (0.25, 0.5, 1, 2, 3),
}

Way = Callable[[Rows, Scores], NDArray[np.int32]]
"""Lists of some users from their scores, what they had being −∞."""


@dataclass(frozen=True, slots=True)
class Point:
    """A way at one knob; 0 is the model as it is. several: the share of items shown to three or more."""

    knob: float
    ndcg: float
    recall: float
    coverage: float
    several: float


@dataclass(frozen=True, slots=True, eq=False)
class Diversity:
    """plain: the model's own lists. curves: by way, each beginning with the plain lists, by knob. items: how
    many there are.
    """

    plain: Point
    curves: Mapping[str, tuple[Point, ...]]
    items: int

    @property
    def default(self) -> Point:
        """What is served unless asked otherwise."""
        return next(point for point in self.curves[GRANTS] if point.knob == MOST)

    def equal(self, way: str) -> float:
        """The largest share of items that a way shows to three or more at no less NDCG than the default."""
        return at_least(self.curves[way], self.default.ndcg)


def at_least(curve: tuple[Point, ...], ndcg: float) -> float:
    """The most that is shown to three or more anywhere on a curve where NDCG is not below this; 0 where it
    always is.

    >>> curve = Point(0, 0.2, 0, 0, 0.1), Point(1, 0.1, 0, 0, 0.3)
    >>> at_least(curve, 0.15)
    0.2
    """
    found = [point.several for point in curve if point.ndcg >= ndcg]
    for one, other in pairwise(curve):
        if min(one.ndcg, other.ndcg) < ndcg < max(one.ndcg, other.ndcg):
            part = (ndcg - one.ndcg) / (other.ndcg - one.ndcg)
            found.append(one.several + part * (other.several - one.several))
    return max(found, default=0.0)


def diversity(fitted: Fitted, held: Held, *, seed: int = 0) -> Diversity:
    """Every way at every knob, on the lists of whoever is asked about. seed: of what is random."""
    ways = {(name, knob): way for name, knob, way in _ways(fitted, held, seed)}
    users, taken = held.users, held.taken
    found: dict[tuple[str, float], list[NDArray[np.int32]]] = {key: [] for key in ways}
    step = max(CELLS // held.known.items, 1)
    for begin in range(0, len(users), step):
        some = users[begin : begin + step]
        scores = _open(fitted.scores(some), taken[some])
        for key, way in ways.items():
            found[key].append(way(some, scores))
    points = {key: _point(key[1], Lists(users, np.concatenate(parts)), held) for key, parts in found.items()}
    plain = points.pop(("", 0))
    names = [name for name in KNOBS if any(way == name for way, _ in points)]
    curves = {name: (plain, *(point for (way, _), point in points.items() if way == name)) for name in names}
    return Diversity(plain, curves, held.known.items)


def _open(scores: Scores, taken: Sparse) -> Scores:
    left = np.array(scores, np.float32)
    left[np.repeat(np.arange(len(left)), np.diff(taken.indptr)), taken.indices] = -np.inf
    return left


def _point(knob: float, found: Lists, held: Held) -> Point:
    measures = gains(found, held.asked)
    times = shown(found.items, held.known.items)
    return Point(
        knob,
        float(measures["ndcg@10"].mean()),
        float(measures["recall@10"].mean()),
        float(np.mean(times > 0)),
        float(np.mean(times >= SEVERAL)),
    )


def _best(scores: Scores, k: int = PLACES) -> NDArray[np.int32]:
    nothing = np.zeros(len(scores) + 1, np.int64)
    return top(np.ascontiguousarray(scores, np.float32), nothing, np.zeros(0, np.int64), k)


def _ways(fitted: Fitted, held: Held, seed: int) -> Iterator[tuple[str, float, Way]]:
    yield "", 0, lambda _, scores: _best(scores)
    candidates = Candidates.of(fitted, held.users, held.taken)
    for most in KNOBS[GRANTS]:
        yield GRANTS, most, _adding(candidates.grants(most))
    for trade in KNOBS["mmr"]:
        yield "mmr", trade, _marginal(held, trade)
    if held.known.content is not None:
        for trade in KNOBS["calibrated"]:
            yield "calibrated", trade, _calibrated(held, held.known.content, trade)
    chosen_by = np.maximum(popularity(held.known), 1.0)
    for power in KNOBS["popularity^a"]:
        yield "popularity^a", power, _dividing(chosen_by ** np.float32(power))
    for places in KNOBS["random-last"]:
        yield "random-last", places, _random(np.random.default_rng(seed), places, held)


def _adding(grant: NDArray[np.float32]) -> Way:
    return lambda _, scores: _best(scores + grant)


def _dividing(by: NDArray[np.float32]) -> Way:
    return lambda _, scores: _best(scores / by)


def _random(dice: np.random.Generator, places: float, held: Held) -> Way:
    """The last places given to anything that is not listed already and not somebody's own."""

    def way(users: Rows, scores: Scores) -> NDArray[np.int32]:
        found = _best(scores)
        for user, mine in zip(users, found, strict=True):
            count = int(places) + int(dice.random() < places % 1)
            own = held.taken.indices[held.taken.indptr[user] : held.taken.indptr[user + 1]]
            free = np.setdiff1d(np.arange(scores.shape[1]), np.concatenate([own, mine[: PLACES - count]]))
            mine[PLACES - count :] = dice.choice(free, count, replace=False)
        return found

    return way


def _marginal(held: Held, trade: float) -> Way:
    known = held.known
    told = known.content if known.content is not None else csr_array(known.chosen.T)
    rows = csr_array(told).astype(np.float64)
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    unit = rows.data / np.repeat(np.maximum(length, 1e-12), np.diff(rows.indptr))
    directions = csr_array((unit, rows.indices, rows.indptr), shape=rows.shape)

    def way(_: Rows, scores: Scores) -> NDArray[np.int32]:
        listed, relative = _among(scores)
        found = np.full((len(scores), PLACES), NOBODY, np.int32)
        for mine, items, score in zip(found, listed, relative, strict=True):
            like = directions[items]
            order = marginal(score, (like @ like.T).toarray(), PLACES, trade)
            mine[: len(order)] = items[order]
        return found

    return way


def _calibrated(held: Held, content: Sparse, trade: float) -> Way:
    rows = csr_array(content).astype(np.float64)
    sums = np.maximum(np.asarray(rows.sum(axis=1)).ravel(), 1e-12)
    parts = csr_array(
        (rows.data / np.repeat(sums, np.diff(rows.indptr)), rows.indices, rows.indptr), shape=rows.shape
    )
    wanted = csr_array(held.known.chosen @ parts)

    def way(users: Rows, scores: Scores) -> NDArray[np.int32]:
        listed, relative = _among(scores)
        found = np.full((len(scores), PLACES), NOBODY, np.int32)
        for user, mine, items, score in zip(users, found, listed, relative, strict=True):
            row = slice(wanted.indptr[user], wanted.indptr[user + 1])
            topics, weight = wanted.indices[row], wanted.data[row]
            if not len(topics):
                mine[:] = items[:PLACES]
                continue
            own = parts[items][:, topics].toarray()
            order = calibrated(score, own, weight / weight.sum(), PLACES, trade)
            mine[: len(order)] = items[order]
        return found

    return way


def _among(scores: Scores) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Everybody's candidates, and their scores from 0 to 1, (q, c) each."""
    listed = _best(scores, min(AMONG, scores.shape[1]))
    said = np.take_along_axis(scores, np.maximum(listed, 0), axis=1).astype(np.float64)
    said[~np.isfinite(said)] = np.nan
    low, high = np.nanmin(said, axis=1, keepdims=True), np.nanmax(said, axis=1, keepdims=True)
    return np.maximum(listed, 0), np.nan_to_num((said - low) / np.maximum(high - low, 1e-12))
