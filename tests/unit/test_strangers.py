"""Who comes that never came before: what the next share of somebody brings."""

import numpy as np
import pytest
from scipy import stats

from graph.campaign.strangers import Strangers
from graph.openings import openings
from graph.pooling import credibility
from tests.markets import market
from tests.toy import snapshot


def strangers(text: str) -> tuple[Strangers, list[str]]:
    shop = snapshot(text + " @99d zoe.view:cup")
    people = len(shop.people)
    return Strangers.of(shop.shares, openings(shop), shop.as_of, people), list(shop.people.keys)


def test_who_opened_two_shares_of_a_person_is_a_stranger_to_neither():
    brought, keys = strangers("ana>p,q:tea ana>p,q,r:mug ana>p:tent")
    ana = keys.index("ana")
    assert sorted(brought.brought[brought.starts[ana] : brought.starts[ana + 1]].tolist()) == [0, 0, 1]


def test_a_circle_that_opens_everything_brings_nobody_new():
    brought, keys = strangers("ana>p,q:tea ana>p,q:mug bea>r,s:tea bea>s,r:mug")
    assert brought.expected[[keys.index("ana"), keys.index("bea")]].tolist() == [0, 0]


@pytest.mark.parametrize("made", [1, 2, 4])
def test_a_closed_circle_is_neither_missed_nor_counted_twice(made: int):
    """Recovery: of twenty listeners each opens each share with a chance of a half."""
    chance = np.random.default_rng(made)
    told = " ".join(
        f"s{one}>{','.join(f'v{one}.{other}' for other in range(20) if chance.random() < 0.5)}:p{share}"
        for share in range(made)
        for one in range(40)
    )
    shop = snapshot(f"{told} @99d zoe.view:cup")
    opened = openings(shop)
    half = np.full(len(opened), 0.5)
    brought = Strangers.of(shop.shares, opened, shop.as_of, len(shop.people), half)
    along = len(set(zip(opened.sharer.tolist(), opened.person.tolist(), strict=True))) / 40 / 2
    assert brought.brought.mean() == pytest.approx(20 * 0.5 ** (made + 1), rel=0.15)
    assert along + brought.brought.mean() == pytest.approx(10, rel=0.06)


def test_a_market_counts_who_came_once_along_their_tie_and_the_rest_as_new():
    shop = market("ana>p,q:tea ana>p:mug @99d zoe.view:cup")
    # Ties transmit 0.8 here, and q came to one of two shares.
    assert shop.strangers.brought.tolist() == pytest.approx([0.2, 0.0])


def test_somebody_who_brought_many_each_time_is_expected_to_bring_more_than_who_brought_none():
    many = " ".join(f"hub>{','.join(f'h{n}x{i}' for i in range(8))}:p{n}" for n in range(6))
    none = " ".join(f"shy>:p{n}" for n in range(6))
    brought, keys = strangers(f"{many} {none}")
    hub, shy, new = (brought.expected[keys.index(key)] for key in ("hub", "shy", "zoe"))
    assert hub == pytest.approx(8, abs=0.5)
    assert shy == pytest.approx(0, abs=0.5)
    assert new == pytest.approx(brought.brought.mean())


def test_what_is_drawn_has_the_expected_mean_and_is_something_that_happened():
    brought, keys = strangers("ana>p,q:tea ana>r:mug bea>s,t,u,v:tea bea>:mug cy>:tea")
    people = np.array([keys.index("ana"), keys.index("bea")], np.int32)
    drawn = brought.drawn(people, 20_000, np.random.default_rng(3))
    assert set(np.unique(drawn).tolist()) <= set(brought.brought.tolist())
    error = drawn.std(axis=0) / np.sqrt(len(drawn))
    assert (np.abs(drawn.mean(axis=0) - brought.expected[people]) < 4 * error).all()


def test_a_share_that_still_gathers_is_not_counted():
    young = snapshot("@0d ana>:tea @5d ana>p:tea bea>:cup bea>:mug")
    told = Strangers.of(young.shares, openings(young), young.as_of, len(young.people))
    # An opening takes five days here, and bea's shares are minutes old.
    assert len(told.brought) == len(young.shares) - 2


def test_a_log_without_shares_expects_nobody():
    brought, _ = strangers("")
    assert brought.expected.tolist() == [0.0]
    assert np.isinf(brought.weight)


def test_intervals_of_the_next_share_hold_as_often_as_they_say():
    """Recovery: people with chances of their own; nine in ten next shares lie in the predicted 90 %."""
    chance = np.random.default_rng(5)
    rate = chance.gamma(0.7, 3.0, 300)
    counts = chance.poisson(rate[:, None], (300, 13))
    past = counts[:, :12]
    weight = credibility(past.sum(1).astype(float), (past**2).sum(1).astype(float), np.full(300, 12))
    held = Strangers(past.ravel().astype(float), np.arange(0, 300 * 12 + 1, 12), weight)
    drawn = held.drawn(np.arange(300, dtype=np.int32), 2_000, chance)
    low, high = np.percentile(drawn, [5, 95], axis=0)
    inside = int(((counts[:, 12] >= low) & (counts[:, 12] <= high)).sum())
    assert stats.binomtest(inside, 300, 0.9, alternative="less").pvalue > 1e-3
