"""A market of a toy log: everything that questions of influence are answered from.

Transmission is set, not learned, so that no test here depends on how it is learned: 0.8 where somebody opened
what another shared, 0 elsewhere.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from graph.communities import Partition
from graph.events import Product, User
from graph.influence import credit
from graph.market import Market
from graph.openings import openings
from graph.purchases import purchases
from graph.ties import ties
from graph.worth import Behaviour
from tests.toy import events, snapshot


def market(
    text: str,
    *,
    users: Sequence[User] = (),
    catalogue: Sequence[Product] = (),
    circles: Sequence[str] = (),
) -> Market:
    """The market of a text. circles: communities as blank-separated keys, by their ids; without any everybody
    is in one.
    """
    shop = snapshot(events(text), users=users, catalogue=catalogue)
    labels = np.zeros(len(shop.people), np.int32)
    for number, circle in enumerate(circles):
        labels[[list(shop.people.keys).index(key) for key in circle.split()]] = number
    ids = np.arange(max(len(circles), 1), dtype=np.int32)
    opened, kept, learned = openings(shop), purchases(shop.events), ties(shop)
    opens = np.where(learned.last_at >= 0, 8.0, 0.0)
    return Market(
        snapshot=shop,
        ties=replace(learned, alpha=opens, beta=10 - opens),
        partition=Partition(labels, ids, len(ids)),
        behaviour=Behaviour.of(shop, opened, kept),
        credited=credit(opened, kept, len(shop.people)),
        page_rank=np.full(len(shop.people), 1 / max(len(shop.people), 1)),
    )
