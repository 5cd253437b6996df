"""Two independent pools of reverse-reachable sets: seed people are chosen on one and measured on the other,
so that what was chosen for its luck in one is not paid for it in the other.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from graph.estimate import Estimate
from graph.kernels.cover import count_members, counted_as_root, met_by_ranks
from graph.kernels.rr_sets import Into, Roots, Sets, draw, roots_of
from graph.spread.certificate import FIRST
from graph.spread.forward import Network
from graph.stop import Stop, never
from graph.timeline import Rows

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

SETS = 1 << 17
"""Sets drawn for each of the two pools where no certificate is asked for."""

ROOM = 1 << 25
"""Members that the sets of one pool may have in all: four bytes each."""

AT_ONCE = 1 << 21
"""Members drawn, about, between two looks at whether to stop."""

_Z = 1.959963984540054


class Pool:
    """Sets that only become more: set i is a function of (seed, i), so a longer pool is the shorter and more.

    Its buffers are as large as it may become; memory is taken up only where sets have been written.
    """

    def __init__(self, into: Into, roots: Roots, seed: int, room: int) -> None:
        self._into, self._roots, self._seed = into, roots, seed
        self._buffer = Sets(np.empty(room + 1, np.int32), np.empty(room, np.int32))
        self._buffer.starts[0] = 0
        self._seen = np.full(len(roots.alone), -1, np.int32)
        self.held = 0

    def grow(self, until: int, stop: Stop = never) -> bool:
        """Hold so many sets; False where there is no room for them, or nobody to reach, or it was stopped."""
        while self.held < until:
            if self.held and stop():
                return False
            members = max(int(self._buffer.starts[self.held]), 1)
            step = max(self.held * AT_ONCE // members, 1) if self.held else FIRST
            target = min(until, self.held + step)
            self.held = draw(self._into, self._roots, self._buffer, self._seen, self.held, target, self._seed)
            if self.held < target:
                return False
        return True

    def first(self, sets: int) -> Sets:
        """The first so many sets."""
        starts = self._buffer.starts[: sets + 1]
        return Sets(starts, self._buffer.members[: starts[-1]])

    def copied(self, sets: int) -> "Pool":
        """A pool of its own that begins with the first so many sets of this one."""
        held = self.first(sets)
        own = Pool(self._into, self._roots, self._seed, len(self._buffer.members))
        own._buffer.starts[: sets + 1] = held.starts
        own._buffer.members[: len(held.members)] = held.members
        own.held = sets
        return own


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What the kept and the first 0, 1, 2, … of some people have, each of shape (k + 1,). own: their weight.
    alone: the part of it that no set stands for. met: how many of the measuring sets of other roots they
    meet; rooted: how many they are the roots of. moved: shape (k,), how many sets the next one gained or took
    over.
    """

    own: Floats
    alone: Floats
    met: Longs
    rooted: Longs
    moved: Longs


