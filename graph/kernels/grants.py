"""An auction of the last places of lists: what each item has to be granted to be shown to enough people.

Everybody has k places and gives them to the items of the largest score plus grant. An item shown to fewer
than `want` people bids: it asks for the least grant that brings it into `want` lists, and whoever it pushes
out may bid in turn. What would need more than `most` gives up and gets nothing. Bids only rise, by `step` at
least, so this ends (Bertsekas 1988).
"""

import numpy as np
from numpy.typing import NDArray

from graph.kernels.groups import gathered
from graph.kernels.jit import njit
from graph.kernels.top import NOBODY

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]

STEPS = 256
"""A bid rises by this part of the most at least."""


def auctioned(item: Ints, score: Floats, items: int, k: int, want: int, most: float) -> Floats:
    """What each of so many items is granted in the auction of the k places of each list, (items,), in
    [0, most].

    item, score: (n, c), each list's candidates, best first, −1 where there are no more.

    >>> item = np.array([[0, 1], [0, 1]], np.int32)
    >>> auctioned(item, np.array([[2.0, 1.75], [2.0, 1.5]], np.float32), 2, 1, 1, 0.5).round(2)
    array([0.  , 0.25], dtype=float32)
    """
    there = item != NOBODY
    row, place = np.nonzero(there)
    indptr, entry = gathered(item[there], items)
    where = row[entry].astype(np.int32), place[entry].astype(np.int32)
    return settled(item, score, indptr, *where, min(k, item.shape[1]), want, most, most / STEPS)[0]


@njit
def settled(
    item: Ints,
    score: Floats,
    indptr: Longs,
    user: Ints,
    place: Ints,
    k: int,
    want: int,
    most: float,
    step: float,
) -> tuple[Floats, Longs]:
    """What each item is granted, (m,), in [0, most], and to how many it is then shown, (m,).

    item, score: (n, c), everybody's candidates, best first, −1 where there are no more. indptr, user, place:
    where each item stands in `item`, as CSR over items. k: at most c. O(bids · want · c).

    >>> item = np.array([[0, 1], [0, 1]], np.int32)
    >>> score = np.array([[2.0, 1.75], [2.0, 1.5]], np.float32)
    >>> places = np.array([0, 2, 4]), np.array([0, 1, 0, 1], np.int32), np.array([0, 0, 1, 1], np.int32)
    >>> settled(item, score, *places, 1, 1, 0.5, 0.125)
    (array([0.   , 0.375], dtype=float32), array([1, 1]))
    """
    items = len(indptr) - 1
    people = len(item)
    grant = np.zeros(items, np.float32)
    shown = np.zeros(items, np.int64)
    listed = np.zeros(item.shape, np.bool_)
    last = np.zeros(people, np.int64)
    bar = np.empty(people, np.float32)
    for one in range(people):
        for rank in range(k):
            if item[one, rank] >= 0:
                listed[one, rank] = True
                shown[item[one, rank]] += 1
        last[one], bar[one] = _last(item[one], score[one], grant, listed[one], k)
    beaten = np.zeros(items, np.bool_)
    waiting = np.zeros(items, np.bool_)
    queue = np.empty(items, np.int64)
    first, length = 0, 0
    for bidder in range(items):
        if shown[bidder] < want <= indptr[bidder + 1] - indptr[bidder]:
            queue[length] = bidder
            waiting[bidder] = True
            length += 1
    lacks = np.empty(people, np.float32)
    while length > 0:
        bidder = queue[first]
        first = (first + 1) % items
        length -= 1
        waiting[bidder] = False
        if beaten[bidder] or shown[bidder] >= want:
            continue
        begin, end = indptr[bidder], indptr[bidder + 1]
        for entry in range(begin, end):
            one, rank = user[entry], place[entry]
            lacks[entry - begin] = grant[bidder] if listed[one, rank] else bar[one] - score[one, rank]
        asked = np.float32(np.inf)
        if end - begin >= want:
            asked = max(np.partition(lacks[: end - begin], want - 1)[want - 1], grant[bidder])
            asked = np.float32(asked + step)
        beaten[bidder] = asked > most
        grant[bidder] = 0 if beaten[bidder] else asked
        for entry in range(begin, end):
            one, rank = user[entry], place[entry]
            if listed[one, rank]:
                if beaten[bidder]:
                    better = _first(item[one], score[one], grant, listed[one])
                    if better >= 0 and score[one, better] + grant[item[one, better]] > score[one, rank]:
                        listed[one, rank], listed[one, better] = False, True
                        shown[bidder] -= 1
                        shown[item[one, better]] += 1
            elif score[one, rank] + grant[bidder] > bar[one]:
                listed[one, rank] = True
                shown[bidder] += 1
                if last[one] >= 0:
                    out = item[one, last[one]]
                    listed[one, last[one]] = False
                    shown[out] -= 1
                    if shown[out] < want and not beaten[out] and not waiting[out]:
                        queue[(first + length) % items] = out
                        waiting[out] = True
                        length += 1
            else:
                continue
            last[one], bar[one] = _last(item[one], score[one], grant, listed[one], k)
    return grant, shown


@njit
def _last(item: Ints, score: Floats, grant: Floats, listed: Flags, k: int) -> tuple[int, float]:
    """The place of the weakest that is listed, and what one has to have to get in; with places left there is
    no weakest, and anything gets in.
    """
    weakest, bar, filled = -1, np.inf, 0
    for rank in range(len(item)):
        if listed[rank]:
            filled += 1
            value = float(score[rank] + grant[item[rank]])
            if value < bar:
                weakest, bar = rank, value
    return (weakest, bar) if filled >= k else (-1, -np.inf)


@njit
def _first(item: Ints, score: Floats, grant: Floats, listed: Flags) -> int:
    """The place of the strongest that is not listed, −1 for none."""
    strongest, most = -1, np.float32(-np.inf)
    for rank in range(len(item)):
        if not listed[rank] and item[rank] >= 0 and score[rank] + grant[item[rank]] > most:
            strongest, most = rank, score[rank] + grant[item[rank]]
    return strongest
