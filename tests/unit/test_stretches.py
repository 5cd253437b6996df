"""Stretches of time: of so many different people each, whatever happened."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph.kernels.stretches import NOT_YET, stretches

LOG = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 20)), max_size=60)


@given(LOG, st.integers(1, 4))
def test_two_windows_differ_by_nobody_or_by_enough(log: list[tuple[int, int]], fewest: int):
    person, at = np.array(log, np.int64).reshape(-1, 2).T
    began = stretches(person, at, fewest)
    for one, other in combinations(range(0, 22, 3), 2):
        between = {*person[(began >= one) & (began < other)].tolist()}
        assert not between or len(between) >= fewest


@given(LOG, st.integers(1, 4))
def test_what_comes_later_moves_no_stretch_that_is_told(log: list[tuple[int, int]], fewest: int):
    rows = sorted(log, key=lambda act: act[1])
    person, at = np.array(rows, np.int64).reshape(-1, 2).T
    whole = stretches(person, at, fewest)
    for length in range(1, len(rows)):
        if at[length] > at[length - 1]:
            part = stretches(person[:length], at[:length], fewest)
            assert (part[part != NOT_YET] == whole[:length][part != NOT_YET]).all()


def test_a_stretch_begins_with_its_first_act_and_what_is_not_whole_is_not_told_yet():
    person, at = np.array([0, 0, 1, 2, 3, 0]), np.array([5, 6, 7, 8, 9, 9])
    assert stretches(person, at, 2)[:5].tolist() == [5, 5, 5, 8, 8]
    assert stretches(person, at, 5).tolist() == [NOT_YET] * 6
    assert stretches(person, at, 0).tolist() == at.tolist()
