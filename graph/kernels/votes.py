"""Weighted rows of a sparse matrix, gathered and summed: what every source of suggestions does."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph.kernels.jit import njit

Gathered: TypeAlias = tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.int32], NDArray[np.int64]]
"""Columns, votes, rows that asked, positions."""


@njit
def gather(
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    weights: NDArray[np.float64],
    columns: NDArray[np.int32],
    values: NDArray[np.float32],
) -> Gathered:
    """Every non-zero entry of some rows times its row's weight: (column, vote, which row asked, position of
    the entry).
    """
    total = np.int64(0)
    for i in range(len(starts)):
        total += ends[i] - starts[i]
    column = np.empty(total, np.int32)
    vote = np.empty(total, np.float64)
    asked = np.empty(total, np.int32)
    position = np.empty(total, np.int64)
    filled = 0
    for i in range(len(starts)):
        for j in range(starts[i], ends[i]):
            if values[j] > 0.0:
                column[filled] = columns[j]
                vote[filled] = weights[i] * values[j]
                asked[filled] = i
                position[filled] = j
                filled += 1
    return column[:filled], vote[:filled], asked[:filled], position[:filled]


@njit
def total_by_column(
    column: NDArray[np.int32], vote: NDArray[np.float64], columns: int
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """The distinct columns in the order first met, and the sum of votes for each."""
    place = np.zeros(columns, np.int32)
    distinct = np.empty(len(column), np.int32)
    total = np.empty(len(column), np.float64)
    count = 0
    for i in range(len(column)):
        at = place[column[i]]
        if at == 0:
            distinct[count] = column[i]
            total[count] = vote[i]
            count += 1
            place[column[i]] = count
        else:
            total[at - 1] += vote[i]
    return distinct[:count], total[:count]
