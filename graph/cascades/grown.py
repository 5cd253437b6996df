"""From who opened what to trees: the forest of a snapshot."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from graph.cascades.forest import Cascades, Floats, Longs, Participants, Places, Takings
from graph.errors import InvalidInput
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
from graph.purchases import Purchases, bought_after, purchases
from graph.snapshot import Snapshot
from graph.timeline import Rows


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
        guessed=_sums(row_by_share, shares.inferred, len(roots)),
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
    # Shares and openings come in order of time, and of repeated indices the last one's value stays.
    shared, latest = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
    shared[row_by_share] = shared_at
    latest[row_by_share[opened.share]] = opened.at
    return np.maximum(shared, latest)


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
