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
from graph.kernels.jit import njit
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


@dataclass(frozen=True, slots=True, eq=False)
class Follows:
    """For each of n entries (a person and a product, from some time on) the lines that this person bought of
    this product at that time or later.

    lines: rows of `Purchases`, sorted so that each entry's are together; low, high: shape (n,), where they
    stand among these. Held so, and not as pairs, it is as large as what it was asked, however often the same
    people open and buy the same thing.
    """

    lines: NDArray[np.intp]
    low: NDArray[np.intp]
    high: NDArray[np.intp]

    @property
    def count(self) -> Longs:
        """How many each entry has."""
        return (self.high - self.low).astype(np.int64)

    def total(self, of_line: Longs) -> Longs:
        """What the lines of each entry sum up to. of_line: shape (k,), something of every kept line."""
        upto = np.append(np.int64(0), np.cumsum(of_line[self.lines]))
        return np.asarray(upto[self.high] - upto[self.low], np.int64)


def bought_after(bought: Purchases, person: Rows, product: Rows, at: Longs) -> Follows:
    """What followed each of n entries. person, product, at: shape (n,).

    >>> from tests.toy import snapshot
    >>> kept = purchases(snapshot("bea$tea=2 bea$tea=3 bea$mug=9").events)
    >>> bea, tea = np.zeros(2, np.int32), np.full(2, kept.product[0])
    >>> followed = bought_after(kept, bea, tea, kept.at[:2])
    >>> followed.count.tolist(), followed.total(kept.amount).tolist()
    ([2, 1], [50000, 30000])
    """
    width = np.int64(max(product.max(initial=0), bought.product.max(initial=0))) + 1
    key = bought.person * width + bought.product
    lines = np.argsort(key, kind="stable")  # lines come in order of time, and stay so within each key.
    pairs, first = np.unique(key[lines], return_index=True)
    asked = person * width + product
    pair = np.searchsorted(pairs, asked)
    buys = np.flatnonzero(pair < len(pairs))
    buys = buys[pairs[pair[buys]] == asked[buys]]
    ends = np.append(first, len(lines))[1:]
    low, high = np.zeros((2, len(asked)), np.intp)
    high[buys] = ends[pair[buys]]
    low[buys] = _at_or_after(bought.at[lines], first[pair[buys]], high[buys], at[buys])
    return Follows(lines, low, high)


@njit
def _at_or_after(
    times: Longs, low: NDArray[np.intp], high: NDArray[np.intp], since: Longs
) -> NDArray[np.intp]:
    """For each entry the first place from low to high whose time is no earlier than `since`."""
    place = np.empty(len(since), np.intp)
    for entry in range(len(since)):
        between = times[low[entry] : high[entry]]
        place[entry] = low[entry] + np.searchsorted(between, since[entry], side="left")
    return place
