"""Spread: whom a share would reach, over ties that transmit and people who pass on.

The model is the independent cascade over ties: a share reaches each listener with that tie's transmission,
and who is reached passes it on, or not, with a chance of their own (both posterior means). In the linear
threshold model somebody is reached once the ties from those who pass on to them weigh as much as a threshold
that is drawn evenly from [0, 1]; the same as if everybody listened along one tie at most, each with its
weight as the chance (Kempe, Kleinberg & Tardos 2003). Reach is the expected number of people reached, or what
they are worth (graph.campaign.worth), the seed people themselves included, as in the literature. Intervals
are those of the simulation. Strangers, who have no tie yet, are no part of it: graph.campaign.strangers says
how many come, and graph.campaign.forecast puts the two together.

Here shares run forward from given people; who together would reach most is in graph.spread.seeds.
"""

from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from graph.estimate import Estimate
from graph.kernels.csr import Csr, grouped, transposed
from graph.kernels.rr_sets import COINS, JUMPS, ONE, Into, alike_in, mass_of
from graph.kernels.simulate import Chances, Runs, begins_of, largest_step, simulated
from graph.stop import Stop, never
from graph.ties import Ties
from graph.timeline import Rows

Floats = NDArray[np.float64]

EVERYBODY = 1 << 62
AT_ONCE = 1 << 22
"""People reached, about, between two looks at whether to stop."""

FEWEST = 30
"""Runs from which a mean and its error can be told, however many people each reaches."""

LEAST = 1_000
"""Runs below which nothing is settled: three in four sets of thirty miss what happens once in a hundred runs.
Fewer only where they reached AT_ONCE people already, for where spread is that large it varies little.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Ties made ready for simulation, in both directions, among n people."""

    out: Chances
    into: Into

    @classmethod
    def of(cls, tied: Ties, passing: Floats) -> "Network":
        """The ties with the mean chance that a share is seen and opened. passing: (n,), the chance that a
        person passes on what they open.
        """
        return cls.between(tied.source, tied.target, tied.per_share, passing)

    @classmethod
    def between(
        cls, source: Rows, target: Rows, transmission: Floats, passing: Floats, *, thresholds: bool = False
    ) -> "Network":
        """Ties from arrays of shape (m,), in any order, none twice and nobody tied to themselves."""
        rows = transposed(transposed(grouped(target, source, transmission, len(passing))))
        return cls.of_rows(rows, passing, thresholds=thresholds)

    @classmethod
    def of_rows(
        cls, into: Csr, passing: Floats, *, thresholds: bool = False, coins: bool = False
    ) -> "Network":
        """Row i of `into` holds the ties that reach person i, weighing what they transmit, each in [0, 1].

        thresholds: the linear threshold model instead of independent cascades; the ties into a person weigh 1
        at most. coins: reverse-reachable sets by a coin a tie, the yardstick of the jumps.
        """
        weights = into.each_weight()
        out, begins = transposed(into), np.zeros(0)
        if thresholds:
            stretches = Csr(into.indptr, into.indices, begins_of(into.indptr, weights))
            begins = transposed(stretches).each_weight()
        way = ONE if thresholds else COINS if coins else JUMPS
        mass = mass_of(into.indptr, weights, way)
        alike = alike_in(into.indptr, weights, mass)
        passes = passing if (passing < 1).any() else np.zeros(0)
        return cls(
            Chances(out.indptr, out.indices, out.each_weight(), passing, begins),
            Into(into.indptr, into.indices, mass, alike, passes, way),
        )

    def __len__(self) -> int:
        return len(self.out.passing)


@dataclass(frozen=True, slots=True)
class Spread:
    """What seed people would set off. reached: in each respect asked for. errors: their standard errors.
    by_group: in the first respect, for the groups that are reached at all, by group. outcomes: (r, q), what
    each run reached.
    """

    reached: tuple[Estimate, ...]
    errors: tuple[float, ...]
    by_group: dict[int, Estimate]
    outcomes: Floats

    @property
    def runs(self) -> int:
        """How often it was simulated."""
        return len(self.outcomes)


