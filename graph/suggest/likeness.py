"""What is like what by what it is, not by who took to it: the voice of products that nobody has touched yet.

A product has a category, a brand, and both together; each is a feature, and lists the products that have it
and that fewer than `FEW` people took to, most taken to first. What more people took to has people to speak
for it (graph.suggest.neighbours).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.log import NONE
from graph.snapshot import Products
from graph.suggest.engagements import Engagements
from graph.timeline import Rows

FEW, LISTED = 5, 50
"""People who took to a product that is still new, and products listed for one feature."""

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
    new = np.flatnonzero(offered & (taken < FEW))
    new = new[np.lexsort((new, -taken[new]))]
    code, product = features[new].ravel(), np.repeat(new, FEATURES)
    order = np.argsort(code, kind="stable")
    order = order[code[order] != NONE]
    code, product = code[order], product[order]
    codes = int(features.max(initial=NONE)) + 1
    starts = np.searchsorted(code, np.arange(codes + 1))
    kept = np.arange(len(code)) - starts[code] < LISTED
    indptr = np.searchsorted(code[kept], np.arange(codes + 1)).astype(np.int64)
    return Likeness(features, indptr, product[kept].astype(np.int32))


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
