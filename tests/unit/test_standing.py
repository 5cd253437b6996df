"""Why somebody is not in a list that has a budget or a cap; and that a cap is kept in the list as told."""

from decimal import Decimal

import pytest

from graph.campaign.audience import KolFilter
from graph.campaign.kol import kol_candidates
from graph.campaign.listing import Standing, listing, standing
from graph.campaign.market import Market
from graph.campaign.worth import Objective
from graph.events import Money, User
from tests.markets import market

SHOP = "ana>p,q,r,s:tea bea>p,t:tea cy>u:tea zoe>:tea zoe~p dan>p:tea"
HIRED = [
    User(key, attributes={"cost": f"{amount} CNY"})
    for key, amount in {"ana": 10, "bea": 10, "zoe": 1, "cy": 1000}.items()
]

OPENERS = Objective.OPENERS


def where(shop: Market, key: str, budget: int | None = None, chosen_by: KolFilter | None = None) -> Standing:
    among = chosen_by or KolFilter()
    money = None if budget is None else Money(Decimal(budget), "CNY")
    ranked = listing(shop, objective=OPENERS, chosen_by=among, budget=money)
    person = shop.snapshot.people.row(key)
    assert person is not None
    return standing(shop, person, chosen_by=among, listed=ranked)


@pytest.mark.parametrize(
    ("key", "budget", "ruled_out"),
    [
        ("ana", 100, ()),
        ("cy", 100, ("budget",)),
        ("cy", 2000, ()),
        ("bea", 15, ("budget",)),
        ("dan", 2000, ("costs",)),
        ("zoe", 2000, ()),
    ],
)
def test_under_a_budget_it_is_told_who_has_no_cost_who_costs_too_much_and_who_adds_nothing(
    key: str, budget: int, ruled_out: tuple[str, ...]
):
    told = where(market(SHOP, users=HIRED), key, budget)
    assert told.ruled_out == ruled_out
    assert (told.rank is None) == (key == "zoe" or bool(ruled_out))


def test_who_adds_nothing_is_not_said_to_be_left_out_by_a_cap():
    shop = market(SHOP, circles=("ana bea p q r s t", "cy u zoe dan"))
    assert where(shop, "zoe", chosen_by=KolFilter(most_from_one_community=0.9)).ruled_out == ()


CIRCLES = {"a": 8, "b": 3}
"""Two communities of five sharers each, so many friends a sharer, and nobody between."""


def closed() -> Market:
    friends = {
        f"{circle}{sharer}": [f"{circle}{sharer}y{friend}" for friend in range(count)]
        for circle, count in CIRCLES.items()
        for sharer in range(5)
    }
    text = " ".join(f"{sharer}>{','.join(theirs)}:tea" for sharer, theirs in friends.items())
    circles = tuple(
        " ".join(
            key for sharer, theirs in friends.items() if sharer[0] == circle for key in (sharer, *theirs)
        )
        for circle in CIRCLES
    )
    return market(text, circles=circles)


def test_of_two_closed_communities_none_fills_a_list_that_has_a_cap():
    shop, half = closed(), KolFilter(most_from_one_community=0.5)
    found = kol_candidates(shop, chosen_by=half)
    keys = shop.snapshot.people.keys
    assert {keys[candidate.person][0] for candidate in found.candidates} == {"a", "b"}
    assert found.largest_part == pytest.approx(0.5, abs=0.1)
    without = kol_candidates(shop, chosen_by=half, limit=2)
    assert (without.largest_part or 0) > (found.largest_part or 0)
    assert (kol_candidates(shop, limit=3).largest_part or 0) > 0.9


def test_who_would_give_one_community_too_much_is_told_so():
    shop, half = closed(), KolFilter(most_from_one_community=0.5)
    ranked = listing(shop, chosen_by=half)
    listed = ranked.ranking.people.tolist()
    left = {
        key: standing(shop, row, chosen_by=half, listed=ranked).ruled_out
        for row, key in enumerate(shop.snapshot.people.keys)
        if len(key) == 2 and key[0] == "a" and row not in listed
    }
    assert len(left) == 4
    assert set(left.values()) == {("maxShareFromOneCommunity",)}
