"""What was foretold with chance p happens p of the time."""

import numpy as np
import pytest

from graph.errors import InvalidInput
from graph.evaluate.calibration import calibration, equal_count_bins, log_chances


def drawn(chance: np.ndarray, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random(len(chance)) < chance


def test_bins_hold_equal_counts_and_keep_equal_chances_together():
    bins = equal_count_bins(np.random.default_rng(0).random(1_000), 10)
    assert np.bincount(bins).tolist() == [100] * 10
    assert set(equal_count_bins(np.full(50, 0.3), 10)) == {0}
    tied = np.repeat([0.1, 0.2, 0.3], [80, 15, 5])
    assert np.bincount(equal_count_bins(tied, 10)).tolist() == [80, 20]


def test_the_true_chances_are_calibrated_and_shifted_ones_are_off_by_the_shift():
    chance = np.random.default_rng(1).beta(2, 6, 40_000)
    came = drawn(chance, 2)
    assert calibration(chance, came).ece.low < 0.002
    shifted = calibration(chance + 0.1, came).ece
    assert shifted.low < 0.1 < shifted.high


def test_a_constant_may_be_calibrated_but_knows_less_than_the_truth():
    chance = np.random.default_rng(3).beta(2, 6, 20_000)
    came = drawn(chance, 4)
    constant, truth = (calibration(p, came) for p in (np.full(len(chance), came.mean()), chance))
    assert constant.ece.value < 1e-9
    assert truth.log_likelihood.low > constant.log_likelihood.high


def test_intervals_hold_the_likelihood_of_the_whole_as_often_as_stated():
    chance = np.random.default_rng(5).beta(2, 6, 400)
    whole = float(np.mean(chance * np.log(chance) + (1 - chance) * np.log1p(-chance)))
    found = [calibration(chance, drawn(chance, seed), seed=seed).log_likelihood for seed in range(200)]
    assert 0.9 <= np.mean([one.low <= whole <= one.high for one in found]) <= 0.99


def test_trials_that_came_together_widen_the_interval():
    chance = np.full(2_000, 0.3)
    came, together = np.repeat(drawn(np.full(100, 0.3), 6), 20), np.repeat(np.arange(100), 20)
    apart = calibration(chance, came).log_likelihood
    grouped = calibration(chance, came, groups=together).log_likelihood
    assert grouped.high - grouped.low > 3 * (apart.high - apart.low)


def test_what_was_called_impossible_and_came_is_dear_but_not_endless():
    assert np.isfinite(log_chances(np.array([0.0, 1.0]), np.array([True, False]))).all()


def test_nothing_foretold_is_no_calibration():
    with pytest.raises(InvalidInput, match="no trial"):
        calibration(np.empty(0), np.empty(0, np.bool_))
