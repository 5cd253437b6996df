"""Whom to ask to share, and what that would set off."""

from typing import Any

import pytest

from api.ids import global_id
from graph.events import Product, User
from tests.api.conftest import Shop

HUBS = " ".join(f"hub>a{n}:tea" for n in range(12)) + " " + " ".join(f"pal>b{n}:mug" for n in range(6)) + " "
SHOP = HUBS + " ".join(f"a{n}>c{n}:tea" for n in range(4)) + "  hub>b0:mug  b0$mug=5"
KOLS = """
query($first: Int, $after: String, $filter: KolFilter, $objective: KolObjective, $seed: Int) {
  kolCandidates(first: $first, after: $after, filter: $filter, objective: $objective, seed: $seed) {
    reach { value low high confidence }
    pageInfo { hasNextPage endCursor }
    nodes {
      rank user { key } marginalReach { value } communitiesReached conversionRate { value low }
      topCategories { category fraction } cost { amount currency }
      influence {
        pageRank reach { value } opensCredited purchasesCredited revenueCredited { amount currency }
      }
    }
  }
}
"""
SPREAD = """
query($users: [String!]!, $filter: KolFilter) {
  spread(users: $users, filter: $filter, seed: 1) {
    users { key } reach { value low high } newUsers { value } purchases { value }
    revenue { amount { value } currency } byCommunity { community { id size } reach { value } }
  }
}
"""


async def test_the_one_with_most_listeners_comes_first_and_each_adds_less(shop: Shop) -> None:
    shop.tell(SHOP)
    found = (await shop.ask(KOLS))["kolCandidates"]
    assert found["nodes"][0]["user"]["key"] == "hub"
    assert "pal" in {node["user"]["key"] for node in found["nodes"]}
    assert [node["rank"] for node in found["nodes"]] == list(range(1, len(found["nodes"]) + 1))
    adds = [node["marginalReach"]["value"] for node in found["nodes"]]
    assert adds == sorted(adds, reverse=True)
    assert found["reach"]["value"] == pytest.approx(sum(adds), rel=0.05)


async def test_pages_are_one_list_and_reach_counts_up_to_their_end(shop: Shop) -> None:
    shop.tell(SHOP)
    whole = (await shop.ask(KOLS, first=200))["kolCandidates"]
    first = (await shop.ask(KOLS, first=2))["kolCandidates"]
    rest = (await shop.ask(KOLS, first=200, after=first["pageInfo"]["endCursor"]))["kolCandidates"]
    assert first["nodes"] + rest["nodes"] == whole["nodes"]
    assert first["pageInfo"]["hasNextPage"]
    assert not rest["pageInfo"]["hasNextPage"]
    assert first["reach"]["value"] < rest["reach"]["value"] == whole["reach"]["value"]


async def test_a_filter_says_who_may_be_chosen_and_who_is_chosen_already(shop: Shop) -> None:
    shop.tell(SHOP)
    shop.store.upsert_users([User("pal", region="Lyon", attributes={"cost": "120 CNY"})])
    lyon = (await shop.ask(KOLS, filter={"region": "Lyon"}))["kolCandidates"]["nodes"]
    assert [node["user"]["key"] for node in lyon] == ["pal"]
    assert lyon[0]["cost"] == {"amount": "120.00", "currency": "CNY"}
    hired = (await shop.ask(KOLS, filter={"alreadyChosen": ["hub", "nobody"], "exclude": ["pal"]}))[
        "kolCandidates"
    ]
    assert not {"hub", "pal"} & {node["user"]["key"] for node in hired["nodes"]}
    busy = (await shop.ask(KOLS, filter={"minAudience": 6, "candidates": ["hub", "pal", "a1"]}))[
        "kolCandidates"
    ]
    assert [node["user"]["key"] for node in busy["nodes"]] == ["hub", "pal"]


async def test_a_community_is_named_by_its_id(shop: Shop) -> None:
    shop.tell(SHOP)
    pal = (await shop.ask('{ user(key: "pal") { community { id } } }'))["user"]
    found = (await shop.ask(KOLS, filter={"community": pal["community"]["id"]}))["kolCandidates"]["nodes"]
    assert found[0]["user"]["key"] == "pal"
    assert "hub" not in {node["user"]["key"] for node in found}
    ((code, message),) = await shop.refused(KOLS, filter={"audienceCommunity": "7"})
    assert (code, message.split(":")[0]) == ("BAD_USER_INPUT", "filter.audienceCommunity")


@pytest.mark.parametrize("objective", ["REACH", "NEW_USERS", "PURCHASES", "REVENUE", "OPENERS"])
async def test_every_objective_has_an_answer(shop: Shop, objective: str) -> None:
    shop.tell(SHOP)
    assert (await shop.ask(KOLS, objective=objective))["kolCandidates"]["nodes"]


