"""Who took to each product of late: where people of like taste are found.

Of a product only the newest `KEPT` people are held, so that what everybody has is no reason to go through
everybody; what very many took to says little about a taste anyway. It counts for 1 / √n of the n who took to
it (cosine; Sarwar et al. 2001).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph.suggest.engagements import Engagements
from graph.timeline import Rows

KEPT = 60

MANY = 10
"""Takers of a product below which it is not told that all of them bought it: it would tell what each did."""


TOLD = 2
"""People below whom nothing is told of people: it would tell what one person did."""


@dataclass(frozen=True, slots=True, eq=False)
class Takers:
    """At most `KEPT` people of each product, newest first: CSR over products. rarity: 1 / √n, in (0, 1].
    bought: (products,), where all n of them, `MANY` or more, have it, kept here or not.
    """

    indptr: NDArray[np.int64]
    person: Rows
    rarity: NDArray[np.float32]
    bought: NDArray[np.bool_]

    def few(self, products: Sequence[int], other: int) -> bool:
        """Whether fewer than two people are known to have taken to one of some products and to another.
        Of two that more took to than are held it cannot be told, and is not so.
        """
        theirs, both = self._of(other), set[int]()
        for product in products:
            mine = self._of(product)
            both |= mine & theirs
            if len(both) >= TOLD or min(len(mine), len(theirs)) >= KEPT:
                return False
        return True

    def _of(self, product: int) -> set[int]:
        return set(self.person[self.indptr[product] : self.indptr[product + 1]].tolist())

    def with_more(self, rows: int) -> "Takers":
        """The same, nobody for rows that came since."""
        more = rows - len(self.bought)
        return replace(
            self, indptr=np.pad(self.indptr, (0, more), mode="edge"), bought=np.pad(self.bought, (0, more))
        )


def takers(engaged: Engagements, products: int) -> Takers:
    """Of all pairs that carry taste."""
    person = np.repeat(np.arange(len(engaged.indptr) - 1, dtype=np.int32), np.diff(engaged.indptr))
    liked = np.flatnonzero(engaged.taste > 0)
    order = liked[np.lexsort((person[liked], -engaged.at[liked], engaged.product[liked]))]
    product = engaged.product[order]
    indptr = np.searchsorted(product, np.arange(products + 1))
    kept = np.arange(len(order)) - indptr[product] < KEPT
    buyers = np.bincount(product[engaged.bought[order]], minlength=products)
    return Takers(
        indptr=np.searchsorted(product[kept], np.arange(products + 1)).astype(np.int64),
        person=person[order[kept]],
        rarity=(1 / np.sqrt(np.diff(indptr)[product[kept]])).astype(np.float32),
        bought=(buyers >= MANY) & (buyers == np.diff(indptr)),
    )
