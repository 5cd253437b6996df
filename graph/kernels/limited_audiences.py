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
from graph.kernels.limits import (
    FOR_COST,
    NOBODY,
    ROUNDING,
    Limits,
    Way,
    allowed,
    beyond,
    floors,
    lower,
    money_by_size,
    priority,
)
from graph.stop import Stop, never


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


def limited_audiences(
    rows: Audiences, kept: Ints, candidates: Ints, most: int, limits: Limits, stop: Stop = never
) -> Cover:
    """Up to `most` candidates, each adding most (for their cost) to those before; of equals the smaller row.

    kept: counted, neither paid nor capped. candidates: rising rows, none of them kept; who adds nothing is
    left out. limits: its groups are those of the people who come. bounds: as `limited_cover` has them. stop:
    as there.

    >>> rows = Audiences(np.array([0, 2, 4, 5]), np.array([0, 1, 0, 1, 2], np.int32),
    ...                  np.array([1, 1, 1, 0.9, 0.5]), 1.0)
    >>> nobody, all_three = np.empty(0, np.int32), np.arange(3, dtype=np.int32)
    >>> free = Limits(np.zeros(3), np.inf, np.zeros(3, np.int32), 1, 1.0)
    >>> limited_audiences(rows, nobody, all_three, 2, free)
    Cover(people=array([0, 2], dtype=int32), bounds=array([0. , 2. , 2.5]))
    """
    people = _chosen(rows, kept, candidates, most, limits, Way(NOBODY, FOR_COST))
    if limits.budget < np.inf and len(people) > 0:
        people = _best_way(rows, kept, candidates, people, most, limits, stop)
    stop()
    return Cover(people, _bounds(rows, kept, candidates, people, most, limits))


def _best_way(
    rows: Audiences, kept: Ints, candidates: Ints, people: Ints, most: int, limits: Limits, stop: Stop
) -> Ints:
    """The best of all ways to spend a budget. people: who is chosen by what they add for their cost."""
    worth = additions(rows, kept, people).sum()
    ways = [Way(_best_alone(rows, kept, candidates, limits), FOR_COST)]
    if len(people) == most:
        base = _begun(rows, kept, limits).parts.sum()
        bound = _bounds(rows, kept, candidates, people, most, limits)[most] - base
        ways.extend([Way(NOBODY, floor) for floor in floors(worth, bound, limits.budget)])
    for way in ways:
        stop()
        other = _chosen(rows, kept, candidates, most, limits, way)
        gained = additions(rows, kept, other).sum()
        if gained > worth * (1 + ROUNDING):
            people, worth = other, gained
    return people


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
def _chosen(rows: Audiences, kept: Ints, candidates: Ints, most: int, limits: Limits, way: Way) -> Ints:
    """Whoever is preferred, one after the other, and those who are refused once they are not any more."""
    state = _begun(rows, kept, limits)
    left, count = limits.budget, 0
    room = allowed(state.parts.max(), state.parts.sum(), limits.cap)
    chosen, taken = np.empty(most, np.int32), np.zeros(len(rows.indptr) - 1, np.bool_)
    heap = [
        (-priority(_adds(rows, person, state.held), person, limits, way), person) for person in candidates
    ]
    if way.first >= 0:
        heap.append((-np.inf, candidates[np.searchsorted(candidates, way.first)]))
    heapify(heap)
    refused = [(0.0, heap[0]) for _ in range(0)]
    while count < most and len(heap) > 0:
        believed, person = heappop(heap)
        adds = _adds(rows, person, state.held)
        now = priority(adds, person, limits, way)
        if taken[person] or now <= 0 or (left < np.inf and limits.cost[person] > left):
            continue
        if -believed > now and believed > -np.inf:
            heappush(heap, (-now, person))
            continue
        if limits.cap < 1:
            much = beyond(_largest_with(rows, person, state, limits), adds, limits.cap)
            if much > room:
                heappush(refused, (much, (-now, person)))
                continue
        taken[person] = True
        chosen[count] = person
        count += 1
        left -= limits.cost[person] if left < np.inf else 0.0
        _take(rows, person, state, limits.group)
        if limits.cap < 1:
            room = allowed(state.parts.max(), state.parts.sum(), limits.cap)
            while len(refused) > 0 and refused[0][0] <= room:
                heappush(heap, heappop(refused)[1])
    return chosen[:count].copy()


@njit
def _largest_with(rows: Audiences, person: int, state: _State, limits: Limits) -> float:
    """What comes with this person from the group that most come from."""
    largest = state.parts.max()
    for place in range(rows.indptr[person], rows.indptr[person + 1]):
        member, weight = rows.member[place], rows.weight[place]
        group = limits.group[member]
        state.more[group] += weight - rows.alike * min(weight, state.held[member])
        largest = max(largest, state.parts[group] + state.more[group])
    for place in range(rows.indptr[person], rows.indptr[person + 1]):
        state.more[limits.group[rows.member[place]]] = 0.0
    return float(largest)


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
