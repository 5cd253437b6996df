"""Reverse-reachable sets: who would have reached a person, drawn at random (Borgs, Brautbar, Chayes & Lucier
2014).

A set belongs to a root: the root itself and everybody whose share would reach it, over ties that transmit and
people who pass on what they open, each tossed once. People S reach a root with the chance that its set meets
S; so with roots drawn by weight from an audience, the weight that S is expected to reach is the audience's
times the fraction of sets that S meets.

Where ties seldom transmit nearly every set is its root alone, a draw that says nothing. The chance of that is
known, Π(1 − p) over the ties into the root, so it is counted exactly, person by person (`Sets.alone`), and
only sets of two and more are drawn: roots by weight times the chance that any tie transmits, then the first
tie that does, given that one does. S is expected to reach

    Σ alone over S  +  weight · (fraction of the drawn sets that S meets).

Ties that transmit are found by inversion: along a row of ties the hazards −log(1 − p) are summed up, and the
next tie to transmit is the first at which the sum has grown by a standard exponential draw. One draw a hit,
bisection between hits, whatever the probabilities (the jumps of Guo, Wang, Wei & Chen 2020, without sorting).
"""

from heapq import heapify, heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.kernels.chance import STEP, stream, unit
from graph.kernels.csr import Floats, Ints, Longs
from graph.kernels.jit import njit

SURE = 1 - 2.0**-53
"""The likeliest that a tie may be: its hazard is finite."""


class Hazards(NamedTuple):
    """The ties into each of n people, for drawing. indptr: (n + 1,). source: (m,). hazard: (m,), along each
    row the running sum of −log(1 − p). passing: (n,), the chance of passing on what one opens.
    """

    indptr: Longs
    source: Ints
    hazard: Floats
    passing: Floats


class Sets(NamedTuple):
    """Reverse-reachable sets over n people.

    alone: (n,), the person's weight times the chance that nobody reaches them. weight: everybody's, less the
    sum of these. starts: (s + 1,) into members; set i is members[starts[i]:starts[i + 1]], its root first.
    """

    alone: Floats
    weight: float
    starts: Longs
    members: Ints


@njit
def hazards(indptr: Longs, source: Ints, probability: Floats, passing: Floats) -> Hazards:
    """Ties into people, made ready for drawing. probability: (m,), passing: (n,), each in [0, 1]."""
    hazard = np.empty(len(source))
    for row in range(len(indptr) - 1):
        total = 0.0
        for tie in range(indptr[row], indptr[row + 1]):
            total -= np.log1p(-min(probability[tie], SURE))
            hazard[tie] = total
    return Hazards(indptr, source, hazard, passing)


@njit
def drawn(into: Hazards, weights: Floats, most: int, room: int, seed: int) -> Sets:
    """Draw sets until there are `most`, or until they have `room` members in all.

    weights: (n,), ≥ 0, what reaching each person is worth. Set i depends on (seed, i), the ties and the
    weights, not on the other sets: more sets of one seed are the same sets and more.
    """
    people = len(weights)
    alone, cumulative = np.empty(people), np.empty(people)
    weight = 0.0
    for person in range(people):
        low, high = into.indptr[person], into.indptr[person + 1]
        reached = -np.expm1(-into.hazard[high - 1]) if high > low else 0.0
        alone[person] = weights[person] * (1 - reached)
        weight += weights[person] * reached
        cumulative[person] = weight
    starts, members = np.zeros(most + 1, np.int64), np.empty(max(4 * most, people + 1), np.int32)
    seen = np.full(people, -1, np.int32)
    held = 0
    while weight > 0 and held < most and starts[held] < room:
        point = stream(seed, held)
        root = np.searchsorted(cumulative, unit(point) * weight, side="right")
        head = starts[held]
        tail = head + 1
        if tail + people > len(members):
            members = np.append(members, np.empty_like(members))
        members[head] = root
        seen[root] = held
        while head < tail:
            tie, end = into.indptr[members[head]], into.indptr[members[head] + 1]
            passed = 0.0
            if head > starts[held]:
                point += STEP
                if unit(point) >= into.passing[members[head]]:
                    end = tie
            while tie < end:
                point += STEP
                lost = unit(point)
                if head == starts[held] and passed == 0.0:
                    lost *= -np.expm1(-into.hazard[end - 1])
                passed -= np.log1p(-lost)
                if passed >= into.hazard[end - 1]:
                    break
                tie += np.searchsorted(into.hazard[tie:end], passed, side="right")
                passed = into.hazard[tie]
                source = into.source[tie]
                if seen[source] != held:
                    seen[source] = held
                    members[tail] = source
                    tail += 1
                tie += 1
            head += 1
        held += 1
        starts[held] = tail
    return Sets(alone, weight, starts[: held + 1].copy(), members[: starts[held]].copy())


