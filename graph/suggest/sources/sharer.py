"""What those took to who took to what the sharer of a link stands for in public: it may be a newcomer's taste
as well.

Of what the sharer did only counts what speaks to friends, no look and no cart.
"""

import numpy as np

from graph.suggest.question import Question
from graph.suggest.shelf import Shelf
from graph.suggest.sources.circle import ACTS_EACH, introduced
from graph.suggest.sources.friends import LINK
from graph.suggest.sources.interest import near
from graph.suggest.votes import Votes, nothing


def votes(shelf: Shelf, question: Question) -> Votes:
    """Products near those that the sharer's acts speak for."""
    sharer = introduced(shelf, question)
    if sharer is None:
        return nothing()
    mine, word, _, _ = shelf.engaged.said(np.array([sharer], np.int32), np.array([LINK]), ACTS_EACH)
    return near(shelf.neighbours, shelf.takers, mine, word)
