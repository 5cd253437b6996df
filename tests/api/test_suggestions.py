"""What to show whom, and why, as a frontend asks it."""

import pytest

from graph.events import Product, User
from tests.api.conftest import Shop

SHOP = "ana>bea,cy:tea  bea>cy,dan:mug  cy>dan:pot  ana>bea:pan  dan>ed:cup  bea>:cup  ana>cy:jar"
FEED = """
query($user: String!, $first: Int, $after: String, $context: SuggestionContext) {
  user(key: $user) {
    suggestions(first: $first, after: $after, context: $context) {
      answerId
      pageInfo { hasNextPage endCursor }
      nodes {
        rank rankByScore score explanation
        product { key name }
        reasons {
          __typename weight
          ... on FriendReason { friend { key } action at share { id user { key } } }
          ... on InterestReason { because { key } }
          ... on RelationReason { kind to { key } }
          ... on PopularityReason { community { id } }
          ... on RemainderReason { count }
        }
      }
    }
  }
}
"""
STRANGER = """
query($user: String, $context: SuggestionContext, $first: Int) {
  suggestions(user: $user, context: $context, first: $first) {
    answerId
    nodes { product { key } reasons { __typename ... on FriendReason { friend { key } via { key } } } }
  }
}
"""


def keys(answer: dict[str, list[dict[str, dict[str, str]]]]) -> list[str]:
    return [node["product"]["key"] for node in answer["nodes"]]


async def test_what_friends_shared_is_suggested_with_them_as_the_reason(shop: Shop) -> None:
    shop.tell(SHOP)
    answer = (await shop.ask(FEED, user="bea"))["user"]["suggestions"]
    first = answer["nodes"][0]
    assert first["product"]["key"] == "jar"
    friend = next(reason for reason in first["reasons"] if reason["__typename"] == "FriendReason")
    assert (friend["friend"], friend["action"]) == ({"key": "ana"}, "SHARE")
    assert friend["share"] == {"id": friend["share"]["id"], "user": {"key": "ana"}}


async def test_a_score_is_the_sum_of_its_reasons_and_ranks_count_from_one(shop: Shop) -> None:
    shop.tell(SHOP)
    nodes = (await shop.ask(FEED, user="dan"))["user"]["suggestions"]["nodes"]
    assert [node["rank"] for node in nodes] == list(range(1, len(nodes) + 1))
    for node in nodes:
        assert node["score"] == pytest.approx(sum(reason["weight"] for reason in node["reasons"]))
        assert 1 <= len(node["reasons"]) <= 10


async def test_where_a_score_alone_would_put_something_is_told_beside_its_place(shop: Shop) -> None:
    teas = [Product(f"t{i}", category="tea") for i in range(5)]
    shop.store.upsert_products([*teas, Product("pot", category="pots")])
    shop.tell("ana~bea " + " ".join(f"ana>cy:t{i}" for i in range(5)) + " ana>:pot")
    asked = (await shop.ask(FEED, user="bea"))["user"]["suggestions"]["nodes"]
    nodes = [node for node in asked if node["rankByScore"]]
    by_score = sorted(nodes, key=lambda node: node["rankByScore"])
    scores = [node["score"] for node in by_score]
    assert scores == sorted(scores, reverse=True)
    assert [node["rankByScore"] for node in by_score] == list(range(1, len(nodes) + 1))


async def test_pages_of_one_answer_are_one_answer(shop: Shop) -> None:
    shop.tell(SHOP)
    whole = (await shop.ask(FEED, user="bea", first=100))["user"]["suggestions"]
    first = (await shop.ask(FEED, user="bea", first=2))["user"]["suggestions"]
    rest = (await shop.ask(FEED, user="bea", first=100, after=first["pageInfo"]["endCursor"]))["user"][
        "suggestions"
    ]
    assert keys(first) + keys(rest) == keys(whole)
    assert first["answerId"] == rest["answerId"] == whole["answerId"]
    assert [node["rank"] for node in rest["nodes"]] == [node["rank"] for node in whole["nodes"][2:]]


async def test_another_question_is_another_answer(shop: Shop) -> None:
    shop.tell(SHOP)
    one = (await shop.ask(FEED, user="bea"))["user"]["suggestions"]["answerId"]
    other = (await shop.ask(FEED, user="bea", context={"exclude": ["tea"]}))["user"]["suggestions"][
        "answerId"
    ]
    assert one != other


