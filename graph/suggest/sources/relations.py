"""What goes with what the person has, and what could stand for what they looked at: Σ_i taste(i) ·
relation(i, p) over products i of their own (graph.relations).
"""

import numpy as np
from numpy.typing import NDArray

from graph.kernels.votes import gather
from graph.relations import Relations
from graph.suggest.question import Question
from graph.suggest.reasons import Reason, RelationReason
from graph.suggest.shelf import Shelf
from graph.suggest.votes import Votes, together
from graph.timeline import Rows


def votes(shelf: Shelf, question: Question) -> Votes:
    """Complements of what was bought, substitutes of what was not."""
    bought = question.bought & (question.mine != question.page)
    looked = ~question.bought & (question.mine != question.page)
    return together(
        related(shelf.complements, question.mine[bought], question.taste[bought], own=True),
        related(shelf.substitutes, question.mine[looked], question.taste[looked], own=True),
    )


def related(relations: Relations, to: Rows, taste: NDArray[np.float64], *, own: bool) -> Votes:
    """Relatives of these products, each as loud as the taste for it. own: the products are the person's."""
    starts, ends = relations.indptr[to], relations.indptr[to + 1]
    product, vote, asked, _ = gather(starts, ends, taste, relations.product, relations.score)

    def reasons(entries: NDArray[np.intp], weight: NDArray[np.float64]) -> list[Reason]:
        meant = to[asked[entries]].tolist()
        return [
            RelationReason(part, relations.relation, one, own)
            for part, one in zip(weight.tolist(), meant, strict=True)
        ]

    return Votes(product, vote, reasons)
