"""What each person did with each product, as one row a pair: how much it tells of their taste, and how much
it tells their friends.

Both are the strongest single act, decayed with age: a hundred looks never outweigh a purchase. Looking,
putting into the cart and marking as a favourite are between a person and the shop; only sharing, buying,
rating and opening somebody's link speak to friends.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind, Verdict
from graph.log import NONE
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

    def row(self, person: int) -> slice:
        """Where a person's pairs lie."""
        return slice(int(self.indptr[person]), int(self.indptr[person + 1]))


def engagements(snapshot: Snapshot, silent: NDArray[np.bool_], owned: NDArray[np.int64]) -> Engagements:
    """Everybody's engagements, noise and opens of one's own shares left out.

    silent: (people,), those who allow no use of what they did: their acts are kept for their own filters with
    a taste and a word of zero. owned: sorted keys person · products + product of what somebody bought and
    kept.
    """
    events = snapshot.events
    rows = events.rows(*TASTE)
    rows = rows[~events.own[rows] & (events.product[rows] != NONE) & (events.person[rows] != NONE)]
    products = len(snapshot.products)
    key = events.person[rows].astype(np.int64) * products + events.product[rows]
    taste, word = weights(events, rows, snapshot.as_of)
    hushed = silent[events.person[rows]]
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
        indptr=np.searchsorted(person, np.arange(len(snapshot.people) + 1)).astype(np.int64),
        product=events.product[speaks],
        taste=strongest_taste[newest_first],
        word=word[loudest[last]][newest_first] if len(rows) else word,
        action=events.kind[speaks],
        at=events.at[speaks],
        share=np.where(events.kind[speaks] == Kind.SHARE, events.share[speaks], NONE).astype(np.int32),
        bought=np.isin(pair[newest_first], owned),
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
    """The last word of each person on each product, where they said one and did not take it back; key =
    person · products + product.
    """

    key: NDArray[np.int64]
    verdict: NDArray[np.int8]

    def of(self, person: int, products: int) -> dict[int, Verdict]:
        """A person's verdicts by product row."""
        low, high = np.searchsorted(self.key, [person * products, (person + 1) * products])
        said = zip(self.key[low:high].tolist(), self.verdict[low:high].tolist(), strict=True)
        return {key - person * products: Verdict(verdict) for key, verdict in said}


def verdicts(snapshot: Snapshot) -> Verdicts:
    """What people said of products with FEEDBACK events."""
    events = snapshot.events
    rows = events.rows(Kind.FEEDBACK)
    key = events.person[rows].astype(np.int64) * len(snapshot.products) + events.product[rows]
    order = np.lexsort((rows, key))
    last = np.append(np.diff(key[order]) != 0, np.ones(min(len(rows), 1), np.bool_))
    kept = order[last]
    kept = kept[events.verdict[rows[kept]] != Verdict.CLEAR]
    return Verdicts(key[kept], events.verdict[rows[kept]])


def refused(snapshot: Snapshot, purpose: int) -> NDArray[np.bool_]:
    """Who has said no to a purpose (0 personalisation, 1 named to friends, 2 location, 3 research) and not
    yes since; shape (people,).
    """
    events = snapshot.events
    rows = events.rows(Kind.CONSENT)
    said = (events.consent[rows] >> (2 * purpose)) & 3
    answered = said > 0
    no = np.zeros(len(snapshot.people), np.bool_)
    for person, answer in zip(events.person[rows[answered]].tolist(), said[answered].tolist(), strict=True):
        no[person] = answer == 1
    return no
