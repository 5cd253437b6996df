"""Odds of being opened: of what taught them as much was opened as is told, and chances stay chances."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.suggest.chances import chances
from graph.suggest.odds import Odds, Trials, fitted
from graph.suggest.weights import LEVELS

EVERY = len(LEVELS) + 1
SEEDS = st.integers(0, 2**32 - 1)


def lists(seed: int, *, steps: int, length: int, shown: int = 3_000, factors: float = 1.0) -> Trials:
    """Lists of so many, of which by Luce's law one is opened or none, at levels that open unequally."""
    dice = np.random.default_rng(seed)
    listed = np.arange(shown) // length
    step = np.append(np.arange(steps), dice.integers(0, steps, shown - steps))
    level = dice.integers(0, EVERY, listed[-1] + 1)[listed]
    odds = np.sort(dice.exponential(size=steps))[step] * dice.exponential(factors, EVERY)[level] + 0.01
    wins = np.log(odds) + dice.gumbel(size=shown)
    best = np.full(listed[-1] + 1, -np.inf)
    np.maximum.at(best, listed, wins)
    opened = (wins == best[listed]) & (best > dice.gumbel(size=len(best)))[listed]
    opened[-1] |= not opened.any()
    return Trials(step, level, opened, listed)


def totals(shown: Trials, odds: Odds, by: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What was told and what came, by step or by level."""
    return np.bincount(by, odds.told(shown)), np.bincount(by, shown.opened)


@settings(deadline=None, max_examples=15)
@given(SEEDS, st.integers(1, 6), st.integers(1, 5))
def test_as_much_is_told_as_was_opened_in_all_and_at_each_level_but_for_what_is_believed(seed, steps, length):
    shown = lists(seed, steps=steps, length=length)
    odds = fitted(shown, steps)
    assert odds.told(shown).sum() == pytest.approx(shown.opened.sum(), rel=0.01)
    told, came = totals(shown, odds, shown.level)
    believed = odds.level_worth[: len(came)] - came
    pull = believed * (1 - odds.of_level[: len(came)])
    assert told == pytest.approx(came + pull, rel=0.02, abs=0.5)
    # A level moves towards the others, never beyond what was seen of it.
    assert (np.abs(told - came) <= np.abs(pull) + 0.02 * came + 0.5).all()


@settings(deadline=None, max_examples=15)
@given(SEEDS, st.integers(2, 6), st.integers(1, 5))
def test_odds_rise_and_what_a_list_is_told_is_less_than_one_opening(seed, steps, length):
    shown = lists(seed, steps=steps, length=length)
    odds = fitted(shown, steps)
    assert (odds.of_step > 0).all()
    assert (np.diff(odds.of_step) >= 0).all()
    assert (np.bincount(shown.listed, odds.told(shown)) < 1).all()


def test_where_steps_differ_much_each_is_told_what_was_opened_of_it():
    step = np.repeat([0, 1, 2], 20_000)
    dice = np.random.default_rng(1)
    opened = dice.random(len(step)) < np.array([0.001, 0.03, 0.4])[step]
    shown = Trials(step, np.zeros(len(step), np.intp), opened, np.arange(len(step)))
    told, came = totals(shown, fitted(shown, 3), step)
    assert told == pytest.approx(came, rel=0.02)


def test_a_level_of_which_nothing_was_seen_opens_as_all_do_and_one_of_which_much_was_as_was_seen():
    dice, shown = np.random.default_rng(2), 40_000
    level = np.arange(shown) % 2
    opened = dice.random(shown) < np.where(level == 0, 0.3, 0.03)
    trials = Trials(np.zeros(shown, np.intp), level, opened, np.arange(shown))
    odds = fitted(trials, 1)
    assert (odds.of_level[2:] == 1).all()
    told, came = totals(trials, odds, level)
    assert told == pytest.approx(came, rel=0.01)
    assert odds.level_worth[2] < odds.level_worth[1] < odds.level_worth[0]


@settings(deadline=None, max_examples=10)
@given(SEEDS, st.permutations(range(EVERY)))
def test_levels_have_no_order(seed, order):
    shown = lists(seed, steps=3, length=2)
    turned = Trials(shown.step, np.array(order)[shown.level], shown.opened, shown.listed)
    here, there = fitted(shown, 3), fitted(turned, 3)
    assert there.of_level[order] == pytest.approx(here.of_level, rel=1e-3)


def test_of_three_that_are_as_good_as_one_alone_each_is_opened_less_often():
    dice = np.random.default_rng(4)
    length = np.tile([1, 3], 4_000)
    listed = np.repeat(np.arange(len(length)), length)
    chosen = np.where(dice.random(len(length)) < length / (1 + length), dice.integers(0, length), -1)
    place = np.arange(len(listed)) - (np.cumsum(length) - length)[listed]
    opened, level = chosen[listed] == place, np.zeros(len(listed), np.intp)
    found = chances(np.ones(len(listed)), opened, level, listed=listed)
    assert found is not None
    assert found.rivals
    assert found.of(1.0, 0, found.together(np.ones(1), 0)).value == pytest.approx(1 / 2, abs=0.02)
    assert found.of(1.0, 0, found.together(np.ones(3), 0)).value == pytest.approx(1 / 4, abs=0.02)


def test_what_was_opened_by_itself_takes_nothing_from_what_it_was_shown_beside():
    dice = np.random.default_rng(5)
    opened, level = dice.random(8_000) < 0.4, np.zeros(8_000, np.intp)
    found = chances(np.ones(8_000), opened, level, listed=np.arange(8_000) // dice.integers(1, 5))
    assert found is not None
    assert found.together(np.ones(20), 0) == 0
    assert found.of(1.0, 0).value == pytest.approx(0.4, abs=0.02)


@settings(deadline=None, max_examples=30)
@given(SEEDS, st.floats(0.0, 1.0), st.integers(100, 600), st.floats(0, 50))
def test_every_chance_told_lies_in_its_interval_and_rises_with_the_score(seed, most, shown, beside):
    dice = np.random.default_rng(seed)
    score, level = dice.choice(dice.random(20), shown), dice.integers(0, EVERY, shown)
    found = chances(score, dice.random(shown) < most * score, level)
    if found is None:
        return
    for at in range(EVERY):
        told = [found.of(one, at, beside) for one in np.linspace(0, 1, 30).tolist()]
        assert all(0 <= one.low <= one.value <= one.high <= 1 for one in told)
        assert [one.value for one in told] == sorted(one.value for one in told)
