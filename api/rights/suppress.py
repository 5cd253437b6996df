"""Counts of few people, kept back from analysts.

No group of fewer than K people is told. One such group could be had by taking the others from the whole, so
where those kept back are together fewer than K, the next smallest are kept back too (complementary
suppression, Willenborg & de Waal 2001). What is told is told exactly.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

K: Final = 10
"""The fewest people that are counted together."""


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
