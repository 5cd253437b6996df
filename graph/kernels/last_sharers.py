"""Whose shares somebody had opened last when they acted."""

import numpy as np

from graph.kernels.csr import Ints, Longs
from graph.kernels.jit import njit


@njit
def last_sharers(low: Longs, high: Longs, at: Longs, sharer: Ints, since: Longs, most: int) -> Ints:
    """Up to `most` different sharers for each of k acts, the last opened first, −1 where there are no more.

    low, high: (k,), the places of the openings that count for an act, in order of time. at, sharer: what was
    opened, when, of whom. since: (k,), openings before it are too old. Returns shape (k, most).
    """
    found = np.full((len(low), most), -1, np.int32)
    for act in range(len(low)):
        count = 0
        place = high[act] - 1
        while place >= low[act] and at[place] >= since[act] and count < most:
            known = False
            for earlier in range(count):
                known |= found[act, earlier] == sharer[place]
            if not known:
                found[act, count] = sharer[place]
                count += 1
            place -= 1
    return found
