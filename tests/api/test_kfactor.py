"""The k-factor over GraphQL: groups, periods, and what is refused."""

from typing import Any

import pytest

from api.auth.caller import Caller, Role
from api.errors import BAD_INPUT
from api.request import Asked
from api.service import Service
from api.settings import Records
from tests.api.conftest import Shop

SHOP = "ana>bea,cy:tea  bea>dan:mug  @9d ana>ed:pot"
ASKED = """
query(
  $by: KFactorBy, $every: Every, $within: Int, $conversion: Conversion, $since: DateTime, $until: DateTime,
  $first: Int
) {
  kFactor(
    by: $by, every: $every, within: $within, conversion: $conversion, since: $since, until: $until,
    first: $first
  ) {
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


@pytest.mark.parametrize("until", ["2026-05-01T08:00:00Z", "2026-05-05T08:00:00+08:00"])
async def test_times_that_nothing_lies_between_are_refused_by_name(shop: Shop, until: str) -> None:
    shop.tell(SHOP)
    ((code, said),) = await shop.refused(ASKED, since="2026-05-05T00:00:00Z", until=until)
    ends = "2026-05-01T08:00Z" if "01T" in until else "2026-05-05T00:00Z"
    assert (code, said) == (
        BAD_INPUT, f"since: 2026-05-05T00:00Z is not before until: {ends}; nothing is between them",
    )  # fmt: skip


async def analyst(shop: Shop, document: str, **variables: Any) -> Any:
    reply = await shop.service.answer(Asked(document, variables, caller=Caller(Role.ANALYST, "a")))
    assert not reply.errors, reply.errors
    return reply.data


async def test_no_short_list_tells_analysts_of_few_by_subtraction(shop: Shop) -> None:
    often = [f"p{who}>x{who}:t{product}" for product in range(4) for who in range(12)]
    shop.tell(" ".join(often) + " zoe>yan,yve,yul:rare")
    named = set()
    for first in (1, 3, 4, 5, 50):
        found = (await analyst(shop, ASKED, by="PRODUCT", conversion="OPENED", first=first))["kFactor"]
        named |= {group["product"]["key"] for group in found["groups"]}
        rest = found["overall"]["invites"] - sum(group["kFactor"]["invites"] for group in found["groups"])
        assert rest in {20, 30, 40}  # the rare one's share is told with a dozen others alone
    assert len(named) == 3


async def test_no_period_tells_analysts_of_few_by_subtraction(shop: Shop) -> None:
    tea, mug = (" ".join(f"p{who}>x{who}:{product}" for who in range(12)) for product in ("tea", "mug"))
    few = " ".join(f"@{day}d zoe>yan,yve:rare{day}" for day in range(2, 7))
    shop.tell(f"{tea} @1d {mug} {few}")
    (group,) = (await analyst(shop, ASKED, every="DAY", conversion="OPENED"))["kFactor"]["groups"]
    assert group["kFactor"]["invites"] == 30
    assert [period["kFactor"]["invites"] for period in group["overTime"]] == [20, 10]


async def test_analysts_are_told_of_no_community_that_is_kept_from_them(shop: Shop) -> None:
    stars = {"c": 2, "a": 39, "b": 14}
    told = [f"{who}>{','.join(f'{who}{at}' for at in range(size))}:tea" for who, size in stars.items()]
    shop.tell(f"{told[0]} a>a0,a1,a2,a3,a4,a5:mug @1d {' '.join(told[1:])}")
    (listed,) = (await analyst(shop, "{ communities { nodes { id } } }"))["communities"]["nodes"]
    document = """{ kFactor(by: COMMUNITY, conversion: OPENED, since: "2026-05-02T00:00:00Z") {
      groups { community { id } } } }"""
    assert len((await shop.ask(document))["kFactor"]["groups"]) == 2
    groups = (await analyst(shop, document))["kFactor"]["groups"]
    assert [group["community"] for group in groups] == [listed]


@pytest.mark.parametrize(("k", "told"), [(12, {"people": 10}), (13, {"people": 10}), (14, None)])
async def test_as_many_people_as_a_server_keeps_together_are_told(
    shop: Shop, k: int, told: dict[str, int] | None
) -> None:
    shop.tell(f"ana>{','.join(f'f{n}' for n in range(12))}:tea")
    service = Service(shop.store, clock=shop.clock, records=Records(k=k))
    asked = Asked("{ kFactor { overall { people } } }", caller=Caller(Role.ANALYST, "key:a"))
    reply = await service.answer(asked)
    service.close()
    assert (reply.data and reply.data["kFactor"]["overall"]) == told
    assert (reply.code, told is None) in {("OK", False), ("FORBIDDEN", True)}