@njit
def rooted(sets: Sets) -> Longs:
    """How many sets each person is the root of, shape (n,)."""
    count = np.zeros(len(sets.alone), np.int64)
    for root in sets.members[sets.starts[:-1]]:
        count[root] += 1
    return count


@njit
def met(sets: Sets) -> Longs:
    """How many sets each person is in without being the root, shape (n,)."""
    count = np.zeros(len(sets.alone), np.int64)
    for held in range(len(sets.starts) - 1):
        for member in sets.members[sets.starts[held] + 1 : sets.starts[held + 1]]:
            count[member] += 1
    return count


@njit
def met_by_ranks(sets: Sets, rank: Ints, ranks: int) -> tuple[Longs, Longs]:
    """Of the sets whose roots are not among those up to a rank, how many these meet: won and lost by rank.

    rank: (n,), each person's in [0, ranks), or `ranks` for those not asked about. Both results have shape
    (ranks,): a rank wins the sets that it meets first, unless it is the root, and loses those of earlier
    ranks whose root it is.
    """
    won, lost = np.zeros((2, ranks + 1), np.int64)
    for held in range(len(sets.starts) - 1):
        root, first = rank[sets.members[sets.starts[held]]], ranks
        for member in sets.members[sets.starts[held] : sets.starts[held + 1]]:
            first = min(first, rank[member])
        if first < root:
            won[first] += 1
            lost[root] += 1
    return won[:ranks], lost[:ranks]


@njit
def greedy_cover(sets: Sets, kept: Ints, candidates: Ints, most: int) -> Ints:
    """Up to `most` candidates, each the one who adds most to the reach of those before and `kept`.

    candidates: rows, rising, none of them kept; of equals the first is taken, and nobody who adds nothing.
    Within 1 − 1/e of the best on these sets (Nemhauser, Wolsey & Fisher 1978). Lazy: what a person adds only
    falls, so whoever comes out on top of the heap as they went in is the best (Minoux 1978).
    """
    starts, rows = _sets_by_member(sets)
    meets = np.diff(starts)
    each = sets.weight / max(len(sets.starts) - 1, 1)
    covered = np.zeros(len(sets.starts) - 1, np.bool_)
    for person in kept:
        _cover(person, sets, starts, rows, covered, meets)
    heap = [(-(sets.alone[person] + each * meets[person]), person) for person in candidates]
    heapify(heap)
    chosen = np.empty(most, np.int32)
    count = 0
    while count < most and len(heap) > 0:
        believed, person = heappop(heap)
        adds = sets.alone[person] + each * meets[person]
        if -believed > adds:
            heappush(heap, (-adds, person))
        elif adds > 0:
            chosen[count] = person
            count += 1
            _cover(person, sets, starts, rows, covered, meets)
    return chosen[:count].copy()


@njit
def _sets_by_member(sets: Sets) -> tuple[Longs, Ints]:
    starts = np.zeros(len(sets.alone) + 1, np.int64)
    for member in sets.members:
        starts[member + 1] += 1
    for person in range(len(sets.alone)):
        starts[person + 1] += starts[person]
    cursor, rows = starts[:-1].copy(), np.empty(len(sets.members), np.int32)
    for held in range(len(sets.starts) - 1):
        for member in sets.members[sets.starts[held] : sets.starts[held + 1]]:
            rows[cursor[member]] = held
            cursor[member] += 1
    return starts, rows


@njit
def _cover(
    person: int, sets: Sets, starts: Longs, rows: Ints, covered: NDArray[np.bool_], meets: Longs
) -> None:
    """Take the sets that this person meets away from everybody in them."""
    for held in rows[starts[person] : starts[person + 1]]:
        if not covered[held]:
            covered[held] = True
            for member in sets.members[sets.starts[held] : sets.starts[held + 1]]:
                meets[member] -= 1
