"""What those took to who took to what the person did: Σ_i taste(i) · closeness(i, p) over products i of one's
own and the one on the page (graph.suggest.neighbours).
"""

import numpy as np
from numpy.typing import NDArray

from graph.kernels.votes import gather
from graph.suggest.neighbours import Neighbours
from graph.suggest.peers import Takers
from graph.suggest.question import Question
from graph.suggest.reasons import InterestReason, Reason
from graph.suggest.shelf import Shelf
from graph.suggest.votes import Votes
from graph.timeline import Rows

NAMED = 3
"""Products of one's own that a reason names."""


def votes(shelf: Shelf, question: Question) -> Votes:
    """Products near one's own."""
    return near(shelf.neighbours, shelf.takers, *question.listened)


def near(neighbours: Neighbours, takers: Takers, mine: Rows, taste: NDArray[np.float64]) -> Votes:
    """Products near these, each as loud as the taste for it."""
    starts, ends = neighbours.indptr[mine], neighbours.indptr[mine + 1]
    product, vote, asked, _ = gather(starts, ends, taste, neighbours.product, neighbours.closeness)

    def reasons(entries: NDArray[np.intp], weight: NDArray[np.float64]) -> list[Reason]:
        because = mine[asked[entries[np.lexsort((asked[entries], -weight))][:NAMED]]]
        return [taken_by(takers, float(weight.sum()), because, int(product[entries[0]]))]

    return Votes(product, vote, reasons)


def taken_by(takers: Takers, weight: float, because: Rows, product: int) -> InterestReason:
    """That those who took to some products took to another, as both bought where all of these are bought by
    whoever takes to them.
    """
    bought = bool(takers.bought[because].all() and takers.bought[product])
    return InterestReason(weight, tuple(because.tolist()), bought)