async def test_openers_are_paged_and_promised_as_any_list(shop: Shop) -> None:
    shop.tell(SHOP)
    whole = (await shop.ask(KOLS, objective="OPENERS", first=200))["kolCandidates"]
    first = (await shop.ask(KOLS, objective="OPENERS", first=1))["kolCandidates"]
    after = first["pageInfo"]["endCursor"]
    rest = (await shop.ask(KOLS, objective="OPENERS", first=200, after=after))["kolCandidates"]
    assert first["nodes"] + rest["nodes"] == whole["nodes"]
    assert 0 < first["reach"]["value"] < rest["reach"]["value"] == whole["reach"]["value"]
    await shop.service.ledger.close()
    kept = [one.promise for one in shop.store.promises()]
    assert {(one.unit, one.told.value) for one in kept} == {
        ("openers", found["reach"]["value"]) for found in (whole, first)
    }


async def test_standing_among_openers_says_what_those_above_have_already(shop: Shop) -> None:
    shop.tell(SHOP)
    found = await shop.ask(PRICED, objective="OPENERS", user="hub")
    assert 0 < found["kolCandidates"]["certifiedRatio"] <= 1
    assert found["kolStanding"]["rank"] is not None
    assert found["kolStanding"]["reachAlone"]["value"] >= found["kolStanding"]["marginalReach"]["value"] > 0


async def test_purchases_cannot_be_aimed_at_where_nothing_was_bought(shop: Shop) -> None:
    shop.tell(HUBS)
    ((code, message),) = await shop.refused(KOLS, objective="PURCHASES")
    assert (code, "REACH" in message) == ("BAD_USER_INPUT", True)


async def test_a_negative_seed_is_refused_by_name(shop: Shop) -> None:
    shop.tell("ana>bea:tea  bea>cy:tea")
    spread = 'query($seed: Int) { spread(users: ["ana"], seed: $seed) { reach { value } } }'
    for document in (KOLS, spread):
        ((code, message),) = await shop.refused(document, seed=-1)
        assert (code, message) == ("BAD_USER_INPUT", "seed: -1 is negative; take 0 or more")


async def test_the_same_seed_is_the_same_answer_on_any_page_of_it(shop: Shop) -> None:
    shop.tell(SHOP)
    assert await shop.ask(KOLS, seed=7) == await shop.ask(KOLS, seed=7)
    info = (await shop.ask(KOLS, first=1, seed=7))["kolCandidates"]["pageInfo"]
    ((code, _),) = await shop.refused(KOLS, after=info["endCursor"], seed=8)
    assert code == "BAD_USER_INPUT"


async def test_influence_of_a_person_is_that_of_the_candidate(shop: Shop) -> None:
    shop.tell(SHOP)
    hub = (await shop.ask(KOLS, first=1))["kolCandidates"]["nodes"][0]
    document = """{ user(key: "hub") { influence { pageRank reach { value } opensCredited purchasesCredited
        revenueCredited { amount currency } } } }"""
    assert (await shop.ask(document))["user"]["influence"] == hub["influence"]
    assert hub["influence"]["opensCredited"] == 13


async def test_what_a_set_of_people_would_set_off(shop: Shop) -> None:
    shop.tell(SHOP)
    shop.store.upsert_products([Product("mug", category="cups")])
    told = (await shop.ask(SPREAD, users=["hub", "pal", "hub"]))["spread"]
    assert [user["key"] for user in told["users"]] == ["hub", "pal"]
    assert told["reach"]["low"] <= told["reach"]["value"] <= told["reach"]["high"]
    assert told["reach"]["value"] >= 2
    # Strangers belong to no community.
    assert 2 <= sum(part["reach"]["value"] for part in told["byCommunity"]) < told["reach"]["value"]
    assert [amount["currency"] for amount in told["revenue"]] == ["CNY"]
    alone = (await shop.ask(SPREAD, users=["hub"]))["spread"]
    assert alone["reach"]["value"] < told["reach"]["value"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"users": ["hub", "nobody"]}, "users: no user 'nobody'"),
        ({"users": ["hub"], "filter": {"product": "none"}}, "filter.product: no product 'none'"),
    ],
)
async def test_a_question_about_the_unknown_says_which(
    shop: Shop, asked: dict[str, object], message: str
) -> None:
    shop.tell(SHOP)
    assert await shop.refused(SPREAD, **asked) == [("NOT_FOUND", message)]


@pytest.mark.parametrize(
    ("chosen_by", "code", "said"),
    [
        ({"region": "Lion"}, "NOT_FOUND", "filter.region: nobody lives in 'Lion'; the commonest are Lyon"),
        ({"audienceRegion": "Lion"}, "NOT_FOUND", "filter.audienceRegion: nobody lives in 'Lion'"),
        ({"category": "tents"}, "NOT_FOUND", "filter.category: no product is of 'tents'"),
        ({"community": global_id("Community", "999")}, "NOT_FOUND", "filter.community: no community"),
        ({"audienceCommunity": global_id("Community", "x")}, "NOT_FOUND", "filter.audienceCommunity: no"),
        (
            {"minAudience": 9, "maxAudience": 3},
            "BAD_USER_INPUT",
            "filter.minAudience: 9 is more than maxAudience",
        ),
        ({"maxAudience": 0}, "BAD_USER_INPUT", "filter.maxAudience: 0 lets nobody in"),
    ],
)
async def test_a_filter_that_nobody_could_pass_is_refused_by_name(
    shop: Shop, chosen_by: dict[str, object], code: str, said: str
) -> None:
    shop.tell(SHOP)
    shop.store.upsert_users([User("pal", region="Lyon")])
    asked = [
        await shop.refused(KOLS, filter=chosen_by),
        await shop.refused(SPREAD, filter=chosen_by, users=["hub"]),
    ]
    for ((own, message),) in asked:
        assert own == code
        assert message.startswith(said)


