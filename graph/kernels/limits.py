"""A sum of money, or a cap on what may come from one group: the limits under which people are chosen, and the
bounds that hold within them. Worth is monotone and submodular.

Budget. People are taken by what they add for their cost, as long as they can be paid; where one affordable
person alone is worth more than all of these, that one comes first and the rest of the money is spent the same
way. If the money ends before the list is full, the better of the two is worth at least 0.405 of the best
(Tang, Tang, Lim, Han, Li & Yuan 2021).

If the list is full first, cheap people may have taken the places of dear ones. Then people are also taken by
what they add, cost aside, among those who add at least ρ for one of money, for several ρ (`floors`; after
Badanidiyuru & Vondrák 2014). Let the best be worth O for money b. Where somebody of the ρ-dense cannot be
paid, those before and that one together are worth ρ·b, so the better of the two at least ρ·b/2. Where all
can, whoever is less dense adds at most ρ·b to the list, and greedy comes within 1 − 1/e of what remains,
O − ρ·b. One ρ·b lies within 0.5 and 0.6 of O, so the best of all is worth at least a quarter of O. With a cap
nothing is promised beforehand.

What nobody could do better for the same money is bounded afterwards: the best set is worth no more than f(T)
plus what it adds to T, one by one, and that no more than the largest additions to T, as many as are asked
for, nor than the fractional knapsack of additions to T filled up to b (Dantzig 1957); T is whoever was chosen
so far, at many points along the way. How much money the first few of a list cost depends on who was chosen,
and so would which people are the best for it; they are compared with the best for the next of some sums that
are fixed beforehand (`sums`), so that chance has no say in what is bounded (graph.spread.certificate).

Debt. Somebody may be worth more unasked than asked: who shares buys more seldom than who opens. Worth then is
a sum of v(u) over people u, which may be below 0, and of a part that is monotone and submodular. The best O
is worth no more than with all of T, but for Σ over T of max(−v, 0), what these may take away (`owes`); so
that is added to bounds. Where anybody owes, nothing is promised beforehand.

Cap. While no group has more than its part, nobody is taken who would give one more. Whoever comes first may
have to: one person's reach lies where they live. While a group has more, only those are taken with whom the
largest group has less beyond its part, in absolute terms, than before. So what it has too much falls with
each person, and once nothing is too much nothing ever is; where nobody is left who brings that nearer, the
list ends. Additions do not only fall then, since somebody left waiting may join later. A cap only takes
choices away, so what bounds the best without it bounds the best with it.
"""

from typing import NamedTuple

import numpy as np

from graph.kernels.csr import Floats, Ints
from graph.kernels.jit import njit

ROUNDING = 1e-9

DENSE, STEP = 0.6, 1.2
"""The largest ρ·b tried, as a part of what the best is worth at most; and the next one's divisor."""


HALVINGS, PER_HALVING = 16, 32
SUMS = HALVINGS * PER_HALVING + 2
"""Sums of money for which the best are bounded: nothing, and from the budget down to its 65,536th, 2.2 %
apart.
"""


class Limits(NamedTuple):
    """cost: (n,), ≥ 0, infinite for who is not for hire. budget: what all may cost, infinite for no budget.
    group: (n,), whose part of the reach a person counts to, each in [0, groups). cap: the largest part that
    one group may have, 1 for no cap.
    """

    cost: Floats
    budget: float
    group: Ints
    groups: int
    cap: float


NOBODY, FOR_COST = -1, -1.0


class Way(NamedTuple):
    """A way to choose. first: who is first in any case, or `NOBODY`. floor: `FOR_COST` to take people by what
    they add for their cost; else by what they add, if that is at least so much for one of money.
    """

    first: int
    floor: float


@njit
def priority(adds: float, person: int, limits: Limits, way: Way) -> float:
    """By what somebody is preferred who adds so much; below 0 who is not to be had this way."""
    if limits.budget == np.inf or adds <= 0:
        return adds
    cost = limits.cost[person]
    if way.floor < 0:
        return float(adds / max(cost, ROUNDING))
    return adds if adds >= way.floor * cost else -1.0


