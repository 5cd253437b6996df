"""Products from the shops and the departments that the person takes to, of the price bands and with the tags
that they take to: what is told of a product beside its kind, and says less.

A vote is made as that of `content`, from other features: a shop, a category and a quarter of its prices, a
tag, a department.
"""

from graph.suggest.likeness import DETAILS
from graph.suggest.question import Question
from graph.suggest.shelf import Shelf
from graph.suggest.sources.content import alike
from graph.suggest.votes import Votes


def votes(shelf: Shelf, question: Question) -> Votes:
    """Products that have the shop, the price band, the tags and the department of the person's own."""
    return alike(shelf, question, DETAILS)
