"""Who will open what people share in the coming days: KOL lists for that, filter by filter."""

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest

from graph.appeal import Acts, appeal, learned
from graph.appeal.crowd import MOST_DOUBT
from graph.campaign.audience import KolFilter
from graph.campaign.forecast import reached
from graph.campaign.kol import KolCandidates, kol_candidates
from graph.campaign.listing import listing, standing
from graph.campaign.market import Market
from graph.campaign.openers import Openers
from graph.campaign.surprise import AHEAD
from graph.campaign.worth import Objective
from graph.events import Money, Product, User
from graph.openings import openings
from tests.markets import market

# Two opened dan, then two others and dan opened bea, then four ana; zoe shared in vain.
SHOP = "zoe>:tea dan>eve,fay:mug bea>p,q,dan:tea ana>p,q,r,s:tea ana>p,q,r,s:mug"
LIVELY = " ".join(f"@{day}d ana>a{day},b{day % 5}:tea bea>c{day % 3}:mug" for day in range(40))


def row(shop: Market, key: str) -> int:
    found = shop.snapshot.people.row(key)
    assert found is not None
    return found


def rows(shop: Market, keys: str) -> frozenset[int]:
    return frozenset(row(shop, key) for key in keys.split())


def asked(shop: Market, chosen_by: KolFilter = KolFilter(), **more: object) -> KolCandidates:  # noqa: B008
    return kol_candidates(shop, objective=Objective.OPENERS, chosen_by=chosen_by, **more)  # type: ignore[arg-type]


def listed(shop: Market, chosen_by: KolFilter = KolFilter(), **more: object) -> list[str]:  # noqa: B008
    found = asked(shop, chosen_by, **more).candidates
    return [shop.snapshot.people.keys[one.person] for one in found]


def test_the_list_served_is_the_list_that_is_evaluated():
    shop = market(LIVELY + " " + SHOP)
    acts = Acts.of(openings(shop.snapshot), len(shop.snapshot.people))
    told = appeal(acts, at=shop.snapshot.as_of + 1, horizon=AHEAD, memory=learned(acts))
    served = listing(shop, objective=Objective.OPENERS).ranking
    assert served.people.tolist() == told.seeds(200).tolist()
    past = shop.surprise
    assert past is not None
    assert served.reached[1].value == pytest.approx(past.level * float(told.expected[served.people[0]]))


def test_who_is_opened_now_comes_before_who_was_opened_long_ago():
    old = " ".join(f"ana>p{person}:tea" for person in range(12))
    new = "@300d " + " ".join(f"bea>q{person}:tea" for person in range(11))
    assert listed(market(old + " " + new))[0] == "bea"


def test_a_shop_that_was_quiet_for_two_weeks_has_a_list():
    busy = LIVELY + " " + SHOP
    quiet = market(busy + " @53d zoe.view:tea")
    assert listed(quiet)[:2] == ["ana", "bea"]
    found = asked(quiet)
    assert 0 < found.reach.value < asked(market(busy)).reach.value
    assert found.certified == pytest.approx(1.0)


def test_each_adds_no_more_than_the_one_above_and_all_sum_up():
    found = asked(market(LIVELY + " " + SHOP))
    adds = [one.adds.value for one in found.candidates]
    assert adds == sorted(adds, reverse=True)
    assert sum(adds) == pytest.approx(found.reach.value)
    assert found.reach.low < found.reach.value < found.reach.high


def test_the_first_two_of_three_are_the_first_two_and_no_seed_changes_them():
    shop = market(SHOP)
    assert asked(shop, limit=2).candidates == asked(shop, seed=8).candidates[:2]


def test_all_candidates_are_the_best_there_is():
    assert asked(market(SHOP)).certified == pytest.approx(1.0)


def test_candidates_and_exclude_and_listeners_say_who_may_be_chosen():
    shop = market(SHOP)
    assert listed(shop) == ["ana", "dan", "bea"]
    assert listed(shop, KolFilter(candidates=rows(shop, "bea p"))) == ["bea"]
    assert listed(shop, KolFilter(exclude=rows(shop, "ana"))) == ["bea", "dan"]
    assert listed(shop, KolFilter(min_audience=len(shop.ties.listeners(row(shop, "ana"))))) == ["ana"]


def test_those_chosen_already_are_not_listed_but_counted():
    shop = market(SHOP)
    with_ana = asked(shop, KolFilter(already_chosen=rows(shop, "ana")))
    assert [shop.snapshot.people.keys[one.person] for one in with_ana.candidates] == ["dan", "bea"]
    assert with_ana.reach.value == pytest.approx(asked(shop).reach.value)
    assert with_ana.candidates[1].adds.value < Openers.of(shop).alone(row(shop, "bea")).value


def test_of_an_audience_only_known_openers_count_by_the_chance_that_they_come_again():
    users = [User("p", region="north"), User("eve", region="north")]
    shop = market(SHOP, users=users, circles=("ana p q r s bea zoe dan", "eve fay"))
    north = asked(shop, KolFilter(audience_region="north"))
    assert 0 < north.reach.value <= 2
    assert listed(shop, KolFilter(audience_community=1)) == ["dan"]
    assert listed(shop, KolFilter(audience_region="nowhere")) == []


