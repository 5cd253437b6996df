"""All cascades at once, as columns: what is known of each, who is in it, which are asked for."""

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from graph.estimate import Estimate
from graph.kernels.groups import gathered
from graph.log import NONE
from graph.once import once
from graph.purchases import Follows, Purchases
from graph.timeline import Rows

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Places = NDArray[np.intp]

TRIED = 10
"""Fewer people than this say nothing of a reproduction number."""


class CascadeOrder(Enum):
    """How cascades are listed; equal ones by their root share, earliest first."""

    SIZE_DESC = "size"
    DEPTH_DESC = "depth"
    VIRALITY_DESC = "virality"
    STARTED_AT_DESC = "started_at"


@dataclass(frozen=True, slots=True)
class CascadeFilter:
    """Which cascades: of this product; with this person in them; whose root share has this campaign (a code);
    started at or after, and before, a time (µs); of at least so many people.
    """

    product: int | None = None
    person: int | None = None
    campaign: int | None = None
    started_after: int | None = None
    started_before: int | None = None
    min_size: int = 1


EVERY_CASCADE = CascadeFilter()


@dataclass(frozen=True, slots=True, eq=False)
class Participants:
    """The people of one or of all cascades, each cascade breadth first; all arrays of shape (N,).

    parent: position within the cascade, −1 for its root. depth: edges from the root. at: when they came in,
    µs. share: their own first share in this cascade, −1 where they made none. bought: they bought the product
    then or later, and kept it.
    """

    person: Rows
    parent: Rows
    depth: Rows
    at: Longs
    share: Rows
    bought: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.person)

    def between(self, start: int, end: int) -> "Participants":
        """Those at places start to end."""
        person, parent, depth = self.person[start:end], self.parent[start:end], self.depth[start:end]
        return Participants(
            person, parent, depth, self.at[start:end], self.share[start:end], self.bought[start:end]
        )


@dataclass(frozen=True, slots=True, eq=False)
class Takings:
    """Money by group and currency, sorted by these, for the pairs that have any; arrays of equal length."""

    group: Longs
    currency: Longs
    amount: Longs

    @classmethod
    def of(cls, group: Longs, followed: Follows, kept: Purchases) -> "Takings":
        """What entries of groups bought afterwards. group: shape (n,), ascending, of each entry; lines
        without a currency (−1) say nothing.
        """
        found = []
        some = np.flatnonzero(followed.count)
        entered = replace(followed, low=followed.low[some], high=followed.high[some])
        for code in np.unique(kept.currency[kept.currency != NONE]).tolist():
            paid = kept.currency == code
            lines, amount = (entered.total(np.where(paid, column, 0)) for column in (1, kept.amount))
            rows, place = np.unique(group[some][lines > 0], return_inverse=True)
            total = np.zeros(len(rows), np.int64)
            np.add.at(total, place, amount[lines > 0])
            found.append(np.stack([rows, np.full(len(rows), code), total]))
        groups, currency, amount = np.concatenate(found, axis=1) if found else np.zeros((3, 0), np.int64)
        order = np.lexsort((currency, groups))
        return cls(groups[order], currency[order], amount[order])

    def by_currency(self, group: int) -> dict[int, int]:
        """Whole ten-thousandths by currency code."""
        low, high = np.searchsorted(self.group, [group, group + 1])
        return dict(zip(self.currency[low:high].tolist(), self.amount[low:high].tolist(), strict=True))


