"""What products are for, and where each stands among those that meet the same need."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.kernels.groups import gathered
from graph.log import NONE
from graph.snapshot import Products
from graph.timeline import Rows

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Needs:
    """k needs of n products. need: (n,), the categories first, then each product without one.

    starts, members: (k + 1,) and (n,): the products of each need, cheapest first, those without a price last.
    priced: (k,), how many have one. tier: (n,), the product's place by price among these, in (0, 1), the
    cheapest of four at 1/8; NaN without a price. Prices in another currency than most are none.
    """

    need: Rows
    named: int
    starts: Longs
    members: Rows
    priced: Longs
    tier: Floats

    def __len__(self) -> int:
        return len(self.priced)

    @classmethod
    def of(cls, products: Products) -> "Needs":
        """The needs of a catalogue."""
        alone = products.category == NONE
        codes, need = np.unique(products.category, return_inverse=True)
        named = len(codes) - int(alone.any())
        own = named + np.cumsum(alone) - 1
        of: Rows = np.where(alone, own, need - int(alone.any())).astype(np.int32)
        has_price = _comparable(products)
        order = np.lexsort((products.price, ~has_price))
        starts, place = gathered(of[order], named + int(alone.sum()))
        members = order[place].astype(np.int32)
        priced = np.bincount(of[has_price], minlength=len(starts) - 1)
        tier = np.full(len(of), np.nan)
        rank = np.arange(len(members)) - starts[of[members]]
        tier[members] = (rank + 0.5) / np.maximum(priced[of[members]], 1)
        tier[~has_price] = np.nan
        return cls(of, named, starts, members, priced.astype(np.int64), tier)


def _comparable(products: Products) -> NDArray[np.bool_]:
    """Which have a price in the currency of most."""
    has_price = products.price >= 0
    if not has_price.any():
        return has_price
    currencies, times = np.unique(products.currency[has_price], return_counts=True)
    return np.asarray(has_price & (products.currency == currencies[np.argmax(times)]))
