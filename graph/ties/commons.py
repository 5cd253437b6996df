"""People whom two people both know: how close a tie is, told by everybody but the two."""

import numpy as np
from numpy.typing import NDArray

from graph.kernels.jit import njit
from graph.timeline import Rows

Longs = NDArray[np.int64]


def acquaintances_in_common(met: Longs, people: int, source: Rows, target: Rows, most: int) -> Rows:
    """How many others each pair has met in either direction, at most `most`; shape (m,).

    met: source · people + target, each once. Unlike a community found from what was opened, the number does
    not depend on what went along the tie itself, so it can foretell it. Costs the smaller of two
    acquaintances' numbers, at most, times the logarithm of the larger, a pair.

    >>> one, other = np.array([0, 0], np.int32), np.array([1, 3], np.int32)
    >>> acquaintances_in_common(np.array([0 * 4 + 1, 1 * 4 + 2, 2 * 4 + 0]), 4, one, other, 9).tolist()
    [1, 0]
    """
    both = np.union1d(met, met % people * people + met // people) if people else met
    begins = np.searchsorted(both, np.arange(people + 1) * people)
    return _in_common(begins, both % max(people, 1), source, target, most)


@njit
def _in_common(begins: Longs, known: Longs, source: Rows, target: Rows, most: int) -> Rows:
    found = np.zeros(len(source), np.int32)
    for pair in range(len(source)):
        one, other = source[pair], target[pair]
        if begins[one + 1] - begins[one] > begins[other + 1] - begins[other]:
            one, other = other, one
        row = known[begins[other] : begins[other + 1]]
        for i in range(begins[one], begins[one + 1]):
            place = np.searchsorted(row, known[i])
            if place < len(row) and row[place] == known[i]:
                found[pair] += 1
                if found[pair] == most:
                    break
    return found
