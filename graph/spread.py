"""Spread: whom a share would reach, and who together would reach most.

The model is the independent cascade over ties: a share reaches each listener with that tie's transmission,
and who is reached passes it on, or not, with a chance of their own (both posterior means). Reach is the
expected number of people reached, or what they are worth (graph.worth), the seed people themselves included,
as in the literature (Kempe, Kleinberg & Tardos 2003). Intervals are those of the simulation: what is
uncertain about ties and people is not in them. Strangers, who have no tie yet, are not counted.

Two independent samples of reverse-reachable sets answer for everybody at once: seeds are chosen on one and
measured on the other, so that what was chosen for its luck in one is not paid for it in the other.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from graph.estimate import Estimate
from graph.kernels.rr_sets import Hazards, Sets, drawn, greedy_cover, hazards, met, met_by_ranks, rooted
from graph.kernels.simulate import Chances, simulated
from graph.ties import Ties
from graph.timeline import Rows

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

SETS = 1 << 17
"""Sets drawn for each of the two samples, fewer where they are so large that memory speaks first."""

ROOM = 1 << 25
"""Members that the sets of one sample may have in all (four bytes each, as much again to choose)."""

RUNS = 1_000
VISITS = 1 << 22
"""Simulations end early when they have reached so many people in all; where spread is that large, it varies
little.
"""

_Z = 1.959963984540054


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Ties made ready for simulation, in both directions, among n people."""

    out: Chances
    into: Hazards

    @classmethod
    def of(cls, tied: Ties, passing: Floats) -> "Network":
        """The ties with their posterior mean transmission. passing: (n,), the chance that a person passes on
        what they open.
        """
        return cls.between(tied.source, tied.target, tied.transmission, passing)

    @classmethod
    def between(cls, source: Rows, target: Rows, transmission: Floats, passing: Floats) -> "Network":
        """Ties from arrays of shape (m,), in any order, none twice and nobody tied to themselves."""
        out, into = np.lexsort((target, source)), np.lexsort((source, target))
        everybody = np.arange(len(passing) + 1)
        starts, ends = (np.searchsorted(column, everybody) for column in (source[out], target[into]))
        return cls(
            Chances(starts, target[out], transmission[out], passing),
            hazards(ends, source[into], transmission[into], passing),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Seed people, best first. adds: what each adds to those before and those kept, never more than the one
    before. reached: what the kept and the first 0, 1, 2, … of them reach together; one longer.
    """

    people: Rows
    adds: tuple[Estimate, ...]
    reached: tuple[Estimate, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Reverse-reachable sets drawn twice: to choose seeds on and to measure them on.

    weights: (n,), what reaching each person is worth. met, rooted: (n,), how many of the measuring sets each
    person is in without being the root, and as the root.
    """

    weights: Floats
    choosing: Sets
    measuring: Sets
    met: Longs
    rooted: Longs

    @classmethod
    def of(cls, network: Network, weights: Floats, *, seed: int, sets: int = SETS) -> "Sample":
        """Draw for an audience; people of weight 0 pass shares on and are not counted."""
        choosing = drawn(network.into, weights, sets, ROOM, seed)
        measuring = drawn(network.into, weights, sets, ROOM, ~seed)
        return cls(weights, choosing, measuring, met(measuring), rooted(measuring))

    def reach(self, person: int) -> Estimate:
        """What one share of this person reaches; themselves they reach for sure."""
        own = float(self.weights[person])
        return self._reached(
            own, own - float(self.measuring.alone[person]), int(self.met[person]), int(self.rooted[person])
        )

    def ranking(self, candidates: Rows, *, most: int, kept: Rows) -> Ranking:
        """Up to `most` of the candidates, each adding most to those before and those kept.

        candidates: rising rows, none of them kept. Greedy on one sample, measured on the other. What seeds
        add falls along the list; where the measurement has it rise, neighbours share their mean (isotonic
        regression; Barlow et al. 1972).
        """
        people = greedy_cover(self.choosing, kept, candidates, most)
        rank = np.full(len(self.weights), len(people) + 1, np.int32)
        rank[kept] = 0
        rank[people] = np.arange(1, len(people) + 1, dtype=np.int32)
        won, lost = met_by_ranks(self.measuring, rank, len(people) + 1)
        known = np.cumsum(
            [
                self._by_rank(self.weights, kept, people),
                self._by_rank(self.weights - self.measuring.alone, kept, people),
                won - lost,
                self._by_rank(self.rooted, kept, people),
            ],
            axis=1,
        )
        reached = tuple(self._reached(*at) for at in known.T.tolist())
        rises = np.diff([estimate.value for estimate in reached]).tolist()
        return Ranking(people, self._falling(rises, (won + lost)[1:].tolist()), reached)

    @staticmethod
    def _by_rank(column: Floats | Longs, kept: Rows, people: Rows) -> Floats:
        return np.append(float(column[kept].sum()), column[people])

    def _reached(self, own: float, drawn_for: float, met: float, rooted: float) -> Estimate:
        """What people reach who are worth `own`, of which `drawn_for` is not in Sets.alone; who are the roots
        of so many sets, and meet so many others. The roots' weight is known, so only others are estimated.
        """
        sets = len(self.measuring.starts) - 1 - rooted
        weight = max(self.measuring.weight - drawn_for, 0.0)
        if sets <= 0:
            return Estimate.exactly(own)
        each = weight / sets
        half = _Z * each * sqrt(met * (1 - met / sets) + 1)
        most = own + weight
        value = min(own + each * met, most)
        return Estimate(value, max(value - half, own), min(value + half, most))

    def _falling(self, adds: list[float], moved: list[int]) -> tuple[Estimate, ...]:
        """Estimates of what each adds, neighbours pooled wherever one adds more than the one before.

        moved: how many sets each estimate rests on. One more is counted in its variance, since nothing seen
        is not certainty.
        """
        blocks: list[tuple[float, int, int]] = []
        for added, count in zip(adds, moved, strict=True):
            block = added, count, 1
            while blocks and blocks[-1][0] * block[2] < block[0] * blocks[-1][2]:
                before = blocks.pop()
                block = before[0] + block[0], before[1] + block[1], before[2] + block[2]
            blocks.append(block)
        each = self.measuring.weight / max(len(self.measuring.starts) - 1, 1)
        return tuple(
            Estimate.of_mean(max(total / people, 0.0), (each / people) ** 2 * (count + 1), 1)
            for total, count, people in blocks
            for _ in range(people)
        )


@dataclass(frozen=True, slots=True)
class Spread:
    """What seed people would set off. reached: in each respect asked for. by_group: in the first respect, for
    the groups that are reached at all, by group.
    """

    reached: tuple[Estimate, ...]
    by_group: dict[int, Estimate]


def spread(
    network: Network, seeds: Rows, *, weights: Floats, group: Rows, seed: int, runs: int = RUNS
) -> Spread:
    """Simulate shares of these people, forward.

    weights: shape (q, n), what reaching each person counts in q respects. group: shape (n,), each ≥ 0. An
    independent way to what `Sample` estimates; laws that hold of every run hold here exactly (graph.kernels.
    simulate).
    """
    groups = int(group.max(initial=-1)) + 1
    told = simulated(network.out, seeds, np.atleast_2d(weights), group, groups, runs, VISITS, seed)
    runs = len(told.counted)
    mean, variance = told.counted.mean(axis=0), told.counted.var(axis=0, ddof=1)
    # What never happened in so many runs may still happen once in as many: no interval of zero width.
    variance = np.maximum(variance, np.atleast_2d(weights).max(axis=1, initial=0.0) ** 2 / runs)
    reached = tuple(
        Estimate.of_mean(m, v, runs) for m, v in zip(mean.tolist(), variance.tolist(), strict=True)
    )
    part = told.by_group / runs
    part_variance = (told.squared - runs * part**2) / (runs - 1)
    by_group = {
        number: Estimate.of_mean(float(part[number]), float(part_variance[number]), runs)
        for number in np.flatnonzero(part).tolist()
    }
    return Spread(reached, by_group)
