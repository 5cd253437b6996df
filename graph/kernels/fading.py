"""What is remembered of acts that fade, and whose audiences together weigh most."""

import numpy as np
from numpy.typing import NDArray

from graph.kernels.csr import Floats, Ints, Longs
from graph.kernels.jit import njit


@njit
def faded(who: Ints, age: Floats, half_lives: Floats, people: int) -> NDArray[np.float64]:
    """For each person what is left of their acts at each half-life, and last how many they were; shape
    (people, h + 1).

    who, age: shape (k,), ages not negative and in the unit of the half-lives. An act of age a counts
    2^(−a/h).

    >>> faded(np.array([1, 1], np.int32), np.array([0.0, 2.0]), np.array([1.0]), 2)
    array([[0.  , 0.  ],
           [1.25, 2.  ]])
    """
    left = np.zeros((people, len(half_lives) + 1))
    for act in range(len(who)):
        row = left[who[act]]
        for place in range(len(half_lives)):
            row[place] += 2.0 ** (-age[act] / half_lives[place])
        row[len(half_lives)] += 1.0
    return left


@njit
def covering(
    indptr: Longs, member: Ints, weight: Floats, candidates: NDArray[np.bool_], alike: float, most: int
) -> Ints:
    """Up to `most` candidates whose audiences together weigh most, greedily; ties go to the smaller row.

    Row u of the rows (indptr, member, weight) is the audience of u. What a candidate adds is the weight of
    the audience, less `alike` (in [0, 1]) times what of it those chosen have already: a member counts with
    the largest weight that any of them gives. Who adds nothing is not chosen. Lazy, since what one adds never
    grows (Minoux 1978).

    >>> rows = np.array([0, 2, 4, 5]), np.array([0, 1, 0, 1, 2], np.int32), np.array([1, 1, 1, 0.9, 0.5])
    >>> everybody = np.full(3, True)
    >>> covering(*rows, everybody, 1.0, 2), covering(*rows, everybody, 0.5, 2)
    (array([0, 2], dtype=int32), array([0, 1], dtype=int32))
    """
    users = len(indptr) - 1
    gain = np.zeros(users)
    for user in range(users):
        if candidates[user]:
            for place in range(indptr[user], indptr[user + 1]):
                gain[user] += weight[place]
    members = 0
    for place in range(len(member)):
        members = max(members, member[place] + 1)
    whole = gain.copy()
    seen = np.zeros(users, np.int32)
    held = np.zeros(members)
    chosen = np.empty(min(most, users), np.int32)
    count = 0
    while count < len(chosen):
        best = np.argmax(gain)
        if gain[best] <= 0.0:
            break
        if seen[best] == count:
            for place in range(indptr[best], indptr[best + 1]):
                held[member[place]] = max(held[member[place]], weight[place])
            gain[best] = 0.0
            chosen[count] = best
            count += 1
        else:
            shared = 0.0
            for place in range(indptr[best], indptr[best + 1]):
                shared += min(weight[place], held[member[place]])
            gain[best] = whole[best] - alike * shared
            seen[best] = count
    return chosen[:count]
