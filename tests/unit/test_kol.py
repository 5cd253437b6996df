"""Whom to ask to share: the filter field by field, what is known of a candidate, what a set would set off."""

from decimal import Decimal

import numpy as np
import pytest

from graph.campaign.audience import KolFilter, checked
from graph.campaign.forecast import forecast, reached
from graph.campaign.kol import KolCandidate, conversions, kol_candidates
from graph.campaign.listing import listing, money_of, standing
from graph.campaign.market import Market
from graph.campaign.rates import Rates
from graph.campaign.sharers import sharing_chance
from graph.campaign.simulated import Simulated
from graph.campaign.worth import Behaviour, Objective
from graph.errors import InvalidInput, UnknownKey
from graph.events import Money, Product, User
from graph.spread.forward import Enough
from tests.markets import market

# ana's shares are opened by four, bea's by two of these and dan, who passes them on; zoe shared in vain.
SHOP = """
    ana>p,q,r,s:tea ana>p,q,r,s:mug ana>p,q,r,s:tent
    bea>p,q,dan:tea bea>p,q,dan:mug dan>eve,fay:mug zoe>:tea
"""


def listed(shop: Market, chosen_by: KolFilter = KolFilter(), **asked: object) -> list[str]:  # noqa: B008
    found = kol_candidates(shop, chosen_by=chosen_by, **asked).candidates  # type: ignore[arg-type]
    return [shop.snapshot.people.keys[one.person] for one in found]


def row(shop: Market, key: str) -> int:
    found = shop.snapshot.people.row(key)
    assert found is not None
    return found


def only(shop: Market, key: str, **asked: object) -> KolCandidate:
    chosen_by = KolFilter(candidates=frozenset({row(shop, key)}))
    (candidate,) = kol_candidates(shop, chosen_by=chosen_by, **asked).candidates  # type: ignore[arg-type]
    return candidate


def test_whoever_shared_and_has_listeners_is_listed_best_first():
    shop = market(SHOP)
    # bea reaches three, but two of them ana reaches too.
    assert listed(shop) == ["ana", "dan", "bea"]


def test_each_adds_no_more_than_the_one_above_and_all_sum_up():
    found = kol_candidates(market(SHOP))
    adds = [one.adds.value for one in found.candidates]
    assert adds == sorted(adds, reverse=True)
    assert sum(adds) == pytest.approx(found.reach.value)
    assert [one.rank for one in found.candidates] == [1, 2, 3]


def test_the_first_two_of_three_are_the_first_two():
    shop = market(SHOP)
    three, two = kol_candidates(shop), kol_candidates(shop, limit=2)
    assert two.candidates == three.candidates[:2]
    assert two.reach.value < three.reach.value


def test_equal_seeds_give_equal_answers_and_a_kept_ranking_saves_the_work():
    shop = market(SHOP)
    assert kol_candidates(shop, seed=5) == kol_candidates(shop, listed=listing(shop, seed=5))


def test_candidates_and_exclude_say_who_may_be_chosen():
    shop = market(SHOP)
    assert listed(shop, KolFilter(candidates=frozenset({row(shop, "bea"), row(shop, "p")}))) == ["bea"]
    assert listed(shop, KolFilter(exclude=frozenset({row(shop, "ana")}))) == ["bea", "dan"]


def test_minimum_and_maximum_audience_count_listeners():
    shop = market(SHOP)
    listeners = {key: len(shop.ties.listeners(row(shop, key))) for key in ("ana", "bea", "dan")}
    assert listed(shop, KolFilter(min_audience=listeners["ana"])) == ["ana"]
    assert "ana" not in listed(shop, KolFilter(max_audience=listeners["ana"] - 1))


def test_region_and_community_say_where_candidates_come_from():
    users = [User("ana", region="north"), User("bea", region="south")]
    shop = market(SHOP, users=users, circles=("ana p q r s", "bea dan"))
    assert listed(shop, KolFilter(region="south")) == ["bea"]
    assert listed(shop, KolFilter(community=1)) == ["bea", "dan"]
    assert listed(shop, KolFilter(community=7)) == []


