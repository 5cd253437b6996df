"""The order in which to show a list, when the best is not all that counts."""

import numpy as np
from numpy.typing import NDArray

from graph.kernels.jit import njit

NONE = -2
"""No kind or voice at all, not even that of those who say −1."""

SMOOTHED = 0.01
"""Steck's α: how much of what is wanted is in every list, so that no divergence is infinite."""


@njit
def reranked(
    score: NDArray[np.float64],
    kind: NDArray[np.int32],
    voice: NDArray[np.int32],
    band: NDArray[np.int8],
    own: NDArray[np.int64],
    wanted: NDArray[np.float64],
    diversity: float,
    calibration: float,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Positions of the candidates in the order to show, chosen one after the other, and what was left of each
    when it was chosen or of any before, whichever is least: falling, (n,) both.

    Next comes the candidate of the largest

        score / (1 + diversity · m / (1 + own)) / (1 + diversity · v) − calibration · divergence,

    ties to the first; m: how many of its kind stand already, v: how many of its voice, −1 being neither. So
    the n-th of a kind counts for less than the one before, and the less the fewer of that kind are one's own:
    seats dealt out by divisors, at 1 and with nothing of one's own those of D'Hondt. Of kinds alone this is
    the greedy choice for a sum over kinds that is concave in how many of each are shown (Ashkan et al. 2015),
    and more diversity shows never fewer kinds. The divergence is that of the list so far, the candidate
    included, from the bands that are `wanted`, which sum to one (Kullback & Leibler; Steck 2018).

    score: (n,), best first; what is not above 0 has nothing to be divided. own: (n,), how many of each
    candidate's kind are one's own, for all of a kind the same. O(n · groups alike in kind, voice and band).
    """
    n = len(score)
    order, worth, least = np.empty(n, np.int64), np.empty(n, np.float64), np.inf
    head, after = _alike(kind, voice, band)
    groups, size = np.arange(len(head)), len(head)
    left, step = score[head], diversity / (1.0 + own[head])
    of_kind, of_voice, of_band = kind[head], voice[head], band[head]
    kinds, voices = np.ones(len(head), np.float64), np.ones(len(head), np.float64)
    held, cost = np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.float64)
    best, last_kind, last_voice = -1, NONE, NONE
    for place in range(n):
        if calibration > 0:
            _divergences(held, wanted, place + 1, cost)
        before, best, most, kept = best, -1, -np.inf, 0
        for one in groups[:size]:
            if head[one] < 0:
                continue
            groups[kept] = one
            kept += 1
            if of_kind[one] == last_kind or of_voice[one] == last_voice or one == before:
                if of_kind[one] == last_kind:
                    kinds[one] += step[one]
                if of_voice[one] == last_voice:
                    voices[one] += diversity
                value = score[head[one]]
                left[one] = value / (kinds[one] * voices[one]) if value > 0 else value
            value = left[one] - calibration * cost[of_band[one]]
            if value >= most and (value > most or head[one] < head[best]):
                best, most = one, value
        size, chosen, least = kept, head[best], min(least, most)
        order[place], worth[place] = chosen, least
        held[band[chosen]] += 1
        head[best] = after[chosen]
        last_kind = kind[chosen] if kind[chosen] >= 0 else NONE
        last_voice = voice[chosen] if voice[chosen] >= 0 else NONE
    return order, worth


@njit
def _alike(
    kind: NDArray[np.int32], voice: NDArray[np.int32], band: NDArray[np.int8]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first candidates of their kind, voice and band, and after each the next that is of the same in all
    three, −1 for none: of these only the first that is left can come next.
    """
    n = len(kind)
    head, end, after = np.empty(n, np.int64), np.empty(n, np.int64), np.full(n, -1, np.int64)
    count = 0
    for i in range(n):
        one = 0
        while one < count:
            other = head[one]
            if kind[i] == kind[other] and voice[i] == voice[other] and band[i] == band[other]:
                after[end[one]] = i
                break
            one += 1
        if one == count:
            head[one] = i
            count += 1
        end[one] = i
    return head[:count], after


@njit
def _divergences(
    held: NDArray[np.int64], wanted: NDArray[np.float64], places: int, found: NDArray[np.float64]
) -> None:
    """How far a list of so many places is from what is wanted, by the band of the one that is still to come.
    held: of each band, how many are in it already; found: what is told, (bands,).
    """
    whole = 0.0
    for b in range(len(wanted)):
        found[b] = 0.0
        if wanted[b] > 0:
            without = (1 - SMOOTHED) * held[b] / places + SMOOTHED * wanted[b]
            whole += wanted[b] * np.log(wanted[b] / without)
            found[b] = wanted[b] * np.log(without / (without + (1 - SMOOTHED) / places))
    for b in range(len(wanted)):
        found[b] += whole
