"""Influence: whose shares people act on.

Credit counts what happened: an open is its sharer's, a purchase is divided among those whose shares of the
product its buyer had opened last (`CREDIT_RULE`). It is bookkeeping, exact and additive, and no proof of
cause. PageRank says who stands where attention flows to, reach (graph.spread.forward) what one share would
set off.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from graph.estimate import Estimate
from graph.events import Money, unscaled
from graph.kernels.last_sharers import last_sharers
from graph.log import NONE
from graph.openings import Openings
from graph.purchases import Purchases
from graph.texts import Texts

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]

WINDOW = timedelta(days=30)
SHARERS = 3
CREDIT_RULE = (
    "An open is credited to the sharer of what was opened, once for each person and share; a purchase, and "
    f"its revenue net of refunds, in equal parts to the up to {SHARERS} people whose shares of the product "
    f"the buyer had opened last within {WINDOW.days} days before it; own shares and noise never count."
)
_PARTS = 6
"""Halves and thirds are whole sixths: credit is added up as integers and loses nothing on the way."""


@dataclass(frozen=True, slots=True, eq=False)
class Credit:
    """What n people's shares brought, by `CREDIT_RULE`; arrays of shape (n,).

    opens: distinct (person, share). purchases: exact sums of halves and thirds, rounded once. revenue: by
    currency code, whole ten-thousandths, rounded down once, so the sum never exceeds what was paid.
    """

    opens: Floats
    purchases: Floats
    revenue: dict[int, Longs]

    def revenue_of(self, person: int) -> dict[int, int]:
        """Whole ten-thousandths by currency code, without the currencies that brought nothing."""
        return {code: int(amount[person]) for code, amount in self.revenue.items() if amount[person]}


@dataclass(frozen=True, slots=True)
class Influence:
    """One person's influence. page_rank: sums to 1 over all people. reach: people reached by one share of
    theirs, themselves included. revenue_credited: by currency.
    """

    page_rank: float
    reach: Estimate
    opens_credited: float
    purchases_credited: float
    revenue_credited: tuple[Money, ...]


def credit(opened: Openings, kept: Purchases, people: int) -> Credit:
    """Credit of everybody by `CREDIT_RULE`.

    An opening at the very time of the purchase counts as before it, one 30 days old to the microsecond too.
    What nobody had shared with the buyer is credited to nobody, so credit never exceeds what was bought.

    >>> from graph.openings import openings
    >>> from graph.purchases import purchases
    >>> from tests.toy import snapshot
    >>> shop = snapshot("ana>cy:tea bea>cy:tea cy$tea=10 cy$mug=5")
    >>> given = credit(openings(shop), purchases(shop.events), len(shop.people))
    >>> given.purchases.tolist(), [amount.tolist() for amount in given.revenue.values()]
    ([0.5, 0.5, 0.0], [[50000, 50000, 0]])
    """
    sharers = _last_sharers(opened, kept)
    line, place = np.nonzero(sharers != NONE)
    to = sharers[line, place]
    parts = _PARTS // np.maximum((sharers != NONE).sum(axis=1), 1)[line]
    revenue = {}
    for code in np.unique(kept.currency[kept.currency != NONE]).tolist():
        priced = kept.currency[line] == code
        sixths = np.zeros(people, np.int64)
        np.add.at(sixths, to[priced], kept.amount[line[priced]] * parts[priced])
        revenue[code] = sixths // _PARTS
    opens = np.bincount(opened.sharer[opened.first], minlength=people).astype(np.float64)
    return Credit(opens, np.bincount(to, parts, people) / _PARTS, revenue)


def _last_sharers(opened: Openings, kept: Purchases) -> NDArray[np.int32]:
    """For each kept line the sharers it is credited to, shape (k, SHARERS), −1 where there are fewer."""
    width = int(max(opened.product.max(initial=0), kept.product.max(initial=0))) + 1
    opened_key = opened.person * np.int64(width) + opened.product
    bought_key = kept.person * np.int64(width) + kept.product
    entry = np.flatnonzero(np.isin(opened_key, bought_key))
    # Openings come in order of time, so a stable sort by key keeps that order within each key; a line is
    # sorted in behind the openings of its time.
    key = np.concatenate([opened_key[entry], bought_key])
    at = np.concatenate([opened.at[entry], kept.at])
    order = np.lexsort((np.arange(len(key)) >= len(entry), at, key))
    is_line = order >= len(entry)
    before = np.cumsum(~is_line)
    high = np.empty(len(kept), np.int64)
    high[order[is_line] - len(entry)] = before[is_line]
    seen = entry[order[~is_line]]
    low = np.searchsorted(opened_key[seen], bought_key)
    since = kept.at - int(WINDOW.total_seconds() * 1e6)
    return last_sharers(low, high, opened.at[seen], opened.sharer[seen], since, SHARERS)


def influence(
    person: int, *, page_rank: Floats, reach: Estimate, credited: Credit, words: Texts
) -> Influence:
    """One person's influence, from everybody's ranks and credit and the person's own reach."""
    revenue = credited.revenue_of(person)
    return Influence(
        page_rank=float(page_rank[person]),
        reach=reach,
        opens_credited=float(credited.opens[person]),
        purchases_credited=float(credited.purchases[person]),
        revenue_credited=tuple(Money(unscaled(amount), words[code]) for code, amount in revenue.items()),
    )
