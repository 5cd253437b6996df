"""Choosing for a sum of money, or with a cap on one group: against every set there is, on graphs of seven."""

from functools import partial
from itertools import combinations, pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.kernels.cover import Cover, greedy_cover
from graph.kernels.limited_cover import limited_cover
from graph.kernels.limits import Limits, next_sums, sums
from graph.spread.forward import Network
from graph.spread.sampling import Sample
from tests.capped import assert_let_in

PEOPLE = 7
EVERYBODY, NOBODY = np.arange(PEOPLE, dtype=np.int32), np.empty(0, np.int32)
GROUP = np.array([0, 0, 0, 1, 1, 2, 2], np.int32)
FREE = np.zeros(PEOPLE)

seeds = st.integers(0, 10_000)
costs = st.lists(st.sampled_from((0.0, 0.5, 1.0, 2.0, 5.0, np.inf)), min_size=PEOPLE, max_size=PEOPLE)
kept = st.sets(st.integers(0, PEOPLE - 1), max_size=2)


owed = st.lists(st.sampled_from((0.0, 0.0, 0.3, 1.0, 2.0)), min_size=PEOPLE, max_size=PEOPLE)
"""What people are worth less asked than reached."""


def drawn(seed: int, lost: list[float] | None = None) -> Sample:
    chance = np.random.default_rng(seed)
    pairs = np.array([(a, b) for a in range(PEOPLE) for b in range(PEOPLE) if a != b], np.int32)
    ends = pairs[chance.choice(len(pairs), 12, replace=False)]
    tied = Network.between(ends[:, 0], ends[:, 1], chance.random(12), chance.random(PEOPLE))
    beside = None if lost is None else -np.array(lost)
    return Sample.of(tied, np.ones(PEOPLE), beside=beside, seed=seed, sets=128)


def chosen(sample: Sample, limits: Limits, already: set[int], most: int = PEOPLE) -> Cover:
    others = np.setdiff1d(EVERYBODY, list(already)).astype(np.int32)
    hired = np.array(sorted(already), np.int32)
    return limited_cover(sample.choosing, sample.roots.alone, sample.each, hired, others, most, limits)


def parts(sample: Sample, people: set[int]) -> np.ndarray:
    """What people are worth on the sets, by group, in plain Python."""
    told = np.zeros(3)
    for person in people:
        told[GROUP[person]] += sample.roots.alone[person]
    starts, members = sample.choosing
    for start, end in pairwise(starts.tolist()):
        if people & set(members[start:end].tolist()):
            told[GROUP[members[start]]] += sample.each
    return told


def best(sample: Sample, cost: list[float], money: float, already: set[int], most: int = PEOPLE) -> float:
    others = sorted(set(range(PEOPLE)) - already)
    return max(
        float(parts(sample, already | set(some)).sum())
        for size in range(min(most, len(others)) + 1)
        for some in combinations(others, size)
        if sum(cost[person] for person in some) <= money
    )


@settings(max_examples=60, deadline=None)
@given(seed=seeds, cost=costs, money=st.sampled_from((0.0, 1.0, 3.0, 8.0)), already=kept)
def test_a_budget_is_kept_and_no_set_for_the_same_money_is_worth_more_than_the_bound(
    seed, cost, money, already
):
    sample = drawn(seed)
    limits = Limits(np.array(cost), money, GROUP, 3, 1.0)
    cover = chosen(sample, limits, already)
    people = cover.people.tolist()
    assert sum(cost[person] for person in people) <= money
    for size in range(len(people)):
        spent = sum(cost[person] for person in people[:size])
        assert cover.bounds[size] >= best(sample, cost, spent, already) - 1e-9
    most = best(sample, cost, money, already)
    assert cover.bounds[len(people)] >= most - 1e-9
    gained = parts(sample, already | set(people)).sum() - parts(sample, already).sum()
    singles = [
        parts(sample, already | {person}).sum() - parts(sample, already).sum()
        for person in set(range(PEOPLE)) - already
        if cost[person] <= money
    ]
    assert gained >= max(singles, default=0.0) - 1e-9
    assert gained >= 0.405 * (most - parts(sample, already).sum()) - 1e-9


