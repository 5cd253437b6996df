"""What people chose who chose what the person chose: Σ_i taste(i) · closeness(i, p) over products i of one's
own and the one on the page (graph.suggest.neighbours).
"""

import numpy as np
from numpy.typing import NDArray

from graph.kernels.votes import gather
from graph.suggest.neighbours import Neighbours
from graph.suggest.question import Question
from graph.suggest.reasons import InterestReason, Reason
from graph.suggest.shelf import Shelf
from graph.suggest.votes import Votes
from graph.timeline import Rows

NAMED = 3
"""Products of one's own that a reason names."""


def votes(shelf: Shelf, question: Question) -> Votes:
    """Products near one's own."""
    return near(shelf.neighbours, *question.listened)


def near(neighbours: Neighbours, mine: Rows, taste: NDArray[np.float64]) -> Votes:
    """Products near these, each as loud as the taste for it."""
    starts, ends = neighbours.indptr[mine], neighbours.indptr[mine + 1]
    product, vote, asked, _ = gather(starts, ends, taste, neighbours.product, neighbours.closeness)

    def reasons(entries: NDArray[np.intp], weight: NDArray[np.float64]) -> list[Reason]:
        heaviest = entries[np.lexsort((asked[entries], -weight))][:NAMED]
        return [InterestReason(float(weight.sum()), tuple(mine[asked[heaviest]].tolist()))]

    return Votes(product, vote, reasons)
