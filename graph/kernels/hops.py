"""How many ties away: breadth first search."""

from typing import NamedTuple

import numpy as np

from graph.kernels.csr import Csr, Ints, Longs
from graph.kernels.jit import njit


class Hops(NamedTuple):
    """Users that were reached, nearest first, and how many ties away each is; both shape (k,)."""

    users: Longs
    distances: Ints


def hops(out: Csr, source: int, cutoff: float = np.inf) -> Hops:
    """Everybody whom a path of at most `cutoff` ties leads to, the source first, at distance 0.

    Those at the same distance come in the order in which breadth first search meets them.

    >>> from graph.kernels.csr import grouped
    >>> hops(grouped(np.array([0, 1], np.int32), np.array([1, 2], np.int32), None, 4), 0)
    Hops(users=array([0, 1, 2]), distances=array([0, 1, 2], dtype=int32))
    """
    return Hops(*_hops(out.indptr, out.indices, source, float(cutoff)))


@njit
def _hops(indptr: Longs, indices: Ints, source: int, cutoff: float) -> tuple[Longs, Ints]:
    users = len(indptr) - 1
    seen = np.zeros(users, np.bool_)
    queue = np.empty(users, np.int64)
    distances = np.empty(users, np.int32)
    queue[0] = source
    distances[0] = 0
    seen[source] = True
    reached = 1
    position = 0
    while position < reached and distances[position] < cutoff:
        user = queue[position]
        for tie in range(indptr[user], indptr[user + 1]):
            other = indices[tie]
            if not seen[other]:
                seen[other] = True
                queue[reached] = other
                distances[reached] = distances[position] + 1
                reached += 1
        position += 1
    return queue[:reached].copy(), distances[:reached].copy()
