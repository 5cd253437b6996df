"""The past as acts between people, in order of time, ready to be counted as of any time."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.kernels.circles import RENEWED, SHUT, STANDS, Layers, Longs
from graph.kernels.groups import gathered
from graph.log import NONE
from graph.once import once
from graph.openings import Openings
from graph.snapshot import Snapshot
from graph.timeline import Rows

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Acts:
    """k acts in order of time, all arrays of shape (k,): target opened a share of source's of this product,
    or, with product and share −1, follows source. at: µs. forth, back: where each person's acts
    begin, (people + 1,), and the acts by person and time, as source and as target.
    """

    source: Rows
    target: Rows
    product: Rows
    share: Rows
    at: Longs
    forth: tuple[Longs, Longs]
    back: tuple[Longs, Longs]

    def __len__(self) -> int:
        return len(self.source)

    @classmethod
    def of(cls, snapshot: Snapshot, opened: Openings, personal: Mask) -> "Acts":
        """Of a snapshot: first openings of each share by each person, and follows that stand. Acts of or on
        somebody who is not `personal`, (people,), are none.
        """
        people = len(snapshot.people)
        first = np.flatnonzero(opened.first)
        follower, followed, since = _follows(snapshot)
        source = np.append(opened.sharer[first], followed)
        target = np.append(opened.person[first], follower)
        nothing = np.full(len(followed), NONE, np.int32)
        product, share = (np.append(column[first], nothing) for column in (opened.product, opened.share))
        at = np.append(opened.at[first], since)
        counts = np.flatnonzero(personal[source] & personal[target] & (source != target))
        rows = counts[np.lexsort((target[counts], source[counts], at[counts]))]
        return cls(
            source=source[rows],
            target=target[rows],
            product=product[rows],
            share=share[rows],
            at=at[rows],
            forth=gathered(source[rows], people),
            back=gathered(target[rows], people),
        )

    @classmethod
    def none(cls, people: int) -> "Acts":
        """No act among so many people."""
        rows, starts = np.empty(0, np.int32), (np.zeros(people + 1, np.int64), np.empty(0, np.int64))
        return cls(rows, rows, rows, rows, np.empty(0, np.int64), starts, starts)

    def of_more(self, people: int) -> "Acts":
        """The same among more people, the new ones behind."""
        (forth, by_source), (back, by_target) = self.forth, self.back
        more = people + 1 - len(forth)
        forth, back = (np.pad(starts, (0, more), mode="edge") for starts in (forth, back))
        return replace(self, forth=(forth, by_source), back=(back, by_target))


def _follows(snapshot: Snapshot) -> tuple[Rows, Rows, Longs]:
    """Who follows whom since when: the last word on each pair, where it is a TIE."""
    events = snapshot.events
    said = events.rows(Kind.TIE, Kind.UNTIE)
    said = said[(events.other[said] != NONE) & (events.person[said] != NONE)]
    pair = events.person[said].astype(np.int64) * len(snapshot.people) + events.other[said]
    _, from_last = np.unique(pair[::-1], return_index=True)
    last = said[len(said) - 1 - from_last]
    stands = last[events.kind[last] == Kind.TIE]
    return events.person[stands], events.other[stands], events.at[stands]


@dataclass(frozen=True, eq=False)
class History:
    """Acts of a fit and those since, with what the products are. state: (people,), see `circles.STANDS`.
    category, brand: (products,), −1 unknown.
    """

    base: Acts
    fresh: Acts
    state: NDArray[np.int8]
    category: Rows
    brand: Rows

    @classmethod
    def of(cls, snapshot: Snapshot, opened: Openings, personal: Mask) -> "History":
        """Of one snapshot, nothing newer. personal: (people,), who was not forgotten and allows that what
        they did is used.
        """
        people = len(snapshot.people)
        return cls(
            base=Acts.of(snapshot, opened, personal),
            fresh=Acts.none(people),
            state=np.where(personal, STANDS, SHUT).astype(np.int8),
            category=snapshot.products.category,
            brand=snapshot.products.brand,
        )

    def and_then(self, now: Snapshot, opened: Openings, personal: Mask, renewed: Mask) -> "History":
        """This and what came since, of which everything done by the `renewed` is in `now` and `opened`."""
        return History(
            base=self.base.of_more(len(now.people)),
            fresh=Acts.of(now, opened, personal),
            state=np.where(personal, np.where(renewed, RENEWED, STANDS), SHUT).astype(np.int8),
            category=now.products.category,
            brand=now.products.brand,
        )

    @once
    def layers(self) -> Layers:
        """As the kernel takes them."""
        old, new = self.base, self.fresh
        return (
            (old.source, new.source),
            (old.target, new.target),
            (old.product, new.product),
            (old.at, new.at),
            ((old.forth[0], new.forth[0]), (old.forth[1], new.forth[1])),
            ((old.back[0], new.back[0]), (old.back[1], new.back[1])),
        )

    def opened_by(self, person: int) -> tuple[Rows, Rows, Rows]:
        """What a person opened of whom, newest first: (sharers, products, shares); follows are left out."""
        acts = self.fresh if self.state[person] == RENEWED else self.base
        starts, by_person = acts.back
        rows = by_person[starts[person] : starts[person + 1]][::-1]
        rows = rows[acts.product[rows] != NONE]
        return acts.source[rows], acts.product[rows], acts.share[rows]
