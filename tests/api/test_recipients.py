"""Whom to share with, over the API."""

from collections.abc import Sequence
from math import log
from typing import Any

import pytest

from api import batching
from api.auth.caller import Caller, Role
from api.request import Asked
from graph.events import Consent, Event, Kind, User
from graph.recipients import recipients
from tests.api.conftest import NOW, Shop

SHOP = "ana>bea:tea ana>bea,cy:mug dan>ana:tea cy>eve:coffee"
RECIPIENTS = """
query($user: String!, $product: String!, $first: Int, $after: String) {
  user(key: $user) {
    recipients(product: $product, first: $first, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes {
        rank
        user { key }
        opens { value low high confidence }
        reasons {
          __typename
          weight
          ... on TieReason { opened ofShares tie { from { key } to { key } strength } }
          ... on CircleReason { inCommon size }
          ... on InterestReason { because { key } }
          ... on ActivityReason { opens }
        }
      }
    }
  }
}
"""
AUDIENCE = """
query($first: Int, $filter: AudienceFilter) {
  product(key: "tea") { audience(first: $first, filter: $filter) { nodes { user { key } opens { value } } } }
}
"""


async def keys(shop: Shop, user: str = "ana", product: str = "coffee", **page: Any) -> list[str]:
    found = await shop.ask(RECIPIENTS, user=user, product=product, **page)
    return [node["user"]["key"] for node in found["user"]["recipients"]["nodes"]]


async def test_friends_are_listed_best_first_with_the_tie_that_speaks_for_them(shop: Shop) -> None:
    shop.tell(SHOP)
    found = (await shop.ask(RECIPIENTS, user="ana", product="coffee"))["user"]["recipients"]["nodes"]
    assert {node["user"]["key"] for node in found} == {"bea", "cy", "dan"}
    assert found[0]["user"]["key"] == "bea"
    assert [node["rank"] for node in found] == [1, 2, 3]
    (tie,) = (reason for reason in found[0]["reasons"] if reason["__typename"] == "TieReason")
    assert (tie["opened"], tie["ofShares"]) == (2, 2)
    assert (tie["tie"]["from"]["key"], tie["tie"]["to"]["key"]) == ("ana", "bea")


async def test_weights_sum_to_log_odds_less_one_number_that_is_the_same_for_all(shop: Shop) -> None:
    shop.tell(SHOP)
    found = (await shop.ask(RECIPIENTS, user="ana", product="coffee"))["user"]["recipients"]["nodes"]
    average = [
        log(node["opens"]["value"] / (1 - node["opens"]["value"])) - sum(r["weight"] for r in node["reasons"])
        for node in found
    ]
    assert average == pytest.approx([average[0]] * len(average))


@pytest.mark.parametrize(
    ("role", "told"), [(Role.MEMBER, {10}), (Role.STOREFRONT, {7, 8}), (Role.ADMIN, {7, 8})]
)
async def test_members_are_told_the_nearest_ten_of_what_a_friend_opens(
    shop: Shop, role: Role, told: set[int]
) -> None:
    """Asked before and after, an exact count says that a friend opened something of somebody else's."""
    shop.tell("ana>bea:tea " + " ".join(f"dan>bea:p{number}" for number in range(6)))
    ana = Caller(role, "test:ana", "ana" if role is Role.MEMBER else None)
    opens = {await _opens(shop, ana)}
    shop.tell("dan>bea:p6")
    assert opens | {await _opens(shop, ana)} == told


async def _opens(shop: Shop, caller: Caller) -> int:
    variables = {"user": "ana", "product": "tea"}
    reply = await shop.service.answer(Asked(RECIPIENTS, variables, caller=caller))
    assert reply.data is not None, reply.errors
    (bea,) = reply.data["user"]["recipients"]["nodes"]
    (activity,) = (one for one in bea["reasons"] if one["__typename"] == "ActivityReason")
    return int(activity["opens"])


async def test_pages_are_one_list(shop: Shop) -> None:
    shop.tell(SHOP)
    first = await shop.ask(RECIPIENTS, user="ana", product="coffee", first=2)
    page = first["user"]["recipients"]["pageInfo"]
    assert page["hasNextPage"]
    whole = await keys(shop, first=100)
    assert await keys(shop, first=2) + await keys(shop, first=2, after=page["endCursor"]) == whole


async def test_an_unknown_product_is_an_error_that_names_it(shop: Shop) -> None:
    shop.tell(SHOP)
    ((code, message),) = await shop.refused(RECIPIENTS, user="ana", product="nothing")
    assert code == "NOT_FOUND"
    assert "nothing" in message


async def test_the_forgotten_and_those_who_said_no_appear_nowhere(shop: Shop) -> None:
    shop.tell(SHOP)
    no = Event("no", Kind.CONSENT, NOW, user="cy", consent=Consent(named_to_friends=False))
    shop.take([no])
    assert await keys(shop) == ["bea", "dan"]
    shop.store.forget("bea")
    assert await keys(shop) == ["dan"]
    audience = await shop.ask(AUDIENCE)
    listed = {node["user"]["key"] for node in audience["product"]["audience"]["nodes"]}
    assert listed == {"ana", "cy", "dan", "eve"}


async def test_what_was_just_recorded_is_in_the_very_next_answer(shop: Shop) -> None:
    shop.tell(SHOP)
    assert "fay" not in await keys(shop)
    shop.tell("ana>fay:tea")
    assert "fay" in await keys(shop)


async def test_all_recipients_of_one_request_are_one_batch_and_no_read(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    def counted(asking: Any, asked: Sequence[Any], **more: Any) -> Any:
        sizes.append(len(asked))
        return recipients(asking, asked, **more)

    monkeypatch.setattr(batching, "recipients_of", counted)
    shop.tell(SHOP)
    await keys(shop)
    shop.store.calls.clear()
    each = (
        f'{name}: user(key: "{name}") {{ recipients(product: "tea") {{ nodes {{ rank }} }} }}'
        for name in ("ana", "bea", "cy")
    )
    await shop.ask(f"{{ {' '.join(each)} }}")
    assert sizes == [1, 3]
    assert set(shop.store.calls) <= {"version"}


async def test_an_audience_may_be_of_one_region(shop: Shop) -> None:
    shop.tell(SHOP)
    shop.store.upsert_users([User("eve", region="Lyon")])
    found = await shop.ask(AUDIENCE, filter={"region": "Lyon", "exclude": ["nobody"]})
    assert [node["user"]["key"] for node in found["product"]["audience"]["nodes"]] == ["eve"]