@settings(max_examples=40, deadline=None)
@given(seed=seeds, cost=costs, money=st.sampled_from((1.0, 3.0, 8.0)), already=kept)
def test_for_money_and_three_places_a_quarter_of_the_best_is_sure(seed, cost, money, already):
    sample = drawn(seed)
    cover = chosen(sample, Limits(np.array(cost), money, GROUP, 3, 1.0), already, 3)
    most, base = best(sample, cost, money, already, 3), parts(sample, already).sum()
    assert cover.bounds[len(cover.people)] >= most - 1e-9
    assert sum(cost[person] for person in cover.people) <= money
    assert parts(sample, already | set(cover.people.tolist())).sum() - base >= 0.25 * (most - base) - 1e-9


@settings(max_examples=60, deadline=None)
@given(seed=seeds, cost=costs, money=st.sampled_from((1.0, 3.0, 8.0)), already=kept)
def test_the_best_that_a_list_is_held_against_does_not_hang_on_what_chance_made_it_cost(
    seed, cost, money, already
):
    sample = drawn(seed)
    cover = chosen(sample, Limits(np.array(cost), money, GROUP, 3, 1.0), already)
    spent = np.append(0.0, np.cumsum(np.array(cost)[cover.people]))[: len(cover.people)]
    for size, fixed in enumerate(next_sums(spent, money).tolist()):
        assert spent[size] <= fixed <= max(1.022 * spent[size], money / 65536)
        assert fixed in sums(money)
        assert cover.bounds[size] >= best(sample, cost, fixed, already) - 1e-9


@settings(max_examples=60, deadline=None)
@given(seed=seeds, lost=owed, cost=costs, money=st.sampled_from((1.0, 3.0, np.inf)), already=kept)
def test_no_set_is_worth_more_than_the_bound_where_somebody_is_worth_less_asked(
    seed, lost, cost, money, already
):
    sample = drawn(seed, lost)
    cover = chosen(sample, Limits(np.array(cost), money, GROUP, 3, 1.0), already, 3)
    last = len(cover.people)
    for size in range(last + 1):
        if money == np.inf:
            most = best(sample, [0.0] * PEOPLE, 0.0, already, size)
        else:
            spent = money if size == last else sum(cost[person] for person in cover.people[:size])
            most = best(sample, cost, spent, already, 3)
        assert cover.bounds[size] >= most - 1e-9


@settings(max_examples=60, deadline=None)
@given(seed=seeds, lost=owed, already=kept, width=st.sampled_from((3, 64)))
def test_the_bounds_of_cover_alone_hold_where_somebody_is_worth_less_asked(seed, lost, already, width):
    sample = drawn(seed, lost)
    others = np.setdiff1d(EVERYBODY, list(already)).astype(np.int32)
    hired = np.array(sorted(already), np.int32)
    cover = greedy_cover(sample.choosing, sample.roots.alone, sample.each, hired, others, 3, width, 0.0)
    together = parts(sample, already)
    for size in range(1, len(cover.people) + 1):
        then = parts(sample, already | set(cover.people[:size].tolist()))
        assert then.sum() > together.sum()
        assert cover.bounds[size] >= best(sample, [0.0] * PEOPLE, 0.0, already, size) - 1e-9
        together = then


@settings(max_examples=60, deadline=None)
@given(seed=seeds, cap=st.sampled_from((0.35, 0.5, 0.8)), already=kept, lost=st.none() | owed)
def test_a_cap_lets_in_who_a_look_at_everybody_at_every_step_lets_in(seed, cap, already, lost):
    sample = drawn(seed, lost)
    cover = chosen(sample, Limits(FREE, np.inf, GROUP, 3, cap), already)
    others = set(range(PEOPLE)) - already
    assert_let_in(cover.people.tolist(), partial(parts, sample), already, others, cap)


@settings(max_examples=40, deadline=None)
@given(seed=seeds, already=kept)
def test_without_limits_the_same_people_are_chosen_as_by_cover_alone(seed, already):
    sample = drawn(seed)
    others = np.setdiff1d(EVERYBODY, list(already)).astype(np.int32)
    hired = np.array(sorted(already), np.int32)
    alone = greedy_cover(sample.choosing, sample.roots.alone, sample.each, hired, others, 4, 64, 0.0)
    limits = Limits(FREE, np.inf, GROUP, 3, 1.0)
    same = limited_cover(sample.choosing, sample.roots.alone, sample.each, hired, others, 4, limits)
    assert same.people.tolist() == alone.people.tolist()
