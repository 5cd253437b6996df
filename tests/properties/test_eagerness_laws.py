"""How readily a level opens: as all do until something is seen of it, then as is seen; chances stay such."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.suggest.chances import chances
from graph.suggest.eagerness import Eagerness
from graph.suggest.weights import LEVELS

EVERY = len(LEVELS) + 1
COUNTS = st.integers(0, 500)


@st.composite
def steps(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A rising curve, and what was shown and opened of each step at each level."""
    curve = np.sort(draw(st.lists(st.floats(1e-6, 0.999), min_size=1, max_size=5)))
    shown = np.array(
        draw(
            st.lists(
                st.lists(COUNTS, min_size=len(curve), max_size=len(curve)), min_size=EVERY, max_size=EVERY
            )
        )
    )
    part = draw(st.floats(0, 1))
    return curve, shown.astype(float), np.floor(shown * part)


@settings(deadline=None, max_examples=30)
@given(steps())
def test_whatever_was_seen_every_level_has_chances_that_rise_with_those_of_all(told):
    curve, shown, opened = told
    mean, variance, slope = Eagerness.of(curve, shown, opened).chances(curve)
    assert ((mean > 0) & (mean <= 1)).all()
    assert (np.diff(mean, axis=1) >= 0).all()
    assert (slope >= 0).all()
    assert ((variance >= 0) & (variance <= mean * (1 - mean) + 1e-12)).all()


@settings(deadline=None, max_examples=30)
@given(steps(), st.integers(0, EVERY - 1))
def test_a_level_of_which_nothing_was_seen_opens_as_all_do(told, level):
    curve, shown, opened = told
    shown[level] = opened[level] = 0
    eager = Eagerness.of(curve, shown, opened)
    assert eager.factors[level] == pytest.approx(1, abs=0.01)


@settings(deadline=None, max_examples=30)
@given(st.floats(0.01, 0.5), st.floats(0.01, 0.5), st.lists(COUNTS, min_size=EVERY - 1, max_size=EVERY - 1))
def test_one_of_which_much_was_seen_opens_as_was_seen_whatever_the_others_do(told, came, others):
    much = 1e6
    shown = np.array([much, *others])[:, None]
    opened = np.array([much * came, *(0 for _ in others)])[:, None]
    mean, *_ = Eagerness.of(np.array([told]), shown, opened).chances(np.array([told]))
    assert mean[0, 0] == pytest.approx(came, rel=0.02)


@settings(deadline=None, max_examples=30)
@given(st.permutations(range(EVERY)), steps())
def test_levels_have_no_order(order, told):
    curve, shown, opened = told
    eager = Eagerness.of(curve, shown, opened)
    turned = Eagerness.of(curve, shown[order], opened[order])
    assert turned.factors == pytest.approx(eager.factors[order])


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 1.0), st.integers(100, 600))
def test_every_chance_told_lies_in_its_interval_and_rises_with_the_score(seed, most, shown):
    dice = np.random.default_rng(seed)
    score, level = dice.choice(dice.random(20), shown), dice.integers(0, EVERY, shown)
    found = chances(score, dice.random(shown) < most * score, level)
    for told in () if found is None else found.steps:
        assert all(0 <= one.low <= one.value <= one.high <= 1 for one in told)
        assert [one.value for one in told] == sorted(one.value for one in told)