def test_an_audience_counts_only_its_own_people():
    users = [User("p", region="north"), User("q", region="north")]
    shop = market(SHOP, users=users, circles=("ana p q r s bea zoe dan", "eve fay"))
    north = kol_candidates(shop, chosen_by=KolFilter(audience_region="north"))
    assert 0 < north.reach.value <= 2
    assert listed(shop, KolFilter(audience_community=1))[0] == "dan"


def test_an_audience_of_nobody_has_no_candidates():
    shop = market(SHOP)
    nobody = kol_candidates(shop, chosen_by=KolFilter(audience_region="nowhere"))
    assert (nobody.candidates, nobody.reach.value) == ((), 0)
    # Of an empty list nothing can be certified.
    assert nobody.certified is None


def test_those_chosen_already_are_not_listed_but_counted():
    shop = market(SHOP)
    with_ana = kol_candidates(shop, chosen_by=KolFilter(already_chosen=frozenset({row(shop, "ana")})))
    assert [shop.snapshot.people.keys[one.person] for one in with_ana.candidates] == ["dan", "bea"]
    assert with_ana.reach.value == pytest.approx(kol_candidates(shop).reach.value)
    assert with_ana.candidates[1].adds.value < only(shop, "bea").adds.value


def test_a_category_asks_for_those_who_shared_of_it_and_a_product_stands_for_its_category():
    catalogue = [
        Product("tea", category="drinks"),
        Product("coffee", category="drinks"),
        Product("mug", category="ware"),
        Product("tent", category="camp"),
    ]
    shop = market(SHOP, catalogue=catalogue)
    coffee = shop.snapshot.products.keys.row("coffee")
    assert listed(shop, KolFilter(category="camp")) == ["ana"]
    assert listed(shop, KolFilter(product=coffee)) == ["ana", "bea"]
    assert listed(shop, KolFilter(category="ware", product=coffee)) == []
    assert listed(shop, KolFilter(category="toys")) == []


def test_a_product_without_a_category_stands_for_itself():
    shop = market(SHOP)
    tent = shop.snapshot.products.keys.row("tent")
    assert listed(shop, KolFilter(product=tent)) == ["ana"]


def test_conversion_is_drawn_from_what_all_sharers_have_towards_what_is_seen():
    shop = market("ana>p,q,r,s:tea bea>t,u,v,w:tea cy>x:tea p$tea q$tea r$tea s$tea")
    ana, bea, cy = (only(shop, key).conversion for key in ("ana", "bea", "cy"))
    assert 0 < bea.value < cy.value < ana.value < 1
    assert all(rate.low < rate.value < rate.high for rate in (ana, bea, cy))


def test_conversion_counts_people_once_and_only_what_they_opened_and_kept():
    shop = market("ana>p,q,r:tea ana>p:mug p$tea p$mug p$tea q$tent r$tea=5 r$tea=-5")
    people = np.array([row(shop, "ana")], np.int32)
    none_bought = market("ana>p,q,r:tea ana>p:mug p$tent")
    assert conversions(shop.behaviour, people)[0].value > conversions(none_bought.behaviour, people)[0].value
    opened = shop.behaviour.opened
    assert len({(s, p) for s, p in zip(opened.sharer.tolist(), opened.person.tolist(), strict=True)}) == 3


def test_where_nothing_was_bought_nothing_is_known_of_who_buys():
    for told in (" ".join(f"ana>p{number}:tea" for number in range(60)), "ana>p:tea p$tea=5 p$tea=-5"):
        rate = only(market(told), "ana").conversion
        assert rate.low < 0.05
        assert rate.high > 0.95


