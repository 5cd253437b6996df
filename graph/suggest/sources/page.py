"""The product on the page: what goes with it is wanted as well as what could stand for it."""

import numpy as np

from graph.suggest.question import PAGE, Question
from graph.suggest.shelf import Shelf
from graph.suggest.sources.relations import related
from graph.suggest.votes import Votes, nothing, together


def votes(shelf: Shelf, question: Question) -> Votes:
    """Complements and substitutes of the product on the page."""
    if question.page is None:
        return nothing()
    shown, taste = np.array([question.page], np.int32), np.array([PAGE])
    return together(
        related(shelf.complements, shown, taste, own=False),
        related(shelf.substitutes, shown, taste, own=False),
    )
