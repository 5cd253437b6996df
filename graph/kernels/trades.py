"""A list chosen one place at a time, so that what is in it already counts for what comes next."""

import numpy as np
from numpy.typing import NDArray

from graph.kernels.jit import njit

Floats = NDArray[np.float64]

SMOOTH = 0.01
"""How much of what is wanted is mixed into what a list has: a list that lacks a topic has a distance too."""


@njit
def marginal(score: Floats, likeness: Floats, k: int, trade: float) -> NDArray[np.int32]:
    """The places of k candidates by maximal marginal relevance (Carbonell & Goldstein 1998).

    Each next one has the largest (1 − trade) · score − trade · its greatest likeness to what is chosen
    already, ties to the earlier. score: (c,), in [0, 1]. likeness: (c, c), in [0, 1]. trade: in [0, 1]; at 0
    the order of scores.

    >>> likeness = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    >>> marginal(np.array([1.0, 0.9, 0.5]), likeness, 2, 0.5)
    array([0, 2], dtype=int32)
    """
    candidates = len(score)
    chosen = np.empty(min(k, candidates), np.int32)
    alike = np.zeros(candidates)
    free = np.ones(candidates, np.bool_)
    for place in range(len(chosen)):
        best, most = -1, -np.inf
        for one in range(candidates):
            worth = (1 - trade) * score[one] - trade * alike[one]
            if free[one] and worth > most:
                best, most = one, worth
        chosen[place] = best
        free[best] = False
        for one in range(candidates):
            alike[one] = max(alike[one], likeness[best, one])
    return chosen


@njit
def calibrated(score: Floats, topics: Floats, wanted: Floats, k: int, trade: float) -> NDArray[np.int32]:
    """The places of k candidates whose topics come close to those wanted (Steck 2018).

    Each next one makes (1 − trade) · Σ score − trade · KL(wanted ‖ topics of the list) largest, ties to the
    earlier. score: (c,), in [0, 1]. topics: (c, t), how much of a candidate is of each topic, rows of sum at
    most 1. wanted: (t,), sums to 1.

    >>> topics = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    >>> calibrated(np.array([1.0, 0.9, 0.5]), topics, np.array([0.5, 0.5]), 2, 0.5)
    array([0, 2], dtype=int32)
    """
    candidates = len(score)
    chosen = np.empty(min(k, candidates), np.int32)
    held = np.zeros(len(wanted))
    free = np.ones(candidates, np.bool_)
    for place in range(len(chosen)):
        best, most = -1, -np.inf
        for one in range(candidates):
            if not free[one]:
                continue
            apart = 0.0
            for topic in range(len(wanted)):
                has = (held[topic] + topics[one, topic]) / (place + 1)
                if wanted[topic] > 0:
                    mixed = (1 - SMOOTH) * has + SMOOTH * wanted[topic]
                    apart += wanted[topic] * np.log(wanted[topic] / mixed)
            worth = (1 - trade) * score[one] - trade * apart
            if worth > most:
                best, most = one, worth
        chosen[place] = best
        free[best] = False
        for topic in range(len(wanted)):
            held[topic] += topics[best, topic]
    return chosen