@dataclass(frozen=True, slots=True)
class Enough:
    """When to stop simulating, but for LEAST runs. error: once the standard error of what is counted first is
    this fraction of it; 0 for all runs. runs: no more of them. visits: no more once so many people have been
    reached in all, but for FEWEST runs.
    """

    error: float = 0.01
    runs: int = 1 << 16
    visits: int = 1 << 22


ENOUGH = Enough()


def spread(
    network: Network,
    seeds: Rows,
    *,
    weights: Floats,
    group: Rows,
    seed: int,
    enough: Enough = ENOUGH,
    stop: Stop = never,
) -> Spread:
    """Simulate shares of these people, forward.

    weights: shape (q, n), what reaching each person counts in q respects. group: shape (n,), each ≥ 0. stop:
    asked every now and then. Run i is the same in every simulation of one seed. An independent way to what
    `graph.spread.sampling.Sample` estimates; laws that hold of every run hold here exactly for equal numbers
    of runs (graph.kernels.simulate).
    """
    weights = np.ascontiguousarray(np.atleast_2d(weights), np.float64)
    groups = int(group.max(initial=-1)) + 1
    unseen = np.maximum(largest_step(network.out, seeds, weights), weights.max(axis=1, initial=0.0))

    def more(first: int, runs: int, room: int) -> Runs:
        return simulated(network.out, seeds, weights, group, groups, first, runs, room, seed)

    told = more(0, min(FEWEST, enough.runs), EVERYBODY)
    while (
        (made := len(told.counted)) < enough.runs
        and told.visited < enough.visits
        and (_few(told) or _relative_error(told, unseen) > enough.error)
        and not stop()
    ):
        runs = min(max(made, LEAST - made), enough.runs - made)
        told = _both(told, more(made, runs, min(enough.visits - told.visited, AT_ONCE)))
    return _told(told, weights, unseen)


def _few(told: Runs) -> bool:
    return len(told.counted) < LEAST and told.visited < AT_ONCE


def _both(one: Runs, other: Runs) -> Runs:
    return Runs(
        np.concatenate([one.counted, other.counted]),
        one.by_group + other.by_group,
        one.squared + other.squared,
        one.visited + other.visited,
    )


def _variance(counted: Floats, unseen: Floats) -> Floats:
    """Of one run, shape (q,). What never happened in r runs may still happen once in as many: no interval has
    zero width, nor is it narrow while somebody with many listeners may be reached. unseen: (q,), the most
    that one person may bring.
    """
    return np.asarray(np.maximum(counted.var(axis=0, ddof=1), unseen**2 / len(counted)), np.float64)


def _relative_error(told: Runs, unseen: Floats) -> float:
    mean, variance = told.counted[:, 0].mean(), _variance(told.counted, unseen)[0]
    return sqrt(variance / len(told.counted)) / mean if mean > 0 else 1.0


def _at_most(estimate: Estimate, whole: float) -> Estimate:
    return replace(estimate, value=min(estimate.value, whole), high=min(estimate.high, whole))


def _told(told: Runs, weights: Floats, unseen: Floats) -> Spread:
    runs = len(told.counted)
    mean, variance = told.counted.mean(axis=0), _variance(told.counted, unseen)
    reached = tuple(
        _at_most(Estimate.of_mean(m, v, runs), whole)
        for m, v, whole in zip(mean.tolist(), variance.tolist(), weights.sum(axis=1).tolist(), strict=True)
    )
    part = told.by_group / runs
    part_variance = (told.squared - runs * part**2) / (runs - 1)
    by_group = {
        number: Estimate.of_mean(float(part[number]), float(part_variance[number]), runs)
        for number in np.flatnonzero(part).tolist()
    }
    return Spread(reached, tuple(np.sqrt(variance / runs).tolist()), by_group, told.counted)
