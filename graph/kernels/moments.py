"""Questions about people at moments, answered from sorted arrays: what lay before, what friends had shown."""

import numpy as np
from numpy.typing import NDArray

from graph.kernels.csr import Floats, Ints, Longs
from graph.kernels.jit import njit


@njit
def before(owners: Longs, times: Longs, owner: Longs, at: Longs) -> Longs:
    """For each (owner, at) how many pairs, sorted, are less."""
    place = np.empty(len(owner), np.int64)
    for asked in range(len(owner)):
        low = np.searchsorted(owners, owner[asked], side="left")
        high = np.searchsorted(owners, owner[asked], side="right")
        place[asked] = low + np.searchsorted(times[low:high], at[asked], side="left")
    return place


@njit
def shown_by_friends(
    person: Ints, product: Ints, at: Longs, starts: Longs, friend: Ints, since: Longs, key: Longs,
    first: Longs, products: int,
) -> NDArray[np.bool_]:  # fmt: skip
    """Whether a friend had shared that product by then; shape (k,).

    person, product, at: shape (k,). starts, friend, since: everybody's friends and since when they listen to
    them. key, first: rising friend · products + product, and when it was first shared.
    """
    shown = np.zeros(len(person), np.bool_)
    for asked in range(len(person)):
        for place in range(starts[person[asked]], starts[person[asked] + 1]):
            if since[place] < at[asked]:
                wanted = np.int64(friend[place]) * products + product[asked]
                found = np.searchsorted(key, wanted)
                if found < len(key) and key[found] == wanted and first[found] <= at[asked]:
                    shown[asked] = True
                    break
    return shown


@njit
def nearest(own: Floats, others: Floats, caliper: float) -> Longs:
    """For each the place of the nearest other, −1 where none is within the caliper; of equals the first."""
    place_of = np.full(len(own), -1, np.int64)
    for row in range(len(own)):
        least = caliper
        for place in range(others.shape[1]):
            gap = abs(others[row, place] - own[row])
            if gap < least or (gap == least and place_of[row] == -1):
                least, place_of[row] = gap, place
    return place_of
