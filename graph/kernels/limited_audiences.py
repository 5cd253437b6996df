"""Choosing people whose expected audiences are together the largest, within limits.

Row u says who is expected to come to person u, each with a weight w_um. With a part α of overlap, people S
are worth

    f(S) = (1 − α) · Σ over u in S and m  w_um  +  α · Σ over m  max over u in S  w_um,

a sum of their audiences and what these cover together, mixed. What u adds to S is Σ_m w_um − α · min(w_um,
h_m), h_m being the largest weight that any of S gives m: so f is monotone and submodular, taking the one who
adds most comes within 1 − 1/e of the best (Nemhauser, Wolsey & Fisher 1978), a heap of what people added when
they were last looked at finds that one (Minoux 1978), and the bounds of graph.kernels.limits hold. Nothing is
drawn here: what is worth how much is known, and so is the ratio to the bound.
"""

from heapq import heapify, heappop, heappush
from typing import NamedTuple

import numpy as np

from graph.kernels.cover import Cover
from graph.kernels.csr import Floats, Ints, Longs
from graph.kernels.jit import njit
from graph.kernels.limits import ROUNDING, Limits, lower, money_by_size, priority, rises_over


class Audiences(NamedTuple):
    """Rows of n people over n members, as in `Csr`. weight: w ≥ 0. alike: α in [0, 1]."""

    indptr: Longs
    member: Ints
    weight: Floats
    alike: float


class _State(NamedTuple):
    """While people are chosen. held: (n,), h. parts: (groups,), what those chosen are worth, by the group of
    who comes; more: (groups,), zero between two looks.
    """

    held: Floats
    parts: Floats
    more: Floats


@njit
def limited_audiences(rows: Audiences, kept: Ints, candidates: Ints, most: int, limits: Limits) -> Cover:
    """Up to `most` candidates, each adding most (for their cost) to those before; of equals the smaller row.

    kept: counted, neither paid nor capped. candidates: rising rows, none of them kept; who adds nothing is
    left out. limits: its groups are those of the people who come. bounds: as `limited_cover` has them.

    >>> rows = Audiences(np.array([0, 2, 4, 5]), np.array([0, 1, 0, 1, 2], np.int32),
    ...                  np.array([1, 1, 1, 0.9, 0.5]), 1.0)
    >>> nobody, all_three = np.empty(0, np.int32), np.arange(3, dtype=np.int32)
    >>> free = Limits(np.zeros(3), np.inf, np.zeros(3, np.int32), 1, 1.0)
    >>> limited_audiences(rows, nobody, all_three, 2, free)
    Cover(people=array([0, 2], dtype=int32), bounds=array([0. , 2. , 2.5]))
    """
    people = _chosen(rows, kept, candidates, most, limits, -1)
    if limits.budget < np.inf:
        single = _best_alone(rows, kept, candidates, limits)
        if single >= 0:
            other = _chosen(rows, kept, candidates, most, limits, single)
            gained = additions(rows, kept, people).sum()
            if additions(rows, kept, other).sum() > gained * (1 + ROUNDING):
                people = other
    return Cover(people, _bounds(rows, kept, candidates, people, most, limits))


@njit
def additions(rows: Audiences, kept: Ints, people: Ints) -> Floats:
    """What each of these people adds to those kept and those before; (k,)."""
    held, added = np.zeros(len(rows.indptr) - 1), np.zeros(len(people))
    for person in kept:
        _hold(rows, person, held)
    for place in range(len(people)):
        added[place] = _adds(rows, people[place], held)
        _hold(rows, people[place], held)
    return added


@njit
def parts_of(rows: Audiences, people: Ints, group: Ints, groups: int) -> Floats:
    """What people are worth together, by the group of who comes; (groups,)."""
    state = _State(np.zeros(len(rows.indptr) - 1), np.zeros(groups), np.zeros(groups))
    for person in people:
        _take(rows, person, state, group)
    return state.parts


@njit
def _adds(rows: Audiences, person: int, held: Floats) -> float:
    """What somebody adds to those who hold so much."""
    whole, shared = 0.0, 0.0
    for place in range(rows.indptr[person], rows.indptr[person + 1]):
        whole += rows.weight[place]
        shared += min(rows.weight[place], held[rows.member[place]])
    return whole - rows.alike * shared


