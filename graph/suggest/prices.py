"""What a product costs beside others of its kind, and what somebody usually takes to.

A product's level is the logarithm of its price less the median of its category's: 0.7 is twice the usual,
−0.7 half of it. A person's band is where the levels of their own products lie, each as heavy as the taste for
it, shrunk: somebody of whom nothing is known takes to anything, one purchase says little, and nobody's band
is narrower than a few products can tell.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph.log import NONE
from graph.snapshot import Products
from graph.suggest.engagements import Engagements
from graph.timeline import Rows

Floats = NDArray[np.float64]

AT_LEAST = 3
"""Priced products of a category that make it known what is usual there."""

PRIOR = 3.0
"""How many products of one's own the usual band counts as."""

NORMAL = 1.4826
"""A normal law's standard deviation over its median absolute deviation."""


@dataclass(frozen=True, slots=True)
class Band:
    """middle, width: of a person's levels. known: in [0, 1), how much is known of it."""

    middle: float
    width: float
    known: float

    def outside(self, level: Floats) -> Floats:
        """How many widths these levels lie from the middle, above 0 for the dear."""
        return (level - self.middle) / self.width


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """level: (products,), NaN where there is no price, or nothing to hold it against. width: of levels that
    people take to, all together.
    """

    level: Floats
    width: float

    def band(self, mine: Rows, taste: Floats) -> Band:
        """The band of somebody with these products and so much taste for each."""
        level = self.level[mine]
        told = ~np.isnan(level)
        level, weight = level[told], taste[told]
        total = float(weight.sum())
        middle = float((weight * level).sum()) / (total + PRIOR)
        square = float((weight * (level - middle) ** 2).sum()) + PRIOR * self.width**2
        return Band(middle, float(np.sqrt(square / (total + PRIOR))), total / (total + PRIOR))

    def with_more(self, products: int) -> "Prices":
        """The same of so many products; nothing is known of the new ones."""
        more = products - len(self.level)
        return replace(self, level=np.pad(self.level, (0, more), constant_values=np.nan))


def prices(products: Products, engaged: Engagements) -> Prices:
    """Of a catalogue, in the currency in which most of it is priced; what is priced in another has no
    level.
    """
    priced = (products.price > 0) & (products.currency != NONE) & (products.category != NONE)
    if priced.any():
        priced &= products.currency == np.bincount(products.currency[priced]).argmax()
    level = np.full(len(products), np.nan)
    level[priced] = _beside_its_kind(np.log(products.price[priced]), products.category[priced])
    taken = level[engaged.product[engaged.taste > 0]]
    taken = taken[~np.isnan(taken)]
    width = NORMAL * float(np.median(np.abs(taken - np.median(taken)))) if len(taken) else 0.0
    # Where all cost the same, nothing is far outside.
    return Prices(level, width if width > 0 else np.inf)


def _beside_its_kind(price: Floats, category: Rows) -> Floats:
    """Each price less the median of its category's; NaN where that has too few."""
    ordered = price[np.lexsort((price, category))]
    _, kind, count = np.unique(category, return_inverse=True, return_counts=True)
    start = np.cumsum(count) - count
    median = (ordered[start + (count - 1) // 2] + ordered[start + count // 2]) / 2
    return np.where(count[kind] >= AT_LEAST, price - median[kind], np.nan)
