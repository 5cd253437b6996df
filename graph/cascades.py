"""Cascades: everybody a product reached from one first share, as trees of people.

One tree per root share. Its sharer is the root; whoever opens a share of the tree is a child of that share's
sharer, of the first opened in this tree where there were several, and may share on. Passing on a share counts
as opening it, at the time of the passing on. A person is in a tree once and may be in several trees.

First means least by (time, depth of the share in its chain, row of the share). Such trees have no loop, equal
times or not: let p come in by an act (t, d, s), and let u, not the root, be the sharer of s. Go up from s as
long as shares are u's own, to u's topmost share s' of depth d' ≤ d; it was passed on from a share q of
somebody else, of depth d' − 1 < d, when s' was made, no later than s and so no later than t. That passing on
is an act of u's in the tree, so u came in by something no later than (t, d' − 1, q) < (t, d, s): along
parents these triples fall strictly, until the root.
"""

from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from graph.errors import InvalidInput
from graph.estimate import CONFIDENCE, Estimate
from graph.kernels.groups import gathered
from graph.kernels.trees import (
    Acts,
    Lineage,
    breadth_first,
    entries,
    first_shares,
    structural_viralities,
)
from graph.log import NONE
from graph.openings import Openings, openings
from graph.purchases import Follows, Purchases, bought_after, purchases
from graph.snapshot import Snapshot
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
    for one person alone. inferred: a share or a parent in it was not in the log.

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

    def reproduction_number(self, row: int) -> Estimate | None:
        """Mean number of children of those who have been in the tree longer than `delay`; None below ten such
        people.

        The interval is Garwood's (1936) for a count, widened where the counts differ among people by more
        than a Poisson law would make them (quasi-likelihood; McCullagh & Nelder 1989): one famous root says
        little of the rest.
        """
        people = self.participants(row)
        if self.delay is None:
            return None
        tried = self.as_of - people.at > self.delay
        children = np.bincount(people.parent[1:], minlength=len(people))[tried]
        return _mean_count(children) if len(children) >= TRIED else None

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

    @cached_property
    def _listed(self) -> dict[CascadeOrder, Places]:
        return {}

    @cached_property
    def _places(self) -> tuple[Longs, Longs]:
        """Everybody's places, person by person."""
        person = self.everybody.person
        return gathered(person, int(person.max(initial=NONE)) + 1)


def cascades(snapshot: Snapshot, *, include_noise: bool = False) -> Cascades:
    """All cascades of a snapshot; opens marked as noise are left out unless asked for.

    InvalidInput where a share is opened or passed on before it is made; loaders reject such rows.

    >>> from tests.toy import TOY, snapshot
    >>> told = cascades(snapshot(TOY + "  cy>ed:tea"))
    >>> told.size.tolist(), told.depth.tolist(), told.levels(0)
    ([4, 2], [2, 1], [1, 2, 1])
    """
    events, shares = snapshot.events, snapshot.shares
    opened, kept = openings(snapshot, include_noise=include_noise), purchases(events)
    shared_at, is_root = shares.at, shares.parent == NONE
    roots = np.flatnonzero(is_root).astype(np.int32)
    row_by_share = (np.cumsum(is_root, dtype=np.int32) - np.int32(1))[shares.root]
    _check_times(snapshot, opened)
    lineage = Lineage(shares.person, shared_at, row_by_share, shares.depth)
    starts, everybody, half_at, virality = _trees(opened, lineage, roots, len(snapshot.people))
    product = shares.product[roots]
    size = np.diff(starts)
    row_by_place = np.repeat(np.arange(len(roots)), size)
    followed = bought_after(kept, everybody.person, product[row_by_place], everybody.at)
    share_opens = np.bincount(opened.share[opened.first], minlength=len(shares))
    return Cascades(
        root=roots,
        product=product,
        campaign=shares.campaign[roots],
        size=size,
        depth=everybody.depth[starts[1:] - 1],
        virality=virality,
        shares=np.bincount(row_by_share, minlength=len(roots)),
        opens=_sums(row_by_share, share_opens, len(roots)),
        purchases=_sums(row_by_place, followed.count, len(roots)),
        started_at=shared_at[roots],
        last_at=_latest(row_by_share, shared_at, opened, len(roots)),
        half_after=np.where(size > 1, half_at - shared_at[roots], NONE),
        inferred=_sums(row_by_share, shares.inferred | shares.implied, len(roots)) > 0,
        starts=starts,
        everybody=replace(everybody, bought=followed.count > 0),
        takings=Takings.of(row_by_place, followed, kept),
        row_by_share=row_by_share,
        share_opens=share_opens,
        share_purchases=_bought_by_openers(kept, opened, len(shares)),
        delay=_delay(everybody, starts[:-1][row_by_place]),
        as_of=snapshot.as_of,
    )


