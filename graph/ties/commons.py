"""People whom two people both know: how close a tie is, told by everybody but the two."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.kernels.jit import njit
from graph.timeline import Rows

Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Acquaintance:
    """Who has met whom in either direction. begins: (people + 1,); known: of each person, rising."""

    begins: Longs
    known: Longs

    @classmethod
    def of(cls, met: Longs, people: int) -> "Acquaintance":
        """met: source · people + target, each once."""
        both = distinct(met, met % people * people + met // people) if people else met
        return cls(np.searchsorted(both, np.arange(people + 1) * people), both % max(people, 1))

    def in_common(self, source: Rows, target: Rows, most: int) -> Rows:
        """How many others both ends of a pair have met, at most `most`; shape (m,).

        Unlike a community found from what was opened, the number does not depend on what went along the tie
        itself, so it can foretell it. Costs the smaller of two acquaintances' numbers, at most, times the
        logarithm of the larger, a pair.

        >>> one, other = np.array([0, 0], np.int32), np.array([1, 3], np.int32)
        >>> Acquaintance.of(np.array([0 * 4 + 1, 1 * 4 + 2, 2 * 4 + 0]), 4).in_common(one, other, 9).tolist()
        [1, 0]
        """
        return _in_common(self.begins, self.known, source, target, most)


def distinct(*parts: Longs) -> Longs:
    """Every value once, rising; by one sort, which beats the hash table of `np.unique` on what is nearly
    sorted.

    >>> distinct(np.array([3, 1]), np.array([1, 2])).tolist()
    [1, 2, 3]
    """
    ordered = np.sort(np.concatenate(parts), kind="stable")
    fresh = np.ones(len(ordered), np.bool_)
    fresh[1:] = ordered[1:] != ordered[:-1]
    return ordered[fresh]


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
