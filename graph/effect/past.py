"""What was known of anybody at any moment, and who stood where when a friend shared."""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.kernels.csr import Floats, Ints, Longs
from graph.kernels.moments import before, shown_by_friends
from graph.log import NONE
from graph.openings import openings
from graph.purchases import purchases
from graph.snapshot import Snapshot

DAY = 86_400_000_000
RECENT = 30 * DAY
"""µs that count as lately."""

OTHERS = 40
"""People drawn beside each exposed one; half of them from those who did something lately."""

EXPOSED = 20_000
"""Exposures looked at, a random part of them where there are more."""

NEVER = np.iinfo(np.int64).max
TAKEN_TO = (Kind.VIEW, Kind.CART, Kind.FAVOURITE, Kind.SHARE, Kind.OPEN, Kind.PURCHASE, Kind.RATE)


class Outcome(Enum):
    """What counts as taking to a product: buying and keeping it, or anything one does with it."""

    PURCHASE = "purchase"
    ACT = "act"


class Moments(NamedTuple):
    """People looked at, each at a moment about a product; arrays of equal shape."""

    person: Ints
    product: Ints
    at: Longs

    def taken(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "Moments":
        """Some of them."""
        return Moments(self.person[rows], self.product[rows], self.at[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What is asked of any moment, as sorted arrays.

    acts, bought, met: times of everybody's acts, lines bought and first contacts. by_category: acts by person
    and category. listening, friends: where each person's begin, shape (n + 1,), who they are, since when: who
    listens to them, to whom they listen. shared, taken: keys of (person, product), rising, and when this was
    first shared, or taken to.
    """

    snapshot: Snapshot
    acts: "Times"
    by_category: "Times"
    bought: "Times"
    met: "Times"
    listening: tuple[Longs, Ints, Longs]
    friends: tuple[Longs, Ints, Longs]
    shared: tuple[Longs, Longs]
    taken: tuple[Longs, Longs]

    @classmethod
    def of(cls, snapshot: Snapshot, outcome: Outcome) -> "Past":
        """Of a whole snapshot."""
        events, shares, category = snapshot.events, snapshot.shares, snapshot.products.category
        n, products = len(snapshot.people), np.int64(len(snapshot.products))
        rows = events.rows(*TAKEN_TO)
        rows = rows[(events.person[rows] != NONE) & (events.product[rows] != NONE) & ~events.own[rows]]
        person, product, at = events.person[rows], events.product[rows], events.at[rows]
        kept = purchases(events)
        took = (kept.person, kept.product, kept.at) if outcome is Outcome.PURCHASE else (person, product, at)
        source, target, since = _contacts(snapshot)
        width = np.int64(len(snapshot.words) + 1)
        return cls(
            snapshot,
            acts=Times.of(person.astype(np.int64), at),
            by_category=Times.of(person * width + category[product] + 1, at),
            bought=Times.of(kept.person.astype(np.int64), kept.at),
            met=Times.of(target.astype(np.int64), since),
            listening=_grouped(source, target, since, n),
            friends=_grouped(target, source, since, n),
            shared=_firsts(shares.person * products + shares.product, shares.at),
            taken=_firsts(took[0] * products + took[1], took[2]),
        )

    def exposed(self, product: int | None, until: int, chance: np.random.Generator) -> Moments:
        """Whom friends' shares reached, before `until`; at most EXPOSED, drawn at random."""
        shares = self.snapshot.shares
        rows = np.flatnonzero((shares.at <= until) & (shares.person >= self.snapshot.people.blanks))
        rows = rows[shares.product[rows] == product] if product is not None else rows
        starts, whom, since = self.listening
        reaches = np.diff(starts)[shares.person[rows]]
        rows, reaches = rows[reaches > 0], reaches[reaches > 0]
        # Twice as many as are wanted: some had taken to it already.
        order = chance.permutation(len(rows))
        enough = np.searchsorted(np.cumsum(reaches[order]), 2 * EXPOSED) + 1
        rows = rows[np.sort(order[:enough])]
        count = np.diff(starts)[shares.person[rows]]
        place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        tie = np.repeat(starts[shares.person[rows]], count) + place
        all_ = Moments(whom[tie], np.repeat(shares.product[rows], count), np.repeat(shares.at[rows], count))
        may = (since[tie] < all_.at) & ~self.had_taken(all_) & (all_.person >= self.snapshot.people.blanks)
        rows = np.flatnonzero(may)
        return all_.taken(np.sort(chance.permutation(rows)[:EXPOSED]))

    def drawn_beside(
        self, exposed: Moments, chance: np.random.Generator
    ) -> tuple[Moments, NDArray[np.bool_]]:
        """OTHERS for each, one after another, and which of them were drawn for having acted lately."""
        entered = np.sort(self.acts.firsts())
        by_entry = self.acts.owners()[np.argsort(self.acts.firsts(), kind="stable")]
        by_time = np.argsort(self.acts.at, kind="stable")
        times, actors = self.acts.at[by_time], self.acts.owner[by_time]
        at = np.repeat(exposed.at, OTHERS)
        lately = np.tile(np.arange(OTHERS) % 2 == 1, len(exposed.at))
        low, high = np.searchsorted(times, at - RECENT), np.searchsorted(times, at)
        lately &= high > low
        anybody = np.searchsorted(entered, at)
        draw = chance.random(len(at))
        recent = actors[np.minimum(low + (draw * (high - low)).astype(np.int64), len(actors) - 1)]
        other = by_entry[np.minimum((draw * anybody).astype(np.int64), len(by_entry) - 1)]
        person = np.where(lately, recent, other).astype(np.int32)
        return Moments(person, np.repeat(exposed.product, OTHERS), at), lately

    def may_be_compared(self, drawn: Moments) -> NDArray[np.bool_]:
        """Who had not taken to the product, and had no friend who shared it; nobody forgotten."""
        starts, who, since = self.friends
        key, first = self.shared
        shown = shown_by_friends(*drawn, starts, who, since, key, first, len(self.snapshot.products))
        return ~shown & ~self.had_taken(drawn) & (drawn.person >= self.snapshot.people.blanks)

    def had_taken(self, asked: Moments) -> NDArray[np.bool_]:
        """Who had taken to the product at that moment or before."""
        return self._first(asked) <= asked.at

    def took(self, asked: Moments, within: int) -> NDArray[np.bool_]:
        """Who took to the product within so many µs."""
        return self._first(asked) - asked.at <= within

    def _first(self, asked: Moments) -> Longs:
        key, first = self.taken
        wanted = asked.person * np.int64(len(self.snapshot.products)) + asked.product
        place = np.minimum(np.searchsorted(key, wanted), max(len(key) - 1, 0))
        return (
            np.where(key[place] == wanted, first[place], NEVER) if len(key) else np.full(len(wanted), NEVER)
        )

    def known(self, asked: Moments) -> Floats:
        """What is known of each at that moment, shape (k, 6): acts lately and in all, of this category, lines
        bought, friends, days since the last act; logarithms of one more.
        """
        person = asked.person.astype(np.int64)
        category = self.snapshot.products.category[asked.product]
        of_category = person * np.int64(len(self.snapshot.words) + 1) + category + 1
        counts = [
            self.acts.count(person, asked.at) - self.acts.count(person, asked.at - RECENT),
            self.acts.count(person, asked.at),
            self.by_category.count(of_category, asked.at),
            self.bought.count(person, asked.at),
            self.met.count(person, asked.at),
            self.acts.since_last(person, asked.at) / DAY,
        ]
        return np.log1p(np.stack(counts, axis=1).astype(np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """Times by owner, sorted by (owner, time): asked how many lie before a moment."""

    owner: Longs
    at: Longs

    @classmethod
    def of(cls, owner: Longs, at: Longs) -> "Times":
        """Pairs in any order."""
        order = np.lexsort((at, owner))
        return cls(owner[order], at[order])

    def owners(self) -> Longs:
        """Each owner once."""
        return self.owner[self._starts()]

    def firsts(self) -> Longs:
        """The first time of each owner."""
        return self.at[self._starts()]

    def _starts(self) -> NDArray[np.intp]:
        return (
            np.flatnonzero(np.append(True, np.diff(self.owner) != 0))
            if len(self.owner)
            else np.empty(0, np.intp)
        )

    def count(self, owner: Longs, at: Longs) -> Longs:
        """How many of this owner's lie strictly before."""
        return before(self.owner, self.at, owner, at) - np.searchsorted(self.owner, owner)

    def since_last(self, owner: Longs, at: Longs) -> Longs:
        """µs since the last one strictly before; as if a year ago where there is none."""
        place = before(self.owner, self.at, owner, at) - 1
        if not len(self.owner):
            return np.full(len(owner), 365 * DAY)
        own = (place >= 0) & (self.owner[place] == owner)
        return np.where(own, at - self.at[place], 365 * DAY)


def _contacts(snapshot: Snapshot) -> tuple[Ints, Ints, Longs]:
    """Who listens to whom since when: the first opening of a share of theirs, or the first follow."""
    opened, events = openings(snapshot), snapshot.events
    follows = events.rows(Kind.TIE)
    follows = follows[(events.other[follows] != NONE) & (events.person[follows] != NONE)]
    follows = follows[events.other[follows] != events.person[follows]]
    source = np.append(opened.sharer, events.other[follows])
    target = np.append(opened.person, events.person[follows])
    n = np.int64(len(snapshot.people))
    key, first = _firsts(source * n + target, np.append(opened.at, events.at[follows]))
    return (key // n).astype(np.int32), (key % n).astype(np.int32), first


def _firsts(key: Longs, at: Longs) -> tuple[Longs, Longs]:
    """Each key once, rising, with its least time."""
    order = np.lexsort((at, key))
    key, at = key[order].astype(np.int64), at[order]
    first = np.append(True, np.diff(key) != 0) if len(key) else np.empty(0, np.bool_)
    return key[first], at[first]


def _grouped(owner: Ints, member: Ints, since: Longs, people: int) -> tuple[Longs, Ints, Longs]:
    order = np.argsort(owner, kind="stable")
    starts = np.searchsorted(owner[order], np.arange(people + 1)).astype(np.int64)
    return starts, member[order], since[order]
