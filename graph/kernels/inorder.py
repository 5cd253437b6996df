"""The order in which to show a list, when the best is not all that counts."""

import numpy as np
from numpy.typing import NDArray

from graph.kernels.jit import njit

SMOOTHED = 0.01
"""Steck's α: how much of what is wanted is in every list, so that no divergence is infinite."""


@njit
def reranked(
    score: NDArray[np.float64],
    kind: NDArray[np.int32],
    voice: NDArray[np.int32],
    band: NDArray[np.int8],
    wanted: NDArray[np.float64],
    limit: int,
    diversity: float,
    calibration: float,
) -> NDArray[np.int64]:
    """Positions of at most `limit` candidates in the order to show, chosen one after the other.

    Next comes the candidate of largest score − diversity · likeness − calibration · divergence, ties to the
    first. Likeness to what stands already is the largest to any of it (maximal marginal relevance, Carbonell
    & Goldstein 1998): half for the same kind, half for the same voice, −1 being like nothing. The divergence
    is that of the list so far, the candidate included, from the bands that are `wanted`, which sum to one
    (Kullback & Leibler; Steck 2018). The first of more are the same for any limit.

    score: (n,), best first; in the unit of the knobs.
    """
    n = len(score)
    taken = np.zeros(n, np.bool_)
    like_kind, like_voice = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    held = np.zeros(len(wanted), np.float64)
    order = np.empty(min(limit, n), np.int64)
    gap = np.empty(len(wanted), np.float64)
    for place in range(len(order)):
        for b in range(len(wanted)):
            gap[b] = 0.0
            for other in range(len(wanted)):
                share = (held[other] + (1.0 if other == b else 0.0)) / (place + 1)
                mixed = (1 - SMOOTHED) * share + SMOOTHED * wanted[other]
                if wanted[other] > 0:
                    gap[b] += wanted[other] * np.log(wanted[other] / mixed)
        best, most = -1, -np.inf
        for i in range(n):
            if taken[i]:
                continue
            if score[i] <= most:
                break
            alike = 0.5 * like_kind[i] + 0.5 * like_voice[i]
            worth = score[i] - diversity * alike - calibration * gap[band[i]]
            if worth > most:
                best, most = i, worth
        order[place] = best
        taken[best] = True
        held[band[best]] += 1
        for i in range(n):
            like_kind[i] |= kind[i] >= 0 and kind[i] == kind[best]
            like_voice[i] |= voice[i] >= 0 and voice[i] == voice[best]
    return order
