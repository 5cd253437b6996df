"""A large shop's newest events are answered on top of its last fit: every field holds for newcomers too."""

import pytest

from api import refresh
from tests.api.conftest import Shop

EVERYTHING = """
query($who: String!, $what: String!) {
  user(key: $who) {
    id key name region
    friends { totalCount nodes { from { key } strength transmission { low high } lastActiveAt } }
    listeners { totalCount nodes { to { key } strength } }
    shares { totalCount nodes {
      id user { key } product { key } at channel campaign parent { id } opens purchases
    } }
    suggestions { answerId nodes { product { key } explanation score reasons { weight __typename
      ... on FriendReason { friend { key } at share { id } } } } }
    socialProof(products: [$what, "tea"]) { product { key } friends named { key } }
    community { id size cohesion leaders { key } }
    influence { pageRank reach { value } opensCredited }
  }
  product(key: $what) {
    id key available related { product { key } }
    cascades { totalCount nodes { size participants { totalCount } } }
  }
  suggestions(context: { sharer: $who, product: $what }) { nodes { product { key } explanation } }
  kolCandidates { reach { value } nodes { user { key } cost { amount } topCategories { category } } }
  spread(users: ["ana"]) { reach { value } byCommunity { community { id } } }
  cascades(filter: { user: $who }) { totalCount nodes { id } }
  communities { totalCount modularity nodes { id size topCategories { category } } }
  dataset { version asOf users products ties shares opens purchases noise }
}
"""


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every shop counts as large."""
    monkeypatch.setattr(refresh, "AT_ONCE", 0)
    monkeypatch.setattr(refresh, "OF_A_FEW", 1_000)


@pytest.mark.parametrize("who", ["new", "ana", "bea", "phone"])
async def test_every_field_holds_for_newcomers_and_new_products(shop: Shop, large: None, who: str) -> None:
    shop.tell("ana>bea,cy:tea  bea>dan:mug  dan$mug=5  ?phone.view:mug")
    before = (await shop.ask("{ dataset { version users } }"))["dataset"]
    shop.tell("@2h ana>new:tea  new>bea:pot  bea>cy:pot  new=?phone  new$pot=3")
    answer = await shop.ask(EVERYTHING, who=who, what="pot")
    assert answer["dataset"]["version"] == f"{shop.store.version()}~{before['version']}"
    assert answer["dataset"]["users"] == before["users"]
    assert answer["dataset"]["shares"] == 4
    assert answer["product"]["key"] == "pot"
    assert answer["user"]["key"] == {"phone": "new"}.get(who, who)


async def test_a_newcomer_is_in_no_community_until_the_next_fit(shop: Shop, large: None) -> None:
    shop.tell("ana>bea,cy:tea")
    await shop.ask("{ dataset { version } }")
    shop.tell("@2h ana>new:tea")
    document = '{ user(key: "new") { community { id } friends { nodes { from { key } } } } }'
    assert (await shop.ask(document))["user"] == {
        "community": None,
        "friends": {"nodes": [{"from": {"key": "ana"}}]},
    }


async def test_what_was_just_dismissed_is_not_suggested(shop: Shop, large: None) -> None:
    shop.tell("ana>bea:tea  ana>cy:pot  ana>cy:mug")
    document = '{ user(key: "bea") { suggestions { nodes { product { key } } } } }'
    before = {node["product"]["key"] for node in (await shop.ask(document))["user"]["suggestions"]["nodes"]}
    shop.tell("@3h bea.not_interested:pot")
    after = {node["product"]["key"] for node in (await shop.ask(document))["user"]["suggestions"]["nodes"]}
    assert before == {"pot", "mug"}
    assert after == {"mug"}


async def test_what_was_just_shown_often_enough_rests(shop: Shop, large: None) -> None:
    shop.tell("ana>bea:tea  ana>:pot  ana>:mug  @1d bea.exposure:mug  @2d bea.exposure:mug")
    document = '{ user(key: "bea") { suggestions { nodes { product { key } } } } }'
    before = (await shop.ask(document))["user"]["suggestions"]["nodes"]
    assert {node["product"]["key"] for node in before} == {"pot", "mug"}
    shop.tell("@3d bea.exposure:mug")
    after = (await shop.ask(document))["user"]["suggestions"]["nodes"]
    assert {node["product"]["key"] for node in after} == {"pot"}
