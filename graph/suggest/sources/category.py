"""What is popular in the categories that the page is about: the one asked for, and that of the product shown.

The vote is the popularity over that of the category's most popular product, in (0, 1].
"""

import numpy as np

from graph.log import NONE
from graph.suggest.popularity import LISTED
from graph.suggest.question import Question
from graph.suggest.shelf import Shelf
from graph.suggest.sources.popular import listed
from graph.suggest.votes import Votes, nothing, together


def votes(shelf: Shelf, question: Question) -> Votes:
    """The most popular products of these categories."""
    shown = [] if question.page is None else [int(shelf.categories[question.page])]
    asked = [] if question.context.category is None else [question.context.category]
    lists = [_of_category(shelf, code) for code in sorted({*shown, *asked}) if code != NONE]
    return together(*lists) if lists else nothing()


def _of_category(shelf: Shelf, category: int) -> Votes:
    inside = np.flatnonzero(shelf.categories == category)
    popularity = shelf.popular.overall[inside]
    best = np.lexsort((inside, -popularity))[:LISTED]
    best = best[popularity[best] > 0]
    largest = popularity[best[:1]]
    share = popularity[best] / (largest if len(largest) else 1.0)
    return listed(inside[best].astype(np.int32), share, None, of_kind=True)
