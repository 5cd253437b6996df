"""Choosing people who meet most of some reverse-reachable sets, for a sum of money, or with a cap on what may
come from one group; the rules and the bounds are those of graph.kernels.limits.
"""

from heapq import heapify, heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.kernels.cover import Cover, count_members
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
    next_sums,
    owes,
    priority,
)
from graph.kernels.rr_sets import Sets
from graph.stop import Stop, never


class _Index(NamedTuple):
    """The sets of each person: rows[starts[p]:starts[p + 1]]."""

    starts: Longs
    rows: Ints


class _State(NamedTuple):
    """While people are chosen. gains: (n,), sets that somebody would add. covered: sets met. parts:
    (groups,), what is reached of each. more: (groups,), zero between two looks.
    """

    gains: Longs
    covered: NDArray[np.bool_]
    parts: Floats
    more: Floats


def limited_cover(
    sets: Sets, alone: Floats, each: float, kept: Ints, candidates: Ints, most: int, limits: Limits,
    stop: Stop = never,
) -> Cover:  # fmt: skip
    """Up to `most` candidates within the limits. kept: neither paid nor capped, but counted. stop: asked
    before each way to spend a budget; what it raises ends the choice.

    alone: may be below 0. candidates: rising rows, none of them kept. bounds[i] of the result: what any i
    candidates are worth at most with those kept; under a budget, any who cost no more than the next of
    `graph.kernels.limits.sums` above what the first i chosen cost, and from the last on any who are within
    the budget.
    """
    index = _index(sets, candidates, len(alone))
    people = _chosen(sets, alone, each, kept, candidates, most, limits, index, Way(NOBODY, FOR_COST))
    if limits.budget < np.inf and len(people) > 0:
        people = _best_way(sets, alone, each, kept, candidates, people, most, limits, index, stop)
    stop()
    return Cover(people, _bounds(sets, alone, each, kept, candidates, people, most, limits))


def _best_way(
    sets: Sets, alone: Floats, each: float, kept: Ints, candidates: Ints, people: Ints, most: int,
    limits: Limits, index: _Index, stop: Stop,
) -> Ints:  # fmt: skip
    """The best of all ways to spend a budget. people: who is chosen by what they add for their cost."""
    base, worth = _worth(sets, alone, each, kept, people[:0]), _worth(sets, alone, each, kept, people)
    ways = [Way(_best_alone(sets, alone, each, kept, candidates, limits), FOR_COST)]
    if len(people) == most:
        bound = _bounds(sets, alone, each, kept, candidates, people, most, limits)[most]
        ways.extend([Way(NOBODY, floor) for floor in floors(worth - base, bound - base, limits.budget)])
    for way in ways:
        stop()
        other = _chosen(sets, alone, each, kept, candidates, most, limits, index, way)
        gained = _worth(sets, alone, each, kept, other)
        if gained > worth * (1 + ROUNDING):
            people, worth = other, gained
    return people


@njit
def _index(sets: Sets, candidates: Ints, people: int) -> _Index:
    """For candidates; nothing for the others."""
    wanted = np.zeros(people, np.bool_)
    wanted[candidates] = True
    starts = np.zeros(people + 1, np.int64)
    for member in sets.members:
        if wanted[member]:
            starts[member + 1] += 1
    for person in range(people):
        starts[person + 1] += starts[person]
    cursor, rows = starts[:-1].copy(), np.empty(starts[-1], np.int32)
    for held in range(len(sets.starts) - 1):
        for member in sets.members[sets.starts[held] : sets.starts[held + 1]]:
            if wanted[member]:
                rows[cursor[member]] = held
                cursor[member] += 1
    return _Index(starts, rows)


@njit
def _begun(sets: Sets, alone: Floats, each: float, kept: Ints, limits: Limits) -> _State:
    """With those kept."""
    gains = np.zeros(len(alone), np.int64)
    count_members(sets, gains)
    covered = np.zeros(len(sets.starts) - 1, np.bool_)
    state = _State(gains, covered, np.zeros(limits.groups), np.zeros(limits.groups))
    is_kept = np.zeros(len(alone), np.bool_)
    is_kept[kept] = True
    for person in kept:
        _add(limits.group[person], alone[person], state)
    for held in range(len(state.covered) if len(kept) > 0 else 0):
        for member in sets.members[sets.starts[held] : sets.starts[held + 1]]:
            if is_kept[member]:
                _take(held, sets, state, each, limits)
    return state


@njit
def _add(group: int, worth: float, state: _State) -> None:
    state.parts[group] += worth


@njit
def _take(held: int, sets: Sets, state: _State, each: float, limits: Limits) -> None:
    """A set that is met adds to nobody else any more."""
    if not state.covered[held]:
        state.covered[held] = True
        _add(limits.group[sets.members[sets.starts[held]]], each, state)
        for member in sets.members[sets.starts[held] : sets.starts[held + 1]]:
            state.gains[member] -= 1


