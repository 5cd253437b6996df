"""Counts of who had come by a time, what is left of their pull, and what a spread of outcomes says of
many.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.kernels.csr import Floats, Longs
from graph.kernels.jit import njit

CLASSES = 5
"""Of how sure a spread is; `_class` says which is which."""

STAYS = 0.4
"""Where so many stay as they are, all are told to."""


@njit
def arrived(starts: Longs, at: Longs, rows: Longs, by: Longs) -> Longs:
    """How many of each asked group had come by a time; shape (n,).

    starts, at: groups flat, each one's times ascending. rows, by: shape (n,), which group, by when.

    >>> arrived(np.array([0, 2, 3]), np.array([5, 9, 7]), np.array([0, 0, 1]), np.array([5, 9, 6])).tolist()
    [1, 2, 0]
    """
    count = np.empty(len(rows), np.int64)
    for asked in range(len(rows)):
        times = at[starts[rows[asked]] : starts[rows[asked] + 1]]
        count[asked] = np.searchsorted(times, by[asked], side="right")
    return count


@njit
def pulls(
    starts: Longs, at: Longs, asked: tuple[Longs, Longs, Longs], scale: float, tail: float
) -> tuple[Floats, Floats]:
    """How much pull those who came have exerted, and will within what is left; two arrays of shape (n,).

    Whoever came d ago has exerted 1 − (1 + d / scale)^−tail of a pull of 1, the power-law memory of SEISMIC
    (Zhao et al. 2015). asked: (rows, now, left), each (n,); starts, at, scale: in one unit of time.

    >>> now = np.array([0]), np.array([3]), np.array([4])
    >>> pulls(np.array([0, 1]), np.array([0]), now, 1.0, 1.0)
    (array([0.75]), array([0.125]))
    """
    rows, now, left = asked
    exerted, coming = np.zeros(len(rows)), np.zeros(len(rows))
    for place in range(len(rows)):
        for come in range(starts[rows[place]], starts[rows[place] + 1]):
            waited = now[place] - at[come]
            if waited < 0:
                break
            kept = (1.0 + waited / scale) ** -tail
            exerted[place] += 1.0 - kept
            coming[place] += kept - (1.0 + (waited + left[place]) / scale) ** -tail
    return exerted, coming


class Spreads(NamedTuple):
    """Outcomes seen at k scores. score: (k,), ascending. grown: (k, w), 1 + people gained, ascending."""

    score: Floats
    grown: Floats


@njit
def ends(spreads: Spreads, people: Longs, score: Floats, mass: Floats) -> tuple[Floats, Floats, Floats]:
    """How many n groups of so many people will be: value, low, high; all of shape (n,).

    Outcomes are those at the nearest score, scaled by how far it is, in whole people. low, high: the range of
    least high / low that holds `mass` of them, shape (CLASSES,), by how sure they are. value: as many people
    as now, where `STAYS` of the outcomes are so; else the number from whose relative distance half of them
    stay nearest, the harmonic mean of the narrowest range with half.
    """
    value, low, high = np.empty(len(people)), np.empty(len(people)), np.empty(len(people))
    for row in range(len(people)):
        end = _outcomes(spreads, people[row], score[row])
        least, most = _narrowest(end, 0.5)
        value[row] = people[row] if _stay(end, people[row]) >= STAYS else 2 * least * most / (least + most)
        least, most = _narrowest(end, mass[_class(end, people[row])])
        low[row], high[row] = min(least, value[row]), max(most, value[row])
    return value, low, high


@njit
def held(
    spreads: Spreads, people: Longs, score: Floats, came: Longs, mass: Floats
) -> tuple[Longs, NDArray[np.bool_], Floats]:
    """How spreads did where n groups of so many people became so many.

    mass: (k,). Gives which class of sureness each spread is of, shape (n,), whether the narrowest range of
    each mass held what came, (n, k), and how far off the spread was, (n,): the continuous ranked probability
    score of the logarithm, E|X − x| − E|X − X'| / 2 (Gneiting & Raftery 2007).
    """
    kind, off = np.empty(len(people), np.int64), np.empty(len(people))
    inside = np.empty((len(people), len(mass)), np.bool_)
    for row in range(len(people)):
        end = _outcomes(spreads, people[row], score[row])
        kind[row] = _class(end, people[row])
        for place in range(len(mass)):
            least, most = _narrowest(end, mass[place])
            inside[row, place] = least <= came[row] <= most
        logs = np.log(end)
        rank = 2.0 * np.arange(1, len(end) + 1) - len(end) - 1.0
        off[row] = np.abs(logs - np.log(came[row])).mean() - (logs * rank).sum() / len(end) ** 2
    return kind, inside, off


@njit
def _outcomes(spreads: Spreads, people: int, score: float) -> Floats:
    """What may become of a group, ascending."""
    knot = min(int(np.searchsorted(spreads.score, score)), len(spreads.score) - 1)
    if knot > 0 and score - spreads.score[knot - 1] < spreads.score[knot] - score:
        knot -= 1
    grown: Floats = np.exp(score - spreads.score[knot]) * spreads.grown[knot]
    return people + np.maximum(np.rint(grown - 1.0), 0.0)


@njit
def _narrowest(end: Floats, mass: float) -> tuple[float, float]:
    """The range of least high / low with so much of ascending outcomes; of equal ones the lowest."""
    count = min(max(int(np.ceil(mass * len(end) - 1e-9)), 1), len(end))
    best = 0
    for first in range(1, len(end) - count + 1):
        if end[first + count - 1] * end[best] < end[best + count - 1] * end[first] * (1 - 1e-12):
            best = first
    return end[best], end[best + count - 1]


@njit
def _stay(end: Floats, people: int) -> float:
    """The part of ascending outcomes that nobody came in."""
    return int(np.searchsorted(end, people, side="right")) / len(end)


@njit
def _class(end: Floats, people: int) -> int:
    """How sure it is that nobody comes any more: 4, 3, 2 from nineteen in twenty, four in five and half of
    the outcomes on; else 1 for groups of ten and more, 0 for smaller ones.
    """
    stay = _stay(end, people)
    if stay < 0.5:
        return 1 if people >= 10 else 0
    return 2 + int(stay >= 0.8) + int(stay >= 0.95)
