"""What a seed set is certified to be worth, as a fraction of the best there is: OPIM-C's bounds (Tang, Tang,
Xiao & Yuan 2018), with a part that is known exactly.

People S, those kept included, are expected to reach σ(S) = A(S) + W·μ(S): A is the sum of `alone`, known; μ
the chance that a drawn set meets S (graph.kernels.rr_sets). On s independent sets S meets Λ(S) of them, whose
mean is s·μ(S). For any S that does not depend on these sets, each with a chance of at least 1 − d, with a =
ln(1 / d),

    s·μ(S) ≥ (√(Λ + 2a/9) − √(a/2))² − a/18      (`at_least`)
    s·μ(S) ≤ (√(Λ + a/2) + √(a/2))²              (`at_most`, called g(Λ) below)

Lower bound. S is chosen on the first pool and counted on the second, on which it does not depend:
σ(S) ≥ A(S) + W/s · at_least(Λ₂(S)). Whoever is in S is reached for sure, so σ(S) is no less than their weight
either.

Upper bound. Let O be the best set; which it is depends on neither pool. On the first pool every set of its
size has A + W/s · Λ₁ ≤ U (the trace bound, graph.kernels.cover). As A(O) ≥ 0, Λ₁(O) ≤ L = min(s, U·s/W). g(Λ)
− Λ = a + 2·√(a/2)·√(Λ + a/2) grows with Λ, so

    σ(O) ≤ A(O) + W/s · g(Λ₁(O)) = (A(O) + W/s · Λ₁(O)) + W/s · (g(Λ₁(O)) − Λ₁(O)) ≤ U + W/s · (g(L) − L),

and the sum of all weights bounds it too. The exact part loses nothing: it is in U and needs no slack. Where
A(O) may be as low as −D, Λ₁(O) ≤ min(s, (U + D)·s/W), and the same holds with this L.

Many claims at once. What is bounded has to be fixed before a set is drawn. Below, the worth of the people
chosen on the first pool, at every size, for the second pool, which was not looked at. Above, the worth of the
best: of so many people, for every size up to the largest asked for; under a budget, of whoever costs so much,
for every one of the sums in graph.kernels.limits, `SUMS` of them. What the first i of a list cost is no such
sum, for it depends on the first pool; so they are held against the best for the next sum above, who are worth
no less than the best for what they cost. Pools grow along a ladder that is fixed beforehand, too, FIRST·2^j
sets for j < RUNGS, and how far they grow may depend on what was seen. So there are RUNGS · claims bounds
below and as many above, `claims` being the larger of the number of sizes and, under a budget, of sums, and
all of them hold together with a chance of at least 1 − doubt when each is allowed d = doubt / (2 · RUNGS ·
claims) (`shared`): every ratio of every list and page that one question leads to, wherever it stopped.
"""

from math import log, sqrt

FIRST = 16
RUNGS = 27
"""FIRST · 2^26 sets are 2^30: more than memory holds, so no ladder ends before memory does."""


def shared(doubt: float, claims: int) -> float:
    """The doubt of one bound, when so many below and above at each rung shall hold together."""
    return doubt / (2 * RUNGS * claims)


def at_least(met: float, doubt: float) -> float:
    """A bound below the mean of a count of independent sets, of which `met` were seen.

    >>> round(at_least(1000, 0.001), 1)
    887.0
    """
    slack = log(1 / doubt)
    return max((sqrt(met + 2 * slack / 9) - sqrt(slack / 2)) ** 2 - slack / 18, 0.0)


def at_most(met: float, doubt: float) -> float:
    """A bound above it.

    >>> round(at_most(1000, 0.001), 1)
    1124.6
    """
    slack = log(1 / doubt)
    return (sqrt(met + slack / 2) + sqrt(slack / 2)) ** 2


def lower_bound(alone: float, weight: float, met: int, sets: int, doubt: float) -> float:
    """What people of this `alone` are worth at least who meet so many sets of the pool they were not chosen
    on. weight: what all sets stand for.
    """
    return alone + (weight * at_least(met, doubt) / sets if sets else 0.0)


def upper_bound(on_pool: float, weight: float, sets: int, doubt: float, debt: float = 0.0) -> float:
    """What the best set is worth at most, when on the pool of choice no set is worth more than `on_pool`.
    debt: D, by how much A of a set may be below 0.
    """
    if not sets or weight <= 0:
        return on_pool
    met = min(sets, (on_pool + debt) * sets / weight)
    return on_pool + weight / sets * (at_most(met, doubt) - met)