@njit
def _chosen(
    sets: Sets, alone: Floats, each: float, kept: Ints, candidates: Ints, most: int, limits: Limits,
    index: _Index, way: Way,
) -> Ints:  # fmt: skip
    """Whoever is preferred, one after the other, and those who are refused once they are not any more."""
    state = _begun(sets, alone, each, kept, limits)
    left, count, owed = limits.budget, 0, 0.0
    room = allowed(state.parts.max(), state.parts.sum(), limits.cap)
    chosen, taken = np.empty(most, np.int32), np.zeros(len(alone), np.bool_)
    heap = [
        (-priority(alone[person] + each * state.gains[person], person, limits, way), person)
        for person in candidates
    ]
    if way.first >= 0:
        heap.append((-np.inf, candidates[np.searchsorted(candidates, way.first)]))
    heapify(heap)
    refused = [(0.0, heap[0]) for _ in range(0)]
    while count < most and len(heap) > 0:
        believed, person = heappop(heap)
        adds = alone[person] + each * state.gains[person]
        now = priority(adds, person, limits, way)
        if taken[person] or now <= 0 or (left < np.inf and limits.cost[person] > left):
            continue
        if -believed > now and believed > -np.inf:
            heappush(heap, (-now, person))
            continue
        if limits.cap < 1:
            largest = _largest_with(person, sets, alone, each, state, limits, index)
            much = beyond(largest, adds, limits.cap)
            if much > room:
                heappush(refused, (much + owed, (-now, person)))
                continue
        taken[person] = True
        chosen[count] = person
        count += 1
        left -= limits.cost[person] if left < np.inf else 0.0
        owed += owes(alone[person])
        _add(limits.group[person], alone[person], state)
        for held in index.rows[index.starts[person] : index.starts[person + 1]]:
            _take(held, sets, state, each, limits)
        if limits.cap < 1:
            room = allowed(state.parts.max(), state.parts.sum(), limits.cap)
            while len(refused) > 0 and refused[0][0] <= room + owed:
                heappush(heap, heappop(refused)[1])
    return chosen[:count].copy()


@njit
def _largest_with(
    person: int, sets: Sets, alone: Floats, each: float, state: _State, limits: Limits, index: _Index
) -> float:
    """What is reached with this person of the group reached most."""
    own = limits.group[person]
    state.more[own] = alone[person]
    largest = max(state.parts.max(), state.parts[own] + state.more[own])
    rows = index.rows[index.starts[person] : index.starts[person + 1]]
    for held in rows:
        if not state.covered[held]:
            group = limits.group[sets.members[sets.starts[held]]]
            state.more[group] += each
            largest = max(largest, state.parts[group] + state.more[group])
    state.more[own] = 0.0
    for held in rows:
        state.more[limits.group[sets.members[sets.starts[held]]]] = 0.0
    return float(largest)


@njit
def _best_alone(sets: Sets, alone: Floats, each: float, kept: Ints, candidates: Ints, limits: Limits) -> int:
    """The affordable candidate who adds most, −1 for none."""
    state = _begun(sets, alone, each, kept, limits)
    best, most = -1, 0.0
    for person in candidates:
        adds = alone[person] + each * state.gains[person]
        if limits.cost[person] <= limits.budget and adds > most:
            best, most = person, adds
    return best


@njit
def _worth(sets: Sets, alone: Floats, each: float, kept: Ints, people: Ints) -> float:
    """What those kept and these are worth."""
    asked = np.zeros(len(alone), np.bool_)
    asked[kept] = True
    asked[people] = True
    met = 0
    for held in range(len(sets.starts) - 1):
        for member in sets.members[sets.starts[held] : sets.starts[held + 1]]:
            if asked[member]:
                met += 1
                break
    return float(alone[asked].sum()) + each * met


@njit
def _bounds(
    sets: Sets, alone: Floats, each: float, kept: Ints, candidates: Ints, people: Ints, most: int,
    limits: Limits,
) -> Floats:  # fmt: skip
    """What nobody does better, see `limited_cover`; shape (most + 1,)."""
    state = _begun(sets, alone, each, kept, limits)
    money = money_by_size(people, most, limits)
    if limits.budget < np.inf:
        money = next_sums(money, limits.budget)
    bounds, left = np.full(most + 1, np.inf), np.ones(len(alone), np.bool_)
    worth = state.parts.sum()
    index, look = _index(sets, people, len(alone)), 0
    for place in range(len(people) + 1):
        if place == look or place == len(people):
            look += 1 + place // 4
            others = candidates[left[candidates]]
            lower(bounds, worth, alone[others] + each * state.gains[others], others, money, limits)
        if place < len(people):
            person = people[place]
            worth += alone[person] + each * state.gains[person] + owes(alone[person])
            left[person] = False
            for held in index.rows[index.starts[person] : index.starts[person + 1]]:
                _take(held, sets, state, each, limits)
    return bounds
