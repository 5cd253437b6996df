"""Who turned to whom, and when: openings as appeal is learned from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.kernels.csr import Csr, grouped
from graph.kernels.groups import firsts
from graph.openings import Openings
from graph.timeline import Rows

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Acts:
    """k acts in order of time, shape (k,): this person opened what this sharer had shared. at: µs since 1970.
    people: how many there are.
    """

    sharer: Rows
    person: Rows
    at: Longs
    people: int

    @classmethod
    def of(cls, opened: Openings, people: int) -> "Acts":
        """Every opening once: who opens a share and passes it on in the same instant acted once."""
        order = np.lexsort((opened.share, opened.person, opened.at))
        columns = (opened.at[order], opened.person[order], opened.share[order])
        again = np.logical_and.reduce([np.diff(column) == 0 for column in columns])
        kept = np.sort(order[np.append(True, ~again)[: len(order)]])
        return cls(opened.sharer[kept], opened.person[kept], opened.at[kept], people)

    def __len__(self) -> int:
        return len(self.at)

    def between(self, start: int, stop: int) -> "Acts":
        """Those in these places."""
        return Acts(self.sharer[start:stop], self.person[start:stop], self.at[start:stop], self.people)

    def before(self, at: int) -> "Acts":
        """What lies strictly before a time (µs)."""
        return self.between(0, int(np.searchsorted(self.at, at)))

    def since(self, at: int) -> "Acts":
        """What does not."""
        return self.between(int(np.searchsorted(self.at, at)), len(self))

    def audiences(self) -> Longs:
        """For each person how many different people opened shares of theirs, shape (people,)."""
        first = firsts(self.sharer, self.person, self.people, self.people)
        return np.bincount(self.sharer[first], minlength=self.people)

    def ages(self, at: int) -> Floats:
        """Of the acts, µs; a microsecond at least."""
        return np.maximum(at - self.at, 1).astype(np.float64)

    def pairs(self, weight: Floats | None = None) -> Csr:
        """A row for each sharer: who opened shares of theirs, weighing the sum of the weights of their
        acts.
        """
        return grouped(self.sharer, self.person, weight, self.people)

    def last(self) -> "Acts":
        """The last act of each pair of sharer and opener."""
        sharer, person = self.sharer[::-1].copy(), self.person[::-1].copy()
        last = firsts(sharer, person, self.people, self.people)[::-1]
        return Acts(self.sharer[last], self.person[last], self.at[last], self.people)
