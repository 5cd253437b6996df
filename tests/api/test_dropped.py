"""What filters kept out of an answer, and who is told of it."""

from typing import Any

import pytest

from api.auth.caller import Caller, Role
from api.cli.tables import KEPT_BACK
from api.request import Asked
from api.types.dropped import DroppedBy
from graph.events import Product
from graph.suggest import Filter
from graph.suggest.filters import OF_THE_SHOP
from tests.api.conftest import Shop

LOG = "ana>bea:tea ana>:mug ana>:pot ana>:pan bea.view:mug bea.not_interested:pan ana>:jar"
ASK = """
query($user: String!, $first: Int, $after: String, $context: SuggestionContext) {
  user(key: $user) {
    suggestions(first: $first, after: $after, context: $context) {
      dropped { by products }
      pageInfo { endCursor }
    }
  }
}
"""


@pytest.fixture
def told(shop: Shop) -> Shop:
    """Ana's friend has opened tea, looked at the mug and refused the pan; pots are sold out."""
    shop.tell(LOG)
    catalogue = [Product("pot", category="iron", available=False), Product("jar", category="glass")]
    shop.store.upsert_products(catalogue)
    return shop


async def dropped(shop: Shop, role: Role = Role.DEV, me: str | None = None, **asked: Any) -> dict[str, int]:
    caller = Caller(role, id="t", subject=me)
    reply = await shop.service.answer(Asked(ASK, {"user": "bea", "first": 5, **asked}, caller=caller))
    assert not reply.errors, reply.errors
    assert reply.data is not None
    found = reply.data["user"]["suggestions"]["dropped"]
    return {one["by"]: one["products"] for one in found}


async def test_whoever_runs_the_shop_is_told_what_each_filter_kept_out(told: Shop) -> None:
    assert await dropped(told) == {"SEEN": 2, "DISMISSED": 1, "UNAVAILABLE": 1}
    elsewhere = await dropped(told, context={"category": "glass", "exclude": ["mug"]})
    assert elsewhere == {"EXCLUDED": 1, "SEEN": 1, "DISMISSED": 1, "UNAVAILABLE": 1}


async def test_a_member_is_told_what_the_shop_keeps_from_everybody_and_nothing_that_others_acts_would_move(
    told: Shop,
) -> None:
    before = await dropped(told, Role.MEMBER, "bea", context={"exclude": ["jar"]})
    assert before == {"UNAVAILABLE": 1}
    told.tell("ana>:jar ana>:cup cy>:jar")
    assert await dropped(told, Role.MEMBER, "bea", context={"exclude": ["jar", "cup"]}) == before


async def test_all_pages_of_an_answer_say_the_same(told: Shop) -> None:
    first = await told.ask(ASK, user="bea", first=1)
    page = first["user"]["suggestions"]
    second = await told.ask(ASK, user="bea", first=1, after=page["pageInfo"]["endCursor"])
    assert second["user"]["suggestions"]["dropped"] == page["dropped"] != []


async def test_it_is_counted_by_filter_for_who_watches_the_server(told: Shop) -> None:
    async with told.client() as client:
        for _ in range(2):
            await client.post("/graphql", json={"query": ASK, "variables": {"user": "bea"}})
        page = (await client.get("/metrics")).text
    assert 'sharegraph_dropped_total{filter="seen"} 4.0' in page
    assert 'sharegraph_dropped_total{filter="unavailable"} 2.0' in page
    assert "noise" not in page


def test_every_filter_has_its_word_in_the_schema_and_on_the_terminal() -> None:
    names = [by.name for by in Filter]
    assert [by.name for by in DroppedBy] == names == [*KEPT_BACK]
    assert frozenset(Filter) > OF_THE_SHOP