@dataclass(frozen=True, eq=False)
class Cascades:
    """c cascades, one for each root share, in the order of these; arrays of shape (c,) unless told otherwise.
    Without slots, since what only some questions need is made at the first of them and kept.

    root: share row. product: row. campaign: code of the root share's, −1 none. size: people. depth: edges on
    the longest path from the root. virality: mean distance between all pairs, NaN for one person alone.
    shares: made in the tree. opens: distinct (person, share) of its shares, opened or passed on by others
    than their sharer. purchases: kept lines of the product, bought by people of the tree, the root included,
    once they were in it; a purchase counts in each tree its buyer is in. started_at: when the root share was
    made; last_at: latest share or opening, µs. half_after: µs from then until half of its people were in, −1
    for one person alone. inferred: a share or a parent in it was not in the log. guessed: how many of its
    shares have a parent that was not.

    starts: (c + 1,), each cascade's places in `everybody`. row_by_share: (m,), the cascade of each share.
    share_opens, share_purchases: (m,), people other than its sharer who opened a share, and kept lines of its
    product that these bought once they had. delay: µs within which nine in ten children of the whole log came
    after their parents, None without children. as_of: the snapshot's.
    """

    root: Rows
    product: Rows
    campaign: Rows
    size: Longs
    depth: Rows
    virality: Floats
    shares: Longs
    opens: Longs
    purchases: Longs
    started_at: Longs
    last_at: Longs
    half_after: Longs
    inferred: NDArray[np.bool_]
    guessed: Longs
    starts: Longs
    everybody: Participants
    takings: Takings
    row_by_share: Rows
    share_opens: Longs
    share_purchases: Longs
    delay: int | None
    as_of: int

    def __len__(self) -> int:
        return len(self.root)

    def of_share(self, share: int) -> int:
        """The cascade a share belongs to."""
        return int(self.row_by_share[share])

    def participants(self, row: int) -> Participants:
        """The people of one cascade, breadth first."""
        return self.everybody.between(int(self.starts[row]), int(self.starts[row + 1]))

    def levels(self, row: int) -> list[int]:
        """People at each distance from the root."""
        return [int(people) for people in np.bincount(self.participants(row).depth)]

    def revenue(self, row: int) -> dict[int, int]:
        """What its purchases brought, net: whole ten-thousandths by currency code."""
        return self.takings.by_currency(row)

    def inferred_fraction(self, rows: Places) -> float:
        """Of the parents of shares in these cascades, the part that was not in the log; 0 without parents."""
        return float(self.guessed[rows].sum() / max(int((self.shares[rows] - 1).sum()), 1))

    def reproduction_number(self, row: int) -> Estimate | None:
        """Mean number of children of those who have been in the tree longer than `delay`; None below ten such
        people. Its interval is of counts that differ (Estimate.of_counts): one famous root says little of the
        rest.
        """
        people = self.participants(row)
        if self.delay is None:
            return None
        tried = self.as_of - people.at > self.delay
        children = np.bincount(people.parent[1:], minlength=len(people))[tried]
        if len(children) < TRIED:
            return None
        return Estimate.of_counts(len(children), int(children.sum()), int((children**2).sum()))

    def select(
        self, chosen_by: CascadeFilter = EVERY_CASCADE, order: CascadeOrder = CascadeOrder.SIZE_DESC
    ) -> Places:
        """The rows of the cascades that pass a filter, in order.

        Sorted are all of them, once for each order; or those of a person, found without a look at others'.
        """
        if chosen_by.person is None:
            rows = self._listed[order] if order in self._listed else self._kept_in_order(order)
        else:
            rows = self._sorted(self._of_person(chosen_by.person), order)
        passes = self.size[rows] >= chosen_by.min_size
        for column, value in ((self.product, chosen_by.product), (self.campaign, chosen_by.campaign)):
            if value is not None:
                passes &= column[rows] == value
        if chosen_by.started_after is not None:
            passes &= self.started_at[rows] >= chosen_by.started_after
        if chosen_by.started_before is not None:
            passes &= self.started_at[rows] < chosen_by.started_before
        return rows[passes]

    def _kept_in_order(self, order: CascadeOrder) -> Places:
        return self._listed.setdefault(order, self._sorted(np.arange(len(self)), order))

    def _sorted(self, rows: Places, order: CascadeOrder) -> Places:
        by = np.nan_to_num(getattr(self, order.value)[rows], nan=-1.0)
        return rows[np.lexsort((self.started_at[rows], -by))]

    def _of_person(self, person: int) -> Places:
        """The trees somebody is in, by row; nobody is in one twice."""
        starts, places = self._places
        if not 0 <= person < len(starts) - 1:
            return np.empty(0, np.intp)
        theirs = places[starts[person] : starts[person + 1]]
        return np.searchsorted(self.starts, theirs, "right") - 1

    @once
    def _listed(self) -> dict[CascadeOrder, Places]:
        return {}

    @once
    def _places(self) -> tuple[Longs, Longs]:
        """Everybody's places, person by person."""
        person = self.everybody.person
        return gathered(person, int(person.max(initial=NONE)) + 1)
