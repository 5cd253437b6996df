"""Chances of being opened say no more than was seen, of nobody more than of those who were seen."""

import numpy as np
import pytest
from numpy.typing import NDArray

from graph.estimate import Estimate
from graph.suggest import Ask, Shelf, suggest
from graph.suggest.chances import Chances, chances
from graph.suggest.weights import LEVELS
from graph.ties import strengths
from tests.toy import snapshot

EVERY = range(len(LEVELS) + 1)


def found_of(score: NDArray[np.float64], opened: NDArray[np.bool_], level: NDArray[np.intp]) -> Chances:
    """What these showings teach; some must."""
    found = chances(score, opened, level)
    assert found is not None
    return found


@pytest.mark.parametrize(("shown", "steepness"), [(900, 0.0), (900, 0.03), (20_000, 0.1)])
@pytest.mark.parametrize("levels", [1, 5])
def test_intervals_hold_whether_the_score_tells_nothing_or_much(shown: int, steepness: float, levels: int):
    held, grid = [], np.linspace(0, 1, 41)
    for seed in range(30):
        dice = np.random.default_rng(seed)
        score = dice.random(shown)
        opened = dice.random(shown) < 0.03 + steepness * score**6
        found = found_of(score, opened, np.arange(shown) % levels)
        told = [found.of(place, 0) for place in grid.tolist()]
        held += [one.low <= 0.03 + steepness * at**6 <= one.high for one, at in zip(told, grid, strict=True)]
    # Within a step chances differ, and it tells one.
    assert np.mean(held) > 0.85


def test_where_the_score_tells_nothing_nearly_one_chance_is_told_for_all():
    dice = np.random.default_rng(1)
    found = found_of(dice.random(2_000), np.arange(2_000) % 20 == 0, np.arange(2_000) // 20 % 5)
    told = [step.value for steps in found.odds for step in steps]
    assert told == pytest.approx([0.05] * len(told), abs=0.01)


def levels_that_differ(factors: NDArray[np.float64], shown: int, seed: int) -> Chances:
    """Learned where levels in turn open so many times as readily as 1 % to 9 %, by score."""
    dice = np.random.default_rng(seed)
    score, level = dice.random(shown), np.arange(shown) % len(EVERY)
    return found_of(score, dice.random(shown) < factors[level] * (0.01 + 0.08 * score), level)


def test_each_level_is_told_what_it_opens():
    factors = np.array([0.1, 0.5, 1.0, 1.0, 2.0])
    found = levels_that_differ(factors, 100_000, seed=3)
    for at in EVERY:
        told = np.array([found.of(score, at).value for score in np.linspace(0, 1, 201).tolist()])
        assert told.mean() == pytest.approx(0.05 * factors[at], rel=0.12)


def test_intervals_hold_at_every_level_about_as_often_as_they_say():
    factors, held = np.array([0.05, 0.5, 1.0, 1.0, 2.0]), []
    for seed in range(30):
        found = levels_that_differ(factors, 4_000, seed)
        told = [found.of(0.5, at) for at in EVERY]
        held += [one.low <= 0.05 * factor <= one.high for one, factor in zip(told, factors, strict=True)]
    assert np.mean(held) > 0.88


def test_of_a_level_that_nobody_saw_the_chance_is_that_of_all_and_the_least_sure():
    dice = np.random.default_rng(5)
    level = np.where(np.arange(6_000) % 3 == 0, 1, 2)
    found = found_of(np.ones(6_000), dice.random(6_000) < np.where(level == 1, 0.01, 0.07), level)
    told = [found.of(1.0, at) for at in EVERY]
    common = 0.05
    assert told[0] == told[3] == told[4]
    assert told[0].value == pytest.approx(common, rel=0.15)
    assert told[1].high < common < told[2].low
    surest = sorted(EVERY, key=lambda at: (told[at].high - told[at].low) / told[at].value)
    assert set(surest[:2]) == {1, 2}


def test_where_nothing_was_opened_it_may_be_that_some_will():
    """Of n showings without an opening 2.5 n⁻¹ is not unlikely (Jeffreys), whatever the curve says."""
    score = np.repeat([0.0, 1.0], 50_000)
    found = found_of(score, (score > 0) & (np.arange(100_000) % 10 == 0), np.zeros(100_000, np.intp))
    never = found.of(0.0, 0)
    assert never.low <= never.value <= never.high
    assert never.high > 2.5 / 50_000


def test_suggestions_are_told_beside_one_another_and_together_less_than_one_opening():
    whole = snapshot("ana>bea:tea ana>bea:mug ana>cy:tea cy$pen cy$cup cy$pot dan$pen dan$hat ana>dan:mug")
    surely = Chances(np.array([0.0]), ((Estimate(4.0, 3.0, 5.0),),) * len(EVERY), 0.2, rivals=True)
    shelf = Shelf.of(whole, strengths(whole), np.zeros(len(whole.people), np.int32), chances=surely)
    (answer,) = suggest(shelf, [Ask(whole.people.row("bea"))], limit=9)
    (first,) = suggest(shelf, [Ask(whole.people.row("bea"))], limit=1)
    told = [one.opens for one in answer.suggestions if one.opens is not None]
    assert len(told) == len(answer.suggestions) > 1
    assert sum(one.value for one in told) == pytest.approx(4 * len(told) / (1 + 4 * len(told)))
    assert first.suggestions[0].opens == told[0], "however long the list"


def test_what_people_who_open_much_tell_is_less_sure():
    dice = np.random.default_rng(6)
    person, level = np.arange(20_000) // 100, np.zeros(20_000, np.intp)
    eager = np.where(dice.random(200) < 0.2, 0.25, 0.0)[person]
    opened, score = dice.random(20_000) < eager, np.ones(20_000)
    alike, apart = (chances(score, opened, level, person=who) for who in (None, person))
    assert alike is not None
    assert apart is not None
    assert apart.of(1.0, 0).value == alike.of(1.0, 0).value
    assert apart.of(1.0, 0).high - apart.of(1.0, 0).low > 3 * (alike.of(1.0, 0).high - alike.of(1.0, 0).low)


def test_where_all_that_was_shown_was_opened_chances_are_high_and_not_certain():
    score, ever = np.repeat([1.0, 2.0, 3.0], 200), np.arange(600)
    for listed in (None, ever, ever // 2):
        opened = np.ones(600, bool) if listed is None else np.diff(listed, prepend=-1) > 0
        found = chances(score, opened, ever % 2, listed=listed)
        assert found is not None
        assert all(0.3 < found.of(at, 0).value < 1 for at in (1.0, 3.0))
