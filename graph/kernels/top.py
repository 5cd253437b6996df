"""The best of a row of scores, in an order that is the same on any machine."""

import numpy as np
from numpy.typing import NDArray

from graph.kernels.jit import njit

Integers = NDArray[np.int32] | NDArray[np.int64]

NOBODY = -1
"""Stands where a row has fewer than were asked for."""


@njit
def top(scores: NDArray[np.float32], indptr: Integers, taken: Integers, limit: int) -> NDArray[np.int32]:
    """The columns of the largest scores of each row, best first, ties to the smaller column; (q, limit).

    scores: (q, m). taken[indptr[i]:indptr[i + 1]]: columns that row i does not want, in any order. What has
    no number for a score, or −∞, is not listed.

    >>> scores = np.array([[0.5, 2.0, 2.0, 1.0]], np.float32)
    >>> top(scores, np.array([0, 1]), np.array([1]), 5)
    array([[ 2,  3,  0, -1, -1]], dtype=int32)
    """
    rows, columns = scores.shape
    best = np.full((rows, limit), NOBODY, np.int32)
    value = np.empty(limit, np.float32)
    unwanted = np.full(columns, -1, np.int64)
    for row in range(rows):
        for place in range(indptr[row], indptr[row + 1]):
            unwanted[taken[place]] = row
        found = 0
        for column in range(columns):
            score = scores[row, column]
            if not score > -np.inf or (found == limit and score <= value[limit - 1]):
                continue
            if unwanted[column] == row:
                continue
            place = found if found < limit else limit - 1
            while place > 0 and value[place - 1] < score:
                value[place] = value[place - 1]
                best[row, place] = best[row, place - 1]
                place -= 1
            value[place] = score
            best[row, place] = column
            found = min(found + 1, limit)
    return best
