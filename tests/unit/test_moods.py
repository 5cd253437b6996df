"""One share of a person travels further than another: how far is found again, and where not, none is."""

import numpy as np
import pytest

from graph.campaign.forecast import forecast, reached
from graph.campaign.moods import mood
from graph.campaign.worth import Objective
from graph.openings import openings
from tests import toy
from tests.markets import market


def told(opens: list[list[int]]) -> float:
    """Of people whose shares were opened so often, a day before the newest event."""
    made = " ".join(
        f"s{person}>{','.join(f'v{person}.{share}.{one}' for one in range(count))}:p{person}-{share}"
        for person, counts in enumerate(opens)
        for share, count in enumerate(counts)
    )
    known = toy.snapshot(f"{made} @9d ed.view:tea")
    return mood(known.shares, openings(known), known.as_of, len(known.people))


def test_shares_that_travel_alike_have_no_mood():
    assert told([[3, 3], [5, 5, 5]]) == 0.0


def test_a_mood_is_the_variance_beyond_poisson_by_moments():
    assert told([[0, 6]]) == pytest.approx((2 * 18 - 6) / (2 * 9))


def test_who_shared_once_says_nothing_of_moods():
    assert told([[9], [1]]) == 0.0


def test_a_gamma_law_is_found_again():
    chance = np.random.default_rng(2)
    counts = chance.poisson(8 * chance.gamma(2.0, 0.5, (40, 12))).tolist()
    assert told(counts) == pytest.approx(0.5, rel=0.35)


def test_an_interval_of_people_ends_at_whole_ones_and_begins_at_who_share():
    shop = market("ana>p,q,r,s:tea ana>:mug ana>p:tent bea>p,q,dan:tea dan>eve:tea zoe>:tea")
    ana = shop.snapshot.people.row("ana")
    assert ana is not None
    for one in (forecast(shop, [ana]).reach, reached(shop, [ana], Objective.REACH)):
        assert one.low == 1
        assert one.high == int(one.high)
        assert one.low < one.value < one.high
    nobody = forecast(shop, [])
    assert (nobody.reach.value, nobody.reach.high) == (0, 0)
