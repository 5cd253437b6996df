"""Which columns of a sparse matrix occur together."""

import numpy as np
from numpy.typing import NDArray

from graph.kernels.jit import njit


@njit
def nearest_columns(
    indptr: NDArray[np.int64],
    columns: NDArray[np.int32],
    col_indptr: NDArray[np.int64],
    col_rows: NDArray[np.int32],
    neighbours: int,
    shrinkage: float,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    """For every column of a 0/1 matrix its nearest others by cosine, as CSR: (indptr, columns, cosines),
    nearest first.

    The matrix comes by rows (indptr, columns) and by columns (col_indptr, col_rows). Cosines are shrunk: c /
    (√(nᵢ nⱼ) + shrinkage), so that a single meeting of two rare columns is no proof. At most `neighbours` a
    column, ties to the smaller column. O(Σ row length²).
    """
    n = len(col_indptr) - 1
    together = np.zeros(n, np.int32)
    touched = np.empty(n, np.int32)
    out_indptr = np.zeros(n + 1, np.int64)
    out = np.empty(n * neighbours, np.int32)
    cosines = np.empty(n * neighbours, np.float32)
    filled = 0
    for column in range(n):
        count = 0
        for i in range(col_indptr[column], col_indptr[column + 1]):
            row = col_rows[i]
            for j in range(indptr[row], indptr[row + 1]):
                other = columns[j]
                if together[other] == 0:
                    touched[count] = other
                    count += 1
                together[other] += 1
        mine = col_indptr[column + 1] - col_indptr[column]
        near = np.sort(touched[:count])
        cosine = np.empty(count, np.float64)
        for c in range(count):
            other = near[c]
            theirs = col_indptr[other + 1] - col_indptr[other]
            cosine[c] = -together[other] / (np.sqrt(float(mine) * float(theirs)) + shrinkage)
            together[other] = 0
            if other == column:
                cosine[c] = 0.0
        for c in np.argsort(cosine, kind="mergesort")[:neighbours]:
            if cosine[c] < 0.0:
                out[filled] = near[c]
                cosines[filled] = -cosine[c]
                filled += 1
        out_indptr[column + 1] = filled
    return out_indptr, out[:filled].copy(), cosines[:filled].copy()


@njit
def pairs_within(
    indptr: NDArray[np.int64], at: NDArray[np.int64], window: int, most: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions (earlier, later) of all pairs in one row no further apart than `window`, each with at most
    `most` successors.

    at: non-decreasing within every row. Counted first, then written, so memory is that of the answer.
    """
    total = 0
    for row in range(len(indptr) - 1):
        for i in range(indptr[row], indptr[row + 1]):
            j, last = i + 1, min(indptr[row + 1], i + 1 + most)
            while j < last and at[j] - at[i] <= window:
                j += 1
            total += j - i - 1
    earlier = np.empty(total, np.int64)
    later = np.empty(total, np.int64)
    filled = 0
    for row in range(len(indptr) - 1):
        for i in range(indptr[row], indptr[row + 1]):
            j, last = i + 1, min(indptr[row + 1], i + 1 + most)
            while j < last and at[j] - at[i] <= window:
                earlier[filled] = i
                later[filled] = j
                filled += 1
                j += 1
    return earlier, later
