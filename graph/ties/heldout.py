"""Trials that came after a time: what estimators are chosen and judged by.

A trial is a share by u after the cut, and each v who had opened an earlier share of u's before it. Of a share
that names whom it reached, those it did not reach are no trials; nor is a share for the person it was passed
on from. It happened if v opened it by the log's end.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.log import NONE
from graph.openings import openings
from graph.snapshot import Snapshot
from graph.ties.commons import distinct
from graph.ties.sights import Flags, Longs, Sights
from graph.ties.trials import located
from graph.timeline import Rows

TRIAL = "a share by u after the cut, and each v who had opened an earlier share of u's before it"
"""What is said beside every figure made from these."""


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """k trials after a cut. pair: (k,), positions among the pairs asked for. share: (k,), rows. told: (k,),
    whether the log says that the share reached the person. happened: (k,).
    """

    pair: Longs
    share: Rows
    told: Flags
    happened: Flags

    def __len__(self) -> int:
        return len(self.pair)


def familiar(snapshot: Snapshot, until: int) -> Longs:
    """Every pair source · n + target, rising, of whom the second had opened something of the first's."""
    opened, n = openings(snapshot), len(snapshot.people)
    early = opened.at < until
    return distinct(opened.sharer[early].astype(np.int64) * n + opened.person[early])


def held_out(snapshot: Snapshot, known: Sights, cut: int, pairs: Longs, *, most: int = 2_000_000) -> HeldOut:
    """The trials after a cut (µs) of some pairs (source · n + target, rising).

    known: what the whole log tells. Of more than about `most` trials, those of evenly many pairs.
    """
    n, shares = known.people, snapshot.shares
    _, asked = located(familiar(snapshot, cut), pairs)
    after = known.by_sharer[shares.at[known.by_sharer] >= cut]
    begins = np.searchsorted(shares.person[after], np.arange(n + 1))
    rows = np.flatnonzero(asked)
    source = pairs // max(n, 1)
    rows = rows[:: max(1, -(-int(np.diff(begins)[source[rows]].sum()) // most))]
    count = np.diff(begins)[source[rows]]
    pair = np.repeat(rows, count)
    place = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count) + begins[source[pair]]
    share = after[place]
    listener = pairs[pair] % max(n, 1)
    mark = share.astype(np.int64) * n + listener
    _, happened = located(_marks(known.hits, n), mark)
    _, missed = located(_marks(known.misses, n), mark)
    giver = np.where(shares.parent[share] != NONE, shares.person[shares.parent[share]], NONE)
    fair = (~known.told[share] | happened | missed) & (giver != listener)
    return HeldOut(pair[fair], share[fair], known.told[share][fair], happened[fair])


def _marks(trials: tuple[Rows, Rows], people: int) -> NDArray[np.int64]:
    share, person = trials
    return np.sort(share.astype(np.int64) * people + person)
