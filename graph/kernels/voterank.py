"""VoteRank: a handful of spreaders who do not reach the same people."""

from heapq import heapify, heappop, heappush

import numpy as np

from graph.kernels.csr import Csr, Floats, Ints, Longs
from graph.kernels.jit import njit


def elected(out: Csr, seats: int) -> Longs:
    """Users in the order of their election, at most `seats`, fewer once nobody receives a vote.

    In each round everybody votes, with the voice that is left to them, for those whose ties reach them;
    whoever receives most is elected (the smaller row number among equals), votes no more, and those her ties
    reach lose 1 / (mean degree) of their voice (Zhang, Chen, Dong & Zhao 2016). Votes only ever shrink, so an
    old count is an upper bound and only the head of the queue is counted again.

    out: rows without loops; for an undirected graph every tie at both its ends.

    >>> from graph.kernels.csr import grouped
    >>> elected(grouped(np.array([0, 2, 2, 3], np.int32), np.array([1, 1, 3, 4], np.int32), None, 5), 5)
    array([2, 3])
    """
    return _elected(out.indptr, out.indices, seats)


@njit
def _votes(indptr: Longs, indices: Ints, voice: Floats, user: int) -> float:
    votes = 0.0
    for tie in range(indptr[user], indptr[user + 1]):
        votes += voice[indices[tie]]
    return votes


@njit
def _elected(indptr: Longs, indices: Ints, seats: int) -> Longs:
    users = len(indptr) - 1
    seated = np.empty(min(seats, users), np.int64)
    voice = np.ones(users)
    loss = 0.0 if len(indices) == 0 else 1 / (len(indices) / users)
    queue = [(-float(indptr[user + 1] - indptr[user]), user) for user in range(users)]
    heapify(queue)
    taken = 0
    while taken < len(seated) and len(queue) > 0 and queue[0][0] < 0:
        bound, user = heappop(queue)
        votes = _votes(indptr, indices, voice, user)
        if votes < -bound:
            heappush(queue, (-votes, user))
            continue
        seated[taken] = user
        taken += 1
        voice[user] = 0.0
        for tie in range(indptr[user], indptr[user + 1]):
            voice[indices[tie]] = max(0.0, voice[indices[tie]] - loss)
    return seated[:taken].copy()
