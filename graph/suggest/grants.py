"""What each product is granted, so that more of the shop is shown at the least cost to those who see it.

Lists made of the best scores alone show the same few products again and again. Putting anything else into the
last places costs those whose places they are, and showing something once tells nothing of it. So each product
bids in an auction of everybody's last places (graph.kernels.grants): it is granted just what it lacks in the
lists of the `WANT` people who come nearest to wanting it, and nothing where that is more than the knob allows
(`Order.coverage`). What is granted is one number a product, found once when a shop is fitted, from lists in
the order in which they are shown without grants: whoever asks later, an answer adds it to what the product is
worth where it stands, and leaves its score what it was.

What products are worth and grants are in parts of the best score of a list, so that nobody's list weighs more
than another's. What a product is granted tells of no one person: it is the third lowest of what it lacks
anywhere.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from graph.kernels.grants import auctioned
from graph.kernels.top import NOBODY
from graph.suggest.answers import Ask
from graph.suggest.blend import front
from graph.suggest.knobs import Order
from graph.suggest.order import POOL, Front
from graph.suggest.shelf import Shelf

PLACES, WANT = 10, 3
"""Of each list, what is bid for; and how many lists a product wants to be in."""

PEOPLE = 5_000
"""In a larger shop so many people's lists are drawn evenly: what three of them come near to wanting, many
do."""

ENOUGH = 1_000
"""Lists below which nothing is granted: few people can be shown little, and their shop is fitted at every
change.
"""


def granted(shelf: Shelf) -> Shelf:
    """The shelf, with what each product is granted at its order's coverage."""
    order = shelf.order
    return replace(shelf, grants=grants(fronts(shelf), shelf.products, order) if order.coverage else None)


def fronts(shelf: Shelf) -> list[Front]:
    """The lists that are bid for: of people of whom something is known and who allow personal answers."""
    people = np.flatnonzero(shelf.personal)
    asked = people[:: max(1, -(-len(people) // PEOPLE))] if len(people) >= ENOUGH else people[:0]
    return [one for one in (front(shelf, Ask(person)) for person in asked.tolist()) if one.known]


def grants(lists: Sequence[Front], products: int, order: Order) -> NDArray[np.float64] | None:
    """What each product is granted, (products,), at most `order.coverage` and in parts of a list's best
    score; None for fewer than `ENOUGH` lists, or where nothing may be granted.
    """
    if len(lists) < ENOUGH or order.coverage <= 0:
        return None
    item = np.full((len(lists), POOL), NOBODY, np.int32)
    worth = np.full((len(lists), POOL), -np.inf, np.float32)
    for row, one in enumerate(lists):
        by, left = one.standing(order)
        item[row, : len(by)] = one.product[by]
        worth[row, : len(by)] = left
    return auctioned(item, worth, products, PLACES, WANT, order.coverage).astype(np.float64)
