"""What each product's need calls for, and how far from it in price the answers stand."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.relations.arrows import Arrows
from graph.relations.needs import Needs
from graph.timeline import Rows

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

STEPS = np.array([0.03, 0.08, 0.15, 0.25, 0.4, 0.6])
"""Where one step of distance in tiers ends and the next begins."""

UNKNOWN = len(STEPS) + 1
"""The last step: one of the two has no price."""

NEAREST = 8
"""Products of a need that are listed though nobody took them with the first."""


@dataclass(frozen=True, slots=True, eq=False)
class Wants:
    """Every product with every need that its own calls for, in rising order; (w,).

    steps: (w, steps), how many products of the need stand at each step from it, itself left out.
    """

    product: Rows
    need: Rows
    steps: Longs
    needs: int

    @property
    def pair(self) -> Longs:
        """Product · needs + need, rising."""
        return self.product * np.int64(self.needs) + self.need

    @classmethod
    def of(cls, needs: Needs, arrows: Arrows) -> "Wants":
        """What all products want."""
        k = max(len(needs), 1)
        called = np.searchsorted(arrows.pair // k, np.arange(k + 1))
        times = np.diff(called)[needs.need]
        product = np.repeat(np.arange(len(needs.need)), times)
        nth = np.arange(len(product)) - np.repeat(np.cumsum(times) - times, times)
        need = (arrows.pair % k)[called[needs.need[product]] + nth]
        return cls(product.astype(np.int32), need.astype(np.int32), _steps(needs, product, need), k)

    def nearest(self, needs: Needs) -> tuple[Longs, Longs, Longs]:
        """Pairs of products of which nothing need be known, the nearest in price: (product, other, want).

        Products without a price have none, and are in none.
        """
        tier, priced = needs.tier[self.product], needs.priced[self.need]
        want = np.flatnonzero(~np.isnan(tier) & (priced > 0))
        low = np.rint(tier[want] * priced[want] - 0.5).astype(np.int64) - NEAREST // 2
        low = np.clip(low, 0, np.maximum(priced[want] - NEAREST - 1, 0))
        rank = low[:, None] + np.arange(NEAREST + 1)
        row, column = np.nonzero(rank < priced[want, None])
        other = needs.members[needs.starts[self.need[want[row]]] + rank[row, column]].astype(np.int64)
        source = self.product[want[row]].astype(np.int64)
        apart = source != other
        return source[apart], other[apart], want[row][apart]


def steps_between(needs: Needs, one: NDArray[np.integer], other: NDArray[np.integer]) -> Longs:
    """The step from each product to another, 0 the nearest."""
    apart = np.abs(needs.tier[one] - needs.tier[other])
    return np.where(np.isnan(apart), UNKNOWN, np.digitize(apart, STEPS)).astype(np.int64)


def _steps(needs: Needs, product: Longs, need: Longs) -> Longs:
    """How many of a need's products stand at each step from a product: (w, steps)."""
    tier, priced = needs.tier[product][:, None], needs.priced[need][:, None]
    size = np.diff(needs.starts)[need]
    # tiers of a need are (rank + ½) / priced, so those nearer than an edge are a run of ranks.
    low = np.clip(np.ceil((tier - STEPS) * priced - 0.5 + 1e-9), 0, priced)
    high = np.clip(np.ceil((tier + STEPS) * priced - 0.5 - 1e-9), 0, priced)
    nearer = np.nan_to_num(high - low).astype(np.int64)
    counts = np.diff(nearer, axis=1, prepend=0, append=np.where(np.isnan(tier), 0, priced))
    itself = (needs.need[product] == need).astype(np.int64)
    blank = np.isnan(tier[:, 0])
    counts[:, 0] -= np.where(blank, 0, itself)
    unknown = np.where(blank, size - itself, size - priced[:, 0])
    return np.column_stack([counts, unknown])