def test_a_candidate_comes_with_communities_categories_and_cost():
    catalogue = [Product("tea", category="drinks"), Product("mug", category="ware")]
    users = [User("ana", attributes={"cost": "120.00 CNY"}), User("bea", attributes={"cost": "much"})]
    shop = market(
        SHOP, users=users, catalogue=catalogue, circles=("ana bea zoe", "p q", "r s", "dan eve fay")
    )
    ana = only(shop, "ana")
    assert ana.communities == 2
    assert {shop.snapshot.words[code]: part for code, part in ana.categories} == {
        "drinks": pytest.approx(1 / 3),
        "ware": pytest.approx(1 / 3),
    }
    assert ana.cost == Money(Decimal("120.00"), "CNY")
    assert only(shop, "bea").cost is None


@pytest.mark.parametrize("text", ["", "120", "120.00", "CNY 120", "-1 CNY", "NaN CNY", "1 CNYX", "1  CNY x"])
def test_a_cost_that_is_no_money_is_none(text: str):
    assert money_of(text) is None


def test_new_users_are_those_who_have_not_bought():
    shop = market(
        "ana>p,q:tea ana>p,q:mug bea>r,s:tea bea>r,s:mug p$tea q$tea r$tea=9 r$tea=-1 s$tent=5 s$tent=-5"
    )
    assert listed(shop, objective=Objective.NEW_USERS)[0] == "bea"
    new = {
        shop.snapshot.people.keys[person] for person in np.flatnonzero(shop.behaviour.newcomers()).tolist()
    }
    assert new == {"ana", "bea", "s"}


def test_where_all_was_given_back_new_users_are_those_who_have_not_opened():
    shop = market("ana>p,q:tea p$tea=5 p$tea=-5")
    assert shop.behaviour.newcomers().tolist() == [True, False, False]


def test_in_a_log_without_purchases_new_users_are_those_who_have_not_opened():
    shop = market("ana>p,q:tea zoe~p")
    new = {
        shop.snapshot.people.keys[person] for person in np.flatnonzero(shop.behaviour.newcomers()).tolist()
    }
    assert new == {"ana", "zoe"}


def test_purchases_prefer_those_whose_listeners_buy():
    shop = market(
        "ana>p,q:tea ana>p,q:mug ana>p,q:tent bea>r,s:tea bea>r,s:mug bea>r,s:tent"
        " r$tea=9 s$tea=9 r$mug=8 s$mug=8"
    )
    assert listed(shop, objective=Objective.PURCHASES)[0] == "bea"
    assert listed(shop, objective=Objective.REVENUE)[0] == "bea"
    purchases = kol_candidates(shop, objective=Objective.PURCHASES).reach.value
    assert purchases < kol_candidates(shop).reach.value


def test_without_purchases_there_is_nothing_to_expect_them_from():
    with pytest.raises(InvalidInput, match="REACH"):
        kol_candidates(market(SHOP), objective=Objective.PURCHASES)


def test_revenue_is_told_in_the_commonest_currency():
    shop = market("ana>p,q:tea p$tea=10USD q$tea=30USD q$tea=7EUR")
    behaviour = shop.behaviour
    assert shop.snapshot.words[behaviour.main_currency()] == "USD"
    usd = behaviour.revenue({behaviour.main_currency(): 1.0})
    assert usd.max() < 30
    assert (usd <= behaviour.worth(Objective.REVENUE) + 1e-12).all()


def test_passing_on_is_a_chance_of_each_persons_own():
    shop = market("ana>dan>:tea ana>dan>:mug ana>eve:tea ana>eve:mug")
    passing = shop.behaviour.passing_on()
    assert passing[row(shop, "eve")] < passing[row(shop, "ana")] < passing[row(shop, "dan")]


def test_a_forgotten_person_is_neither_candidate_nor_audience():
    shop = market(SHOP)
    forgotten = Market(
        **{
            name: getattr(shop, name)
            for name in ("snapshot", "ties", "partition", "behaviour", "credited", "page_rank")
        }
    )
    known = shop.known.copy()
    known[row(shop, "ana")] = False
    object.__setattr__(forgotten, "known", known)
    assert listed(forgotten) == ["bea", "dan"]
    assert forgotten.sample.weights[row(shop, "ana")] == 0


