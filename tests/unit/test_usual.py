"""How often what is shown is opened now: by all there is while it holds, by what was last once it changes."""

import numpy as np
import pytest
from numpy.typing import NDArray

from graph.suggest.chances import chances
from graph.suggest.usual import USUAL, Usual, usual


def coins(rate: NDArray[np.float64], seed: int = 0) -> NDArray[np.bool_]:
    return np.random.default_rng(seed).random(len(rate)) < rate


def told(rate: NDArray[np.float64], seed: int = 0) -> Usual:
    """Where the last tenth taught the chances."""
    return usual(coins(rate, seed), np.arange(len(rate)) >= 0.9 * len(rate))


def test_a_rate_that_holds_is_learned_from_all_there_is_and_not_from_a_lucky_tenth():
    shown, rate, off, alone = 6_000, 0.05, [], []
    for seed in range(40):
        opened = coins(np.full(shown, rate), seed)
        taught = np.arange(shown) >= 0.9 * shown
        off.append(usual(opened, taught).times * opened[taught].mean() - rate)
        alone.append(opened[taught].mean() - rate)
    assert np.std(off) < 0.6 * np.std(alone)


def test_a_shop_whose_rate_fell_is_told_the_later_one():
    shown = 40_000
    rate = np.where(np.arange(shown) < shown // 2, 0.2, 0.05)
    opened, taught = coins(rate), np.arange(shown) >= shown // 4
    assert opened[taught].mean() > 0.09
    assert usual(opened, taught).times * opened[taught].mean() == pytest.approx(0.05, rel=0.15)
    assert usual(opened, taught).worth < opened.sum() / 2


def test_as_much_is_known_as_was_opened_where_the_rate_holds():
    found = told(np.full(40_000, 0.05))
    assert 0.4 * 2_000 < found.worth <= 1.1 * 2_000


def test_of_little_nothing_is_told_and_where_nothing_was_opened_neither():
    assert told(np.ones(10)) == USUAL
    assert told(np.zeros(1_000)) == USUAL


def test_chances_are_so_many_times_those_of_the_time_that_taught_them():
    opened, level = np.arange(4_000) % 20 == 0, np.zeros(4_000, np.intp)
    then = chances(np.ones(4_000), opened, level)
    now = chances(np.ones(4_000), opened, level, usual=Usual(0.5, 50))
    assert then is not None
    assert now is not None
    assert now.common == pytest.approx(then.common / 2)
    assert now.of(1.0, 0).value == pytest.approx(0.025, rel=0.05)
    assert (now.of(1.0, 0).high - now.of(1.0, 0).low) * 2 > then.of(1.0, 0).high - then.of(1.0, 0).low
