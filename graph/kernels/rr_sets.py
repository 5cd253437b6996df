"""Reverse-reachable sets: who would have reached a person, drawn at random (Borgs, Brautbar, Chayes & Lucier
2014).

A set belongs to a root: the root itself and everybody whose share would reach it, over ties that transmit and
people who pass on what they open, each decided once. People S reach a root with the chance that its set meets
S; so with roots drawn by weight from an audience, the weight that S is expected to reach is the audience's
times the fraction of sets that S meets.

Where ties seldom transmit nearly every set is its root alone, a draw that says nothing. The chance of that is
known, so it is counted exactly, person by person (`Roots.alone`), and only sets of two and more are drawn:
roots by weight times the chance that any tie transmits, then the first tie that does, given that one does. S
is expected to reach

    Σ alone over S  +  weight · (chance that a drawn set meets S).

Three ways to decide which ties into a person transmit (`Into.way`):

JUMPS: each by itself (independent cascade). Along a row of ties the hazards −log(1 − p) are summed up, and
    the next tie to transmit is the first at which the sum has grown by a standard exponential draw: one draw
    a hit, bisection between hits, whatever the probabilities (the jumps of Guo, Wang, Wei & Chen 2020,
    without sorting).
ONE: at most one, each with its own probability (the live edges of the linear threshold model; Kempe,
    Kleinberg & Tardos 2003). One draw a person.
COINS: each by itself, a coin a tie, and roots alone are drawn like other sets: sampling as it was before
    jumps, the yardstick of the other two.
"""

from typing import NamedTuple

import numpy as np

from graph.kernels.chance import STEP, stream, unit
from graph.kernels.csr import Floats, Ints, Longs
from graph.kernels.jit import njit

JUMPS, ONE, COINS = 0, 1, 2

SURE = 1 - 2.0**-53
"""The likeliest that a tie may be: its hazard is finite."""


class Into(NamedTuple):
    """The ties into each of n people, for drawing. indptr: (n + 1,). source: (m,). mass: (m,), along each row
    the running sum of −log(1 − p) for JUMPS, of p for ONE; p itself for COINS. alike: (n,), what each tie of
    a row adds to the sum where all add the same, else 0. passing: (n,), the chance of passing on what one
    opens; empty where it is 1 for everybody.
    """

    indptr: Longs
    source: Ints
    mass: Floats
    alike: Floats
    passing: Floats
    way: int


class Roots(NamedTuple):
    """Whose sets are drawn. alone: (n,), the person's weight times the chance that nobody reaches them.
    cumulative: (n,), running sum of everybody's weight less these. guide: where in it each n-th part of the
    sum begins. weight: the sum.
    """

    alone: Floats
    cumulative: Floats
    guide: Ints
    weight: float


class Sets(NamedTuple):
    """s sets: set i is members[starts[i]:starts[i + 1]], its root first. starts: (s + 1,)."""

    starts: Ints
    members: Ints


@njit
def mass_of(indptr: Longs, probability: Floats, way: int) -> Floats:
    """What is drawn from along rows of ties (`Into.mass`), shape (m,). probability: (m,), in [0, 1]; for ONE
    a row sums to 1 at most.
    """
    mass = probability.copy()
    for row in range(len(indptr) - 1 if way != COINS else 0):
        total = 0.0
        for tie in range(indptr[row], indptr[row + 1]):
            total += probability[tie] if way == ONE else -np.log1p(-min(probability[tie], SURE))
            mass[tie] = total
    return mass


@njit
def alike_in(indptr: Longs, probability: Floats, mass: Floats) -> Floats:
    """What each tie of a row adds to its mass, 0 where probabilities differ (`Into.alike`), shape (n,)."""
    alike = np.zeros(len(indptr) - 1)
    for row in range(len(alike)):
        low, high = indptr[row], indptr[row + 1]
        if high > low and (probability[low:high] == probability[low]).all():
            alike[row] = mass[low]
    return alike


@njit
def roots_of(into: Into, weights: Floats) -> Roots:
    """An audience to draw roots from. weights: (n,), ≥ 0, what reaching each person is worth."""
    people = len(weights)
    alone, cumulative = np.zeros(people), np.empty(people)
    weight = 0.0
    for person in range(people):
        low, high = into.indptr[person], into.indptr[person + 1]
        reached = into.mass[high - 1] if high > low else 0.0
        if into.way == JUMPS:
            reached = -np.expm1(-reached)
        elif into.way == COINS:
            reached = 1.0
        # What is sure has a finite hazard and is sure all the same.
        alone[person] = weights[person] * (1 - reached) if reached < SURE else 0.0
        weight += weights[person] - alone[person]
        cumulative[person] = weight
    guide = np.empty(people, np.int32)
    root = 0
    for part in range(people):
        while root < people - 1 and cumulative[root] <= weight * part / people:
            root += 1
        guide[part] = root
    return Roots(alone, cumulative, guide, weight)


@njit
def draw(into: Into, roots: Roots, sets: Sets, seen: Ints, held: int, until: int, seed: int) -> int:
    """Draw sets number `held` … `until` − 1 behind those that are there; how many there are then.

    Fewer than `until` where `sets.members` is full or nobody can be reached; a set that does not fit is left
    out. Set i depends on (seed, i), the ties and the weights, not on the other sets: more sets of one seed
    are the same sets and more. seen: (n,), −1 everywhere before the first set of this buffer.
    """
    people, full = len(roots.alone), len(sets.members)
    while roots.weight > 0 and held < until:
        point = stream(seed, held)
        share = unit(point)
        root = roots.guide[int(share * people)]
        while root < people - 1 and roots.cumulative[root] <= share * roots.weight:
            root += 1
        head = first = np.int64(sets.starts[held])
        if head == full:
            return held
        tail = head + 1
        sets.members[head] = root
        seen[root] = held
        while head < tail:
            person = sets.members[head]
            begin, end = into.indptr[person], into.indptr[person + 1]
            tie = begin
            if head > first and len(into.passing) > 0:
                point += STEP
                if unit(point) >= into.passing[person]:
                    tie = end
            each, most, passed = into.alike[person], 0.0, 0.0
            if end > begin:
                most = each * (end - begin) if each > 0 else into.mass[end - 1]
            while tie < end:
                point += STEP
                lost = unit(point)
                if into.way == COINS:
                    if lost >= into.mass[tie]:
                        tie += 1
                        continue
                else:
                    if into.way == ONE:
                        passed = lost * most if head == first else lost
                    else:
                        if head == first and passed == 0.0:
                            lost *= -np.expm1(-most)
                        passed -= np.log1p(-lost)
                    if passed >= most:
                        break
                    if each > 0:
                        tie = max(tie, min(begin + int(passed / each), end - 1))
                        passed = each * (tie + 1 - begin)
                    else:
                        tie += np.searchsorted(into.mass[tie:end], passed, side="right")
                        passed = into.mass[tie]
                source = into.source[tie]
                if seen[source] != held:
                    if tail == full:
                        for member in sets.members[first:tail]:
                            seen[member] = -1
                        return held
                    seen[source] = held
                    sets.members[tail] = source
                    tail += 1
                tie = end if into.way == ONE else tie + 1
            head += 1
        held += 1
        sets.starts[held] = tail
    return held
