"""From counts to log-odds: four terms, each the factor by which knowing it changes what those before say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from graph.estimate import CONFIDENCE, Estimate
from graph.kernels import circles as at
from graph.recipients.acts import History
from graph.timeline import Rows

Floats = NDArray[np.float64]
Counts = NDArray[np.float32]

Z = 1.959963984540054

TERMS = ("activity", "circle", "tie", "interest")
"""In the order in which they are told; behind them stands the crowd."""

CROWD = len(TERMS)

TIED = [at.OPENED, at.ANSWERED, at.FOLLOWS]
"""What makes two people tied."""

MOST = 300
"""Candidates described for one question."""

Column = Callable[[Counts], NDArray[np.floating]]


def _of(column: int) -> Column:
    return lambda counts: counts[:, column]


def _some(column: int) -> Column:
    return lambda counts: (counts[:, column] > 0).astype(np.float64)


def _log(column: int) -> Column:
    return lambda counts: np.log1p(counts[:, column])


SOURCES: Mapping[str, tuple[str, Column, float]] = {
    "base": ("activity", lambda counts: np.ones(len(counts)), 0.01),
    "active_soon": ("activity", _of(at.ACTIVE_SOON), 0.005),
    "active_late": ("activity", _of(at.ACTIVE_LATE), 0.005),
    "on_and_on": ("circle", _log(at.ON_AND_ON), 0.02),
    "on_and_back": ("circle", _log(at.ON_AND_BACK), 0.02),
    "back_and_on": ("circle", _log(at.BACK_AND_ON), 0.02),
    "back_and_back": ("circle", _log(at.BACK_AND_BACK), 0.02),
    "side_by_side": ("circle", _of(at.SIDE_BY_SIDE), 0.02),
    "opened_soon": ("tie", _of(at.OPENED_SOON), 0.02),
    "opened_late": ("tie", _of(at.OPENED_LATE), 1.0),
    "opened": ("tie", _of(at.OPENED), 0.02),
    "ever_opened": ("tie", _some(at.OPENED), 0.02),
    "answered_late": ("tie", _of(at.ANSWERED_LATE), 0.5),
    "answered": ("tie", _of(at.ANSWERED), 0.02),
    "ever_answered": ("tie", _some(at.ANSWERED), 0.02),
    "follows": ("tie", _some(at.FOLLOWS), 0.5),
    "category_here": ("interest", _of(at.CATEGORY_HERE), 0.02),
    "brand_here": ("interest", _of(at.BRAND_HERE), 0.02),
}
"""What adds up to a pair's intensity: its term, its column, the weight that is believed before any log."""

FACTORS: Mapping[str, tuple[str, Column, float]] = {
    "shared": ("activity", _log(at.SHARED), 0.0),
    "shared_soon": ("activity", _log(at.SHARED_SOON), 0.0),
    "category": ("interest", _log(at.CATEGORY), 0.2),
    "brand": ("interest", _log(at.BRAND), 0.2),
    "shared_category": ("interest", _log(at.SHARED_CATEGORY), 0.1),
    "this_product": ("interest", _of(at.THIS_PRODUCT), 0.0),
    "this_again": ("interest", _of(at.THIS_AGAIN), 0.0),
}
"""What multiplies it, as exponents: the same three."""


@dataclass(frozen=True, slots=True, eq=False)
class Openers:
    """Candidates of q questions: indptr (q + 1,), people (k,), counts (k, circles.COLUMNS)."""

    indptr: NDArray[np.int64]
    people: Rows
    counts: Counts

    @property
    def question(self) -> NDArray[np.int64]:
        """Whose candidate each is, (k,)."""
        return np.repeat(np.arange(len(self.indptr) - 1), np.diff(self.indptr))


