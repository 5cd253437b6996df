"""The order to show: the best first, but not all of one kind, from one friend, more popular than is liked, or
what everybody is shown.

Four knobs, each 0 for none of it. A score is what it was, whatever place it gets.

- diversity: how much less each further product of a category counts, and each further one from the same
  heaviest friend; of a category the less the more of it one took to oneself, so that a taste is no want of
  variety, and whoever did one thing is not shown ten like it (graph.kernels.inorder).
- calibration: the weight of how far the list's mix of widely, middling and little known products is from that
  of what the person took to (Steck 2018); who took to little gets everybody's mix.
- coverage: the most that a product is granted, so that it is shown to a few people (graph.suggest.grants);
  added last, to what the other two have left of a score.
- exploration: the share of places that are given to chance (graph.suggest.exploring).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.kernels.inorder import reranked
from graph.suggest.knobs import Order
from graph.suggest.popularity import BANDS
from graph.suggest.question import Question
from graph.suggest.shelf import Shelf
from graph.timeline import Rows

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

POOL = 200
"""Candidates that are put in order; the same for every limit, so that a page begins the next."""

EVERYBODY = 5.0
"""How much taste of one's own everybody's mix of bands is worth."""


@dataclass(frozen=True, slots=True, eq=False)
class Front:
    """The best candidates of one list, at most `POOL`, best first, and what their order looks at.

    product, score, kind, voice, band, own: (c,); kind: the category, voice: the friend who says most, −1 for
    none; band: how widely known it is; own: how many of its kind who asks has taken to. wanted: (bands,), the
    mix that suits who asks, sums to 1. known: whether anything is known of who asks; to strangers nothing is
    granted, for all of them see one list.
    """

    product: Rows
    score: Floats
    kind: Rows
    voice: Rows
    band: NDArray[np.int8]
    own: Longs
    wanted: Floats
    known: bool = True

    @classmethod
    def of(cls, shelf: Shelf, question: Question, product: Rows, score: Floats, voice: Rows) -> "Front":
        """Of candidates, best first, for somebody who asks."""
        kind, band = shelf.categories[product], shelf.popular.band[product]
        own = own_of(kind, shelf.categories[question.listened[0]])
        mix = wanted(shelf.popular.band[question.mine], question.taste)
        return cls(product, score, kind, voice, band, own, mix, not question.newcomer)

    @property
    def worth(self) -> Floats:
        """Each score, as a part of the best; (c,), nothing where the best is nothing."""
        best = float(self.score[0]) if len(self.score) else 0.0
        return self.score / best if best > 0 else np.zeros(len(self.score))

    def ordered(self, order: Order, grants: Floats | None) -> Longs:
        """Positions of the candidates in the order to show, ties to the better score. grants: (products,),
        in parts of the best score; None for none.
        """
        by, worth = self.standing(order)
        if grants is None or not self.known or not worth.any():
            return by
        return by[np.argsort(-(worth + grants[self.product[by]]), kind="stable")]

    def standing(self, order: Order) -> tuple[Longs, Floats]:
        """The same before anything is granted, and what each is worth where it stands, in parts of the best
        score: falling, (c,) both.
        """
        worth = self.worth
        if not worth.any() or not (order.diversity or order.calibration):
            return np.arange(len(worth)), worth
        looks = self.kind, self.voice, self.band, self.own, self.wanted
        return reranked(worth, *looks, order.diversity, order.calibration)


def own_of(kind: Rows, mine: Rows) -> Longs:
    """How many of one's own are of the kind of each candidate, (c,). mine: the kinds of one's own.

    >>> own_of(np.array([5, 7, 9, -1]), np.array([7, 5, 7, -1])).tolist()
    [1, 2, 0, 1]
    """
    known = np.sort(mine)
    return np.searchsorted(known, kind, "right") - np.searchsorted(known, kind, "left")


def wanted(band: NDArray[np.int8], taste: Floats) -> Floats:
    """The mix of bands that suits somebody with a taste for products of these bands: their own, and
    everybody's.

    >>> wanted(np.array([0, 0, 2], np.int8), np.array([1.0, 2.0, 2.0])).round(3).tolist()
    [0.467, 0.167, 0.367]
    """
    mixed = np.bincount(band, taste, BANDS) + EVERYBODY / BANDS
    return np.asarray(mixed / mixed.sum(), np.float64)
