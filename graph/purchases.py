"""What was bought and kept: purchase lines net of refunds.

One PURCHASE event is one line of an order. A line given back in full is no purchase; one given back in part
counts with what remains of it. A refund finds its lines so:

- with an order and a product: the lines of that product in that order, the latest first;
- with an order alone: all lines of the order, each in proportion to what remains of it;
- with a product alone: that person's lines of it up to the refund, the latest first;
- with neither, or where nothing is found: none, and it is counted as unmatched.

A refund without an amount gives back whole what it finds in an order, or a person's latest line. A line
without an amount is given back whole by what names its product, or by what covers all that is priced in its
order. Money in another currency leaves a line as it is; what exceeds the lines found is nobody's.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.kernels.refunds import Lines, Refunds, given_back
from graph.log import NONE
from graph.timeline import Events, Rows

Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Purchases:
    """k lines that were kept, in order of time; all arrays of shape (k,).

    event: positions in `Events`. person, product: rows. at: microseconds since 1970. amount: what remains
    paid, whole ten-thousandths, never negative. currency: codes into `Snapshot.words`, −1 (and amount 0)
    where the log said no amount. unmatched: how many refunds found no line.
    """

    event: Longs
    person: Rows
    product: Rows
    at: Longs
    amount: Longs
    currency: Rows
    unmatched: int

    def __len__(self) -> int:
        return len(self.event)

    def taken(self, rows: NDArray[np.bool_]) -> "Purchases":
        """Some of them."""
        event, person, product = self.event[rows], self.person[rows], self.product[rows]
        money = self.amount[rows], self.currency[rows]
        return Purchases(event, person, product, self.at[rows], *money, self.unmatched)


def purchases(events: Events) -> Purchases:
    """The lines that were kept, refunds heard in order of time.

    >>> from tests.toy import snapshot
    >>> kept = purchases(snapshot("bea$mug=5#o1 bea$tea=10#o1 bea$mug=-5#o1 bea$=-2.50#o1").events)
    >>> kept.product.tolist(), kept.amount.tolist(), kept.unmatched
    ([1], [75000], 0)
    """
    rows = events.rows(Kind.PURCHASE)
    rows = rows[(events.person[rows] != NONE) & (events.product[rows] != NONE)]
    refunds, found = _found(events, rows, events.rows(Kind.REFUND))
    remains, kept, unmatched = given_back(
        Lines(events.at[rows], events.amount[rows], events.currency[rows]), refunds, found
    )
    rows = rows[kept]
    return Purchases(
        event=rows,
        person=events.person[rows],
        product=events.product[rows],
        at=events.at[rows],
        amount=remains[kept],
        currency=events.currency[rows],
        unmatched=int(unmatched),
    )


def _found(events: Events, rows: NDArray[np.intp], refunds: NDArray[np.intp]) -> tuple[Refunds, Longs]:
    """The refunds with the lines each may be for: first all lines by (order, product), then all by (person,
    product), the latest first in both.
    """
    width = int(events.product.max(initial=0)) + 1
    line_product, product = events.product[rows].astype(np.int64), events.product[refunds].astype(np.int64)
    low, high = np.zeros((2, len(refunds)), np.int64)
    places = []
    in_order = events.order[refunds] != NONE
    for owner, asks, above in (
        (events.order, in_order, 0),
        (events.person, ~in_order & (product != NONE) & (events.person[refunds] != NONE), len(rows)),
    ):
        key = owner[rows] * np.int64(width) + line_product
        place = np.lexsort((-rows, key))
        from_key = owner[refunds] * np.int64(width) + np.maximum(product, 0)
        to_key = owner[refunds] * np.int64(width) + np.where(product == NONE, width - 1, product)
        low[asks] = np.searchsorted(key[place], from_key[asks], "left") + above
        high[asks] = np.searchsorted(key[place], to_key[asks], "right") + above
        places.append(place)
    whole = in_order & (product == NONE)
    money = events.amount[refunds], events.currency[refunds]
    return Refunds(events.at[refunds], *money, low, high, whole, in_order), np.concatenate(places)


def returned(events: Events, kept: Purchases) -> NDArray[np.bool_]:
    """Which events are purchases that were given back in full; shape (n,)."""
    back: NDArray[np.bool_] = events.kind == Kind.PURCHASE
    back[kept.event] = False
    return back


def bought_after(
    bought: Purchases, person: Rows, product: Rows, at: Longs
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """All pairs (entry, line) where the entry's person bought the entry's product at the entry's time or
    later.

    person, product, at: shape (n,), what the n entries say. Returns two arrays of equal length, ordered by
    line, then by the entries' time.
    """
    width = int(max(product.max(initial=0), bought.product.max(initial=0))) + 1
    buyers = np.zeros(int(max(person.max(initial=0), bought.person.max(initial=0))) + 1, np.bool_)
    buyers[bought.person] = True
    entry = np.flatnonzero(buyers[person])
    key = person[entry] * np.int64(width) + product[entry]
    order = np.lexsort((at[entry], key))
    entry, key = entry[order], key[order]
    wanted = bought.person * np.int64(width) + bought.product
    low = np.searchsorted(key, wanted, "left")
    count = np.searchsorted(key, wanted, "right") - low
    line = np.repeat(np.arange(len(wanted)), count)
    first = np.repeat(low - np.cumsum(count) + count, count)
    entry = entry[first + np.arange(len(line))]
    before = at[entry] <= bought.at[line]
    return entry[before], line[before]
