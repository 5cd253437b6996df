"""What lies where one's taste points, among all products (graph.suggest.factors)."""

import numpy as np
from numpy.typing import NDArray

from graph.suggest.question import Question
from graph.suggest.reasons import Reason
from graph.suggest.shelf import Shelf
from graph.suggest.sources.interest import NAMED, taken_by
from graph.suggest.votes import Votes, nothing

LISTED = 100
"""Products voted for, most first."""


def votes(shelf: Shelf, question: Question) -> Votes:
    """The products furthest in the direction of one's own."""
    mine, taste = question.listened
    if shelf.factors is None or not len(mine):
        return nothing()
    point = shelf.factors.point
    terms = shelf.factors.terms(mine, taste)
    score = point @ terms.sum(axis=0).astype(np.float32)
    best = np.argpartition(-score, min(LISTED, len(score) - 1))[:LISTED]
    best = np.sort(best[score[best] > 0])

    def reasons(entries: NDArray[np.intp], weight: NDArray[np.float64]) -> list[Reason]:
        product = int(best[entries[0]])
        part = terms @ point[product]
        because = np.lexsort((mine, -part))[: max(1, min(NAMED, np.count_nonzero(part > 0)))]
        return [taken_by(shelf.takers, float(weight.sum()), mine[because], product)]

    return Votes(best.astype(np.int32), score[best].astype(np.float64), reasons)
