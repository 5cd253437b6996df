"""A market of a toy log: everything that questions of influence are answered from.

Transmission is set, not learned, so that no test here depends on how it is learned: 0.8 where somebody opened
what another shared, 0 elsewhere.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from graph.campaign.market import Market
from graph.campaign.worth import Behaviour
from graph.communities import Partition
from graph.events import Product, User
from graph.influence import credit
from graph.openings import openings
from graph.purchases import purchases
from graph.snapshot import Snapshot
from graph.ties import Ties, ties
from graph.timeline import Rows
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
    learned = ties(shop)
    opens = np.where(learned.last_at >= 0, 8.0, 0.0)
    labels = np.zeros(len(shop.people), np.int32)
    for number, circle in enumerate(circles):
        labels[[list(shop.people.keys).index(key) for key in circle.split()]] = number
    return market_of(shop, replace(learned, alpha=opens, beta=10 - opens), labels)


def market_of(shop: Snapshot, tied: Ties, labels: Rows | None = None) -> Market:
    """The market of a snapshot. labels: communities, which are their own ids; without any everybody is in
    one.
    """
    people = len(shop.people)
    labels = np.zeros(people, np.int32) if labels is None else labels
    ids = np.arange(labels.max(initial=0) + 1, dtype=np.int32)
    opened, kept = openings(shop), purchases(shop.events)
    return Market(
        snapshot=shop,
        ties=tied,
        partition=Partition(labels, ids, len(ids)),
        behaviour=Behaviour.of(shop, opened, kept),
        credited=credit(opened, kept, people),
        page_rank=np.full(people, 1 / max(people, 1)),
    )
