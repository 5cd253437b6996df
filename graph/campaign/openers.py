"""Who will open what people share in the coming days: the measure of OPENERS, by graph.appeal.

Different people who directly open anything that somebody of a set shares, made already or still to come,
within `AHEAD`. Nothing is asked of those who are listed: the crowd is taken to go on as it moved so far, so
what is told comes due whether they are hired or not. Chains are not followed. It is what `evaluate kols`
scores, and for that question it finds better people than reach over ties (bench/results/kols.txt).

Of a `KolFilter`: what is shared says which openings count, with the memory of all; whom it should reach,
which known openers do, each by the chance that they come again, for nobody knows where strangers live.
Without that a known opener stands for the strangers of their kind too.

A sum is told with an interval for what may come, a gamma law of variance

    m + own · Σ g² + common · m²,      m = Σ g,

g what each adds, at the level at which people came to the lists of earlier weeks (graph.campaign.surprise),
common how far what came lay around that, and own + common at least how far single audiences lay off at
earlier cuts (`Memory.spread`). Where too few such weeks are known, all errors are taken to be common; in the
first days of a shop, younger than `AHEAD`, and after as long without an opening, common is larger still
(graph.appeal.crowd).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from graph.appeal import Acts, appeal
from graph.campaign.audience import NO_FILTER, KolFilter, counted, products_shared
from graph.campaign.market import Market
from graph.campaign.measure import Ranked
from graph.campaign.surprise import AHEAD, surprise
from graph.communities import Partition
from graph.estimate import CONFIDENCE, Estimate
from graph.kernels.limited_audiences import Audiences, additions, limited_audiences, parts_of
from graph.kernels.limits import Limits
from graph.stop import Stop, never
from graph.timeline import Rows

Floats = NDArray[np.float64]

NOBODY: Rows = np.empty(0, np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Openers:
    """Expected audiences of n people. own, common: variances as multiples of the expectation squared."""

    rows: Audiences
    partition: Partition
    own: float
    common: float

    @classmethod
    def of(cls, market: Market, chosen_by: KolFilter = NO_FILTER, *, ahead: timedelta = AHEAD) -> "Openers":
        """As of the newest event. Who may be chosen is not heard."""
        among = products_shared(market, chosen_by)
        acts, at, memory = market.acts, market.snapshot.as_of + 1, market.memory
        if among is not None:
            acts = Acts.of(market.behaviour.among(among).opened, acts.people)
        told = appeal(acts, at=at, horizon=ahead, memory=memory, whole=market.acts)
        past = market.surprise if ahead == AHEAD else surprise(market.acts, memory, at, ahead)
        level, common = (1.0, memory.spread) if past is None else (past.level, past.variance)
        weight = level * told.pairs.each_weight()
        if not chosen_by.reaches_everybody:
            known = np.minimum(level * told.known(), 1.0)
            weight = known * counted(market, chosen_by)[told.pairs.indices]
        rows = Audiences(told.pairs.indptr, told.pairs.indices, weight, memory.alike)
        return cls(rows, market.partition, max(memory.spread - common, 0.0), common + told.doubt)

    def ranked(
        self, candidates: Rows, kept: Rows, most: int, limits: Limits | None, stop: Stop = never
    ) -> Ranked:
        """Up to `most` candidates who add something. stop: asked now and then; what it raises ends it.

        What is certified is exact, since nothing is drawn: what is expected of these over a bound on what is
        expected of any. How sure the expectation is, the intervals say.
        """
        cover = limited_audiences(self.rows, kept, candidates, most, limits or self._free(), stop)
        gains = self._gains(np.append(kept, cover.people))
        worth, squares = (np.append(0.0, np.cumsum(each))[len(kept) :] for each in (gains, gains**2))
        sums = zip(worth.tolist(), squares.tolist(), strict=True)
        bounds = cover.bounds[1 : len(worth)]
        certified = np.minimum(worth[1:] / np.maximum(bounds, np.finfo(np.float64).tiny), 1.0)
        return Ranked(
            people=cover.people,
            adds=tuple(self._likely(gain, gain**2) for gain in gains[len(kept) :].tolist()),
            reached=tuple(self._likely(mean, square) for mean, square in sums),
            certified=(1.0, *certified.tolist()),
            measure=self,
        )

    def together(self, people: Sequence[int] | Rows) -> Estimate:
        """Different people who open something that any of these shares."""
        gains = self._gains(np.unique(np.array(people, np.int32)))
        return self._likely(float(gains.sum()), float((gains**2).sum()))

    def alone(self, person: int) -> Estimate:
        """Of one person."""
        return self.together([person])

    def added(self, before: Rows, person: int) -> Estimate:
        """What this person adds to others."""
        one = np.array([person], np.int32)
        gain = float(additions(self.rows, before.astype(np.int32), one)[0])
        return self._likely(gain, gain**2)

    def largest_part(self, people: Rows) -> float | None:
        """By the community of those who come; strangers count to that of whom they are like."""
        groups = len(self.partition)
        parts = parts_of(self.rows, people.astype(np.int32), self.partition.labels, groups)
        total = float(parts.sum())
        return float(parts.max()) / total if total > 0 else None

    def _gains(self, people: Rows) -> Floats:
        gains: Floats = additions(self.rows, NOBODY, people.astype(np.int32))
        return np.maximum(gains, 0.0)

    def _likely(self, mean: float, squares: float) -> Estimate:
        if mean <= 0:
            return Estimate(0.0, 0.0, 0.0)
        scale = 1 + (self.own * squares + self.common * mean**2) / mean
        tail = (1 - CONFIDENCE) / 2
        low, high = (scale * float(gammaincinv(mean / scale, side)) for side in (tail, 1 - tail))
        # Who comes is whole people.
        return Estimate(mean, float(floor(min(low, mean))), float(ceil(max(high, mean))))

    def _free(self) -> Limits:
        people = len(self.partition.labels)
        return Limits(np.zeros(people), np.inf, self.partition.labels, max(len(self.partition), 1), 1.0)
