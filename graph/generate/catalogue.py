"""What can be bought: names, prices, popularity, and which products stand for or call for one another.

Products are numbered by category, and in a category by price, so that a shelf (six to ten neighbours of like
price: each other's substitutes) is a run of numbers; or, if the model says so, six to ten of the category
that cost anything. Popularity falls as 1/rank^0.8 (Zipf). What goes with a product are at least six products
of the categories that the taxonomy's arrows name, those of its own price tier first.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from graph.generate.model import Codes, Flags, Floats, Ints, ShopModel, drawn_from
from graph.generate.taxonomy import BRANDS, CATEGORIES, FINISHES, WORLDS, Category


@dataclass(frozen=True, slots=True)
class Catalogue:
    """n products, one array each, of shape (n,) unless said otherwise.

    served: the categories of this shop; category: position in them. world: position in WORLDS. cents: price
    in hundredths of a CNY. dearness: log of the price over the category's median. shelf: number of the shelf;
    shelved: the products shelf by shelf; shelves: (shelves + 1,) where each begins there. begins:
    (categories + 1,) where each category begins.
    popularity: cumulative Zipf weight, shape (n + 1,), over all products. partners_of: (n + 1,), the
    complements of product a are partners[partners_of[a] : partners_of[a + 1]], with pull: mean count of lines
    that one purchase of a brings.
    """

    served: tuple[Category, ...]
    category: Codes
    world: Codes
    names: list[str]
    brands: list[str]
    cents: Ints
    dearness: Floats
    shelf: Codes
    shelved: Ints
    shelves: Ints
    begins: Ints
    popularity: Floats
    quality: Floats
    available: Flags
    partners_of: Ints
    partners: Codes
    pull: Floats

    def __len__(self) -> int:
        return len(self.category)

    @property
    def consumable(self) -> Flags:
        """Whether each product is bought again and again."""
        return np.asarray(np.array([c.consumable for c in self.served])[self.category])

    def demand(self) -> Floats:
        """(worlds, categories): how a world's interest is shared out over its categories; rows sum to 1."""
        weights = np.zeros((int(self.world.max()) + 1, len(self.served)))
        for place, one in enumerate(self.served):
            weights[WORLDS.index(one.world), place] = one.demand
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))

    def picked(self, dice: np.random.Generator, category: Ints, level: Floats, tolerance: float) -> Ints:
        """A product of each category: four by popularity, one of them by how its price fits the person's
        level.
        """
        low, high = self.popularity[self.begins[category]], self.popularity[self.begins[category + 1]]
        x = low[:, None] + dice.random((len(category), 4)) * (high - low)[:, None]
        four = np.searchsorted(self.popularity, x, side="right") - 1
        four = np.clip(four, self.begins[category][:, None], self.begins[category + 1][:, None] - 1)
        fit = np.cumsum(price_fit(self.dearness[four], level[:, None], tolerance) + 1e-6, axis=1)
        chosen = (fit < dice.random(len(category))[:, None] * fit[:, -1:]).sum(axis=1)
        return np.asarray(np.take_along_axis(four, chosen[:, None], axis=1)[:, 0])

    def alike(self, dice: np.random.Generator, products: Ints) -> Ints:
        """Products of the same categories by popularity, whatever they cost."""
        low = self.popularity[self.begins[self.category[products]]]
        high = self.popularity[self.begins[self.category[products] + 1]]
        x = low + dice.random(len(products)) * (high - low)
        return np.asarray(np.searchsorted(self.popularity, x, side="right") - 1)

    def anything(self, dice: np.random.Generator, n: int) -> Ints:
        """N products by popularity alone."""
        return np.asarray(
            np.searchsorted(self.popularity, dice.random(n) * self.popularity[-1], side="right") - 1
        )


def price_fit(dearness: Floats, level: Floats, tolerance: float) -> Floats:
    """exp(−½((dearness − level) / tolerance)²): 1 where the price is what the person likes to pay."""
    return np.asarray(np.exp(-0.5 * ((dearness - level) / tolerance) ** 2))


