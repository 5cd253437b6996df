"""What goes with one's own and with one's friends, told apart from all else (graph.suggest.solved).

The vote is Σ_i taste(i) · B(i, p) + Σ_f TIED · strength(f) / √(heard(f) · Σ strength) · B(f, p): over
products i of one's own and the one on the page, and friends f who allow it. Whose
listeners take to p is not told, only that they do: their friends' names are not for what others do.
"""

import numpy as np
from numpy.typing import NDArray

from graph.kernels.votes import gather
from graph.suggest.question import Question
from graph.suggest.reasons import InterestReason, Reason
from graph.suggest.shelf import Shelf
from graph.suggest.solved import TIED
from graph.suggest.sources.friends import LISTENED
from graph.suggest.sources.interest import near
from graph.suggest.votes import Votes, together


def votes(shelf: Shelf, question: Question) -> Votes:
    """What one's own products say, and what one's friends' listeners do."""
    own = near(shelf.solved.with_product, shelf.takers, *question.listened)
    return own if question.person is None else together(own, _through_friends(shelf, question.person))


def _through_friends(shelf: Shelf, person: int) -> Votes:
    friend, strength = shelf.hears(person, LISTENED)
    known, heard = shelf.solved.with_person, shelf.solved.heard[friend]
    loud = TIED * strength / np.sqrt(heard * max(float(strength.sum()), 1e-12))
    product, vote, _, _ = gather(
        known.indptr[friend], known.indptr[friend + 1], loud, known.product, known.closeness
    )

    def reasons(entries: NDArray[np.intp], weight: NDArray[np.float64]) -> list[Reason]:
        return [InterestReason(float(weight.sum()), (), bool(shelf.takers.bought[product[entries[0]]]))]

    return Votes(product, vote, reasons)
