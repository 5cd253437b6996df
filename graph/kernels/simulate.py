"""Independent cascades, run forward from their seeds (Goldenberg, Libai & Muller 2001).

Each run decides once for every tie whether it transmits and for everybody whether they pass on what they
open; a run reaches everybody whom the seeds' shares reach over these. A coin depends on the seed, the run and
the tie's two ends (or the person) only. So two simulations with one seed toss the same coins, and what holds
of every outcome holds of the answers exactly: another tie, a likelier tie or another seed person never
shrinks a run, and gains diminish.
"""

from typing import NamedTuple

import numpy as np

from graph.kernels.chance import STEP, stream, unit
from graph.kernels.csr import Floats, Ints, Longs
from graph.kernels.jit import njit

FEWEST = 30
"""Runs from which a mean and its error can be told."""


class Chances(NamedTuple):
    """The ties out of each of n people. indptr: (n + 1,). target, probability: (m,). passing: (n,), the
    chance of passing on what one opens.
    """

    indptr: Longs
    target: Ints
    probability: Floats
    passing: Floats


class Runs(NamedTuple):
    """What r runs reached. counted: (r, q), in each of q respects. by_group, squared: (g,), in the first
    respect by group, summed over the runs as it is and squared.
    """

    counted: Floats
    by_group: Floats
    squared: Floats


@njit
def simulated(
    ties: Chances, seeds: Ints, weights: Floats, group: Ints, groups: int, runs: int, room: int, seed: int
) -> Runs:
    """Runs from these seed people, who are reached themselves.

    weights: (q, n), what a person counts in each respect. group: (n,), each in [0, groups). runs: as many, or
    fewer once they have reached `room` people in all, but FEWEST at least.
    """
    people = len(ties.indptr) - 1
    counted = np.zeros((runs, len(weights)))
    by_group, squared, now = np.zeros(groups), np.zeros(groups), np.zeros(groups)
    seen, reached = np.full(people, -1, np.int32), np.empty(people, np.int32)
    visited, made = 0, 0
    while made < runs and (visited < room or made < FEWEST):
        run, made = made, made + 1
        coins = stream(seed, ~run)
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
                ends = (np.uint64(source) << np.uint64(32)) | np.uint64(target)
                if unit(coins + STEP * ends) < ties.probability[tie]:
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
    return Runs(counted[:made].copy(), by_group, squared)
