"""What each person was shown lately and passed over, and what of it should rest: the frequency cap.

A product that was shown to somebody `times` times within `within` and that they did nothing with rests for
`rest` after the last of these showings; then it may come again, and rests again after as many. Somebody who
was shown `in_a_row` products since they last did anything, all within `within`, is tired of the list itself:
all of these rest, so that the next answer is a new one. What they did something with is none of the cap's
business: it is seen.

A showing is an EXPOSURE that came from no share; a page that is drawn again within a `SITTING` shows nothing
new. The clock is that of the log: `as_of`, its newest event.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from graph.errors import InvalidInput
from graph.events import Kind
from graph.kernels.groups import gathered
from graph.log import NONE
from graph.snapshot import Snapshot
from graph.suggest.engagements import TASTE
from graph.timeline import Rows

SITTING = timedelta(minutes=30)
"""What analytics calls a session; within it the same product is shown once, however often it is drawn."""


REMEMBERED = timedelta(days=60)
"""A showing that is older is forgotten: within and rest of a cap together are no longer than this."""


@dataclass(frozen=True, slots=True)
class Cap:
    """How often is often enough; nothing ever is where it is 0.

    times, within, rest: three showings in a week are enough for a fortnight. in_a_row: where three of a
    hundred showings are opened, so many pass without one by chance once in twenty.
    """

    times: int = 3
    within: timedelta = timedelta(days=7)
    rest: timedelta = timedelta(days=14)
    in_a_row: int = 100

    @classmethod
    def said(cls, times: int, rest_days: int, in_a_row: int) -> "Cap":
        """From numbers; InvalidInput where one of them makes no sense.

        >>> Cap.said(3, 14, 100) == Cap()
        True
        """
        longest = (REMEMBERED - cls().within).days
        if times < 0 or in_a_row < 0 or not 0 < rest_days <= longest:
            raise InvalidInput(
                f"a cap of {times} showings, {in_a_row} in a row and {rest_days} days of rest: numbers are at"
                f" least 0, and a rest lasts 1 to {longest} days"
            )
        return cls(times, rest=timedelta(days=rest_days), in_a_row=in_a_row)


CAP = Cap()
"""What is often enough where nobody says otherwise."""


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """k showings that are remembered, in rows by person, by product within them, the newest of each first.

    indptr: (people + 1,). product, at: (k,), rows and µs. acted_at: (people,), µs of each person's last act
    with any product, −1 for none. as_of: µs, now.
    """

    indptr: NDArray[np.int64]
    product: Rows
    at: NDArray[np.int64]
    acted_at: NDArray[np.int64]
    as_of: int

    def resting(self, person: int, cap: Cap) -> Rows:
        """The products that this person should not be shown now, each once, ascending."""
        mine = slice(int(self.indptr[person]), int(self.indptr[person + 1]))
        product, at = self.product[mine], self.at[mine]
        tired, age = product[:0], self.as_of - at
        if 0 < cap.times <= len(at):
            last, first = slice(len(at) - cap.times + 1), slice(cap.times - 1, None)
            often = (product[last] == product[first]) & (at[last] - at[first] <= _micros(cap.within))
            tired = product[last][often & (age[last] < _micros(cap.rest))]
        if 0 < cap.in_a_row <= len(at):
            in_a_row = (at > self.acted_at[person]) & (age <= _micros(cap.within))
            if np.count_nonzero(in_a_row) >= cap.in_a_row:
                tired = np.append(tired, product[in_a_row])
        return np.unique(tired)


@dataclass(frozen=True, slots=True, eq=False)
class LiveShown:
    """Showings of which some people's are newer than the rest."""

    base: Shown
    fresh: Shown
    renewed: NDArray[np.bool_]

    @property
    def as_of(self) -> int:
        """µs, now."""
        return self.fresh.as_of

    def resting(self, person: int, cap: Cap) -> Rows:
        """As `Shown.resting`, all as of now."""
        if self.renewed[person]:
            return self.fresh.resting(person, cap)
        return replace(self.base, as_of=self.fresh.as_of).resting(person, cap)


def shown(snapshot: Snapshot) -> Shown:
    """Everybody's showings that a cap may count, noise left out."""
    events, people = snapshot.events, len(snapshot.people)
    acts = events.rows(*TASTE)
    acted_at = np.full(people, NONE, np.int64)
    acted_at[events.person[acts]] = events.at[acts]
    rows = events.rows(Kind.EXPOSURE)
    late = events.at[rows] >= snapshot.as_of - _micros(REMEMBERED)
    ours = late & (events.share[rows] == NONE) & (events.product[rows] != NONE)
    rows = rows[ours]
    rows = rows[np.lexsort((events.at[rows], events.product[rows], events.person[rows]))]
    rows = rows[~_again(events.person[rows], events.product[rows], events.at[rows])][::-1]
    rows = rows[np.argsort(events.person[rows], kind="stable")]
    indptr, _ = gathered(events.person[rows], people)
    return Shown(indptr, events.product[rows], events.at[rows], acted_at, snapshot.as_of)


def _again(person: Rows, product: Rows, at: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which showings, in order of person, product and time, follow one of the same within a sitting."""
    again = np.zeros(len(at), np.bool_)
    same = (np.diff(person) == 0) & (np.diff(product) == 0)
    again[1:] = same & (np.diff(at) <= _micros(SITTING))
    return again


def _micros(span: timedelta) -> int:
    return span // timedelta(microseconds=1)
