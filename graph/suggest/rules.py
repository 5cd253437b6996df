"""Which products may be shown to whoever asks: the filters, and what the shelf knows for them."""

import numpy as np
from numpy.typing import NDArray

from graph.suggest.answers import Ask
from graph.suggest.filters import Filter, Own, kept
from graph.suggest.shelf import Shelf
from graph.timeline import Rows


def allowed(shelf: Shelf, ask: Ask, candidates: Rows) -> tuple[NDArray[np.bool_], dict[Filter, int]]:
    """Which of these products may be shown, and how many each rule dropped."""
    context = ask.context
    excluded = context.exclude | ({context.product} if context.product is not None else frozenset())
    category = None if context.category is None else (shelf.categories, context.category)
    return kept(candidates, _own(shelf, ask.person), excluded, shelf.stands, category)


def _own(shelf: Shelf, person: int | None) -> Own:
    if person is None:
        nothing = np.empty(0, np.int32)
        return Own(nothing, nothing, {}, nothing)
    acts, resting = shelf.engaged.of(person), shelf.shown.resting(person, shelf.cap)
    return Own(acts.product[acts.bought], acts.product[~acts.bought], shelf.verdicts.of(person), resting)
