"""Products of the kinds that the person takes to: what speaks for a product before anybody did, and to a
person whom nobody is like yet.

The vote for p is Σ_f affinity(f) over its features f, category, brand and both together, where affinity(f) is
the share of the person's taste that lies on products with f, shrunk: Σ taste with f / (Σ taste + SHRINKAGE).
"""

import numpy as np
from numpy.typing import NDArray

from graph.kernels.votes import gather
from graph.log import NONE
from graph.suggest.likeness import KIND
from graph.suggest.question import Question
from graph.suggest.reasons import LikenessReason, Reason
from graph.suggest.shelf import Shelf
from graph.suggest.votes import Votes, nothing
from graph.timeline import Rows

SHRINKAGE = 1.0
FAVOURITES = 12
"""Features listened to, dearest first."""

NAMED = 3


def votes(shelf: Shelf, question: Question) -> Votes:
    """Products that have the category and the brand of the person's own."""
    return alike(shelf, question, KIND)


def alike(shelf: Shelf, question: Question, columns: slice) -> Votes:
    """Products that have what the person's own have, as some columns of features say it. A reason names the
    last of these that speaks for a product.
    """
    known = shelf.likeness
    mine, taste = question.listened
    own = known.features[mine, columns]
    feature, affinity = _affinities(own, taste)
    if not len(feature):
        return nothing()
    product, vote, asked, _ = gather(
        known.indptr[feature],
        known.indptr[feature + 1],
        affinity,
        known.product,
        known.weight,
    )

    def reasons(entries: NDArray[np.intp], weight: NDArray[np.float64]) -> list[Reason]:
        closest = int(feature[asked[entries]].max())
        because = np.flatnonzero((own == closest).any(axis=1))
        because = because[np.lexsort((mine[because], -taste[because]))][:NAMED]
        return [LikenessReason(float(weight.sum()), tuple(mine[because].tolist()), known.by(closest))]

    return Votes(product, vote, reasons)


def _affinities(code: Rows, taste: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The dearest features of one's own, and how dear each is, in (0, 1). code: (own, columns)."""
    told = code != NONE
    feature, place = np.unique(code[told], return_inverse=True)
    total = np.bincount(place, np.repeat(taste, told.sum(axis=1)), len(feature))
    affinity = total / (float(taste.sum()) + SHRINKAGE)
    dearest = np.lexsort((feature, -affinity))[:FAVOURITES]
    return feature[dearest].astype(np.int64), affinity[dearest]
