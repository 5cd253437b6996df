"""Counts of few people, kept back from analysts, and of many, told so that none can be had by subtraction.

No group of fewer than k people is told (ten, where a server is told nothing else). One such group could be
had by taking the others from the whole, so where those kept back are together fewer than k, the next smallest
are kept back too (complementary suppression, Willenborg & de Waal 2001).

A tracker asks the same of two sets that differ by few people, and subtracts (Denning, Denning & Schwartz
1979). Two rules stand against it. What is counted moves on in stretches of time in which K different people
acted (graph.kernels.stretches), so that no two times, and no answers before and after an act, differ by
fewer. And every count is told to the nearest ten, and every rate from such counts: two answers differ by
nothing or by tens, and neither says how many a small set holds.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from api.settings import K


def tens(count: int) -> int:
    """A count to the nearest ten, five up.

    >>> [tens(count) for count in (4, 5, 14, 15, 60)]
    [0, 10, 10, 20, 60]
    """
    return (count + K // 2) // K * K


def digit(rate: float) -> float:
    """A rate that is made of counts, to the one digit that tens of people tell.

    >>> [digit(rate) for rate in (6.36, 0.437, 23.2, 0.0)]
    [6.0, 0.4, 20.0, 0.0]
    """
    return float(f"{rate:.0e}")


def within_tens(told: int) -> tuple[int, int]:
    """The least and the most that a count may be which is told as so many, and is of K at least.

    >>> within_tens(10), within_tens(60)
    ((10, 14), (55, 64))
    """
    return max(told - K // 2, K), told + K // 2 - 1


def told(
    sizes: Sequence[int] | NDArray[np.int64], k: int = K, hidden: Sequence[bool] | NDArray[np.bool_] = ()
) -> NDArray[np.bool_]:
    """Which groups of so many people may be told; shape (groups,). hidden: shape (groups,), those that are
    kept back whatever their size; empty for none.

    >>> told([40, 12, 11, 3]).tolist(), told([40, 12, 11, 9, 8]).tolist()
    ([True, True, False, False], [True, True, True, False, False])
    >>> told([40, 12]).tolist(), told([3]).tolist()
    ([True, True], [False])
    >>> told([40, 12, 11], hidden=[False, True, False]).tolist()
    [True, False, True]
    """
    counts = np.asarray(sizes, np.int64)
    shown = counts >= k
    shown[np.flatnonzero(hidden)] = False
    kept = int(counts[~shown].sum())
    for place in np.argsort(counts, kind="stable"):
        if kept == 0 or kept >= k:
            break
        if shown[place]:
            shown[place] = False
            kept += int(counts[place])
    return shown
