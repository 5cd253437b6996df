"""A snapshot as it stood at an earlier time, and what people chose afterwards.

Who is who, who allows what and what belongs to which category are known as of the whole.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.consent import Purpose, refused
from graph.events import Kind
from graph.log import NONE
from graph.snapshot import Snapshot
from graph.timeline import Events

Longs = NDArray[np.intp]

CHOSEN = (Kind.OPEN, Kind.PURCHASE)
HELD_BACK = 0.15
"""Share of what was chosen that comes after the cut."""

EACH = 3
"""Choices of one person that are asked about."""


class Choice(NamedTuple):
    """What a person chose at one time (µs). rows: positions in `Events`. following: of what they chose next.
    landed: the position of their first opening of a link since the cut, where this is it.
    """

    person: int
    at: int
    rows: Longs
    following: Longs
    landed: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Afterwards:
    """What was chosen from a time on. events: of the whole. rows: its openings of others' shares and its
    purchases from the cut on, in order of time. cut: µs.
    """

    events: Events
    rows: Longs
    cut: int

    def among(self, which: NDArray[np.bool_]) -> "Afterwards":
        """Some of it."""
        return replace(self, rows=self.rows[which])

    def by_person(self) -> Iterator[tuple[int, Longs]]:
        """Everybody who chose something, by row, and their rows in order of time."""
        yield from self._of_people(np.arange)

    def choices(self, *, seed: int = 0) -> Iterator["Choice"]:
        """Choices of one person after the other, whom chance puts in order; at most `EACH` of anybody."""
        for person, mine in self._of_people(np.random.default_rng(seed).permutation):
            linked = (self.events.kind[mine] == Kind.OPEN) & (self.events.share[mine] != NONE)
            first = int(mine[linked][0]) if linked.any() else NONE
            parts = np.split(mine, np.flatnonzero(np.diff(self.events.at[mine])) + 1)
            every = list(zip(parts, [*parts[1:], mine[:0]], strict=True))
            for rows, following in every[:: -(-len(every) // EACH)]:
                landed = first if first in rows else None
                yield Choice(person, int(self.events.at[rows[0]]), rows, following, landed)

    def _of_people(self, ordered: Callable[[int], Longs]) -> Iterator[tuple[int, Longs]]:
        person = self.events.person[self.rows]
        rows = self.rows[np.argsort(person, kind="stable")]
        starts = np.flatnonzero(np.diff(self.events.person[rows], prepend=NONE, append=NONE))
        for place in ordered(max(len(starts) - 1, 0)).tolist():
            mine = rows[starts[place] : starts[place + 1]]
            yield int(self.events.person[mine[0]]), mine


def afterwards(snapshot: Snapshot, held_back: float = HELD_BACK) -> Afterwards:
    """The last part of what was chosen by whoever allows that it teaches; what comes at the very time of the
    cut belongs to it.
    """
    events = snapshot.events
    rows = events.rows(*CHOSEN)
    rows = rows[~events.own[rows] & (events.product[rows] != NONE) & (events.person[rows] != NONE)]
    rows = rows[~refused(snapshot, Purpose.PERSONALISATION)[events.person[rows]]]
    first = int(len(rows) * (1 - held_back))
    cut = int(events.at[rows[first]]) if first < len(rows) else snapshot.as_of + 1
    rows = rows[np.searchsorted(events.at[rows], cut) :]
    return Afterwards(events, rows, cut)


def before(snapshot: Snapshot, cut: int) -> Snapshot:
    """The snapshot without all events from the cut (µs) on but consents, as of its newest event then.

    Somebody who refuses later is not learned from either. What nobody had touched is not on offer
    (`stocked`).
    """
    count = int(np.searchsorted(snapshot.events.at, cut))
    as_of = int(snapshot.events.at[count - 1]) if count else cut
    consents = snapshot.events.rows(Kind.CONSENT, noise=True)
    events = snapshot.events.at_rows(np.append(np.arange(count), consents[consents >= count]))
    version = f"{snapshot.version}<{cut}"
    return stocked(replace(snapshot, version=version, as_of=as_of, events=events))


def stocked(snapshot: Snapshot) -> Snapshot:
    """The same where only those products are on offer that something happened to.

    A catalogue has no dates: a product that nobody had touched may not have been in the shop yet, and one
    that was put together from the log holds it because somebody touched it later, which must not tell.
    """
    products = snapshot.products
    return replace(snapshot, products=replace(products, available=products.available & touched(snapshot)))


def touched(snapshot: Snapshot) -> NDArray[np.bool_]:
    """Which products something happened to by whoever allows that it counts, (products,)."""
    events, silent = snapshot.events, refused(snapshot, Purpose.PERSONALISATION)
    told = (events.product != NONE) & ((events.person == NONE) | ~silent[events.person])
    return np.bincount(events.product[told], minlength=len(snapshot.products)) > 0