@njit
def floors(worth: float, bound: float, budget: float) -> Floats:
    """Each ρ to try where the best for a budget is worth something between these; 0, then falling."""
    tried = [0.0]
    if 0 < budget < np.inf and worth > 0:
        reach = DENSE * bound
        tried.append(reach / budget)
        while reach > DENSE * worth:
            reach /= STEP
            tried.append(reach / budget)
    return np.array(tried)


@njit
def beyond(largest: float, adds: float, cap: float) -> float:
    """What somebody makes of the group reached most, less the cap's part of all that they add.

    As others come, groups only grow, what somebody adds only falls, and it falls in no group by more than
    others bring there. So this never falls, but by what those others owe: who is refused need not be looked
    at again before `allowed` and what was owed since together have come to it.
    """
    return largest - cap * adds


@njit
def allowed(largest: float, total: float, cap: float) -> float:
    """The most that `beyond` may be of whoever comes next; it never falls where nobody owes. largest, total:
    what is reached of the group reached most, and of all.

    >>> float(allowed(30.0, 100.0, 0.5)), float(allowed(80.0, 100.0, 0.5))
    (50.00000005, 80.00000008)
    """
    return max(cap * total, largest) * (1 + ROUNDING) if total > 0 else np.inf


@njit
def owes(own: float) -> float:
    """What somebody may take away who is in a set, `own` being what they bring beside what is covered."""
    return max(-own, 0.0)


@njit
def sums(budget: float) -> Floats:
    """The sums of money for which the best are bounded, rising, the last the budget; (SUMS,).

    >>> sums(100.0)[[0, 1, -33, -2, -1]].round(4).tolist()
    [0.0, 0.0015, 50.0, 97.8572, 100.0]
    """
    steps = np.arange(HALVINGS * PER_HALVING, -1, -1) / PER_HALVING
    return np.append(0.0, budget * np.exp2(-steps))


@njit
def next_sums(money: Floats, budget: float) -> Floats:
    """For each sum of money within a budget the next of `sums`."""
    fixed = sums(budget)
    return fixed[np.minimum(np.searchsorted(fixed, money), len(fixed) - 1)]


@njit
def money_by_size(people: Ints, most: int, limits: Limits) -> Floats:
    """What the first 0, 1, … of those chosen cost, and from the last on all there is; (most + 1,)."""
    money = np.full(most + 1, limits.budget)
    if limits.budget < np.inf:
        money[0] = 0.0
        for place in range(len(people) - 1):
            money[place + 1] = money[place] + limits.cost[people[place]]
    return money


@njit
def lower(bounds: Floats, worth: float, adds: Floats, others: Ints, money: Floats, limits: Limits) -> None:
    """Bring the bounds down to what some people T say of everybody else.

    bounds, money: (most + 1,), by size. worth: of T, with what they owe. others: rows of those who may be
    chosen and are not in T; adds: what each adds to T.
    """
    most, adds = len(bounds) - 1, np.maximum(adds, 0.0)
    largest = np.cumsum(np.sort(adds)[::-1][:most])
    if limits.budget == np.inf:
        for size in range(most + 1):
            first = min(size, len(largest))
            bounds[size] = min(bounds[size], worth + (largest[first - 1] if first > 0 else 0.0))
        return
    whatever = worth + (largest[-1] if len(largest) > 0 else 0.0)
    cost = limits.cost[others]
    worth += adds[cost == 0].sum()
    hired = (cost > 0) & (cost <= limits.budget)
    adds, cost = adds[hired], cost[hired]
    order = np.argsort(-adds / cost)
    spent, gained = np.cumsum(cost[order]), np.cumsum(adds[order])
    for size in range(most + 1):
        whole = np.searchsorted(spent, money[size], side="right")
        best = worth + (gained[whole - 1] if whole > 0 else 0.0)
        if whole < len(order):
            before = spent[whole - 1] if whole > 0 else 0.0
            best += (money[size] - before) / cost[order[whole]] * adds[order[whole]]
        bounds[size] = min(bounds[size], best, whatever)
