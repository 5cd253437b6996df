"""Trials pair by pair: how many were opened, how many were missed, of how many nobody knows.

A tie's chance is that for what the listener's community usually likes, and a trial's the tie's times the
appeal of what is shared (graph.ties.taste). A trial that was missed weighs by its appeal, for 1 − f p is
about (1 − p)^f.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from graph.log import NONE
from graph.snapshot import Snapshot
from graph.ties.sights import Flags, Floats, Longs, Sights, untold_misses
from graph.ties.taste import Taste
from graph.timeline import Rows

T = TypeVar("T", bound=np.generic)

YOUNG, SETTLED = 1 / 16, 1 / 4
"""Ages of a tie, in parts of the log's length, from which it counts as older."""

IN_COMMON = 3
"""Acquaintances in common from which on more make no difference."""

KINDS = (IN_COMMON + 1) * 2 * 3
"""Acquaintances in common × answered or not × three ages."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a log is read: whether only trials since two people met count, the affinity of taste, and the
    half-life of a trial's weight, as a part of the log's length (None: trials do not fade).
    """

    since_met: bool
    affinity: float = 0.0
    half_life: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """The trials of m pairs among n people, rising by (source, target); counts are weighted.

    kind: (m,), in [0, KINDS). known, answered: (m,), whether the two met, in this direction and in the other.
    chosen: (m,), whether only an open among these very trials says so. hits: (m,), opened. missed: (m,), told
    and not opened. latent: (m, CHANNELS), untold and not opened. liked: (m,), the hits, each times its
    appeal. fair_…: of those that are told (all, where none are). opened: the untold hits: their pair, channel
    and weight × appeal.
    """

    people: int
    source: Rows
    target: Rows
    kind: Rows
    known: Flags
    answered: Flags
    chosen: Flags
    hits: Floats
    missed: Floats
    latent: NDArray[np.float32]
    liked: Floats
    fair_hits: Floats
    fair_missed: Floats
    fair_liked: Floats
    opened: tuple[Longs, Rows, Floats]

    def __len__(self) -> int:
        return len(self.source)


def trials(snapshot: Snapshot, sights: Sights, pairs: Longs, taste: Taste, reading: Reading) -> Trials:
    """The trials of some pairs, as a reading has them.

    pairs: source · n + target, rising. Those that never met can only have missed.
    """
    return _Counting(snapshot, sights, pairs, taste, reading).trials()


class _Counting:
    """The steps from sights to trials; lives only while `trials` runs."""

    def __init__(
        self, snapshot: Snapshot, sights: Sights, pairs: Longs, taste: Taste, reading: Reading
    ) -> None:
        self.shares, self.sights, self.pairs, self.reading = snapshot.shares, sights, pairs, reading
        self.source = (pairs // sights.people).astype(np.int32)
        self.target = (pairs % sights.people).astype(np.int32)
        self.taste = taste
        age = np.maximum(sights.until - self.shares.at, 0)
        span = max(int(age.max(initial=1)), 1)
        half_life = reading.half_life
        self.fade = np.exp2(-age / (half_life * span)) if half_life else np.ones(len(age))
        place, self.known = located(sights.met, pairs)
        back = self.target.astype(np.int64) * sights.people + self.source
        _, self.answered = located(sights.met, back)
        self.followed = self.known & _taken(sights.followed, place)
        self.age = np.where(self.known, sights.until - _taken(sights.met_at, place), 0) / span
        self.since = np.where(self.known & reading.since_met, _taken(sights.met_at, place), 0)

    def trials(self) -> Trials:
        m, sights, fade = len(self.pairs), self.sights, self.fade
        hit, pair = self._of_pairs(sights.hits)
        miss, missed_by = self._of_pairs(sights.misses)
        told = sights.told[hit]
        liked: Floats = fade[hit] * self._appeal(hit, pair)
        missed = sums(missed_by, (sights.weight * fade)[miss] * self._appeal(miss, missed_by), m)
        hits = sums(pair, fade[hit], m)
        latent = self._latent(hit[~told], pair[~told])
        gladly = sums(pair, liked, m)
        fair = told if sights.tell else np.ones(len(hit), np.bool_)
        return Trials(
            people=sights.people,
            source=self.source,
            target=self.target,
            kind=self._kind(),
            known=self.known,
            answered=self.answered,
            chosen=self.known & ~self.followed & (not self.reading.since_met),
            hits=hits,
            missed=missed,
            latent=latent,
            liked=gladly,
            fair_hits=sums(pair[fair], fade[hit[fair]], m),
            fair_missed=missed if sights.tell else latent.sum(axis=1, dtype=np.float64),
            fair_liked=sums(pair[fair], liked[fair], m),
            opened=(pair[~told], sights.channel[hit[~told]], liked[~told]),
        )

    def _of_pairs(self, trials: tuple[Rows, Rows]) -> tuple[Rows, Longs]:
        """Shares and pairs of those trials that belong to a pair and count in it."""
        share, listener = trials
        place, held = located(
            self.pairs, self.shares.person[share].astype(np.int64) * self.sights.people + listener
        )
        held &= self.shares.at[share] >= _taken(self.since, place)
        return share[held], place[held]

    def _appeal(self, share: Rows, pair: Longs) -> Floats:
        return self.taste.of(self.target[pair], share)

    def _latent(self, hit: Rows, pair: Longs) -> NDArray[np.float32]:
        """All untold shares, without those that were opened and those that the listener had passed on."""
        sights, shares = self.sights, self.shares
        weight = sights.weight * self.fade
        found = untold_misses(
            self.source,
            self.taste.row[self.target],
            self.since,
            (sights.by_sharer, sights.begins, shares.at),
            (sights.channel, self.taste.category, weight, sights.told),
            self.taste.liking,
        )
        again = sights.by_sharer[(shares.parent[sights.by_sharer] != NONE) & ~sights.told[sights.by_sharer]]
        again, giver = self._of_pairs((again, shares.person[shares.parent[again]]))
        for share, whose in ((hit, pair), (again, giver)):
            np.subtract.at(found, (whose, sights.channel[share]), weight[share] * self._appeal(share, whose))
        return np.maximum(found, 0, out=found)

    def _kind(self) -> Rows:
        """The class of each pair; of an age only where trials count since they met, for how early two met
        says what came of the earlier ones.
        """
        common = self.sights.acquaintance.in_common(self.source, self.target, IN_COMMON)
        old = (self.age > YOUNG).astype(np.int32) + (self.age > SETTLED)
        return (common * 6 + self.answered * 3 + old * self.reading.since_met).astype(np.int32)


def sums(place: Longs, weight: Floats, count: int) -> Floats:
    """Weights added up by place; (count,)."""
    return np.bincount(place, weight, count).astype(np.float64, copy=False)


def located(rising: Longs, wanted: Longs) -> tuple[Longs, Flags]:
    """Where these values stand among rising ones, and whether they do."""
    place = np.minimum(np.searchsorted(rising, wanted), max(len(rising) - 1, 0))
    return place, _taken(rising, place) == wanted if len(rising) else np.zeros(len(wanted), np.bool_)


def _taken(column: NDArray[T], place: Longs) -> NDArray[T]:
    return column[place] if len(column) else np.zeros(len(place), column.dtype)
