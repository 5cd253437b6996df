"""Shares as trials: who of those tied to the sharer opened it.

Every share a log holds is asked about, opened by anybody or not. Asked of opened shares alone, a chance would
be that of an opening given that somebody opened: where each of many friends opens one share in ten, far more.
Shares that are implied are known by their openings, and left out where the log holds others. A log that holds
only shares somebody opened can tell no more than that chance, see `unopened`.

Otherwise as in graph.ties.heldout: of a share that names whom it reached, those it did not reach are no
trials; nor is a share for the person it was passed on from. It happened if it was opened by the log's end,
and what was not by then counts as much as it would have been (graph.ties.sights.ripe).
"""

from dataclasses import dataclass, replace

import numpy as np

from graph.kernels.circles import Longs
from graph.log import NONE
from graph.openings import Openings
from graph.recipients.acts import History, Mask
from graph.recipients.model import MOST, TIED, Counts, Floats, pairs
from graph.snapshot import Snapshot
from graph.ties.sights import reached, ripe
from graph.timeline import Rows


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """k shares in order of time, arrays of shape (k,); at: µs. giver: whom each was passed on from, −1
    nobody. told: whether the log says whom it reached. ripe: the part of openings that come within its age.
    reached, opened: share · people + person, rising, the share as a row of these.
    """

    sharer: Rows
    product: Rows
    at: Longs
    giver: Rows
    told: Mask
    ripe: Floats
    reached: Longs
    opened: Longs
    people: int

    def __len__(self) -> int:
        return len(self.at)

    @classmethod
    def of(cls, snapshot: Snapshot, opened: Openings) -> "Shared":
        """Of a snapshot and its openings."""
        n, shares = len(snapshot.people), snapshot.shares
        asked = shares.implied if shares.implied.all() else ~shares.implied
        rows = np.flatnonzero(asked)
        rows = rows[np.argsort(shares.at[rows], kind="stable")]
        place = np.full(len(shares), NONE, np.int64)
        place[rows] = np.arange(len(rows))
        first = opened.first & (place[opened.share] != NONE)
        opening = np.sort(place[opened.share[first]] * n + opened.person[first])
        shown = reached(snapshot, snapshot.as_of + 1)
        shown = np.sort((place[shown // n] * n + shown % n)[place[shown // n] != NONE])
        told = np.zeros(len(rows), np.bool_)
        told[shown // n] = True
        parent = shares.parent[rows]
        delays = opened.at[first] - shares.at[opened.share[first]]
        return cls(
            sharer=shares.person[rows],
            product=shares.product[rows],
            at=shares.at[rows],
            giver=np.where(parent != NONE, shares.person[parent], NONE).astype(np.int32),
            told=told,
            ripe=ripe(delays, snapshot.as_of + 1 - shares.at[rows]),
            reached=shown,
            opened=opening,
            people=n,
        )

    def among(self, row_of: Rows, people: int) -> "Shared":
        """The same shares, in rows of other people: row_of[old] is the new row, −1 for a stranger."""
        return replace(
            self,
            sharer=row_of[self.sharer],
            giver=np.where(self.giver != NONE, row_of[self.giver], NONE).astype(np.int32),
            reached=_renamed(self.reached, self.people, row_of, people),
            opened=_renamed(self.opened, self.people, row_of, people),
            people=people,
        )

    def between(self, since: int, until: int | None = None) -> Longs:
        """Those made from one time (µs) up to another, or since."""
        end = len(self) if until is None else np.searchsorted(self.at, until)
        return np.arange(np.searchsorted(self.at, since), end)

    def unopened(self, rows: Longs) -> int:
        """How many of these nobody opened."""
        return int(np.count_nonzero(~np.isin(rows, self.opened // max(self.people, 1))))


def _renamed(marks: Longs, people: int, row_of: Rows, more: int) -> Longs:
    person = row_of[marks % max(people, 1)]
    known = person != NONE
    return np.sort(marks[known] // max(people, 1) * more + person[known])


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """k trials, each a share and somebody tied to its sharer before. sharer: (k,). counts: (k, COLUMNS).
    ripe, came: (k,).
    """

    sharer: Rows
    counts: Counts
    ripe: Floats
    came: Mask


def trials(history: History, shared: Shared, rows: Longs, before: int) -> Trials:
    """What came of some shares, each with what the history before a time (µs) says of the sharer's friends.

    At most `model.MOST` friends of each.
    """
    at_once = np.full(len(rows), before, np.int64)
    found = pairs(history, shared.sharer[rows], shared.product[rows], at_once, most=MOST)
    share = rows[found.question]
    mark = share * shared.people + found.people
    came = np.isin(mark, shared.opened)
    fair = ~shared.told[share] | came | np.isin(mark, shared.reached)
    fair &= (shared.giver[share] != found.people) & found.counts[:, TIED].any(axis=1)
    return Trials(shared.sharer[share[fair]], found.counts[fair], shared.ripe[share[fair]], came[fair])