def structural_virality(parents: Rows) -> float | None:
    """Mean distance between all pairs of people in one cascade; None for a tree of one.

    2 is a broadcast star of many leaves; it grows with the length of the chains (Goel, Anderson, Hofman &
    Watts 2016). parents: shape (n,), parents[0] == −1, every other entry the position of an earlier person.

    >>> structural_virality(np.array([-1, 0, 0], np.int32))
    1.333...
    """
    if len(parents) < 2:
        return None
    return float(structural_viralities(np.array([0, len(parents)]), parents)[0])


def _check_times(snapshot: Snapshot, opened: Openings) -> None:
    at = snapshot.shares.at
    early = np.flatnonzero(opened.at < at[opened.share])
    parent = snapshot.shares.parent
    early = np.append(opened.share[early], parent[(parent != NONE) & (at < at[parent])])
    if len(early):
        share = snapshot.shares.ids[int(early[0])]
        raise InvalidInput(f"share {share}: opened or passed on before it was made; load the log anew")


def _trees(
    opened: Openings, lineage: Lineage, roots: Rows, people: int
) -> tuple[Longs, Participants, Longs, Floats]:
    acts = Acts(opened.person, opened.share, opened.at)
    starts, person, at, above = entries(acts, lineage, roots, people)
    # People come in in order of time, so the one who makes half of them stands in the middle.
    half_at = at[starts[:-1] + (np.diff(starts) - 1) // 2]
    order, parent, level = breadth_first(starts, above)
    person = person[order]
    made = first_shares(starts, person, lineage, people)
    everybody = Participants(person, parent, level, at[order], made, np.zeros(len(person), np.bool_))
    return starts, everybody, half_at, structural_viralities(starts, parent)


def _sums(group: Rows | Places, counted: Longs | NDArray[np.bool_], groups: int) -> Longs:
    return np.bincount(group, counted, groups).astype(np.int64)


def _latest(row_by_share: Rows, shared_at: Longs, opened: Openings, rows: int) -> Longs:
    latest = np.zeros(rows, np.int64)
    # Openings come in order of time, and of repeated indices the last one's value stays.
    latest[row_by_share[opened.share]] = opened.at
    np.maximum.at(latest, row_by_share, shared_at)
    return latest


def _bought_by_openers(kept: Purchases, opened: Openings, shares: int) -> Longs:
    first = opened.first
    followed = bought_after(kept, opened.person[first], opened.product[first], opened.at[first])
    return _sums(opened.share[first], followed.count, shares)


def _delay(everybody: Participants, start: Longs) -> int | None:
    child = np.flatnonzero(everybody.parent != NONE)
    if not len(child):
        return None
    waited = everybody.at[child] - everybody.at[start[child] + everybody.parent[child]]
    return int(np.quantile(waited, 0.9, method="inverted_cdf"))


def _mean_count(counts: Longs) -> Estimate:
    people, total = len(counts), int(counts.sum())
    spread = max(float(counts.var(ddof=1)) * people / total, 1.0) if total else 1.0
    tail = (1 - CONFIDENCE) / 2
    low = float(gammaincinv(total / spread, tail)) * spread / people if total else 0.0
    high = float(gammaincinv(total / spread + 1, 1 - tail)) * spread / people
    return Estimate(total / people, low, high)
