"""Who buys soon; and what those who share buy themselves.

Somebody who shares mostly has the thing already, so they buy it far more seldom than who opens their share:
on a generated shop two in a hundred, where sixteen openers do. Their chance to buy what they share, within
the days for which a forecast is told, is a Beta posterior whose trials are the different products they shared
that long ago, its successes those they bought and kept within these days. Where no share is that old nothing
is known and nothing is expected of sharers.
"""

from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from graph.campaign.surprise import AHEAD
from graph.kernels.groups import firsts
from graph.pooling import beta_prior
from graph.purchases import Purchases, bought_after
from graph.snapshot import Snapshot
from graph.timeline import Rows

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Mask = NDArray[np.bool_]


def bought_soon(kept: Purchases, person: Rows, product: Rows, at: Longs, ahead: timedelta = AHEAD) -> Mask:
    """Which of these people bought and kept this product so soon after this time (µs), shape (k,)."""
    followed = bought_after(kept, person, product, at)
    soonest = np.append(kept.at[followed.lines], 0)[followed.low]
    return np.asarray((followed.count > 0) & (soonest <= at + ahead // timedelta(microseconds=1)))


def sharing_chance(
    snapshot: Snapshot, kept: Purchases, among: Mask | None = None, ahead: timedelta = AHEAD
) -> Floats:
    """The posterior mean chance that a person buys what they share, so soon after sharing it, shape (n,).

    among: (products,), what is shared, everything for None.

    >>> from graph.purchases import purchases
    >>> from tests.toy import snapshot
    >>> shop = snapshot("ana>:tea ana$tea bea>:tea bea>:mug @9d cy.view:tea")
    >>> sharing_chance(shop, purchases(shop.events)).round(2).tolist()
    [0.58, 0.19, 0.38]
    """
    shares, people, length = snapshot.shares, len(snapshot.people), ahead // timedelta(microseconds=1)
    first = firsts(shares.person, shares.product, people, max(len(snapshot.products), 1))
    old = first & (shares.at + length <= snapshot.as_of)
    rows = np.flatnonzero(old if among is None else old & among[shares.product])
    if not (len(rows) and len(kept)):
        return np.zeros(people)
    person = shares.person[rows]
    soon = bought_soon(kept, person, shares.product[rows], shares.at[rows], ahead)
    trials, bought = (np.bincount(who, minlength=people) for who in (person, person[soon]))
    a, b = beta_prior(bought, trials)
    return np.asarray((a + bought) / (a + b + trials), np.float64)