def test_of_a_category_only_openings_of_it_count():
    catalogue = [Product("tea", category="drinks"), Product("mug", category="ware")]
    shop = market(SHOP, catalogue=catalogue)
    assert listed(shop, KolFilter(category="drinks")) == ["ana", "bea"]
    mug = shop.snapshot.products.keys.row("mug")
    assert listed(shop, KolFilter(product=mug)) == ["ana", "dan"]
    assert listed(shop, KolFilter(category="toys")) == []
    assert asked(shop, KolFilter(category="drinks")).reach.value < asked(shop).reach.value


def test_a_budget_hires_who_is_opened_most_for_their_cost():
    users = [User("ana", attributes={"cost": "100 CNY"}), User("bea", attributes={"cost": "10 CNY"})]
    shop = market(SHOP, users=users)
    assert listed(shop, budget=Money(Decimal(10), "CNY")) == ["bea"]
    assert listed(shop, budget=Money(Decimal(1000), "CNY")) == ["bea", "ana"]


def test_a_cap_keeps_one_community_from_having_all():
    shop = market(SHOP, circles=("p q r s ana bea dan zoe", "eve fay"))
    capped = asked(shop, KolFilter(most_from_one_community=0.5))
    free = asked(shop)
    assert (capped.largest_part or 0) < (free.largest_part or 0)
    assert capped.certified is not None
    assert capped.certified < 1


@pytest.mark.parametrize(
    ("key", "chosen_by", "ruled_out"),
    [("zoe", KolFilter(), ("listeners",)), ("bea", KolFilter(region="north"), ("region",))],
)
def test_who_is_not_listed_is_told_by_which_rule(key, chosen_by, ruled_out):
    shop = market(SHOP)
    ranked = listing(shop, objective=Objective.OPENERS, chosen_by=chosen_by)
    told = standing(shop, row(shop, key), chosen_by=chosen_by, listed=ranked)
    assert (told.rank, told.ruled_out) == (None, ruled_out)


def test_who_is_listed_shares_openers_with_those_above():
    shop = market(SHOP)
    ranked = listing(shop, objective=Objective.OPENERS)
    first, last = (
        standing(shop, row(shop, key), chosen_by=KolFilter(), listed=ranked) for key in ("ana", "bea")
    )
    assert first.rank == 1
    assert first.covered == pytest.approx(0)
    assert (last.rank, last.covered > 0.3) == (3, True)


def test_a_set_is_told_as_the_list_tells_it():
    shop = market(LIVELY)
    ranked = listing(shop, objective=Objective.OPENERS).ranking
    told = reached(shop, [*ranked.people.tolist(), int(ranked.people[0])], Objective.OPENERS)
    assert told.value == pytest.approx(ranked.reached[-1].value)
    assert told.low == pytest.approx(ranked.reached[-1].low)


def test_a_steady_crowd_makes_a_sum_surer_than_its_parts():
    steady = Openers.of(market(LIVELY), ahead=timedelta(days=5))
    short = Openers.of(market(SHOP))
    assert steady.common < 0.1
    assert short.own == 0
    assert short.common == pytest.approx(1.0 + MOST_DOUBT)


def test_weeks_that_came_otherwise_than_told_make_every_sum_less_sure():
    calm = " ".join(f"@{day}d ana>a{day % 9},b{day % 7}:tea" for day in range(60))
    fads = " ".join(
        f"@{week}d " + " ".join(f"ana>w{week}x{n}:tea" for n in range(20)) for week in (21, 35, 49)
    )
    shop = market(f"{calm} {fads}")
    steady, unsteady = Openers.of(market(calm)), Openers.of(shop)
    assert steady.common < unsteady.common
    told = unsteady.alone(row(shop, "ana"))
    assert told.high / told.value > 1.5


@pytest.mark.parametrize("openings", [1, 3, 30])
def test_a_shop_of_minutes_is_told_no_more_people_than_it_has(openings):
    found = asked(market(" ".join(f"ana>p{n}:tea" for n in range(openings))))
    assert 0 < found.reach.value <= openings + 1e-6
    assert found.reach.low == 0
    assert found.reach.high <= 12 * openings


def test_what_is_new_in_an_old_shop_is_told_by_what_came_of_it():
    catalogue = [Product("tea", category="drinks"), Product("mug", category="ware")]
    shop = market(f"{LIVELY} @41d dan>x,y,z:pan", catalogue=[*catalogue, Product("pan", category="new")])
    new = Openers.of(shop, KolFilter(category="new"))
    past = shop.surprise
    assert past is not None
    openers_of_dan = 3 * past.level * shop.memory.weights.sum()
    assert new.together([row(shop, "dan")]).value == pytest.approx(openers_of_dan)
    assert new.common == past.variance


def test_an_empty_market_has_nobody_to_ask():
    found = asked(market(""))
    assert (found.candidates, found.reach.value, found.largest_part) == ((), 0, None)


def test_nobody_is_expected_of_who_was_never_opened():
    shop = market(SHOP)
    assert Openers.of(shop).alone(row(shop, "zoe")).high == 0
    assert Openers.of(shop).largest_part(np.array([row(shop, "zoe")], np.int32)) is None