async def test_what_is_on_the_page_is_not_suggested(shop: Shop) -> None:
    shop.tell(SHOP)
    whole = keys((await shop.ask(FEED, user="bea"))["user"]["suggestions"])
    asked = {"exclude": [whole[0], "unknown"], "product": whole[1]}
    left = keys((await shop.ask(FEED, user="bea", context=asked))["user"]["suggestions"])
    assert not {whole[0], whole[1]} & set(left)


async def test_only_the_category_asked_for_is_suggested_and_an_unknown_one_has_nothing(shop: Shop) -> None:
    shop.tell(SHOP)
    shop.store.upsert_products([Product("mug", category="cups"), Product("cup", category="cups")])
    some = keys((await shop.ask(FEED, user="ana", context={"category": "cups"}))["user"]["suggestions"])
    assert set(some) <= {"mug", "cup"}
    assert some
    none = keys((await shop.ask(FEED, user="ana", context={"category": "cars"}))["user"]["suggestions"])
    assert none == []


async def test_a_stranger_is_answered_from_the_link(shop: Shop) -> None:
    shop.tell(SHOP)
    by_share = (await shop.ask(STRANGER, context={"share": "ana/tea"}))["suggestions"]
    by_sharer = (await shop.ask(STRANGER, context={"sharer": "ana", "product": "tea"}))["suggestions"]
    assert by_share == by_sharer
    assert "tea" not in keys(by_share)
    friends = [
        reason
        for node in by_share["nodes"]
        for reason in node["reasons"]
        if reason["__typename"] == "FriendReason"
    ]
    assert {reason["friend"]["key"] for reason in friends if reason["via"] is None} == {"ana"}
    assert {reason["via"]["key"] for reason in friends if reason["friend"] is None} == {"ana"}


async def test_somebody_unknown_is_a_stranger_and_an_unknown_link_leads_nowhere(shop: Shop) -> None:
    shop.tell(SHOP)
    nobody = keys((await shop.ask(STRANGER))["suggestions"])
    assert nobody
    assert keys((await shop.ask(STRANGER, user="nobody"))["suggestions"]) == nobody
    lost = {"share": "none", "sharer": "none", "product": "none"}
    assert keys((await shop.ask(STRANGER, context=lost))["suggestions"]) == nobody


async def test_the_same_person_by_a_visitors_id_gets_the_same_answer(shop: Shop) -> None:
    shop.tell(SHOP + "  bea=?phone")
    one = (await shop.ask(STRANGER, user="bea"))["suggestions"]
    assert (await shop.ask(STRANGER, user="phone"))["suggestions"] == one


async def test_explanations_call_people_and_things_by_name(shop: Shop) -> None:
    shop.tell(SHOP)
    shop.store.upsert_users([User("ana", name="Ana")])
    nodes = (await shop.ask(FEED, user="bea"))["user"]["suggestions"]["nodes"]
    assert nodes[0]["explanation"].startswith("Ana shared this")


async def test_too_many_products_on_the_page_are_refused(shop: Shop) -> None:
    shop.tell(SHOP)
    ((code, message),) = await shop.refused(STRANGER, context={"exclude": ["tea"] * 101})
    assert (code, message) == ("BAD_USER_INPUT", "context.exclude: 101 are more than 100; ask in parts")


TRIED = """
query($user: String) {
  suggestions(user: $user) {
    nodes {
      opens { value low high confidence }
      explanation
      reasons {
        __typename
        weight
        ... on PeersReason { people }
        ... on LikenessReason { because { key } brand }
        ... on ExplorationReason { propensity }
      }
    }
  }
}
"""


async def test_people_of_like_taste_are_counted_and_a_small_log_promises_no_chance(shop: Shop) -> None:
    shop.tell("ana$tea ana$mug ana$bag bea$tea bea$mug bea$bag cy$tea cy$mug")
    nodes = (await shop.ask(TRIED, user="cy"))["suggestions"]["nodes"]
    peers = [reason for node in nodes for reason in node["reasons"] if reason["__typename"] == "PeersReason"]
    assert [reason["people"] for reason in peers] == [2]
    assert all(node["opens"] is None for node in nodes)
