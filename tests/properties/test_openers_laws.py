"""Choosing whose audiences together are the largest: against every set there is, among seven people."""

from collections.abc import Callable
from functools import partial
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.kernels.cover import Cover
from graph.kernels.fading import covering
from graph.kernels.limited_audiences import Audiences, additions, limited_audiences, parts_of
from graph.kernels.limits import Limits
from tests.capped import assert_let_in

PEOPLE = 7
EVERYBODY, NOBODY = np.arange(PEOPLE, dtype=np.int32), np.empty(0, np.int32)
GROUP = np.array([0, 0, 0, 1, 1, 2, 2], np.int32)
FREE = np.zeros(PEOPLE)
UNLIMITED = Limits(FREE, np.inf, GROUP, 3, 1.0)

weights = st.lists(
    st.sampled_from((0.0, 0.0, 0.25, 0.5, 1.0, 3.0)), min_size=PEOPLE * PEOPLE, max_size=PEOPLE * PEOPLE
)
alike = st.sampled_from((0.0, 0.4, 1.0))
costs = st.lists(st.sampled_from((0.0, 0.5, 1.0, 2.0, 5.0, np.inf)), min_size=PEOPLE, max_size=PEOPLE)
caps = st.sampled_from((0.35, 0.5, 0.8))
kept = st.sets(st.integers(0, PEOPLE - 1), max_size=2)


def audiences(weight: list[float], alike: float) -> Audiences:
    table = np.array(weight).reshape(PEOPLE, PEOPLE)
    sharer, member = np.nonzero(table)
    indptr = np.searchsorted(sharer, np.arange(PEOPLE + 1)).astype(np.int64)
    return Audiences(indptr, member.astype(np.int32), table[sharer, member], alike)


def rows(people: set[int]) -> np.ndarray:
    return np.array(sorted(people), np.int32)


def chosen(drawn: Audiences, limits: Limits, already: set[int], most: int = PEOPLE) -> Cover:
    others = rows(set(range(PEOPLE)) - already)
    return limited_audiences(drawn, rows(already), others, most, limits)


def parts(drawn: Audiences, people: set[int]) -> np.ndarray:
    """What people are worth by the group of who comes, in plain Python and by the definition."""
    told = np.zeros(3)
    for member in range(PEOPLE):
        theirs = [weight for person in people for weight in weights_of(drawn, person, member)]
        told[GROUP[member]] += (1 - drawn.alike) * sum(theirs) + drawn.alike * max(theirs, default=0.0)
    return told


def weights_of(drawn: Audiences, person: int, member: int) -> list[float]:
    span = slice(drawn.indptr[person], drawn.indptr[person + 1])
    found: list[float] = drawn.weight[span][drawn.member[span] == member].tolist()
    return found


def best(drawn: Audiences, already: set[int], within: Callable[[tuple[int, ...]], bool]) -> float:
    others = sorted(set(range(PEOPLE)) - already)
    return max(
        float(parts(drawn, already | set(some)).sum())
        for size in range(len(others) + 1)
        for some in combinations(others, size)
        if within(some)
    )


@settings(deadline=None)
@given(weights, alike, st.permutations(range(PEOPLE)))
def test_worth_does_not_depend_on_the_order_and_gains_never_rise(weight, overlap, order):
    drawn = audiences(weight, overlap)
    people = np.array(order, np.int32)
    gains = additions(drawn, NOBODY, people)
    assert np.isclose(gains.sum(), parts(drawn, set(order)).sum())
    assert np.allclose(parts_of(drawn, people, GROUP, 3), parts(drawn, set(order)))
    alone = [additions(drawn, NOBODY, people[at : at + 1])[0] for at in range(PEOPLE)]
    assert (gains <= np.array(alone) + 1e-9).all()
    assert (gains >= -1e-9).all()


@settings(deadline=None)
@given(weights, alike)
def test_without_limits_the_same_people_are_chosen_as_appeal_chooses(weight, overlap):
    drawn = audiences(weight, overlap)
    plain = covering(drawn.indptr, drawn.member, drawn.weight, np.ones(PEOPLE, np.bool_), overlap, 4)
    assert chosen(drawn, UNLIMITED, set(), 4).people.tolist() == plain.tolist()


def _at_most(size: int, some: tuple[int, ...]) -> bool:
    return len(some) <= size


@settings(max_examples=40, deadline=None)
@given(weights, alike, kept)
def test_no_set_as_large_is_worth_more_than_the_bound(weight, overlap, already):
    drawn = audiences(weight, overlap)
    cover = chosen(drawn, UNLIMITED, already)
    for size in range(PEOPLE - len(already) + 1):
        most = best(drawn, already, partial(_at_most, size))
        assert cover.bounds[size] >= most - 1e-9
        worth = parts(drawn, already | set(cover.people[:size].tolist())).sum()
        base = parts(drawn, already).sum()
        assert worth - base >= (1 - 1 / np.e) * (most - base) - 1e-9


@settings(max_examples=40, deadline=None)
@given(weights, alike, costs, st.sampled_from((0.0, 1.0, 3.0, 8.0)), kept)
def test_a_budget_is_kept_and_what_it_buys_is_bounded(weight, overlap, cost, money, already):
    drawn = audiences(weight, overlap)
    cover = chosen(drawn, Limits(np.array(cost), money, GROUP, 3, 1.0), already)
    people = cover.people.tolist()
    assert sum(cost[person] for person in people) <= money
    most = best(drawn, already, lambda some: sum(cost[person] for person in some) <= money)
    assert cover.bounds[len(people)] >= most - 1e-9
    base = parts(drawn, already).sum()
    assert parts(drawn, already | set(people)).sum() - base >= 0.405 * (most - base) - 1e-9


@settings(max_examples=40, deadline=None)
@given(weights, alike, costs, st.sampled_from((1.0, 3.0, 8.0)), kept)
def test_for_money_and_three_places_a_quarter_of_the_best_is_sure(weight, overlap, cost, money, already):
    drawn = audiences(weight, overlap)
    cover = chosen(drawn, Limits(np.array(cost), money, GROUP, 3, 1.0), already, 3)
    most = best(drawn, already, lambda some: len(some) <= 3 and sum(cost[person] for person in some) <= money)
    base = parts(drawn, already).sum()
    assert cover.bounds[len(cover.people)] >= most - 1e-9
    assert sum(cost[person] for person in cover.people) <= money
    assert parts(drawn, already | set(cover.people.tolist())).sum() - base >= 0.25 * (most - base) - 1e-9


@settings(max_examples=60, deadline=None)
@given(weights, alike, caps, kept)
def test_a_cap_lets_in_who_a_look_at_everybody_at_every_step_lets_in(weight, overlap, cap, already):
    drawn = audiences(weight, overlap)
    cover = chosen(drawn, Limits(FREE, np.inf, GROUP, 3, cap), already)
    others = set(range(PEOPLE)) - already
    assert_let_in(cover.people.tolist(), partial(parts, drawn), already, others, cap)
