"""Chances of being opened say no more than was seen."""

import numpy as np
import pytest

from graph.suggest.chances import chances


@pytest.mark.parametrize(("shown", "steepness"), [(900, 0.0), (900, 0.03), (20_000, 0.1)])
def test_intervals_hold_whether_the_score_tells_nothing_or_much(shown: int, steepness: float):
    held, grid = [], np.linspace(0, 1, 41)
    for seed in range(30):
        dice = np.random.default_rng(seed)
        score = dice.random(shown)
        found = chances(score, dice.random(shown) < 0.03 + steepness * score**6)
        assert found is not None
        told = [found.of(place) for place in grid.tolist()]
        held += [one.low <= 0.03 + steepness * at**6 <= one.high for one, at in zip(told, grid, strict=True)]
    # Within a step chances differ, and it tells one.
    assert np.mean(held) > 0.85


def test_where_the_score_tells_nothing_nearly_one_chance_is_told_for_all():
    dice = np.random.default_rng(1)
    found = chances(dice.random(2_000), np.arange(2_000) % 20 == 0)
    assert found is not None
    assert all(step.value == pytest.approx(0.05, abs=0.01) for step in found.steps)
