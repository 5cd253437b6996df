"""How well weighted scores rank what was held out."""

import numpy as np
from numpy.typing import NDArray

from graph.kernels.jit import njit


@njit
def ndcg(
    indptr: NDArray[np.int64],
    features: NDArray[np.float32],
    factor: NDArray[np.float32],
    weight: NDArray[np.float32],
    hit: NDArray[np.bool_],
    held_out: NDArray[np.int64],
    depth: int,
) -> NDArray[np.float64]:
    """NDCG at `depth` of every user, shape (users,).

    User u's candidates are rows indptr[u]:indptr[u + 1] of features, shape (candidates, s); their score is
    features · weight[u] · factor, one a candidate. hit: was held out; held_out: how many items of each user
    were, candidates or not, at least one. A hit at rank r (0 is first; of equals the later candidate is
    worse) is worth 1/log₂(r + 2), over the worth of the best list possible.
    """
    users, sources = weight.shape
    out = np.zeros(users)
    scores = np.empty(np.max(np.diff(indptr)) if users else 0, np.float32)
    for u in range(users):
        start, stop = indptr[u], indptr[u + 1]
        for c in range(start, stop):
            total = np.float32(0.0)
            for s in range(sources):
                total += weight[u, s] * features[c, s]
            scores[c - start] = total * factor[c]
        for c in range(start, stop):
            if not hit[c]:
                continue
            mine = scores[c - start]
            rank = 0
            for other in range(stop - start):
                if scores[other] > mine or (scores[other] == mine and other < c - start):
                    rank += 1
            if rank < depth:
                out[u] += 1.0 / np.log2(rank + 2.0)
        best = 0.0
        for r in range(min(depth, held_out[u])):
            best += 1.0 / np.log2(r + 2.0)
        out[u] /= best
    return out
