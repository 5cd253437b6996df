"""One half-step of alternating least squares on implicit choices."""

import numpy as np
from numpy.typing import NDArray

from graph.kernels.jit import njit

Floats = NDArray[np.float32]


@njit
def half_step(
    factors: Floats,
    indptr: NDArray[np.int32],
    indices: NDArray[np.int32],
    confidence: Floats,
    base: Floats,
    penalty: Floats,
) -> Floats:
    """The factors of every row, given those of the columns, shape (rows, f).

    factors: (columns, f), turned so that their Gram matrix is diagonal; base: that diagonal times the weight
    of what was not chosen, (f,). The matrix comes by rows (indptr, indices), each entry with its confidence
    c_j; penalty: (rows,). Row u solves A x = Σ c_j y_j with A = diag(base) + penalty_u I + Σ c_j y_j y_jᵀ.
    Where fewer entries than factors are chosen, it is solved in the entries (Woodbury), which costs their
    cube instead of f³: most items have a handful. An empty row stays zero.
    """
    f = factors.shape[1]
    out = np.zeros((len(indptr) - 1, f), np.float32)
    for u in range(len(indptr) - 1):
        start, stop = indptr[u], indptr[u + 1]
        k = stop - start
        if k == 0:
            continue
        diagonal = base + penalty[u]
        root = np.sqrt(confidence[start:stop])
        chosen = factors[indices[start:stop]]
        for j in range(k):
            chosen[j] *= root[j]
        if k < f:
            spread = chosen / diagonal
            small = spread @ chosen.T
            for j in range(k):
                small[j, j] += np.float32(1.0)
            out[u] = np.linalg.solve(small, root) @ spread
        else:
            large = chosen.T @ chosen
            for i in range(f):
                large[i, i] += diagonal[i]
            out[u] = np.linalg.solve(large, root @ chosen)
    return out
