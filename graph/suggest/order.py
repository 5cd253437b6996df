"""The order to show: the best first, but not all of one kind, from one friend, more popular than is liked, or
what everybody is shown.

Four knobs, each 0 for none of it, and all in one unit: the best score of the list. A score is what it was,
whatever place it gets.

- diversity: how much is taken from what is like something above it, half of it for the same category and half
  for the same heaviest friend (maximal marginal relevance).
- calibration: the weight of how far the list's mix of widely, middling and little known products is from that
  of what the person took to (Steck 2018); who took to little gets everybody's mix.
- coverage: the most that a product is granted, so that it is shown to a few people (graph.suggest.grants).
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

    product, score, kind, voice, band: (c,); kind: the category, voice: the friend who says most, −1 for none;
    band: how widely known it is. wanted: (bands,), the mix that suits who asks, sums to 1. known: whether
    anything is known of who asks; to strangers nothing is granted, for all of them see one list.
    """

    product: Rows
    score: Floats
    kind: Rows
    voice: Rows
    band: NDArray[np.int8]
    wanted: Floats
    known: bool = True

    @classmethod
    def of(cls, shelf: Shelf, question: Question, product: Rows, score: Floats, voice: Rows) -> "Front":
        """Of candidates, best first, for somebody who asks."""
        kind, band = shelf.categories[product], shelf.popular.band[product]
        mix = wanted(shelf.popular.band[question.mine], question.taste)
        return cls(product, score, kind, voice, band, mix, not question.newcomer)

    @property
    def worth(self) -> Floats:
        """Each score, as a part of the best; (c,), nothing where the best is nothing."""
        best = float(self.score[0]) if len(self.score) else 0.0
        return self.score / best if best > 0 else np.zeros(len(self.score))

    def ordered(self, order: Order, grants: Floats | None) -> Longs:
        """Positions of the candidates in the order to show, ties to the better score. grants: (products,),
        in parts of the best score; None for none.
        """
        worth = self.worth
        if not worth.any():
            return np.arange(len(worth))
        if grants is not None and self.known:
            worth = worth + grants[self.product]
        by = np.argsort(-worth, kind="stable")
        if not (order.diversity or order.calibration):
            return by
        kind, voice, band = self.kind[by], self.voice[by], self.band[by]
        knobs = order.diversity, order.calibration
        return by[reranked(worth[by], kind, voice, band, self.wanted, len(by), *knobs)]


def wanted(band: NDArray[np.int8], taste: Floats) -> Floats:
    """The mix of bands that suits somebody with a taste for products of these bands: their own, and
    everybody's.

    >>> wanted(np.array([0, 0, 2], np.int8), np.array([1.0, 2.0, 2.0])).round(3).tolist()
    [0.467, 0.167, 0.367]
    """
    mixed = np.bincount(band, taste, BANDS) + EVERYBODY / BANDS
    return np.asarray(mixed / mixed.sum(), np.float64)
