"""What is like what by what it is, not by who took to it: the voice of products that nobody has touched yet,
and for people of whom little is known yet.

A product has a category, a brand, and both together; and a department, tags, a price band of its category,
and a shop. Each is a feature, and lists the products that have it: those that most people took to, for
whoever did so little that nobody is like them, and those that fewer than `FEW` took to, which have no people
to speak for them (graph.suggest.neighbours); half of the places each.

A price band is a quarter of a category by price, cut where the fit found the quartiles. A product that came
since the fit has the features that were known then, at once, and stands behind those that are listed; of a
whole catalogue that came at once, the first `EACH` of a feature.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph.log import NONE
from graph.snapshot import Products
from graph.snapshot.products import COLUMNS
from graph.suggest.engagements import Engagements
from graph.suggest.reasons import Alike
from graph.timeline import Rows

Longs = NDArray[np.int64]

FEW, EACH = 5, 25
"""People who took to a product that is still new, and products of either sort listed for one feature."""

BANDS, AT_LEAST = 4, 8
"""Price bands of a category, and priced products of it below which it has none."""

SORTS = (Alike.KIND, Alike.BRAND, Alike.BRAND, Alike.DEPARTMENT, Alike.TAG, Alike.PRICE, Alike.SHOP)
"""What products have in common: category, brand, both, department, tags, price band of the category, shop."""

KIND, DETAILS = slice(0, 3), slice(3, None)
"""Columns of features: what the source `content` listens to, and what `details` does."""


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """Where prices are cut. category: codes, rising. edges: (categories, 3), prices in ten-thousandths of the
    currency in which most is priced.
    """

    category: Rows
    edges: Longs
    currency: int

    @classmethod
    def of(cls, products: Products) -> "Bands":
        """By quartiles of each category that has prices enough."""
        priced = (products.price > 0) & (products.currency != NONE) & (products.category != NONE)
        currency = int(np.bincount(products.currency[priced]).argmax()) if priced.any() else NONE
        priced &= products.currency == currency
        order = np.lexsort((products.price, np.where(priced, products.category, np.iinfo(np.int32).max)))
        order = order[: np.count_nonzero(priced)]
        category, first, count = np.unique(products.category[order], return_index=True, return_counts=True)
        known = count >= AT_LEAST
        at = first[known, None] + count[known, None] * np.arange(1, BANDS) // BANDS
        return cls(category[known].astype(np.int32), products.price[order][at], currency)

    def band(self, products: Products) -> Longs:
        """The band of each product, 0 for the cheapest quarter; −1 where it cannot be told."""
        if not len(self.category):
            return np.full(len(products.price), NONE, np.int64)
        place = np.minimum(np.searchsorted(self.category, products.category), len(self.category) - 1)
        told = (self.category[place] == products.category) & (products.price > 0)
        told &= products.currency == self.currency
        above: Longs = (products.price[:, None] >= self.edges[place]).sum(axis=1)
        return np.where(told, above, NONE)


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """features: (products, columns), a code each, −1 where it is not known. Products of each feature: CSR
    over the codes; weight: what each counts, 1. known: what each code stands for, rising in each sort of
    feature; begins: (sorts + 1,), where the codes of each sort begin. bands: of prices.
    """

    features: Rows
    indptr: Longs
    product: Rows
    weight: NDArray[np.float32]
    known: Longs
    begins: Longs
    bands: Bands

    def by(self, code: int) -> Alike:
        """What sort of feature a code is."""
        return SORTS[int(np.searchsorted(self.begins, code, side="right")) - 1]

    def with_more(self, products: Products, offered: NDArray[np.bool_]) -> "Likeness":
        """The same of so many products, of which those behind the fit's are new. offered: (products,), what
        may be listed.
        """
        fitted = len(self.features)
        if fitted == len(products):
            return self
        more = _coded(_said(_behind(products, fitted), self.bands), self.known, self.begins)
        code, product = _pairs(more, np.flatnonzero(offered[fitted:]))
        first = _place(code, np.ones(len(code), np.bool_)) < EACH
        code, product = code[first], product[first]
        came = np.bincount(code, minlength=len(self.known))
        return replace(
            self,
            features=np.concatenate([self.features, more]),
            indptr=self.indptr + np.append(0, np.cumsum(came)),
            product=np.insert(self.product, self.indptr[code + 1], product + fitted),
            weight=np.ones(len(self.product) + len(product), np.float32),
        )


def likeness(products: Products, engaged: Engagements, offered: NDArray[np.bool_]) -> Likeness:
    """Of a catalogue. offered: (products,), what may be listed."""
    bands = Bands.of(products)
    sorts = _said(products, bands)
    words = [np.unique(column[column != NONE]) for column in sorts]
    known, begins = np.concatenate(words), np.append(0, np.cumsum([len(some) for some in words]))
    features = _coded(sorts, known, begins)
    taken = np.bincount(engaged.product[engaged.taste > 0], minlength=len(products))
    there = np.flatnonzero(offered)
    code, product = _pairs(features, there[np.lexsort((there, -taken[there]))])
    new = taken[product] < FEW
    kept = np.where(new, _place(code, new), _place(code, ~new)) < EACH
    indptr = np.searchsorted(code[kept], np.arange(len(known) + 1)).astype(np.int64)
    weight = np.ones(int(indptr[-1]), np.float32)
    return Likeness(features, indptr, product[kept].astype(np.int32), weight, known, begins, bands)


def _said(products: Products, bands: Bands) -> tuple[Longs, ...]:
    """What products say of each of the `SORTS`, (products, its columns); −1 for nothing."""
    category, brand, department, shop = (
        column.astype(np.int64)[:, None]
        for column in (products.category, products.brand, products.department, products.shop)
    )
    both, price = _together(category, brand), _together(category, bands.band(products)[:, None])
    return category, brand, both, department, products.tags.astype(np.int64), price, shop


def _together(one: Longs, other: Longs) -> Longs:
    return np.where((one == NONE) | (other == NONE), NONE, one << 32 | other)


def _pairs(features: Rows, products: NDArray[np.intp]) -> tuple[Longs, NDArray[np.intp]]:
    """Every code that some products have, rising, and the products, for one code in the order given."""
    code, product = features[products].ravel().astype(np.int64), np.repeat(products, features.shape[1])
    order = np.argsort(code, kind="stable")
    order = order[code[order] != NONE]
    return code[order], product[order]


def _place(code: Longs, which: NDArray[np.bool_]) -> Longs:
    """How many of these stand before each, among those of its code. code: rising."""
    before: Longs = np.cumsum(which) - which
    return before - before[np.searchsorted(code, code)]


def _coded(sorts: tuple[Longs, ...], known: Longs, begins: Longs) -> Rows:
    """The code of everything said; −1 where nothing is, or what nobody had said before."""
    columns = []
    for sort, said in enumerate(sorts):
        words = known[begins[sort] : begins[sort + 1]]
        place = np.minimum(np.searchsorted(words, said), max(len(words) - 1, 0))
        found = words[place] == said if len(words) else np.zeros(said.shape, np.bool_)
        columns.append(np.where(found & (said != NONE), place + begins[sort], NONE))
    return np.concatenate(columns, axis=1).astype(np.int32)


def _behind(products: Products, first: int) -> Products:
    """The products behind so many."""
    return replace(products, **{name: getattr(products, name)[first:] for name in COLUMNS})
