"""What people do without a share: they search, look around on a shelf, and sometimes buy.

A visit looks at one product to the visitor's taste and at some of its shelf: substitutes are seen together,
and one of them is bought instead of the others. Noise looks at what is popular in the category instead, or,
where visits wander, in the shop. The start page shows products by popularity, one in ten places at random,
with the chance of each noted.
"""

import numpy as np

from graph.events import Kind, Verdict
from graph.generate.buying import Wants, chance_to_buy
from graph.generate.model import Flags, Ints, drawn_from, ranges
from graph.generate.shop import Shop
from graph.generate.strands import SURFACES, VARIANTS, Strands

EXPLORED = 0.1
"""Share of the start page's places that show anything at all."""

STOPS, LONGEST = 0.42, 6
"""Chance that a look is the last of its visit, and the most looks of one."""


def queries(shop: Shop) -> tuple[str, ...]:
    """What can be searched for: the categories and their plainest nouns."""
    return tuple(c.name for c in shop.catalogue.served) + tuple(c.nouns[0][0] for c in shop.catalogue.served)


def visit(shop: Shop, strands: Strands, count: int) -> Wants:
    """`count` visits that may end in a purchase; what is wanted in the end."""
    dice = shop.model.dice("visits")
    person, at, product, session = _looks(shop, dice, count)
    first = np.flatnonzero(np.diff(session, prepend=-1))
    _look(strands, person, at, product)
    searched = first[dice.random(len(first)) < 0.3]
    query = shop.catalogue.category[product[searched]] + dice.integers(0, 2, len(searched)) * len(
        shop.catalogue.served
    )
    strands.add(
        Kind.SEARCH,
        np.maximum(at[searched] - dice.integers(3, 40, len(searched)), shop.model.start),
        person=person[searched],
        query=query,
        surface=SURFACES.index("search"),
        device=person[searched],
    )
    liked = dice.random(len(at)) < 0.04
    strands.add(Kind.FAVOURITE, at[liked] + 5, person=person[liked], product=product[liked])
    size = np.diff(np.append(first, len(at)))
    chosen = first + (dice.random(len(first)) * size).astype(np.int64)
    last = first + size - 1
    buys = dice.random(len(first)) < chance_to_buy(
        shop, person[chosen], product[chosen], shop.model.buys_browsed
    )
    when = at[last] + dice.integers(30, 1200, len(first))
    nothing = np.full(len(first), -1)
    return Wants(person[chosen], product[chosen], when, nothing).only(buys)


def look_around(shop: Shop, strands: Strands, views: int) -> None:
    """Exactly `views` VIEW events of visits that end in nothing."""
    dice = shop.model.dice("window-shopping")
    while views > 0:
        person, at, product, _ = _looks(shop, dice, max(1, views // 2))
        inside = np.flatnonzero(at < shop.model.end)[:views]
        _look(strands, person[inside], at[inside], product[inside])
        views -= len(inside)


def show(shop: Shop, strands: Strands, count: int) -> None:
    """`count` places of the start page seen, with rank and propensity, and the views and verdicts that come
    of them.
    """
    dice = shop.model.dice("start page")
    person, at = drawn_from(dice, shop.people.activity, count), shop.calendar.times(dice, count)
    share = np.diff(shop.catalogue.popularity) / shop.catalogue.popularity[-1]
    explores = dice.random(count) < EXPLORED
    anything = dice.integers(0, len(shop.catalogue), count)
    product = np.where(explores, anything, shop.catalogue.anything(dice, count))
    propensity = (1 - EXPLORED) * share[product] + EXPLORED / len(shop.catalogue)
    strands.add(
        Kind.EXPOSURE,
        at,
        person=person,
        product=product,
        surface=SURFACES.index("home"),
        rank=dice.integers(1, 11, count),
        propensity=np.round(propensity, 9),
        variant=person % len(VARIANTS),
    )
    looks = dice.random(count) < 0.08 * shop.liking(person, product)
    later = at[looks] + dice.integers(2, 60, int(looks.sum()))
    inside = later < shop.model.end
    _look(strands, person[looks][inside], later[inside], product[looks][inside], SURFACES.index("home"))
    _declined(shop, dice, strands, person, at, product, ~looks)


def _declined(
    shop: Shop,
    dice: np.random.Generator,
    strands: Strands,
    person: Ints,
    at: Ints,
    product: Ints,
    passed: Flags,
) -> None:
    """NOT_INTERESTED for a few of the places that were passed by."""
    says = np.flatnonzero(passed & (dice.random(len(at)) < 0.02) & (at + 9 < shop.model.end))
    verdict = int(Verdict.NOT_INTERESTED)
    strands.add(Kind.FEEDBACK, at[says] + 9, person=person[says], product=product[says], verdict=verdict)


def _looks(shop: Shop, dice: np.random.Generator, count: int) -> tuple[Ints, Ints, Ints, Ints]:
    """(person, moment, product, visit) of every look of `count` visits, visit by visit in order of time."""
    catalogue = shop.catalogue
    visitor, begun = drawn_from(dice, shop.people.activity, count), shop.calendar.times(dice, count)
    anchor = shop.wanted(dice, visitor, begun)
    shelf = catalogue.shelf[anchor].astype(np.int64)
    size = catalogue.shelves[shelf + 1] - catalogue.shelves[shelf]
    looks = np.minimum(dice.geometric(STOPS, count), np.minimum(LONGEST, size))
    session = np.repeat(np.arange(count), looks)
    step = ranges(np.zeros(count, dtype=np.int64), looks)
    turn = (dice.random(count) * np.maximum(size - 1, 1)).astype(np.int64)
    shift = np.where(step == 0, 0, 1 + (turn[session] + step) % np.maximum(size[session] - 1, 1))
    begin = catalogue.shelves[shelf][session]
    place = np.argsort(catalogue.shelved)[anchor][session]
    product = catalogue.shelved[begin + (place - begin + shift) % size[session]]
    random = np.flatnonzero((step > 0) & (dice.random(len(step)) < shop.model.random_share))
    product[random] = catalogue.alike(dice, product[random])
    if shop.model.wandering:
        share = shop.model.wandering * shop.model.noise
        astray = np.flatnonzero((step > 0) & (dice.random(len(step)) < share))
        product[astray] = catalogue.anything(dice, len(astray))
    at = begun[session] + step * dice.integers(12, 90, count)[session]
    return visitor[session], np.minimum(at, shop.model.end - 1), product, session


def _look(
    strands: Strands, person: Ints, at: Ints, product: Ints, surface: int = SURFACES.index("product page")
) -> None:
    strands.add(Kind.VIEW, at, person=person, product=product, surface=surface, device=person)