def test_a_forecast_tells_everything_that_people_would_set_off():
    shop = market(SHOP + " p$tea=10 q$tea=20", circles=("ana bea zoe p q", "r s dan eve fay"))
    told = forecast(shop, [row(shop, "ana"), row(shop, "bea"), row(shop, "ana")])
    assert told.people == (row(shop, "ana"), row(shop, "bea"))
    assert 2 < told.reach.low <= told.reach.value <= told.reach.high
    assert 0 < told.purchases.value < told.reach.value
    assert 0 < told.new_users.value < told.reach.value
    ((currency, revenue),) = told.revenue
    assert shop.snapshot.words[currency] == "CNY"
    assert revenue.value > 0
    # Strangers belong to no community.
    assert 2 < sum(part.value for _, part in told.communities) < told.reach.value
    assert {community for community, _ in told.communities} == {0, 1}


def test_a_forecast_agrees_with_the_ranking():
    shop = market(SHOP)
    found = kol_candidates(shop)
    told = forecast(shop, [one.person for one in found.candidates], enough=Enough(0, 20_000))
    assert abs(told.reach.value - found.reach.value) < 2 * (told.reach.high - told.reach.low)


def test_a_forecast_hears_whom_it_should_reach():
    users = [User("p", region="north"), User("q", region="north")]
    shop = market(SHOP, users=users)
    told = forecast(shop, [row(shop, "ana")], chosen_by=KolFilter(audience_region="north"))
    assert 0 < told.reach.value <= 2


def test_where_nothing_was_bought_a_forecast_expects_nothing():
    told = forecast(market(SHOP), [0])
    assert (told.purchases.value, told.revenue) == (0, ())


def test_who_shares_buys_as_sharers_do_and_not_as_who_opens():
    openers = [f"v{number}" for number in range(9)]
    bought = " ".join(f"{key}$tea=5" for key in openers)
    shared = " ".join(f"s{number}>:tea" for number in range(20))
    shop = market(f"hub>{','.join(openers)}:tea {bought} {shared} @9d zoe.view:tea")
    told = forecast(shop, [row(shop, "hub")])
    # All openers buy what they open, no sharer what they share.
    assert told.reach.value - 2 < told.purchases.value < told.reach.value - 1
    ((_, revenue),) = told.revenue
    assert revenue.value == pytest.approx(5 * told.purchases.value)
    for objective, estimate in ((Objective.PURCHASES, told.purchases), (Objective.REVENUE, revenue)):
        alone = reached(shop, [row(shop, "hub")], objective)
        assert alone.value == pytest.approx(estimate.value, rel=0.05)


def test_candidates_count_as_sharers_and_what_they_add_makes_up_what_is_forecast():
    openers = [f"v{number}" for number in range(9)]
    bought = " ".join(f"{key}$tea=5" for key in openers)
    shared = " ".join(f"s{number}>:tea" for number in range(20))
    text = f"hub>{','.join(openers)}:tea {bought} lea>v0:tea v1>lea:mug lea$mug=5 {shared}"
    shop = market(f"{text} @9d zoe.view:tea")
    for objective in (Objective.PURCHASES, Objective.REVENUE):
        found = kol_candidates(shop, objective=objective)
        people = [one.person for one in found.candidates]
        assert people[0] == row(shop, "hub")
        told = reached(shop, people, objective)
        assert sum(one.adds.value for one in found.candidates) == pytest.approx(told.value, rel=0.05)
        alone = only(shop, "hub", objective=objective).adds.value
        assert alone == pytest.approx(reached(shop, [row(shop, "hub")], objective).value, rel=0.05)


def test_who_is_known_no_better_than_another_is_said_to_be_level_with_them():
    shop = market("@1h ana>p,q:tea @1h bea>r,s:tea @1h cy>t,u:tea dan>v,w,x,y:tea")
    found = kol_candidates(shop, objective=Objective.OPENERS)
    keys = [shop.snapshot.people.keys[one.person] for one in found.candidates]
    assert sorted(keys[1:]) == keys[1:]
    assert [one.level for one in found.candidates] == [0, 2, 2, 2]
    (above, *_), ana = found.candidates, row(shop, "ana")
    told = standing(shop, ana, chosen_by=KolFilter(), listed=listing(shop, objective=Objective.OPENERS))
    assert (keys[0], above.level, told.level) == ("dan", 0, 2)


