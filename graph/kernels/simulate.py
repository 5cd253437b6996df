"""Cascades, run forward from their seeds: independent ones (Goldenberg, Libai & Muller 2001) and those of the
linear threshold model, by its live edges (Kempe, Kleinberg & Tardos 2003).

Each run decides once for every tie whether it transmits and for everybody whether they pass on what they
open; a run reaches everybody whom the seeds' shares reach over these. A coin depends on the seed, the run and
the tie's two ends (or the person) only. So two simulations with one seed toss the same coins, and what holds
of every outcome holds of the answers exactly: another tie, a likelier tie or another seed person never
shrinks a run, and gains diminish. With thresholds somebody listens along one tie at most: their one coin
falls into the stretch of [0, 1) that is that tie's, so there another tie takes nothing from others only where
it comes last in its row.
"""

from typing import NamedTuple

import numpy as np

from graph.kernels.chance import STEP, stream, unit
from graph.kernels.csr import Floats, Ints, Longs
from graph.kernels.jit import njit


class Chances(NamedTuple):
    """The ties out of each of n people. indptr: (n + 1,). target, probability: (m,). passing: (n,), the
    chance of passing on what one opens. begins: (m,), where the stretch of a tie begins in its listener's
    [0, 1); empty for independent cascades.
    """

    indptr: Longs
    target: Ints
    probability: Floats
    passing: Floats
    begins: Floats


class Runs(NamedTuple):
    """What r runs reached. counted: (r, q), in each of q respects. by_group, squared: (g,), in the first
    respect by group, summed over the runs as it is and squared. visited: people reached in all runs.
    """

    counted: Floats
    by_group: Floats
    squared: Floats
    visited: int


@njit
def begins_of(indptr: Longs, probability: Floats) -> Floats:
    """Where the stretch of each tie begins when those of a row lie side by side, shape (m,)."""
    begins = np.empty(len(probability))
    for row in range(len(indptr) - 1):
        total = 0.0
        for tie in range(indptr[row], indptr[row + 1]):
            begins[tie] = total
            total += probability[tie]
    return begins


@njit
def largest_step(ties: Chances, seeds: Ints, weights: Floats) -> Floats:
    """The most that one person would bring, themselves and whom their share is expected to reach directly,
    among all whom the seeds' shares may reach, however unlikely; shape (q,), 0 where there is nobody.

    weights: (q, n), what a person counts in each respect.
    """
    people = len(ties.indptr) - 1
    most, brings = np.zeros((2, len(weights)))
    seen, reached = np.zeros(people, np.bool_), np.empty(people, np.int32)
    head, tail = 0, 0
    for person in seeds:
        if not seen[person]:
            seen[person] = True
            reached[tail] = person
            tail += 1
    sharing = tail
    while head < tail:
        source = reached[head]
        brings[:] = weights[:, source]
        head += 1
        if head <= sharing or ties.passing[source] > 0:
            for tie in range(ties.indptr[source], ties.indptr[source + 1]):
                target = ties.target[tie]
                for respect in range(len(weights)):
                    brings[respect] += ties.probability[tie] * weights[respect, target]
                if ties.probability[tie] > 0 and not seen[target]:
                    seen[target] = True
                    reached[tail] = target
                    tail += 1
        if head > sharing:
            most = np.maximum(most, brings)
    return most


@njit
def simulated(
    ties: Chances, seeds: Ints, weights: Floats, group: Ints, groups: int, first: int, runs: int, room: int,
    seed: int,
) -> Runs:  # fmt: skip
    """Runs number `first`, `first` + 1, … from these seed people, who are reached themselves.

    weights: (q, n), what a person counts in each respect. group: (n,), each in [0, groups). runs: so many, or
    fewer, one at least, once they have reached `room` people in all.
    """
    people = len(ties.indptr) - 1
    counted = np.zeros((runs, len(weights)))
    by_group, squared, now = np.zeros(groups), np.zeros(groups), np.zeros(groups)
    seen, reached = np.full(people, -1, np.int32), np.empty(people, np.int32)
    visited, made = 0, 0
    while made < runs and (visited < room or made == 0):
        run, made = made, made + 1
        coins = stream(seed, ~(first + run))
        head, tail = 0, 0
        for person in seeds:
            if seen[person] != run:
                seen[person] = run
                reached[tail] = person
                tail += 1
        sharing = tail
        while head < tail:
            source = reached[head]
            head += 1
            here = (np.uint64(source) << np.uint64(32)) | np.uint64(source)
            if head > sharing and unit(coins + STEP * here) >= ties.passing[source]:
                continue
            for tie in range(ties.indptr[source], ties.indptr[source + 1]):
                target = ties.target[tie]
                if seen[target] == run:
                    continue
                if len(ties.begins) > 0:
                    there = (np.uint64(target) << np.uint64(32)) | np.uint64(target)
                    above = unit(coins + STEP * ~there) - ties.begins[tie]
                else:
                    ends = (np.uint64(source) << np.uint64(32)) | np.uint64(target)
                    above = unit(coins + STEP * ends)
                if 0.0 <= above < ties.probability[tie]:
                    seen[target] = run
                    reached[tail] = target
                    tail += 1
        visited += tail
        for person in reached[:tail]:
            now[group[person]] += weights[0, person]
            for respect in range(len(weights)):
                counted[run, respect] += weights[respect, person]
        for person in reached[:tail]:
            by_group[group[person]] += now[group[person]]
            squared[group[person]] += now[group[person]] ** 2
            now[group[person]] = 0.0
    return Runs(counted[:made].copy(), by_group, squared, visited)
