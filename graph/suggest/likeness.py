"""What is like what by what it is, not by who took to it: the voice of products that nobody has touched yet,
and for people of whom little is known yet.

A product has a category, a brand, and both together; each is a feature, and lists the products that have it:
those that most people took to, for whoever did so little that nobody is like them, and those that fewer than
`FEW` took to, which have no people to speak for them (graph.suggest.neighbours); half of the places each.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.log import NONE
from graph.snapshot import Products
from graph.suggest.engagements import Engagements
from graph.timeline import Rows

FEW, EACH = 5, 25
"""People who took to a product that is still new, and products of either sort listed for one feature."""

FEATURES = 3
"""Category, brand, and the two together."""


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """features: (products, 3), a code each, −1 where it is not known. Products of each feature: CSR over the
    codes.
    """

    features: Rows
    indptr: NDArray[np.int64]
    product: Rows

    def with_more(self, products: int) -> "Likeness":
        """The same of so many products; nothing is known of the new ones."""
        more = np.full((products - len(self.features), FEATURES), NONE, np.int32)
        return Likeness(np.concatenate([self.features, more]), self.indptr, self.product)


def likeness(products: Products, engaged: Engagements, offered: NDArray[np.bool_]) -> Likeness:
    """Of a catalogue. offered: (products,), what may be listed."""
    features = _coded(products)
    taken = np.bincount(engaged.product[engaged.taste > 0], minlength=len(products))
    there = np.flatnonzero(offered)
    there = there[np.lexsort((there, -taken[there]))]
    code, product = features[there].ravel(), np.repeat(there, FEATURES)
    order = np.argsort(code, kind="stable")
    order = order[code[order] != NONE]
    code, product = code[order], product[order]
    codes = int(features.max(initial=NONE)) + 1
    new = taken[product] < FEW
    kept = np.where(new, _place(code, new), _place(code, ~new)) < EACH
    indptr = np.searchsorted(code[kept], np.arange(codes + 1)).astype(np.int64)
    return Likeness(features, indptr, product[kept].astype(np.int32))


def _place(code: Rows, which: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many of these stand before each, among those of its code. code: rising."""
    before: NDArray[np.int64] = np.cumsum(which) - which
    return before - before[np.searchsorted(code, code)]


def _coded(products: Products) -> Rows:
    category, brand = products.category.astype(np.int64), products.brand.astype(np.int64)
    both = np.where((category == NONE) | (brand == NONE), NONE, category << 32 | brand)
    columns, free = [], 0
    for column in (category, brand, both):
        words, code = np.unique(column, return_inverse=True)
        unknown = int(np.searchsorted(words, NONE, side="right"))
        columns.append(np.where(column == NONE, NONE, code - unknown + free))
        free += len(words) - unknown
    return np.stack(columns, axis=1).astype(np.int32)