def test_a_filter_that_names_what_is_unknown_is_refused_by_name():
    shop = market(SHOP, users=[User("ana", region="north")], catalogue=[Product("tea", category="drinks")])
    for chosen_by, said in (
        (KolFilter(region="nrth"), "filter.region: nobody lives in 'nrth'; the commonest are north"),
        (KolFilter(audience_region=""), "filter.audienceRegion: nobody lives in ''"),
        (KolFilter(category="tea"), "filter.category: no product is of 'tea'; the commonest are drinks"),
        (KolFilter(community=7), "filter.community: no community has this id"),
        (KolFilter(audience_community=-1), "filter.audienceCommunity: no community"),
    ):
        with pytest.raises(UnknownKey, match=said):
            checked(shop, chosen_by)
    named = KolFilter(region="north", category="drinks", community=0, min_audience=2, max_audience=2)
    assert checked(shop, named) is named
    with pytest.raises(UnknownKey, match="none is known"):
        checked(market(SHOP), KolFilter(region="north"))


def test_bounds_that_leave_nobody_are_refused_by_both_names():
    shop = market(SHOP)
    with pytest.raises(InvalidInput, match="minAudience: 5 is more than maxAudience, 2"):
        checked(shop, KolFilter(min_audience=5, max_audience=2))
    with pytest.raises(InvalidInput, match="maxAudience: 0"):
        checked(shop, KolFilter(max_audience=0))


def test_a_sharer_counts_as_a_buyer_if_they_bought_within_the_days_after_it():
    shop = market("ana>:tea ana$tea bea>:tea @8d bea$tea cy>:tea cy$tea @9d zoe.view:tea")
    chance = sharing_chance(shop.snapshot, shop.behaviour.kept)
    ana, bea, cy = (chance[row(shop, key)] for key in ("ana", "bea", "cy"))
    # Bea was too late, and cy's week is not over.
    assert bea < cy < ana
    young = market("ana>:tea ana$tea")
    assert not sharing_chance(young.snapshot, young.behaviour.kept).any()


def test_a_purchase_long_after_an_opening_is_none_of_the_coming_days():
    text = "ana>p,q,r,s:tea p$tea {} q$tea r$tea s$tea @30d zoe.view:tea"
    soon, late = (market(text.format(when)).behaviour.buying_chance() for when in ("", "@8d"))
    assert late.max() < soon.max()
    # In a shop that is younger than these days, whatever was bought counts.
    young = market("ana>p,q:tea @1d p$tea q$tea").behaviour.buying_chance()
    assert young.max() > 0.5


def test_behaviour_of_some_products_knows_no_others():
    shop = market("ana>p:tea ana>p:mug p$tea p$mug")
    tea = np.array([key == "tea" for key in shop.snapshot.products.keys])
    among: Behaviour = shop.behaviour.among(tea)
    assert (len(among.opened), len(among.kept)) == (1, 1)


def test_an_empty_market_has_nobody_to_ask():
    found = kol_candidates(market(""))
    assert (found.candidates, found.reach.value) == ((), 0)


HIRED = [User("ana", attributes={"cost": "100 CNY"}), User("bea", attributes={"cost": "10 CNY"}),
         User("dan", attributes={"cost": "2 USD"})]  # fmt: skip


def cny(amount: int) -> Money:
    return Money(Decimal(amount), "CNY")


