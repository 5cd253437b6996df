"""Counts of who had come by a time, and what a spread of outcomes says of many at once."""

from typing import NamedTuple

import numpy as np

from graph.kernels.csr import Floats, Longs
from graph.kernels.jit import njit


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


class Spreads(NamedTuple):
    """Outcomes seen at k scores. score: (k,), ascending. grown: (k, w), 1 + people gained, ascending."""

    score: Floats
    grown: Floats


@njit
def ends(spreads: Spreads, people: Longs, score: Floats, tail: float) -> tuple[Floats, Floats, Floats]:
    """How many n groups of so many people will be: value, low, high; all of shape (n,).

    Outcomes are those at the nearest score, scaled by how far it is, in whole people. low, high leave out
    `tail` on each side, or twice that above where nothing lies below. value makes the expected relative error
    |value − end| / end least, which is the median after weighing each outcome by 1 / end (Gneiting 2011).
    """
    value, low, high = np.empty(len(people)), np.empty(len(people)), np.empty(len(people))
    outcomes = spreads.grown.shape[1]
    end = np.empty(outcomes)
    for row in range(len(people)):
        knot = min(np.searchsorted(spreads.score, score[row]), len(spreads.score) - 1)
        if knot > 0 and score[row] - spreads.score[knot - 1] < spreads.score[knot] - score[row]:
            knot -= 1
        scale = np.exp(score[row] - spreads.score[knot])
        weight = 0.0
        for place in range(outcomes):
            end[place] = people[row] + max(np.rint(scale * spreads.grown[knot, place] - 1.0), 0.0)
            weight += 1.0 / end[place]
        below, place = 1.0 / end[0], 0
        while below < weight / 2:
            place += 1
            below += 1.0 / end[place]
        value[row] = end[place]
        low[row] = end[int(np.floor(tail * outcomes))]
        upper = tail if low[row] > people[row] else 2 * tail
        high[row] = end[min(int(np.ceil((1 - upper) * outcomes)) - 1, outcomes - 1)]
    return value, low, high