async def test_a_shop_that_was_quiet_for_two_weeks_is_told_whom_people_would_come_to(shop: Shop) -> None:
    shop.tell(SHOP + " @14d zoe.view:tea")
    found = (await shop.ask(KOLS, objective="OPENERS"))["kolCandidates"]
    assert found["nodes"][0]["user"]["key"] == "hub"
    assert 0 < found["reach"]["value"] < 12


async def test_of_a_list_of_nobody_nothing_is_certified_and_equals_are_said_to_be(shop: Shop) -> None:
    shop.tell(SHOP + " @2h ivy>d0:tea @2h jan>d1:tea")
    document = """query($filter: KolFilter) { kolCandidates(filter: $filter, objective: OPENERS) {
        certifiedRatio nodes { user { key } tiedWith } } }"""
    nobody = (await shop.ask(document, filter={"candidates": []}))["kolCandidates"]
    assert nobody == {"certifiedRatio": None, "nodes": []}
    some = (await shop.ask(document, filter={"candidates": ["jan", "ivy", "hub"]}))["kolCandidates"]
    told = [(node["user"]["key"], node["tiedWith"]) for node in some["nodes"]]
    assert told == [("hub", 0), ("ivy", 1), ("jan", 1)]


PRICED = """
query($filter: KolFilter, $objective: KolObjective, $budget: MoneyInput, $user: String!) {
  kolCandidates(first: 50, filter: $filter, objective: $objective, budget: $budget) {
    certifiedRatio largestCommunityShare currency leftOut
    nodes { user { key } cost { amount currency } }
  }
  kolStanding(user: $user, filter: $filter, objective: $objective, budget: $budget) {
    user { key } rank covered ruledOutBy reachAlone { value } marginalReach { value }
  }
}
"""


async def test_a_list_comes_with_the_ratio_that_is_certified_and_the_largest_share(shop: Shop) -> None:
    shop.tell(SHOP)
    found = (await shop.ask(PRICED, user="hub"))["kolCandidates"]
    assert 0.7 <= found["certifiedRatio"] <= 1
    assert 0 < found["largestCommunityShare"] <= 1
    assert (found["currency"], found["leftOut"]) == (None, 0)


async def test_a_budget_hires_only_who_has_a_price_and_costs_may_be_said(shop: Shop) -> None:
    shop.tell(SHOP)
    shop.store.upsert_users([User("pal", attributes={"cost": "120 CNY"})])
    costs = [{"user": "hub", "amount": "300", "currency": "CNY"}]
    budget = {"amount": "130", "currency": "CNY"}
    few = await shop.ask(PRICED, user="hub", budget=budget, filter={"costs": costs})
    assert [node["user"]["key"] for node in few["kolCandidates"]["nodes"]] == ["pal"]
    assert few["kolStanding"]["ruledOutBy"] == ["budget"]
    both = await shop.ask(PRICED, user="hub", budget=budget | {"amount": "420"}, filter={"costs": costs})
    assert {node["user"]["key"] for node in both["kolCandidates"]["nodes"]} == {"hub", "pal"}
    assert {node["cost"]["amount"] for node in both["kolCandidates"]["nodes"]} == {"300.00", "120.00"}


async def test_somebody_unknown_has_no_standing_and_a_budget_of_nothing_is_refused(shop: Shop) -> None:
    shop.tell(SHOP)
    assert (await shop.ask(PRICED, user="nobody"))["kolStanding"] is None
    refused = await shop.refused(PRICED, user="hub", budget={"amount": "0", "currency": "CNY"})
    assert {message for _, message in refused} == {"budget: 0 is not above 0"}


@pytest.mark.parametrize("currency", ["", "XXXXXXXX", "C\0Y", "¥¥¥"])
async def test_a_currency_that_is_none_is_refused(shop: Shop, currency: str) -> None:
    shop.tell(SHOP)
    money = {"amount": "1", "currency": currency}
    asked: dict[str, Any] = {
        "budget": {"budget": money},
        "filter.costs": {"filter": {"costs": [{"user": "hub", **money}]}},
    }
    for argument, said in asked.items():
        refused = await shop.refused(PRICED, user="hub", **said)
        assert {code for code, _ in refused} == {"BAD_USER_INPUT"}
        assert all(message.startswith(f"{argument}: ") for _, message in refused)


@pytest.mark.parametrize("share", [0, 1.5, -1])
async def test_a_share_that_is_none_is_refused(shop: Shop, share: float) -> None:
    shop.tell(SHOP)
    refused = await shop.refused(PRICED, user="hub", filter={"maxShareFromOneCommunity": share})
    assert all(message.startswith("filter.maxShareFromOneCommunity") for _, message in refused)
    assert refused
