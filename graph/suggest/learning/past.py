"""A snapshot as it stood at an earlier time, and what people chose afterwards.

History stands still at the cut: what is learned from is what somebody could have been told then. Who is who
and what belongs to which category are known as of the whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.log import NONE
from graph.snapshot import Snapshot
from graph.timeline import Events

Longs = NDArray[np.intp]

CHOSEN = (Kind.OPEN, Kind.PURCHASE)
HELD_BACK = 0.15
"""Share of what was chosen that comes after the cut."""


@dataclass(frozen=True, slots=True, eq=False)
class Afterwards:
    """What was chosen from a time on. events: of the whole. rows: its openings of others' shares and its
    purchases from the cut on, in order of time. tellable: which of these could have been told at the cut; who
    came by a share that was made later was told by that, and nothing at the cut knew of it. cut: µs.
    """

    events: Events
    rows: Longs
    tellable: NDArray[np.bool_]
    cut: int

    def among(self, which: NDArray[np.bool_]) -> "Afterwards":
        """Some of it."""
        return replace(self, rows=self.rows[which], tellable=self.tellable[which])

    def by_person(self) -> Iterator[tuple[int, Longs]]:
        """Everybody who chose something, by row, and their rows in order of time."""
        person = self.events.person[self.rows]
        order = np.argsort(person, kind="stable")
        starts = np.flatnonzero(np.diff(person[order], prepend=-1))
        for mine in np.split(self.rows[order], starts[1:]):
            if len(mine):
                yield int(self.events.person[mine[0]]), mine

    def told(self, rows: Longs) -> Longs:
        """Those of some rows that could have been told."""
        return rows[self.tellable[np.searchsorted(self.rows, rows)]]


def afterwards(snapshot: Snapshot, held_back: float = HELD_BACK) -> Afterwards:
    """The last part of what was chosen; what comes at the very time of the cut belongs to it."""
    events = snapshot.events
    rows = events.rows(*CHOSEN)
    rows = rows[~events.own[rows] & (events.product[rows] != NONE) & (events.person[rows] != NONE)]
    first = int(len(rows) * (1 - held_back))
    cut = int(events.at[rows[first]]) if first < len(rows) else snapshot.as_of + 1
    rows = rows[np.searchsorted(events.at[rows], cut) :]
    share = events.share[rows]
    later = (share != NONE) & (np.append(snapshot.shares.at, 0)[share] >= cut)
    return Afterwards(events, rows, ~later, cut)


def before(snapshot: Snapshot, cut: int) -> Snapshot:
    """The snapshot without all events from the cut (µs) on, as of its newest event then.

    A catalogue has no dates: a product that nobody had touched by then may not have been in the shop, and
    that somebody touched it later must not tell. It is not available.
    """
    count = int(np.searchsorted(snapshot.events.at, cut))
    events = snapshot.events.at_rows(np.arange(count))
    as_of = int(events.at[-1]) if count else cut
    touched = np.zeros(len(snapshot.products), np.bool_)
    touched[events.product[events.product != NONE]] = True
    products = replace(snapshot.products, available=snapshot.products.available & touched)
    version = f"{snapshot.version}<{cut}"
    return replace(snapshot, version=version, as_of=as_of, events=events, products=products)
