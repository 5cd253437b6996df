"""The order to show: the best first, but not all of one kind, from one friend, or more popular than is liked.

Two knobs, each 0 for none of it. A score is what it was, whatever place it gets.

- diversity: how much of the best score is taken from what is like something above it, half of it for the same
  category and half for the same heaviest friend (maximal marginal relevance).
- calibration: the weight of how far the list's mix of widely, middling and little known products is from that
  of what the person took to (Steck 2018); who took to little gets everybody's mix.
"""

import numpy as np
from numpy.typing import NDArray

from graph.kernels.inorder import reranked
from graph.suggest.popularity import BANDS
from graph.suggest.question import Question
from graph.suggest.shelf import Shelf
from graph.timeline import Rows

Longs = NDArray[np.int64]

POOL = 200
"""Candidates that are put in order; the same for every limit, so that a page begins the next."""

EVERYBODY = 5.0
"""How much taste of one's own everybody's mix of bands is worth."""


def ordered(shelf: Shelf, question: Question, listed: Rows, score: NDArray[np.float64], voice: Rows) -> Longs:
    """Positions of candidates in the order to show. listed, score, voice: (n,), best first: products, what
    they scored, and the friend who says most for each, −1 for none.
    """
    order = shelf.order
    best = float(score[0]) if len(score) else 0.0
    if best <= 0 or not (order.diversity or order.calibration):
        return np.arange(len(score))
    pool = listed[:POOL]
    front = reranked(
        score[:POOL] / best,
        shelf.categories[pool],
        voice[:POOL],
        shelf.popular.band[pool],
        wanted(shelf, question),
        len(pool),
        order.diversity,
        order.calibration,
    )
    return np.append(front, np.arange(len(pool), len(score)))


def wanted(shelf: Shelf, question: Question) -> NDArray[np.float64]:
    """The mix of bands that suits a person: that of their own taste, and everybody's."""
    own = np.bincount(shelf.popular.band[question.mine], question.taste, BANDS)
    mixed = own + EVERYBODY / BANDS
    return np.asarray(mixed / mixed.sum(), np.float64)
