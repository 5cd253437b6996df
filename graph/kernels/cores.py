"""Cores: how deep inside the crowd somebody stands.

The k-core is what is left once everybody with fewer than k ties has been taken away, again and again; a
user's core number is the largest k whose core still holds her. Found in O(users + ties) by always taking the
user with the fewest ties left, kept in buckets by degree (Batagelj & Zaversnik 2003).
"""

import numpy as np

from graph.kernels.csr import Csr, Ints, Longs
from graph.kernels.jit import njit


def core_numbers(ties: Csr) -> Longs:
    """The core number of each user, shape (n,).

    ties: rows that hold both ends of every tie, without loops (for a directed graph `both_ways(out, into)`,
    where a tie both ways counts twice).

    >>> from graph.kernels.csr import grouped
    >>> a, b = np.array([0, 0, 1, 2], np.int32), np.array([1, 2, 2, 3], np.int32)
    >>> core_numbers(grouped(np.concatenate([a, b]), np.concatenate([b, a]), None, 4))
    array([2, 2, 2, 1])
    """
    return _core_numbers(ties.indptr, ties.indices)


@njit
def _core_numbers(indptr: Longs, indices: Ints) -> Longs:
    users = len(indptr) - 1
    degree = np.diff(indptr)
    if users == 0:
        return degree
    bucket = np.zeros(degree.max() + 2, np.int64)  # where in `order` the users of a degree begin
    for user in range(users):
        bucket[degree[user] + 1] += 1
    bucket = np.cumsum(bucket)
    order = np.empty(users, np.int64)
    place = np.empty(users, np.int64)
    cursor = bucket.copy()
    for user in range(users):
        place[user] = cursor[degree[user]]
        order[place[user]] = user
        cursor[degree[user]] += 1
    for position in range(users):
        user = order[position]
        for tie in range(indptr[user], indptr[user + 1]):
            other = indices[tie]
            if degree[other] > degree[user]:
                # Swap with the first of its bucket, then move the bucket's border over it.
                border = bucket[degree[other]]
                first = order[border]
                order[place[other]] = first
                place[first] = place[other]
                order[border] = other
                place[other] = border
                bucket[degree[other]] += 1
                degree[other] -= 1
    return degree
