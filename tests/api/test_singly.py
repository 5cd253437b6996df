"""Exports: each caller's one at a time, and never all threads."""

import asyncio
from typing import Any

import pytest

from api.auth.caller import Caller, Role
from api.cost.allowance import ALLOWANCES
from api.request import Asked
from api.service import AT_A_TIME, SEARCHES
from api.singly import Singly
from graph.errors import Busy
from tests.api.conftest import Shop
from tests.api.test_giving_up import Gate

EXPORT = "query($u: String!) { exportUser(user: $u) }"
STAFF = Caller(Role.PRIVACY, "staff")


def member(key: str) -> Caller:
    return Caller(Role.MEMBER, f"member:{key}", key)


async def asked(shop: Shop, caller: Caller, document: str = EXPORT, **variables: Any) -> Any:
    return await shop.service.answer(Asked(document, variables, caller=caller))


@pytest.fixture
def slow(shop: Shop) -> Gate:
    """A store that waits at the first search."""
    shop.tell("ana>bea:tea  bea>cy:mug  cy>dan:tea")
    gate = Gate(shop.store.held)
    shop.store.held = gate  # type: ignore[attr-defined]
    return gate


async def test_a_second_export_of_a_caller_is_refused_and_can_be_asked_for_again(
    shop: Shop, slow: Gate
) -> None:
    first = asyncio.create_task(asked(shop, STAFF, u="ana"))
    assert await asyncio.to_thread(slow.begun.wait, 60)
    again = await asked(shop, STAFF, u="bea")
    assert (again.data, again.code) == ({"exportUser": None}, "ONE_AT_A_TIME")
    slow.go_on.set()
    assert '"ana"' in (await first).data["exportUser"]
    assert '"bea"' in (await asked(shop, STAFF, u="bea")).data["exportUser"]


async def test_an_export_that_is_refused_says_when_to_come_again(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    twice = {"query": '{ a: exportUser(user: "ana") b: exportUser(user: "bea") }'}
    async with shop.client() as client:
        answer = await client.post("/graphql", json=twice)
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "ONE_AT_A_TIME"
    assert answer.headers["retry-after"] == "5"
    assert sum(held is not None for held in answer.json()["data"].values()) == 1


async def test_however_many_export_others_are_answered(shop: Shop, slow: Gate) -> None:
    crowd = [asyncio.create_task(asked(shop, member(key), u=key)) for key in ("ana", "bea", "cy", "dan")]
    assert await asyncio.to_thread(slow.begun.wait, 60)
    async with asyncio.timeout(60):
        batch = "{ suggestions(first: 1) { nodes { rank } } }"
        assert (await asked(shop, Caller(Role.STOREFRONT, "shop"), batch)).code == "OK"
    assert slow.calls <= SEARCHES < AT_A_TIME
    slow.go_on.set()
    assert [reply.code for reply in await asyncio.gather(*crowd)] == ["OK"] * 4


async def test_whoever_leaves_has_their_turn_no_longer() -> None:
    turns = Singly(1)
    async with turns.turn("ana"):
        waiting = asyncio.create_task(_turn(turns, "bea"))
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await _turn(turns, "bea")
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    await _turn(turns, "bea")


async def _turn(turns: Singly, whose: str) -> None:
    async with turns.turn(whose):
        pass


async def test_a_members_minute_holds_few_exports(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    minute = ALLOWANCES["member"].a_minute or 0
    codes = [(await asked(shop, member("ana"), u="ana")).code for _ in range(20)]
    assert codes.count("OK") == minute // 2_000
    assert set(codes) == {"OK", "RATE_LIMITED"}
