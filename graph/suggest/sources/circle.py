"""What a link tells of whoever opened it: the circle of its sharer.

Of somebody without friends and without a history one thing is known: somebody thought of them. What reached
the sharer may reach them too, each step as strong as its tie, so an act of the sharer's friend on p says
LINK · strength(friend → sharer) · word(friend, p).

Nobody's consent is stretched for it. Friends of the sharer allowed their friends to name them, not a
stranger: they are counted, never named. A sharer who is not to be named has no circle here.

It weighs little: what strangers do next is told by the product on the page before anything else (`sharegraph
evaluate landing`), and this is to speak where the page says little, in place of what is popular with
everybody. That weight is set; no command measures what another would do.
"""

import numpy as np

from graph.suggest.question import Question
from graph.suggest.shelf import Shelf
from graph.suggest.sources.friends import LINK, said
from graph.suggest.votes import Votes, nothing

CLOSEST, ACTS_EACH = 50, 30
"""Closest friends of the sharer, and newest acts of each, the sharer included."""


def votes(shelf: Shelf, question: Question) -> Votes:
    """What those did whose shares reach the sharer."""
    sharer = introduced(shelf, question)
    if sharer is None:
        return nothing()
    friend, strength = shelf.hears(sharer, CLOSEST)
    return said(shelf, friend, strength * LINK, ACTS_EACH, np.full(len(friend), sharer, np.int32))


def introduced(shelf: Shelf, question: Question) -> int | None:
    """The sharer who speaks for a newcomer, where that sharer may be named."""
    sharer = question.sharer
    return sharer if question.newcomer and sharer is not None and shelf.named[sharer] else None
