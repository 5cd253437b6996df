"""The k-factor over GraphQL: groups, periods, and what is refused."""

from api.errors import BAD_INPUT
from tests.api.conftest import Shop

SHOP = "ana>bea,cy:tea  bea>dan:mug  @9d ana>ed:pot"
ASKED = """
query($by: KFactorBy, $every: Every, $within: Int, $conversion: Conversion, $since: DateTime, $first: Int) {
  kFactor(by: $by, every: $every, within: $within, conversion: $conversion, since: $since, first: $first) {
    overall { people invites converted factor { value low high } }
    groups {
      product { key } channel campaign community { size }
      kFactor { invites converted invitesPerPerson { value } conversion { value } }
      overTime { from to complete kFactor { invites factor { value } } }
    }
  }
}
"""


async def test_all_shares_together_and_one_group_of_them(shop: Shop) -> None:
    shop.tell(SHOP)
    found = (await shop.ask(ASKED))["kFactor"]
    assert (found["overall"]["people"], found["overall"]["invites"], found["overall"]["converted"]) == (
        5,
        3,
        4,
    )
    assert found["overall"]["factor"]["value"] == 4 / 5
    (group,) = found["groups"]
    assert group["kFactor"]["invites"] == 3
    assert (group["product"], group["channel"], group["overTime"]) == (None, None, [])


async def test_by_product_and_week(shop: Shop) -> None:
    shop.tell(SHOP)
    groups = (await shop.ask(ASKED, by="PRODUCT", every="WEEK", within=1))["kFactor"]["groups"]
    assert [group["product"]["key"] for group in groups] == ["tea", "mug", "pot"]
    first, second, *_ = groups[0]["overTime"]
    assert first["from"] == "2026-04-27T00:00:00Z"
    assert first["to"] == second["from"]
    assert (first["kFactor"]["invites"], second["kFactor"]) == (1, {"invites": 0, "factor": None})
    assert [period["complete"] for period in groups[0]["overTime"]] == [True, False]


async def test_by_community_and_by_what_the_log_does_not_say(shop: Shop) -> None:
    shop.tell(SHOP)
    (group,) = (await shop.ask(ASKED, by="CHANNEL"))["kFactor"]["groups"]
    assert (group["channel"], group["kFactor"]["converted"]) == (None, 4)
    groups = (await shop.ask(ASKED, by="COMMUNITY"))["kFactor"]["groups"]
    assert sum(group["kFactor"]["invites"] for group in groups) == 3
    assert all(group["community"]["size"] > 0 for group in groups)


async def test_what_is_counted_can_be_chosen(shop: Shop) -> None:
    shop.tell("bea$tea  " + SHOP)
    joined = (await shop.ask(ASKED))["kFactor"]["overall"]["converted"]
    opened = (await shop.ask(ASKED, conversion="OPENED"))["kFactor"]["overall"]["converted"]
    late = (await shop.ask(ASKED, since="2026-05-05T00:00:00Z"))["kFactor"]["overall"]
    assert (joined, opened, late["invites"]) == (3, 4, 1)


async def test_a_span_or_a_list_out_of_bounds_is_refused(shop: Shop) -> None:
    shop.tell(SHOP)
    for asked in ({"within": 0}, {"first": 101}, {"first": 21, "every": "DAY"}):
        ((code, _),) = await shop.refused(ASKED, **asked)
        assert code == BAD_INPUT
