"""What happened close to some moments, as a few stretches of time."""

from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from graph.events import MICROSECOND

MOSTLY = 4
"""Where more than one event in so many is new, what is close to them is everything."""


def stretches(at: NDArray[np.int64], within: timedelta) -> list[tuple[int, int]]:
    """The stretches of time, both ends included, that lie within so much of one of these moments (all µs);
    earliest first, those that touch as one.

    >>> stretches(np.array([50, 10, 12]), timedelta(microseconds=5))
    [(5, 17), (45, 55)]
    >>> stretches(np.array([], np.int64), timedelta(hours=1))
    []
    """
    if not len(at):
        return []
    reach = within // MICROSECOND
    moments = np.unique(at)
    gaps = np.flatnonzero(np.diff(moments) > 2 * reach)
    begins = moments[np.concatenate([[0], gaps + 1])] - reach
    ends = moments[np.concatenate([gaps, [len(moments) - 1]])] + reach
    return list(zip(begins.tolist(), ends.tolist(), strict=True))


def mostly_new(since: int, last: int) -> bool:
    """Whether so much of a log came after an event that looking at all of it is no slower."""
    return MOSTLY * (last - since) > last
