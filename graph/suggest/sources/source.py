"""The one signature of all sources, and how none of them has a product speak for itself."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from graph.suggest.question import Question
from graph.suggest.shelf import Shelf
from graph.suggest.votes import Votes, together

Asking = Callable[[Shelf, Question], Votes]


@dataclass(frozen=True, slots=True)
class Source:
    """One thing that speaks for products. weight: what a vote is worth where no log has told better."""

    name: str
    weight: float
    votes: Asking


def of_others(votes: Asking) -> Asking:
    """The same votes; of what a person said that they like, those that it would have had they said nothing.

    What one likes is one's own, and still may be suggested, as nothing else of one's own may: by what it is,
    or by who took to it, it would speak for itself.
    """

    def asked(shelf: Shelf, question: Question) -> Votes:
        found = votes(shelf, question)
        liked = question.mine[question.liked]
        if not len(liked):
            return found
        before = votes(shelf, question.before_likes)
        others, theirs = (~np.isin(found.product, liked), np.isin(before.product, liked))
        return together(found.among(others), before.among(theirs))

    return asked