def test_a_budget_hires_who_adds_most_for_their_cost_and_nobody_without_a_price():
    shop = market(SHOP, users=HIRED)
    assert listed(shop, budget=cny(10)) == ["bea"]
    # dan's price has no rate, so he is not for hire.
    assert listed(shop, budget=cny(1000)) == ["bea", "ana"]
    assert listed(shop, budget=cny(1000), rates=Rates("CNY", {"USD": 7.0})) == ["bea", "dan", "ana"]
    assert kol_candidates(shop, budget=cny(1000)).left_out == 1
    assert listed(shop, budget=cny(9)) == []


def test_where_a_budget_pays_nobody_no_more_is_drawn_than_where_it_pays_all():
    shop = market(SHOP, users=HIRED)
    nobody, all_ = (listing(shop, budget=cny(money)).ranking.measure for money in (9, 1000))
    assert isinstance(nobody, Simulated)
    assert isinstance(all_, Simulated)
    assert nobody.sample.sets <= all_.sample.sets


def test_a_dear_one_who_alone_adds_more_than_all_cheap_ones_comes_first():
    shop = market(SHOP, users=HIRED)
    prices = KolFilter(costs=((row(shop, "dan"), cny(1)), (row(shop, "bea"), cny(900))))
    assert listed(shop, prices, budget=cny(101)) == ["dan", "ana"]
    assert listed(shop, prices, budget=cny(100)) == ["ana"]


def test_costs_that_are_said_take_the_place_of_the_attribute():
    shop = market(SHOP, users=HIRED)
    dear = KolFilter(costs=((row(shop, "bea"), cny(50)),))
    assert listed(shop, dear, budget=cny(10)) == []
    (bea,) = kol_candidates(shop, chosen_by=dear, budget=cny(60)).candidates
    assert bea.cost == cny(50)


def test_a_cap_keeps_one_community_from_having_all():
    shop = market(SHOP, circles=("p q r s ana", "eve fay dan bea zoe"))
    ana = frozenset({row(shop, "ana")})
    alone = kol_candidates(shop, chosen_by=KolFilter(candidates=ana)).largest_part
    capped = kol_candidates(shop, chosen_by=KolFilter(most_from_one_community=0.6))
    assert alone == pytest.approx(1)
    assert capped.largest_part is not None
    assert capped.largest_part <= 0.6


def test_a_set_of_all_candidates_is_certified_to_be_nearly_the_best():
    found = kol_candidates(market(SHOP))
    assert found.certified is not None
    assert 0.7 <= found.certified <= 1


@pytest.mark.parametrize(
    ("key", "chosen_by", "ruled_out"),
    [
        ("zoe", KolFilter(), ("listeners",)),
        ("p", KolFilter(), ("shares of what is shared",)),
        ("bea", KolFilter(min_audience=4), ("minAudience",)),
        ("bea", KolFilter(region="north"), ("region",)),
    ],
)
def test_who_is_not_listed_is_told_by_which_rule(key, chosen_by, ruled_out):
    shop = market(SHOP)
    told = standing(shop, row(shop, key), chosen_by=chosen_by, listed=listing(shop, chosen_by=chosen_by))
    assert told.rank is None
    assert told.ruled_out == ruled_out


def test_who_is_listed_has_their_place_and_what_others_reach_already_is_told():
    shop = market(SHOP)
    ranked = listing(shop)
    first, last = (
        standing(shop, row(shop, key), chosen_by=KolFilter(), listed=ranked) for key in ("ana", "bea")
    )
    assert (first.rank, last.rank) == (1, 3)
    assert first.covered == pytest.approx(0, abs=0.05)
    # Two of the three whom bea reaches are ana's too, and dan is chosen himself.
    assert last.covered > 0.4
    assert last.adds.value < last.alone.value


def test_money_without_a_rate_is_left_out_of_revenue_and_counted():
    shop = market("ana>bea,cy:tea bea$tea=10CNY cy$tea=5USD")
    plain = kol_candidates(shop, objective=Objective.REVENUE)
    rated = kol_candidates(shop, objective=Objective.REVENUE, rates=Rates("CNY", {"USD": 7.0}))
    assert (plain.left_out, rated.left_out) == (1, 0)
    assert rated.reach.value > 2 * plain.reach.value
