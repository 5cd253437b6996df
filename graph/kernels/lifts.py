"""How much more often than by chance things are chosen together: what somebody chose, and everything else."""

import numpy as np
from numpy.typing import NDArray

from graph.kernels.jit import njit

Floats = NDArray[np.float32]
Longs = NDArray[np.int64]
Ints = NDArray[np.int32]


@njit
def mean_lifts(
    rows: Longs,
    indptr: Longs,
    chosen: Ints,
    met_indptr: Longs,
    met: Ints,
    times: Floats,
    size: Floats,
    total: float,
    kind: Ints,
    closeness: Floats,
    doubt: float,
) -> Floats:
    """The mean over what each row chose of the lift of every item beside it, (q, m); 1 for who chose nothing.

    The lift of i beside j is (t + doubt · closeness) / (e + doubt): together t times, e = size_i · size_j /
    total expected, and as if `doubt` more were expected and came as they do between their kinds.

    rows: (q,), of chosen[indptr[u]:indptr[u + 1]]. met_indptr, met, times: item by item, CSR. size: (m,), row
    sums of `times`. kind: (m,). closeness: (kinds, kinds), the lift between kinds.
    """
    items = len(size)
    lifts = np.ones((len(rows), items), np.float32)
    for row in range(len(rows)):
        begin, end = indptr[rows[row]], indptr[rows[row] + 1]
        if begin == end:
            continue
        lifts[row] = 0
        for entry in range(begin, end):
            one = chosen[entry]
            near, part = closeness[kind[one]], size[one] / total
            for other in range(items):
                lifts[row, other] += doubt * near[kind[other]] / (size[other] * part + doubt)
            for place in range(met_indptr[one], met_indptr[one + 1]):
                other = met[place]
                lifts[row, other] += times[place] / (size[other] * part + doubt)
        for other in range(items):
            lifts[row, other] /= end - begin
    return lifts
