"""A sum of money, or a cap on what may come from one group: the limits under which people are chosen, and the
bounds that hold within them. Worth is monotone and submodular.

Budget. People are taken by what they add for their cost, as long as they can be paid; where one affordable
person alone is worth more than all of these, that one comes first and the rest of the money is spent the same
way. The better of the two is worth at least 0.405 of the best (Tang, Tang, Lim, Han, Li & Yuan 2021). What
nobody could do better for the same money is bounded afterwards: the best set O for money b is worth no more
than f(T) plus what O adds to T, one by one, and that no more than the fractional knapsack of additions to T
filled up to b (Dantzig 1957); T is whoever was chosen so far, at many points along the way.

Cap. Nobody is taken who would raise the part of a group that is over the cap then, the first excepted: one
person's reach lies where they live. So the parts fall to the cap, and once all are within it they stay.
Additions do not only fall then, since somebody left waiting may join later. A cap only takes choices away, so
what bounds the best without it bounds the best with it.
"""

from typing import NamedTuple

import numpy as np

from graph.kernels.csr import Floats, Ints
from graph.kernels.jit import njit

ROUNDING = 1e-9


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


@njit
def priority(adds: float, person: int, limits: Limits) -> float:
    """By what somebody is preferred who adds so much."""
    return adds / max(limits.cost[person], ROUNDING) if limits.budget < np.inf else adds


@njit
def rises_over(group: int, total: float, before: float, parts: Floats, more: Floats, cap: float) -> bool:
    """Whether a group that gains is over the cap then, and more so than before; its gain is wiped out.

    parts, more: (groups,), what is reached of each, and what would come to it. before, total: their sums
    without and with what would come.
    """
    part = (parts[group] + more[group]) / total
    gained, more[group] = more[group] > 0, 0.0
    return bool(gained and part > cap + ROUNDING and part > parts[group] / before + ROUNDING)


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

    bounds, money: (most + 1,), by size. worth: of T. others: rows of those who may be chosen and are not in
    T; adds: what each adds to T.
    """
    if limits.budget == np.inf:
        adds = np.sort(adds)
        for size in range(len(bounds)):
            bounds[size] = min(bounds[size], worth)
            worth += adds[len(adds) - 1 - size] if size < len(adds) else 0.0
        return
    cost = limits.cost[others]
    worth += adds[cost == 0].sum()
    hired = (cost > 0) & (cost <= limits.budget)
    adds, cost = adds[hired], cost[hired]
    order = np.argsort(-adds / cost)
    spent, gained = np.cumsum(cost[order]), np.cumsum(adds[order])
    for size in range(len(bounds)):
        whole = np.searchsorted(spent, money[size], side="right")
        best = worth + (gained[whole - 1] if whole > 0 else 0.0)
        if whole < len(order):
            before = spent[whole - 1] if whole > 0 else 0.0
            best += (money[size] - before) / cost[order[whole]] * adds[order[whole]]
        bounds[size] = min(bounds[size], best)