def stock(model: ShopModel) -> Catalogue:
    """The catalogue of the model."""
    dice = model.dice("catalogue")
    served = tuple(c for c in CATEGORIES if c.world in WORLDS[: model.world_count])
    n = model.product_count
    sizes = n // len(served) + (np.arange(len(served)) < n % len(served))
    begins = np.concatenate([[0], np.cumsum(sizes)])
    columns = [_line(dice, one, int(size)) for one, size in zip(served, sizes, strict=True)]
    names, brands = ([said for column in columns for said in column[side]] for side in (0, 1))
    cents = np.concatenate([column[2] for column in columns])
    category = np.repeat(np.arange(len(served)), sizes)
    world = np.array([WORLDS.index(c.world) for c in served])[category]
    dearness = np.log(cents / 100 / np.array([c.price for c in served])[category])
    shelves = np.concatenate([b + _cuts(int(s)) for b, s in zip(begins, sizes, strict=False)] + [[n]])
    shelved = _shelved(model, begins)
    ranks = np.concatenate([dice.permutation(s) + 1 for s in sizes])
    share = np.array([c.demand for c in served])[category]
    zipf = ranks**-0.8
    zipf *= share / np.repeat(np.add.reduceat(zipf, begins[:-1]), sizes)
    partners_of, partners, pull = _partners(dice, served, begins)
    return Catalogue(
        served=served,
        category=category.astype(np.int32),
        world=world.astype(np.int32),
        names=names,
        brands=brands,
        cents=cents,
        dearness=dearness,
        shelf=(np.searchsorted(shelves, np.argsort(shelved), side="right") - 1).astype(np.int32),
        shelved=shelved,
        shelves=shelves,
        begins=begins,
        popularity=np.concatenate([[0.0], np.cumsum(zipf)]),
        quality=4.2 + 0.4 * dice.standard_normal(n),
        available=dice.random(n) >= 0.03,
        partners_of=partners_of,
        partners=partners,
        pull=pull,
    )


def _line(dice: np.random.Generator, one: Category, size: int) -> tuple[list[str], list[str], Ints]:
    """Names, brands and prices of one category's products, cheapest first."""
    nouns, qualifiers = one.nouns, (("", 1.0), *one.qualifiers)
    made = BRANDS[one.world]
    house = drawn_from(dice, 1 / (1.0 + np.arange(len(made))), size)
    names, factors = [], np.empty(size)
    for number in range(size):
        rest, noun = divmod(number, len(nouns))
        finish, qualifier = divmod(rest, len(qualifiers))
        edition, finish = divmod(finish, len(FINISHES))
        names.append(
            f"{qualifiers[qualifier][0]} {nouns[noun][0]}".strip()
            + (f", {FINISHES[finish]}" if finish else "")
            + (f", no. {edition + 1}" if edition else "")
        )
        factors[number] = nouns[noun][1] * qualifiers[qualifier][1]
    prices = one.price * factors * np.exp(0.12 * dice.standard_normal(size))
    cents = _retail(prices)
    order = np.argsort(cents, kind="stable")
    return [names[i] for i in order], [made[house[i]] for i in order], cents[order]


def _retail(prices: Floats) -> Ints:
    """Prices as shops write them, in cents: 8.90, 59, 649, 5,290."""
    step = np.where(prices < 20, 0.5, np.where(prices < 100, 1.0, np.where(prices < 1000, 10.0, 100.0)))
    rounded = np.maximum(np.round(prices / step), 2) * step
    off = np.where(prices < 20, 0.1, np.where(prices < 100, 0.0, np.where(prices < 1000, 1.0, 10.0)))
    return np.round((rounded - off) * 100).astype(np.int64)


def _cuts(size: int) -> Ints:
    """Where the shelves of a category of that size begin: shelves of about eight, none under six unless the
    category is.
    """
    shelves = max(1, round(size / 8))
    return np.arange(shelves) * size // shelves


def _shelved(model: ShopModel, begins: Ints) -> Ints:
    """The products shelf by shelf: by price, or each category in an order of its own."""
    if model.shelves_by_price:
        return np.arange(begins[-1])
    dice = model.dice("shelves")
    return np.concatenate([low + dice.permutation(high - low) for low, high in pairwise(begins.tolist())])


def _partners(
    dice: np.random.Generator, served: tuple[Category, ...], begins: Ints
) -> tuple[Ints, Codes, Floats]:
    """For every product those that go with it: (offsets, products, pull)."""
    place = {c.name: i for i, c in enumerate(served)}
    offsets, products, pulls = [0], [], []
    for number, one in enumerate(served):
        arrows = [(place[to], pull) for to, pull in one.goes_with.items() if to in place]
        size = int(begins[number + 1] - begins[number])
        for tier in (np.arange(size) + 0.5) / size:
            for to, pull in arrows:
                found, share = nearest(dice, tier, int(begins[to]), int(begins[to + 1]), -(-6 // len(arrows)))
                products.append(found)
                pulls.append(pull * share)
            offsets.append(offsets[-1] + sum(len(p) for p in products[len(products) - len(arrows) :]))
    if not products:
        return np.array(offsets), np.empty(0, np.int32), np.empty(0)
    return np.array(offsets), np.concatenate(products).astype(np.int32), np.concatenate(pulls)


def nearest(dice: np.random.Generator, tier: float, low: int, high: int, count: int) -> tuple[Ints, Floats]:
    """`count` products of low … high−1 about the price tier (in [0, 1]), and their shares, the first the
    largest.
    """
    tiers = (np.arange(high - low) + 0.5) / (high - low)
    distance = np.abs(tiers - tier) + 0.08 * np.abs(dice.standard_normal(high - low))
    found = np.argsort(distance, kind="stable")[:count]
    share = 1.0 / (2.0 + np.arange(len(found)))
    return low + found, share / share.sum()
