"""What each person did with each product, as one row a pair: how much it tells of their taste, and how much
it tells their friends.

Both are the strongest single act, decayed with age: a hundred looks never outweigh a purchase. Looking,
putting into the cart and marking as a favourite are between a person and the shop; only sharing, buying,
rating and opening somebody's link speak to friends.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind, Verdict
from graph.kernels.groups import gathered
from graph.kernels.votes import Gathered, gather
from graph.log import NONE
from graph.purchases import Purchases, returned
from graph.snapshot import Snapshot
from graph.timeline import Events, Rows

HALF_LIFE = timedelta(days=90)

TASTE = {
    Kind.PURCHASE: 1.0,
    Kind.SHARE: 0.8,
    Kind.FAVOURITE: 0.7,
    Kind.RATE: 0.7,
    Kind.CART: 0.6,
    Kind.OPEN: 0.5,
    Kind.VIEW: 0.2,
}
"""How much one act says of what a person likes."""

WORD = {Kind.PURCHASE: 0.9, Kind.SHARE: 1.0, Kind.RATE: 0.5, Kind.OPEN: 0.3}
"""How much one act says to the people who listen to its person."""

DISLIKED = 2.5
"""A rating at or below this (of five) tells no friend and no taste."""


@dataclass(frozen=True, slots=True, eq=False)
class Engagements:
    """m pairs (person, product) in rows by person, newest act first.

    indptr: (people + 1,). product: (m,). taste, word: (m,), in [0, 1] as of the snapshot's newest event (an
    act after it counts above 1). action: the act that speaks loudest. at: its time. share: its row where it
    was a SHARE, else −1. bought: whether the person has it.
    """

    indptr: NDArray[np.int64]
    product: Rows
    taste: NDArray[np.float32]
    word: NDArray[np.float32]
    action: NDArray[np.int8]
    at: NDArray[np.int64]
    share: Rows
    bought: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.product)

    def of(self, person: int) -> "Acts":
        """One person's pairs, newest act first."""
        row = slice(int(self.indptr[person]), int(self.indptr[person + 1]))
        return Acts(
            self.product[row],
            self.taste[row],
            self.word[row],
            self.action[row],
            self.at[row],
            self.share[row],
            self.bought[row],
        )

    def said(self, people: Rows, weight: NDArray[np.float64], each: int) -> Gathered:
        """What these people's newest `each` acts say to others: (product, weight · word, which of the people,
        position).
        """
        return self._told(people, weight, each, self.word)

    def liked(self, people: Rows, weight: NDArray[np.float64], each: int) -> Gathered:
        """What these people's newest `each` products say of their taste; as `said`, with taste for word."""
        return self._told(people, weight, each, self.taste)

    def _told(
        self, people: Rows, weight: NDArray[np.float64], each: int, loud: NDArray[np.float32]
    ) -> Gathered:
        starts = self.indptr[people]
        ends = np.minimum(self.indptr[people + 1], starts + each)
        return gather(starts, ends, weight, self.product, loud)

    def counts(self, people: Rows) -> NDArray[np.int64]:
        """How many products each of these did something with."""
        return self.indptr[people + 1] - self.indptr[people]

    def act(self, position: int) -> tuple[Kind, int, int | None]:
        """The loudest act of a pair, its time in µs, and its share's row where it was a SHARE."""
        share = int(self.share[position])
        return Kind(self.action[position]), int(self.at[position]), None if share == NONE else share

    def when(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """The times of the loudest acts of some pairs, µs."""
        return self.at[positions]

    def has(self, positions: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Of which pairs the person has the product."""
        return self.bought[positions]


Told = Callable[[Engagements, Rows, NDArray[np.float64], int], Gathered]


@dataclass(frozen=True, slots=True, eq=False)
class Acts:
    """One person's engagements, columns as in `Engagements`."""

    product: Rows
    taste: NDArray[np.float32]
    word: NDArray[np.float32]
    action: NDArray[np.int8]
    at: NDArray[np.int64]
    share: Rows
    bought: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class LiveEngagements:
    """Engagements of which some people's rows are newer than the rest.

    renewed: (people,), whose rows are those of `fresh`; all others' are those of `base`, faded by `fade`
    since it was fitted. Positions in `fresh` come after those of `base`.
    """

    base: Engagements
    fresh: Engagements
    renewed: NDArray[np.bool_]
    fade: float

    def of(self, person: int) -> Acts:
        """As `Engagements.of`."""
        if self.renewed[person]:
            return self.fresh.of(person)
        acts = self.base.of(person)
        fade = np.float32(self.fade)
        return replace(acts, taste=acts.taste * fade, word=acts.word * fade)

    def said(self, people: Rows, weight: NDArray[np.float64], each: int) -> Gathered:
        """As `Engagements.said`."""
        return self._told(people, weight, each, Engagements.said)

    def liked(self, people: Rows, weight: NDArray[np.float64], each: int) -> Gathered:
        """As `Engagements.liked`."""
        return self._told(people, weight, each, Engagements.liked)

    def counts(self, people: Rows) -> NDArray[np.int64]:
        """As `Engagements.counts`."""
        new = self.renewed[people]
        found = np.empty(len(people), np.int64)
        found[new], found[~new] = self.fresh.counts(people[new]), self.base.counts(people[~new])
        return found

    def _told(self, people: Rows, weight: NDArray[np.float64], each: int, told: Told) -> Gathered:
        new = self.renewed[people]
        old_votes = told(self.base, people[~new], weight[~new] * self.fade, each)
        new_votes = told(self.fresh, people[new], weight[new], each)
        product = np.concatenate([old_votes[0], new_votes[0]])
        vote = np.concatenate([old_votes[1], new_votes[1]])
        asked = np.concatenate([np.flatnonzero(~new)[old_votes[2]], np.flatnonzero(new)[new_votes[2]]])
        return product, vote, asked.astype(np.int32), np.append(old_votes[3], new_votes[3] + len(self.base))

    def act(self, position: int) -> tuple[Kind, int, int | None]:
        """As `Engagements.act`."""
        behind = position - len(self.base)
        return self.base.act(position) if behind < 0 else self.fresh.act(behind)

    def when(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """As `Engagements.when`."""
        new = positions >= len(self.base)
        found = np.empty(len(positions), np.int64)
        found[new] = self.fresh.when(positions[new] - len(self.base))
        found[~new] = self.base.when(positions[~new])
        return found

    def has(self, positions: NDArray[np.int64]) -> NDArray[np.bool_]:
        """As `Engagements.has`."""
        new = positions >= len(self.base)
        found = np.empty(len(positions), np.bool_)
        found[new] = self.fresh.has(positions[new] - len(self.base))
        found[~new] = self.base.has(positions[~new])
        return found


def engagements(snapshot: Snapshot, silent: NDArray[np.bool_], kept: Purchases) -> Engagements:
    """Everybody's engagements, noise and opens of one's own shares left out.

    silent: (people,), those who allow no use of what they did: their acts are kept for their own filters with
    a taste and a word of zero. kept: the purchases that were not given back; one that was keeps its place,
    and says nothing.
    """
    events = snapshot.events
    rows = events.rows(*TASTE)
    rows = rows[~events.own[rows] & (events.product[rows] != NONE) & (events.person[rows] != NONE)]
    products = len(snapshot.products)
    key = events.person[rows].astype(np.int64) * products + events.product[rows]
    taste, word = weights(events, rows, snapshot.as_of)
    hushed = silent[events.person[rows]] | returned(events, kept)[rows]
    taste[hushed] = word[hushed] = 0.0
    loudest = np.lexsort((events.at[rows], taste, word, key))
    first = np.flatnonzero(np.diff(key[loudest], prepend=-1))
    last = np.append(first[1:], len(loudest)) - 1
    pair, speaks = key[loudest[first]], rows[loudest[last]] if len(rows) else rows
    person = (pair // max(products, 1)).astype(np.int32)
    newest_first = np.lexsort((pair, -events.at[speaks], person))
    speaks = speaks[newest_first]
    strongest_taste = np.maximum.reduceat(taste[loudest], first) if len(first) else taste
    return Engagements(
        indptr=gathered(person, len(snapshot.people))[0],
        product=events.product[speaks],
        taste=strongest_taste[newest_first],
        word=word[loudest[last]][newest_first] if len(rows) else word,
        action=events.kind[speaks],
        at=events.at[speaks],
        share=np.where(events.kind[speaks] == Kind.SHARE, events.share[speaks], NONE).astype(np.int32),
        bought=np.isin(pair[newest_first], kept.person.astype(np.int64) * products + kept.product),
    )


def weights(
    events: Events, rows: NDArray[np.intp], as_of: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Taste and word of single acts, decayed to `as_of` (µs)."""
    decay = np.exp2(-(as_of - events.at[rows]) / (HALF_LIFE.total_seconds() * 1e6))
    liked = ~((events.kind[rows] == Kind.RATE) & (events.rating[rows] <= DISLIKED))
    by_kind = [
        np.array([table.get(Kind(k), 0.0) if k else 0.0 for k in range(16)]) for table in (TASTE, WORD)
    ]
    taste, word = (table[events.kind[rows]] * decay * liked for table in by_kind)
    return taste.astype(np.float32), word.astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """The last word of each person on each product, where they said one and did not take it back; arrays by
    person, newest first.
    """

    person: Rows
    product: Rows
    verdict: NDArray[np.int8]

    def of(self, person: int) -> dict[int, Verdict]:
        """A person's verdicts by product row, newest first."""
        low, high = np.searchsorted(self.person, [person, person + 1])
        said = zip(self.product[low:high].tolist(), self.verdict[low:high].tolist(), strict=True)
        return {product: Verdict(verdict) for product, verdict in said}


@dataclass(frozen=True, slots=True, eq=False)
class LiveVerdicts:
    """Verdicts of which some people's are newer than the rest."""

    base: Verdicts
    fresh: Verdicts
    renewed: NDArray[np.bool_]

    def of(self, person: int) -> dict[int, Verdict]:
        """As `Verdicts.of`."""
        return (self.fresh if self.renewed[person] else self.base).of(person)


def verdicts(snapshot: Snapshot) -> Verdicts:
    """What people said of products with FEEDBACK events."""
    events = snapshot.events
    rows = events.rows(Kind.FEEDBACK)
    rows = rows[np.lexsort((rows, events.product[rows], events.person[rows]))]
    last = np.ones(len(rows), np.bool_)
    last[:-1] = (np.diff(events.person[rows]) != 0) | (np.diff(events.product[rows]) != 0)
    kept = rows[last & (events.verdict[rows] != Verdict.CLEAR)]
    kept = kept[np.lexsort((-kept, events.person[kept]))]
    return Verdicts(events.person[kept], events.product[kept], events.verdict[kept])