def pairs(
    history: History,
    sharer: Rows,
    product: Rows,
    before: NDArray[np.int64],
    *,
    also: tuple[NDArray[np.int64], Rows] | None = None,
    most: int = MOST,
) -> Openers:
    """Everybody worth asking about for each question, with what the history before its time says.

    sharer (−1: nobody in particular), product, before (µs): shape (q,). also: further candidates by question,
    as (indptr, people). Without them candidates are who is at most two hops away from the sharer.
    """
    extra = also or (np.zeros(len(sharer) + 1, np.int64), np.empty(0, np.int32))
    found = at.counted(
        np.ascontiguousarray(sharer, np.int32),
        np.ascontiguousarray(product, np.int32),
        np.ascontiguousarray(before, np.int64),
        extra[0],
        np.ascontiguousarray(extra[1], np.int32),
        most,
        history.layers,
        history.state,
        (np.ascontiguousarray(history.category), np.ascontiguousarray(history.brand)),
    )
    return Openers(*found)


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What was learned. weights: of SOURCES, > 0. exponents: of FACTORS. curve: (3,), the log-odds of opening
    are curve · (1, log-intensity, crowd); spread: their covariance, (3, 3). average: the terms of the average
    pair, (5,). trials: how many pairs the curve was fitted to.
    """

    weights: Floats
    exponents: Floats
    curve: Floats
    spread: Floats
    average: Floats
    trials: int

    def terms(self, counts: Counts) -> Floats:
        """The parts of the log-intensity by TERMS, and the crowd; shape (k, 5).

        Activity is the logarithm of what would be said of anybody so active; circle, tie and interest each
        what the sum grows by when theirs is added, with what their factors multiply. The crowd is log(1 + how
        many are tied to the sharer), and ranks nobody: the more there are, the smaller a part of them opens.
        """
        together = np.zeros(len(counts))
        terms = np.zeros((len(counts), len(TERMS) + 1))
        before = np.zeros(len(counts))
        for place, term in enumerate(TERMS):
            together = together + _sum_of(SOURCES, self.weights, term, counts)
            now = np.log(together)
            terms[:, place] = now - before + _sum_of(FACTORS, self.exponents, term, counts)
            before = now
        terms[:, CROWD] = np.log1p(counts[:, at.CROWD])
        return terms

    def log_odds(self, terms: Floats) -> Floats:
        """Of opening, (k,)."""
        return np.asarray(curve_of(terms) @ self.curve)

    def opens(self, terms: Floats) -> tuple[Floats, Floats, Floats]:
        """The chances that go with these terms, (k, 5), and the ends of their 95 % intervals, which say how
        well the curve from intensity to chance is known.
        """
        design, log_odds = curve_of(terms), self.log_odds(terms)
        half = Z * np.sqrt(np.einsum("ki,ij,kj->k", design, self.spread, design))
        return expit(log_odds), expit(log_odds - half), expit(log_odds + half)

    def weighed(self, terms: Floats) -> Floats:
        """What each term adds to the log-odds of the average pair, by TERMS, (k, 4), the crowd with the
        circle: the rows' sums are the log-odds of opening less `average_log_odds`.
        """
        _, slope, crowd = self.curve
        weights: Floats = slope * (terms - self.average)[:, :CROWD]
        weights[:, TERMS.index("circle")] += crowd * (terms - self.average)[:, CROWD]
        return weights

    @property
    def average_log_odds(self) -> float:
        """The log-odds of a pair whose terms are all average."""
        return float(self.log_odds(self.average[None])[0])

    def estimates(self, terms: Floats) -> list[Estimate]:
        """As `opens`, one value a row."""
        columns = (column.tolist() for column in self.opens(terms))
        return [Estimate(value, low, high, CONFIDENCE) for value, low, high in zip(*columns, strict=True)]


def log_intensity(terms: Floats) -> Floats:
    """What ranks, (k,)."""
    return np.asarray(terms[:, :CROWD].sum(axis=1))


def curve_of(terms: Floats) -> Floats:
    """What the curve multiplies: 1, log-intensity and crowd, (k, 3)."""
    columns: Floats = np.stack([np.ones(len(terms)), log_intensity(terms), terms[:, CROWD]], axis=1)
    return columns


def _sum_of(
    table: Mapping[str, tuple[str, Column, float]], weights: Floats, term: str, counts: Counts
) -> Floats:
    total = np.zeros(len(counts))
    for (name, column, _), weight in zip(table.values(), weights, strict=True):
        if name == term:
            total += weight * column(counts)
    return total
