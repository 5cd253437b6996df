"""Grants: an item gets what it lacks to be shown to the three nearest to it, and nothing if too far."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graph.kernels.top import NOBODY, top
from graph.taste.exposure import PLACES, WANT, granted
from graph.taste.model import Kind, Parts, Rows, Scores, Sparse, parts_of


@dataclass(frozen=True)
class Known:
    """A model of given scores."""

    table: NDArray[np.float32]

    def scores(self, users: Rows) -> Scores:
        return self.table[users]

    def parts(self, user: int, item: int) -> Parts:
        return parts_of(Kind.OWN, [0], [float(self.table[user, item])])


def nothing(users: int, items: int) -> Sparse:
    empty: Sparse = csr_array(np.zeros((users, items), np.float32))
    return empty


def beside_the_popular(last: list[float]) -> NDArray[np.float32]:
    """Ten items everybody gives 2 to 1, and one more that each gives this."""
    popular = np.tile(np.linspace(2, 1, PLACES, dtype=np.float32), (len(last), 1))
    return np.hstack([popular, np.array(last, np.float32)[:, None]])


def shown(table: NDArray[np.float32]) -> NDArray[np.int64]:
    none = np.zeros(len(table) + 1, np.int64)
    found = top(np.ascontiguousarray(table), none, np.zeros(0, np.int64), PLACES)
    return np.bincount(found[found != NOBODY], minlength=table.shape[1])


def crowd(seed: int, users: int = 60, items: int = 80) -> NDArray[np.float32]:
    dice = np.random.default_rng(seed)
    return (dice.random((users, items)) + 2 * dice.random(items)).astype(np.float32)


def test_an_item_is_granted_what_its_third_reader_lacks():
    table = beside_the_popular([0.875, 0.75, 0.5, 0, 0, 0])
    found = granted(Known(table), np.arange(6), nothing(*table.shape), most=0.6)
    assert found.grant[:PLACES].tolist() == [0] * PLACES
    assert found.grant[PLACES] == pytest.approx(0.5, abs=0.01)
    assert shown(found.scores(np.arange(6)))[PLACES] == WANT


def test_an_item_too_far_from_everybody_is_granted_nothing():
    table = beside_the_popular([0.2] * 6)
    assert not granted(Known(table), np.arange(6), nothing(*table.shape), most=0.6).grant.any()


def test_with_nothing_to_give_lists_are_as_they_were():
    table = crowd(1)
    found = granted(Known(table), np.arange(60), nothing(*table.shape), most=0)
    np.testing.assert_array_equal(found.scores(np.arange(60)), table)


@pytest.mark.parametrize("seed", range(4))
def test_more_items_are_shown_to_three_people_the_more_may_be_given(seed: int):
    table = crowd(seed)
    everybody, none = np.arange(60), nothing(*table.shape)
    lists = [granted(Known(table), everybody, none, most=most).scores(everybody) for most in (0, 0.1, 0.3, 1)]
    several = [int((shown(scores) >= WANT).sum()) for scores in lists]
    assert several == sorted(several)
    assert several[-1] > several[0]


@given(seed=st.integers(0, 500), most=st.floats(0.01, 2))
def test_no_grant_is_below_nothing_or_above_the_most(seed: int, most: float):
    table = crowd(seed, users=12, items=30)
    found = granted(Known(table), np.arange(12), nothing(12, 30), most=most)
    ordered = -np.sort(-table, axis=1)
    spread = float(np.median(ordered[:, 0] - ordered[:, PLACES - 1]))
    assert (found.grant >= 0).all()
    assert (found.grant <= most * spread * 1.0001).all()


def test_a_score_with_its_grant_is_the_sum_of_its_reasons():
    table = crowd(2)
    found = granted(Known(table), np.arange(60), nothing(60, 80), most=0.5)
    item = int(found.grant.argmax())
    assert found.parts(3, item).score == pytest.approx(float(found.scores(np.array([3]))[0, item]), rel=1e-6)


def test_what_somebody_had_is_no_place_for_a_grant():
    table = beside_the_popular([0.875, 0.75, 0.5, 0.4, 0, 0, 0])
    taken: Sparse = csr_array(np.pad(np.array([[1.0]], np.float32), ((0, 6), (PLACES, 0))))
    found = granted(Known(table), np.arange(7), taken, most=0.65)
    assert found.grant[PLACES] == pytest.approx(0.6, abs=0.01)


def test_nobody_to_ask_grants_nothing():
    found = granted(Known(crowd(1)), np.zeros(0, np.intp), nothing(60, 80))
    assert not found.grant.any()
