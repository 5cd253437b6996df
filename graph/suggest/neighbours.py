"""What goes with one's own taste: people who took to these took to that too (item–item
cosine).

The vote of product i for product p is cosine(i, p) over the people who engaged with both, shrunk towards zero
where few did (Deshpande & Karypis 2004; shrinkage as in Bell & Koren 2007). A person counts with their newest
`RECENT` products, so that no single row of thousands decides what goes together.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.kernels.cooccurrence import nearest_columns
from graph.suggest.engagements import Engagements
from graph.timeline import Rows

NEIGHBOURS = 50
RECENT = 100
SHRINKAGE = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """Products near each product, nearest first: CSR over products; closeness in (0, 1)."""

    indptr: NDArray[np.int64]
    product: Rows
    closeness: NDArray[np.float32]

    def of(self, product: int) -> slice:
        """Where a product's neighbours lie."""
        return slice(int(self.indptr[product]), int(self.indptr[product + 1]))

    def with_more(self, rows: int) -> "Neighbours":
        """The same, empty for rows that came since."""
        more = rows + 1 - len(self.indptr)
        return Neighbours(np.pad(self.indptr, (0, more), mode="edge"), self.product, self.closeness)


def neighbours(engaged: Engagements, products: int) -> Neighbours:
    """The nearest products of every product, from all pairs that carry taste."""
    lengths = np.diff(engaged.indptr)
    person = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    place = np.arange(len(engaged)) - np.repeat(engaged.indptr[:-1], lengths)
    kept = (place < RECENT) & (engaged.taste > 0)
    person, product = person[kept], engaged.product[kept]
    indptr = np.searchsorted(person, np.arange(len(lengths) + 1)).astype(np.int64)
    by_product = np.argsort(product, kind="stable")
    col_indptr = np.searchsorted(product[by_product], np.arange(products + 1)).astype(np.int64)
    return Neighbours(
        *nearest_columns(indptr, product, col_indptr, person[by_product], NEIGHBOURS, SHRINKAGE)
    )