@njit
def _hold(rows: Audiences, person: int, held: Floats) -> None:
    for place in range(rows.indptr[person], rows.indptr[person + 1]):
        member = rows.member[place]
        held[member] = max(held[member], rows.weight[place])


@njit
def _take(rows: Audiences, person: int, state: _State, group: Ints) -> None:
    """Count what somebody adds, group by group."""
    for place in range(rows.indptr[person], rows.indptr[person + 1]):
        member, weight = rows.member[place], rows.weight[place]
        state.parts[group[member]] += weight - rows.alike * min(weight, state.held[member])
    _hold(rows, person, state.held)


@njit
def _begun(rows: Audiences, kept: Ints, limits: Limits) -> _State:
    """With those kept."""
    people = len(rows.indptr) - 1
    state = _State(np.zeros(people), np.zeros(limits.groups), np.zeros(limits.groups))
    for person in kept:
        _take(rows, person, state, limits.group)
    return state


@njit
def _chosen(rows: Audiences, kept: Ints, candidates: Ints, most: int, limits: Limits, first: int) -> Ints:
    """Whoever adds most (for their cost), one after the other. first: who is first in any case, −1 nobody."""
    state = _begun(rows, kept, limits)
    left, count = limits.budget, 0
    chosen, taken = np.empty(most, np.int32), np.zeros(len(rows.indptr) - 1, np.bool_)
    heap = [(-priority(_adds(rows, person, state.held), person, limits), person) for person in candidates]
    heapify(heap)
    waiting = [heap[0] for _ in range(0)]
    while count < most and (first >= 0 or len(heap) > 0):
        believed, person = (
            heappop(heap) if first < 0 else (np.inf, candidates[np.searchsorted(candidates, first)])
        )
        first = -1
        adds = _adds(rows, person, state.held)
        if taken[person] or adds <= 0 or (left < np.inf and limits.cost[person] > left):
            continue
        now = priority(adds, person, limits)
        if -believed > now:
            heappush(heap, (-now, person))
            continue
        if limits.cap < 1 and not _within(rows, person, state, limits):
            waiting.append((-now, person))
            continue
        taken[person] = True
        chosen[count] = person
        count += 1
        left -= limits.cost[person] if left < np.inf else 0.0
        _take(rows, person, state, limits.group)
        for again in waiting:
            heappush(heap, again)
        waiting.clear()
    return chosen[:count].copy()


@njit
def _within(rows: Audiences, person: int, state: _State, limits: Limits) -> bool:
    """Whether no group's part rises that is over the cap with this person."""
    before = state.parts.sum()
    if before <= 0:
        return True
    total = before
    for place in range(rows.indptr[person], rows.indptr[person + 1]):
        member, weight = rows.member[place], rows.weight[place]
        gain = weight - rows.alike * min(weight, state.held[member])
        state.more[limits.group[member]] += gain
        total += gain
    rises = False
    for place in range(rows.indptr[person], rows.indptr[person + 1]):
        group = limits.group[rows.member[place]]
        rises |= rises_over(group, total, before, state.parts, state.more, limits.cap)
    return not rises


@njit
def _best_alone(rows: Audiences, kept: Ints, candidates: Ints, limits: Limits) -> int:
    """The affordable candidate who adds most, −1 for none."""
    held = _begun(rows, kept, limits).held
    best, most = -1, 0.0
    for person in candidates:
        adds = _adds(rows, person, held)
        if limits.cost[person] <= limits.budget and adds > most:
            best, most = person, adds
    return best


@njit
def _bounds(rows: Audiences, kept: Ints, candidates: Ints, people: Ints, most: int, limits: Limits) -> Floats:
    """What nobody does better, as `limited_audiences` tells it; (most + 1,)."""
    state = _begun(rows, kept, limits)
    money = money_by_size(people, most, limits)
    bounds, left = np.full(most + 1, np.inf), np.ones(len(rows.indptr) - 1, np.bool_)
    worth, look = state.parts.sum(), 0
    for place in range(len(people) + 1):
        if place == look or place == len(people):
            look += 1 + place // 4
            others = candidates[left[candidates]]
            adds = np.empty(len(others))
            for at in range(len(others)):
                adds[at] = _adds(rows, others[at], state.held)
            lower(bounds, worth, adds, others, money, limits)
        if place < len(people):
            person = people[place]
            worth += _adds(rows, person, state.held)
            left[person] = False
            _hold(rows, person, state.held)
    return bounds
