"""What shares brought beside what would have been foretold of them, stretch by stretch before today.

A forecast from the past holds while things go on as they were. They do not: a rush sets in and ebbs, a
person's next share is not like the one that made them known. How far off that is, the log says itself. As of
the end of each of its last stretches, as long as the one ahead, everybody's next share is foretold from those
before (the mean of a person's own, drawn towards everybody's; Bühlmann 1967), and held against how many
opened the first they then made, by the stretch's end: a pair (told, came). Nothing later than its stretch is
in it.

What is foretold today, x people, is corrected by those pairs whose `told` lies nearest to it,

    (x + ½) · came / (told + ½)    for a pair drawn among the `NEAR` nearest of a stretch,

the stretch drawn first, for all who share alike, because a rush or an ebb is everybody's; the pair for each
of them. That has the level of what came as well as its spread: split conformal prediction (Vovk, Gammerman &
Shafer 2005) by nearest neighbours. The half keeps what was never foretold possible. Where the log knows n
pairs, they speak with the chance n / (n + `BELIEVED`), and else the moods of single shares do
(graph.campaign.moods): a young shop has no hindsight.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from graph.campaign.surprise import AHEAD, STRETCHES
from graph.openings import Openings
from graph.pooling import credible_means
from graph.timeline import Shares

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Longs = NDArray[np.int64]
Pairs = tuple[Floats, Floats]
"""told, rising, and came; (k,) each."""

NEAR = 50
"""Pairs of a stretch that speak for one forecast; a stretch of fewer says nothing."""

BELIEVED = 100
"""So many pairs are known before there is as much hindsight as none."""

HALF = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Moods:
    """What multiplies that others come. level: their mean; each: (r,), run by run; past: (r,), where it is
    drawn from pairs, and holds all by which one outcome lies off.
    """

    level: float
    each: Floats
    past: Mask


@dataclass(frozen=True, slots=True, eq=False)
class Hindsight:
    """stretches: the pairs of each that has enough of them, latest first."""

    stretches: tuple[Pairs, ...]

    @classmethod
    def of(
        cls, shares: Shares, opened: Openings, as_of: int, people: int, ahead: timedelta = AHEAD
    ) -> "Hindsight":
        """Of the last stretches of this length before a time (µs). opened: in order of time."""
        length = ahead // timedelta(microseconds=1)
        began = int(shares.at.min(initial=as_of))
        log = _Log.of(shares, opened, people)
        back = range(1, min((as_of - began) // length, STRETCHES) + 1)
        found = (log.pairs(as_of + 1 - stretch * length, length) for stretch in back)
        return cls(tuple(pairs for pairs in found if len(pairs[0]) >= NEAR))

    @property
    def known(self) -> float:
        """The chance with which it speaks, in [0, 1)."""
        pairs = sum(len(told) for told, _ in self.stretches)
        return pairs / (pairs + BELIEVED)

    def moods(self, told: Floats, variance: float, runs: int, chance: np.random.Generator) -> Moods:
        """Of people who share together. told: (k,), how many others are foretold to come by each. variance:
        of the moods of one share, see graph.campaign.moods.
        """
        variance = variance / max(len(told), 1)
        each = chance.gamma(1 / variance, variance, runs) if variance > 0 else np.ones(runs)
        if not (self.stretches and told.sum() > 0):
            return Moods(1.0, each, np.zeros(runs, np.bool_))
        past = chance.random(runs) < self.known
        stretch, came, level = chance.integers(0, len(self.stretches), runs), np.zeros(runs), 0.0
        for one in told.tolist():
            ratios = (one + HALF) * np.stack([_near(pairs, one) for pairs in self.stretches])
            came += ratios[stretch, chance.integers(0, NEAR, runs)]
            level += float(ratios.mean())
        level = self.known * level / float(told.sum()) + 1 - self.known
        return Moods(level, np.where(past, came / told.sum(), each), past)


def _near(pairs: Pairs, one: float) -> Floats:
    """By what to multiply a forecast and a half, for each of the pairs nearest to it in rank."""
    told, came = pairs
    first = min(max(int(np.searchsorted(told, one)) - NEAR // 2, 0), len(told) - NEAR)
    near = slice(first, first + NEAR)
    return np.asarray(came[near] / (told[near] + HALF))


@dataclass(frozen=True, slots=True, eq=False)
class _Log:
    """Shares and their first openings, each in order of time, among n people."""

    shares: Shares
    in_time: Longs
    share: NDArray[np.int32]
    at: Longs
    people: int

    @classmethod
    def of(cls, shares: Shares, opened: Openings, people: int) -> "_Log":
        in_time = np.argsort(shares.at, kind="stable")
        return cls(shares, in_time, opened.share[opened.first], opened.at[opened.first], people)

    def pairs(self, since: int, length: int) -> Pairs:
        """Of everybody whose shares were opened before a time, and who shared within so much after it."""
        told, heard = self._foretold(since)
        made = self.in_time[slice(*np.searchsorted(self.shares.at[self.in_time], (since, since + length)))]
        who, place = np.unique(self.shares.person[made], return_index=True)
        known = heard[who]
        came = self._counts(since + length)[made[place[known]]]
        order = np.argsort(told[who[known]], kind="stable")
        return told[who[known]][order], came[order]

    def _foretold(self, since: int) -> tuple[Floats, NDArray[np.bool_]]:
        """How many open one share of each person's, and whose were opened at all, as known at a time.

        As in graph.campaign.strangers, shares younger than nine in ten openings take to come do not count.
        """
        shares, count = self.shares, self._counts(since)
        opened = self.share[: np.searchsorted(self.at, since)]
        heard = np.zeros(self.people, np.bool_)
        heard[shares.person[opened]] = True
        wait = self.at[: len(opened)] - shares.at[opened]
        delay = int(np.quantile(wait, 0.9, method="inverted_cdf")) if len(wait) else 0
        rows = np.flatnonzero(shares.at + delay < since)
        sharer, brought = shares.person[rows], count[rows]
        total, squares = (
            np.bincount(sharer, each, self.people).astype(np.float64) for each in (brought, brought**2)
        )
        told = credible_means(total, squares, np.bincount(sharer, minlength=self.people))
        return told, heard

    def _counts(self, until: int) -> Floats:
        """How many opened each share before a time."""
        opened = self.share[: np.searchsorted(self.at, until)]
        return np.bincount(opened, minlength=len(self.shares)).astype(np.float64)
