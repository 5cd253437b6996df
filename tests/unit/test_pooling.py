"""Few observations, seen together with everybody's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.pooling import (
    HEAVIEST,
    LIGHTEST,
    beta_prior,
    common_variance,
    concentration,
    credible_means,
    kappa,
)


def test_the_prior_of_people_with_known_rates_is_found_again():
    chance = np.random.default_rng(3)
    trials = chance.integers(1, 40, 20_000)
    successes = chance.binomial(trials, chance.beta(2.0, 8.0, len(trials)))
    assert beta_prior(successes, trials) == pytest.approx((2.0, 8.0), rel=0.1)


def test_people_who_differ_by_chance_only_get_the_heaviest_prior():
    chance = np.random.default_rng(3)
    trials = np.full(500, 20)
    a, b = beta_prior(chance.binomial(trials, 0.3), trials)
    assert a + b > 0.5 * HEAVIEST


def test_without_trials_anything_is_as_likely():
    assert beta_prior(np.zeros(3, np.int64), np.zeros(3, np.int64)) == (1.0, 1.0)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=9))
def test_a_prior_is_never_sure_and_never_without_weight(counts: list[tuple[int, int]]):
    told = np.array([(k, k + misses) for k, misses in counts], np.int64).reshape(-1, 2)
    a, b = beta_prior(told[:, 0], told[:, 1])
    assert min(a, b) > 0
    assert LIGHTEST - 1e-9 <= a + b <= HEAVIEST + 1e-9


def test_a_person_seen_often_speaks_for_themselves_and_one_unseen_for_everybody():
    chance = np.random.default_rng(3)
    paid = [chance.normal(mean, 1.0, count) for mean, count in ((10, 500), (20, 500), (30, 2))]
    told = [np.array([f(p) for p in [*paid, np.zeros(0)]]) for f in (np.sum, lambda p: np.sum(p**2), len)]
    many, other, few, unseen = credible_means(*told).tolist()
    assert (many, other, few) == pytest.approx((10, 20, 30), abs=0.5)
    assert unseen == pytest.approx(sum(map(sum, paid)) / 1002)


def test_people_who_pay_alike_get_one_mean():
    assert credible_means(np.array([4.0, 8.0]), np.array([16.0, 32.0]), np.array([1, 2])).tolist() == [
        4.0,
        4.0,
    ]


def test_where_nobody_paid_nothing_is_expected():
    assert credible_means(np.zeros(2), np.zeros(2), np.zeros(2, np.int64)).tolist() == [0.0, 0.0]


def test_the_variance_of_a_common_factor_is_found_again():
    dice = np.random.default_rng(1)
    of = np.repeat(np.arange(3_000, dtype=np.int32), 6)
    hits = dice.poisson(2.0 * dice.gamma(4, 1 / 4, 3_000)[of]).astype(np.float64)
    assert common_variance(of, hits, np.full(len(of), 2.0)) == pytest.approx(0.25, abs=0.03)


def test_how_closely_ties_keep_to_their_means_is_found_again():
    dice = np.random.default_rng(2)
    mean = dice.uniform(0.1, 0.4, 8_000)
    hits = dice.binomial(6, dice.beta(12 * mean, 12 * (1 - mean)))
    found = kappa(hits.astype(np.float64), np.asarray(6.0 - hits, np.float64), mean, np.zeros(len(mean)))
    assert found == pytest.approx(12, rel=0.2)


def test_doubt_about_the_mean_makes_a_prior_lighter():
    sure, unsure = concentration(np.array([0.2, 0.2]), np.array([0.0, 0.5]), 12.0)
    assert sure == pytest.approx(12)
    assert unsure < sure
