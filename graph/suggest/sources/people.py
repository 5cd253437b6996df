"""What people of like taste took to: looked at, put into their carts, shared or bought.

The closest `CLOSEST` people v are those with whom one's newest products are shared: likeness(v) = Σ_i
taste(i) · rarity(i) / (√m_v + SHRINKAGE) over the products i in common, m_v how many v took to
(graph.suggest.peers). They say Σ_v likeness(v) · taste(v, p). They are counted, never named, and a product
that only one of them took to is not told: it would tell what one person did. That all of them bought it is
told where they are `MANY`.
"""

import numpy as np
from numpy.typing import NDArray

from graph.kernels.votes import gather
from graph.suggest.peers import MANY
from graph.suggest.question import Question
from graph.suggest.reasons import PeersReason, Reason
from graph.suggest.shelf import Shelf
from graph.suggest.votes import Votes, nothing
from graph.timeline import Rows

NEWEST, CLOSEST, ACTS_EACH = 30, 40, 30
"""Products of one's own that are looked at, people listened to, and newest acts of each."""

SHRINKAGE = 3.0
AT_LEAST = 2
"""People behind a product."""


def votes(shelf: Shelf, question: Question) -> Votes:
    """What the closest people took to."""
    peer, likeness = _closest(shelf, question)
    if not len(peer):
        return nothing()
    product, vote, _, pair = shelf.engaged.liked(peer, likeness, ACTS_EACH)
    distinct, place, people = np.unique(product, return_inverse=True, return_counts=True)
    told = people >= AT_LEAST
    total = np.bincount(place, vote, len(distinct)).astype(np.float64)[told]
    listed, counts = distinct[told], people[told]

    def reasons(entries: NDArray[np.intp], weight: NDArray[np.float64]) -> list[Reason]:
        theirs = (pair[product == listed[entry]] for entry in entries)
        bought = [len(some) >= MANY and bool(shelf.engaged.has(some).all()) for some in theirs]
        each = zip(weight.tolist(), counts[entries].tolist(), bought, strict=True)
        return [PeersReason(part, count, all_of_them) for part, count, all_of_them in each]

    return Votes(listed, total, reasons)


def _closest(shelf: Shelf, question: Question) -> tuple[Rows, NDArray[np.float64]]:
    mine, taste = question.listened
    mine, taste, index = mine[:NEWEST], taste[:NEWEST], shelf.takers
    person, vote, _, _ = gather(index.indptr[mine], index.indptr[mine + 1], taste, index.person, index.rarity)
    met, place = np.unique(person, return_inverse=True)
    shared = np.bincount(place, vote, len(met))
    likeness = shared / (np.sqrt(shelf.engaged.counts(met)) + SHRINKAGE)
    others = np.flatnonzero(met != (-1 if question.person is None else question.person))
    best = others[np.lexsort((met[others], -likeness[others]))[:CLOSEST]]
    return met[best], likeness[best]
