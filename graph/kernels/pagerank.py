"""PageRank by power iteration, pulled along the ties that arrive.

A random surfer stands at user u with probability x[u]. With probability alpha she follows a tie of u, chosen
by weight; from a user without ties she goes on by `dangling`; otherwise she starts anew by `restart`.
PageRank is where she is in the long run (Page, Brin, Motwani & Winograd 1999). It flows along the ties: where
credit has to flow back, hand in the ties reversed.

Each round divides x by what flows out of a user, once a user, and lets every user gather along its row;
nobody writes to another's place, and one row's sum has one order, so equal graphs give equal bits.
"""

from typing import NamedTuple

import numpy as np

from graph.kernels.csr import Csr, Floats, Ints, Longs
from graph.kernels.jit import njit


class PageRank(NamedTuple):
    """Where the surfer is, and whether the iteration came to rest."""

    scores: Floats
    converged: bool
    rounds: int


def power_iteration(
    into: Csr,
    outflow: Floats,
    *,
    restart: Floats,
    dangling: Floats,
    start: Floats,
    alpha: float = 0.85,
    tolerance: float = 1e-10,
    max_rounds: int = 200,
) -> PageRank:
    """The stationary distribution of the surfer; scores sum to 1.

    into: the ties that arrive. outflow: shape (n,), the sum of the weights that leave each user. restart,
    dangling, start: shape (n,), each summing to 1. tolerance: stops once two rounds differ by less in their
    sum of absolute differences; NetworkX's `tol` means tolerance / n.

    >>> from graph.kernels.csr import grouped
    >>> into = grouped(np.array([0, 0, 1], np.int32), np.array([1, 2, 2], np.int32), None, 3)
    >>> even = np.full(3, 1 / 3)
    >>> found = power_iteration(into, np.array([0.0, 1.0, 2.0]), restart=even, dangling=even, start=even)
    >>> found.scores.round(3)
    array([0.521, 0.282, 0.198])
    """
    share = np.divide(1.0, outflow, out=np.zeros(into.users), where=outflow != 0)
    scores, rounds, converged = _iterated(
        into.indptr, into.indices, into.weights, share, restart, dangling, start, alpha, tolerance, max_rounds
    )
    return PageRank(scores, converged, rounds)


@njit
def _iterated(
    indptr: Longs,
    indices: Ints,
    weights: Floats | None,
    share: Floats,
    restart: Floats,
    dangling: Floats,
    start: Floats,
    alpha: float,
    tolerance: float,
    max_rounds: int,
) -> tuple[Floats, int, bool]:
    scores = start.copy()
    offered = np.empty(len(scores))
    gathered = np.empty(len(scores))
    for rounds in range(1, max_rounds + 1):
        lost = 0.0
        for user in range(len(scores)):
            offered[user] = scores[user] * share[user]
            if share[user] == 0:
                lost += scores[user]
        _gather(indptr, indices, weights, offered, gathered)
        change = 0.0
        for user in range(len(scores)):
            score = alpha * (gathered[user] + lost * dangling[user]) + (1 - alpha) * restart[user]
            change += abs(score - scores[user])
            scores[user] = score
        if change < tolerance:
            return scores, rounds, True
    return scores, max_rounds, False


@njit
def _gather(indptr: Longs, indices: Ints, weights: Floats | None, offered: Floats, gathered: Floats) -> None:
    for user in range(len(gathered)):
        total = 0.0
        # Unsigned subscripts spare the test for Python's negative ones: a sixth of the time.
        for tie in range(np.uint64(indptr[user]), np.uint64(indptr[user + 1])):
            if weights is None:
                total += offered[np.uint64(indices[tie])]
            else:
                total += weights[tie] * offered[np.uint64(indices[tie])]
        gathered[user] = total
