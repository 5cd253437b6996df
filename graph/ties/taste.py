"""What communities take to: how much more or less likely their people open a share of a category.

A community's taste is the mix of categories its people take to. The appeal of a category to them is (its part
of theirs / its part of everybody's) ^ affinity, between ⅓ and 3 and of mean 1 over their own mix. It is held
and made in the size of what was done: a table of all communities and all categories is hundreds of times as
large in a shop of many small circles.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.kernels.jit import njit
from graph.log import NONE
from graph.snapshot import Snapshot
from graph.timeline import Rows

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

SMOOTHING = 10.0
"""Shares of everybody's that are added to a community's, when its taste is taken."""

LEAST, MOST = 1 / 3, 3.0

CHOSEN = (Kind.SHARE, Kind.VIEW, Kind.FAVOURITE, Kind.CART, Kind.PURCHASE)
"""What people do of their own accord tells their taste; what they open was sent to them."""


class Liking(NamedTuple):
    """Appeals by row of a community and category. Row r has those that its people took to, rising, in
    categories[begins[r]:begins[r + 1]]; every other appeals as others[r] says.
    """

    begins: Longs
    categories: Rows
    appeals: Floats
    others: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Taste:
    """liking: of every community that took to anything, and in row 0 of those that did not: they like
    everything as usual. row: (people,), theirs. category: (shares,).
    """

    liking: Liking
    row: Rows
    category: Rows

    @classmethod
    def none(cls, snapshot: Snapshot) -> "Taste":
        """Everybody likes everything alike."""
        nothing = np.empty(0, np.int32)
        alike = Liking(np.zeros(2, np.int64), nothing, np.empty(0), np.ones(1))
        people, shares = len(snapshot.people), len(snapshot.shares)
        return cls(alike, np.zeros(people, np.int32), np.zeros(shares, np.int32))

    @classmethod
    def learned(cls, snapshot: Snapshot, labels: Rows, affinity: float, until: int) -> "Taste":
        """What communities took to before a time (µs), to the power of affinity. labels: (people,)."""
        words, of_product = np.unique(snapshot.products.category, return_inverse=True)
        group, product = _took(snapshot, np.maximum(labels, 0), until)
        active, place = np.unique(group, return_inverse=True)
        row = np.zeros(int(labels.max(initial=0)) + 1, np.int32)
        row[active] = np.arange(1, len(active) + 1, dtype=np.int32)
        return cls(
            _liking(place + 1, of_product[product], len(active) + 1, max(len(words), 1), affinity),
            row[np.maximum(labels, 0)],
            of_product[snapshot.shares.product].astype(np.int32),
        )

    def of(self, person: Rows, share: Rows) -> Floats:
        """How much some shares appeal to some people, (k,)."""
        return _appeals(self.liking, self.row[person], self.category[share])


def _took(snapshot: Snapshot, labels: Rows, until: int) -> tuple[Rows, Rows]:
    """Community and product of every choice that people made of their own accord."""
    events = snapshot.events
    rows = events.rows(*CHOSEN)
    rows = rows[(events.product[rows] != NONE) & (events.person[rows] != NONE) & (events.at[rows] < until)]
    return labels[events.person[rows]], events.product[rows]


def _liking(group: Longs, category: Longs, groups: int, categories: int, affinity: float) -> Liking:
    """The appeals that these choices tell, one by one of a group and a category."""
    cells, count = np.unique(group * np.int64(categories) + category, return_counts=True)
    group, category = cells // categories, cells % categories
    usual = np.maximum(np.bincount(category, count, categories), 1.0)
    usual /= usual.sum()
    total = np.bincount(group, count, groups) + SMOOTHING
    mix = (count + SMOOTHING * usual[category]) / total[group]
    liked = np.clip((mix / usual[category]) ** affinity, LEAST, MOST)
    others = np.clip((SMOOTHING / total) ** affinity, LEAST, MOST)
    rest = SMOOTHING * (1 - np.bincount(group, usual[category], groups)) / total
    mean = np.bincount(group, liked * mix, groups) + others * rest
    begins = np.searchsorted(group, np.arange(groups + 1)).astype(np.int64)
    return Liking(begins, category.astype(np.int32), liked / mean[group], others / mean)


@njit
def appeal(liking: Liking, row: int, category: int) -> float:
    """How much a category appeals to the people of a row."""
    low, high = liking.begins[row], liking.begins[row + 1]
    while low < high:
        middle = (low + high) // 2
        if liking.categories[middle] < category:
            low = middle + 1
        else:
            high = middle
    if low < liking.begins[row + 1] and liking.categories[low] == category:
        return float(liking.appeals[low])
    return float(liking.others[row])


@njit
def _appeals(liking: Liking, row: Rows, category: Rows) -> Floats:
    found = np.empty(len(row))
    for place in range(len(row)):
        found[place] = appeal(liking, row[place], category[place])
    return found
