"""What is foretold is held against what came of earlier shares."""

from datetime import timedelta

import numpy as np
import pytest

from graph.campaign.forecast import forecast
from graph.campaign.hindsight import NEAR, Hindsight
from graph.openings import openings
from graph.snapshot import Snapshot
from graph.ties import ties
from tests import toy
from tests.markets import market_of

DAY = timedelta(days=1)


def shop(openers_by_day: list[int], people: int = 60) -> Snapshot:
    """Everybody shares once a day, at once, and so many others open each share of a day."""
    words = [
        f"@{day * 24 + 1}h s{one}>{','.join(f'v{one}.{day}.{n}' for n in range(count))}:p{day}"
        for day, count in enumerate(openers_by_day)
        for one in range(people)
    ]
    return toy.snapshot(" ".join([*words, f"@{len(openers_by_day) * 24}h ed.view:tea"]))


def looking_back(known: Snapshot) -> Hindsight:
    return Hindsight.of(known.shares, openings(known), known.as_of, len(known.people), DAY)


def mean_of(known: Snapshot, told: float) -> float:
    """The mean of what multiplies so large a forecast, where the past alone speaks."""
    moods = looking_back(known).moods(np.array([told]), 0.0, 4_000, np.random.default_rng(1))
    return float(moods.each[moods.past].mean())


def test_where_all_goes_on_as_it_was_a_forecast_stands():
    assert mean_of(shop([3, 3, 3, 3, 3]), 3.0) == pytest.approx(1.0, abs=0.01)


def test_pairs_are_what_was_foretold_then_and_what_came():
    told, came = looking_back(shop([4, 4, 4, 2])).stretches[0]
    assert set(zip(told.tolist(), came.tolist(), strict=True)) == {(4.0, 2.0)}


def test_what_came_later_is_in_no_earlier_pair():
    known, later = shop([4, 4, 2]), shop([4, 4, 2, 9])
    for before, after in zip(looking_back(known).stretches, looking_back(later).stretches[1:], strict=True):
        assert np.array_equal(before, after)


def test_an_ebb_lowers_what_is_told_and_a_rush_raises_it():
    assert mean_of(shop([8, 8, 4, 2, 1]), 4.0) < 0.6
    assert mean_of(shop([1, 1, 3, 9, 27]), 4.0) > 2.0


def test_a_young_shop_has_no_hindsight():
    young = looking_back(shop([3, 3, 3], people=NEAR - 1))
    assert young.known == 0
    moods = young.moods(np.array([3.0]), 0.0, 10, np.random.default_rng(1))
    assert (moods.level, moods.each.tolist(), moods.past.any()) == (1.0, [1.0] * 10, np.False_)


def test_the_level_is_the_mean_of_the_draws():
    past = looking_back(shop([5, 4, 6, 2, 7]))
    moods = past.moods(np.array([5.0, 2.0]), 0.3, 200_000, np.random.default_rng(3))
    assert moods.level == pytest.approx(float(moods.each.mean()), rel=0.02)


def test_an_interval_holds_an_ebb_as_deep_as_the_last():
    known = shop([8, 8, 8, 8, 1, 8, 1, 8])
    sharer = known.people.row("s0")
    assert sharer is not None
    market = market_of(known, ties(known))
    told = forecast(market, [sharer], past=looking_back(known)).reach
    assert told.low <= 2
    assert told.high >= 9