@dataclass(frozen=True, eq=False)
class Sample:
    """The first `sets` sets of two pools, drawn for an audience.

    weights: (n,), what reaching each person is worth; people of weight 0 pass shares on and are not counted.
    chosen: (n,), what choosing them is worth for sure: that, and what they bring beside whom ties reach. The
    pools may hold more than `sets`; no answer here depends on it.
    """

    weights: Floats
    chosen: Floats
    roots: Roots
    first_pool: Pool
    second_pool: Pool
    sets: int

    @classmethod
    def empty(
        cls,
        network: Network,
        weights: Floats,
        *,
        beside: Floats | None = None,
        seed: int,
        room: int = ROOM,
    ) -> "Sample":
        """Nothing drawn yet.

        beside: (n,), what each person brings, if chosen, beside whom ties reach; nothing for None. It may be
        below 0 for who is worth less chosen than reached, as long as with their weight it is not. Like
        `alone` it counts for the chosen alone and is known, so all that is certified of sums with `alone`
        (graph.spread.certificate) holds with it. room: members that each pool may have; FIRST sets fit
        whatever it is.
        """
        into = network.into
        weights = np.ascontiguousarray(weights, np.float64)
        more = np.zeros(len(weights)) if beside is None else beside
        roots = roots_of(into, weights)
        roots = roots._replace(alone=roots.alone + more)
        room = max(room, FIRST * len(weights))
        pools = Pool(into, roots, seed, room), Pool(into, roots, ~seed, room)
        return cls(weights, weights + more, roots, *pools, 0)

    @classmethod
    def of(
        cls,
        network: Network,
        weights: Floats,
        *,
        beside: Floats | None = None,
        seed: int,
        sets: int = SETS,
        room: int = ROOM,
    ) -> "Sample":
        """So many sets, fewer where they do not fit."""
        sample = cls.empty(network, weights, beside=beside, seed=seed, room=room)
        pools = sample.first_pool, sample.second_pool
        for pool in pools:
            pool.grow(sets)
        return replace(sample, sets=sample.held)

    def copied(self, sets: int) -> "Sample":
        """Its first so many sets with pools of their own, which may be grown while others read these."""
        first, second = (pool.copied(sets) for pool in (self.first_pool, self.second_pool))
        return replace(self, first_pool=first, second_pool=second, sets=sets)

    def grown(self, sets: int, stop: Stop = never) -> "Sample | None":
        """So many sets, drawn into the pools of this one; None where they do not fit or it was stopped."""
        drawn = self.first_pool.grow(sets, stop) and self.second_pool.grow(sets, stop)
        return replace(self, sets=sets) if drawn else None

    @property
    def held(self) -> int:
        """Sets that both pools hold, whether this sample has them or not."""
        return min(self.first_pool.held, self.second_pool.held)

    @property
    def choosing(self) -> Sets:
        """The sets to choose on."""
        return self.first_pool.first(self.sets)

    @property
    def measuring(self) -> Sets:
        """The sets to measure on."""
        return self.second_pool.first(self.sets)

    @property
    def each(self) -> float:
        """What one set stands for."""
        return self.roots.weight / max(self.sets, 1)

    def reach(self, person: int) -> Estimate:
        """What one share of this person reaches; themselves they reach for sure."""
        met, rooted = self._met_and_rooted
        own, alone = float(self.chosen[person]), float(self.roots.alone[person])
        return self._estimate(own, alone, int(met[person]), int(rooted[person]))

    def promised(self, kept: Rows, people: Rows) -> Floats:
        """What those kept and the first 0, 1, 2, … of these people are worth on the sets to choose on, shape
        (k + 1,).
        """
        ranks, rank = self._ranked(kept, people)
        won, lost, rooted = met_by_ranks(self.choosing, rank, ranks)
        alone = np.append(self.roots.alone[kept].sum(), self.roots.alone[people])
        return np.asarray(np.cumsum(alone + self.each * (won - lost + rooted)), np.float64)

    def measured(self, kept: Rows, people: Rows) -> Measured:
        """What those kept and then these people have, one after the other."""
        ranks, rank = self._ranked(kept, people)
        won, lost, rooted = met_by_ranks(self.measuring, rank, ranks)
        own, alone = (
            np.cumsum(np.append(column[kept].sum(), column[people]))
            for column in (self.chosen, self.roots.alone)
        )
        return Measured(own, alone, np.cumsum(won - lost), np.cumsum(rooted), (won + lost)[1:])

    def luck(self, promised: Floats, measured: Measured) -> float:
        """How much more all of them are worth on the sets to choose on than on those to measure on, as a
        fraction.
        """
        came = float(measured.alone[-1] + self.each * (measured.met[-1] + measured.rooted[-1]))
        return float(promised[-1]) / came - 1 if came > 0 else 0.0

    def _ranked(self, kept: Rows, people: Rows) -> tuple[int, Rows]:
        ranks = len(people) + 1
        rank = np.full(len(self.weights), ranks, np.int32)
        rank[kept] = 0
        rank[people] = np.arange(1, ranks, dtype=np.int32)
        return ranks, rank

    def reached(self, measured: Measured) -> tuple[Estimate, ...]:
        """What they reach together, by how many of them there are."""
        columns = measured.own, measured.alone, measured.met, measured.rooted
        return tuple(self._estimate(*at) for at in zip(*(c.tolist() for c in columns), strict=True))

    @cached_property
    def _met_and_rooted(self) -> tuple[Longs, Longs]:
        rooted = counted_as_root(self.measuring, len(self.weights))
        meets = np.zeros(len(self.weights), np.int64)
        count_members(self.measuring, meets)
        return meets - rooted, rooted

    def _estimate(self, own: float, alone: float, met: int, rooted: int) -> Estimate:
        """The roots' weight is known, so only what other roots bring is estimated."""
        sets = self.sets - rooted
        weight = max(self.roots.weight - (own - alone), 0.0)
        if sets <= 0:
            return Estimate.exactly(own)
        each = weight / sets
        half = _Z * each * sqrt(met * (1 - met / sets) + 1)
        value, most = min(own + each * met, own + weight), own + weight
        return Estimate(value, max(value - half, own), min(value + half, most))
