"""What is chosen a lot right now, by everybody and in each community: the last resort for somebody of whom
nothing is known.

A product's popularity is its word (decayed shares, purchases, ratings, opens) summed over people and divided
by the largest sum, so it lies in (0, 1]. A community smaller than `TOO_SMALL` has no list of its own: what it
chose would tell who chose it. Whoever allows no use of what they do is not counted to it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.suggest.engagements import Engagements
from graph.timeline import Rows

LISTED = 100
TOO_SMALL = 20
EVERYBODY = -1

BANDS = 3
"""Widely, middling and little known: each band is a third of all that is chosen, so the first has fewest."""


@dataclass(frozen=True, slots=True, eq=False)
class Popular:
    """Lists of at most 100 products, most popular first. overall: (products,), everybody's popularity of each
    product. band: (products,), how widely known it is, 0 for the most.
    """

    overall: NDArray[np.float64]
    band: NDArray[np.int8]
    top: Rows
    indptr: NDArray[np.int64]
    product: Rows
    popularity: NDArray[np.float64]

    def list_of(self, community: int) -> tuple[Rows, NDArray[np.float64]]:
        """Products and popularities of a community's label; everybody's where it has no list."""
        if 0 <= community < len(self.indptr) - 1:
            own = slice(int(self.indptr[community]), int(self.indptr[community + 1]))
            if own.stop > own.start:
                return self.product[own], self.popularity[own]
        return self.top, self.overall[self.top]

    def has_list(self, community: int) -> bool:
        """Whether a community is large enough to have a list of its own."""
        return 0 <= community < len(self.indptr) - 1 and bool(np.diff(self.indptr)[community])


def popular(
    engaged: Engagements, labels: NDArray[np.int32], products: int, offered: NDArray[np.bool_]
) -> Popular:
    """Popularity overall and by community. labels: (people,), the community that each person is counted to,
    −1 for none; offered: (products,), what may be listed.
    """
    person = np.repeat(np.arange(len(labels), dtype=np.int64), np.diff(engaged.indptr))
    word = np.where(offered[engaged.product], engaged.word, 0.0).astype(np.float64)
    total = np.bincount(engaged.product, word, products)
    overall = total / max(float(total.max(initial=0.0)), 1e-300)
    top = np.lexsort((np.arange(products), -overall))[:LISTED]
    communities = int(labels.max(initial=-1)) + 1
    sizes = np.bincount(labels[labels >= 0], minlength=communities)
    speaks = np.append(sizes >= TOO_SMALL, False)  # the last is that of nobody's label, −1
    large = speaks[labels[person]] & (word > 0)
    pair, place = np.unique(
        labels[person[large]] * np.int64(products) + engaged.product[large], return_inverse=True
    )
    weight = np.bincount(place, word[large], len(pair))
    community, product = pair // max(products, 1), pair % max(products, 1)
    order = np.lexsort((product, -weight, community))
    community, product, weight = community[order], product[order], weight[order]
    start = np.searchsorted(community, np.arange(communities + 1))
    rank = np.arange(len(order)) - start[community]
    largest = weight[start[community]] if len(order) else weight
    kept = rank < LISTED
    indptr = np.searchsorted(community[kept], np.arange(communities + 1)).astype(np.int64)
    listed = product[kept].astype(np.int32)
    return Popular(
        overall,
        bands(total.astype(np.float64)),
        top[overall[top] > 0].astype(np.int32),
        indptr,
        listed,
        (weight / largest)[kept],
    )


def bands(total: NDArray[np.float64]) -> NDArray[np.int8]:
    """How widely known each product is, 0 for the most, by how much it is chosen; (products,) both.

    >>> bands(np.array([1.0, 9.0, 5.0, 3.0, 0.0])).tolist()
    [2, 0, 1, 2, 2]
    """
    order = np.lexsort((np.arange(len(total)), -total))
    before = np.cumsum(total[order]) - total[order]
    band = np.empty(len(total), np.int8)
    band[order] = np.minimum(before / max(float(total.sum()), 1e-300) * BANDS, BANDS - 1)
    band[total <= 0] = BANDS - 1
    return band
