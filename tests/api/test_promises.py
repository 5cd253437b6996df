"""What is forecast is kept behind the answer, before the fact."""

import asyncio
from collections.abc import Callable
from threading import Event as Signal
from typing import Any

import pytest

from api import behind
from api.ledger import Ledger
from graph.errors import StoreUnavailable
from graph.estimate import Estimate
from graph.promises.promise import PEOPLE, Kind, Promise, broken_at
from tests.api.conftest import Shop

TOY = "ana>bea,cy:tea bea>dan:tea ana>bea:mug dan$tea=5"
SPREAD = '{ spread(users: ["bea", "ana"], filter: { product: "tea" }) { reach { value low high } } }'
KOLS = "{ kolCandidates(first: 2, objective: NEW_USERS) { nodes { user { key } } reach { value } } }"


def promise(number: int) -> Promise:
    return Promise.of((Kind.SPREAD, PEOPLE), {"users": [str(number)]}, "v", (1, 2), Estimate(3, 1, 5))


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long."""
    monkeypatch.setattr(behind, "GATHERING", 0.01)
    monkeypatch.setattr(behind, "PATIENCE", 0.02)


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not done():  # noqa: ASYNC110  # what is waited for is in the store
            await asyncio.sleep(0.01)


async def test_a_spread_that_was_told_is_kept_with_all_its_figures(shop: Shop) -> None:
    shop.tell(TOY)
    told = (await shop.ask(SPREAD))["spread"]["reach"]
    await shop.service.ledger.close()
    kept = [one.promise for one in shop.store.promises()]
    assert {one.unit for one in kept} == {"people", "new users", "purchases", "CNY"}
    assert {(one.kind, one.version) for one in kept} == {(Kind.SPREAD, shop.store.version())}
    assert kept[0].asked == '{"product":"tea","users":["ana","bea"]}'
    assert (kept[0].told.value, kept[0].told.low, kept[0].told.high) == (
        told["value"], told["low"], told["high"],
    )  # fmt: skip


async def test_a_list_of_kols_is_kept_as_the_set_it_is(shop: Shop) -> None:
    shop.tell(TOY)
    told = (await shop.ask(KOLS))["kolCandidates"]
    await shop.service.ledger.close()
    ((kept,),) = [[one.promise for one in shop.store.promises()]]
    assert (kept.kind, kept.unit, kept.told.value) == (Kind.KOLS, "new users", told["reach"]["value"])
    assert kept.parts["users"] == sorted(node["user"]["key"] for node in told["nodes"])


async def test_a_list_of_nobody_promises_nothing(shop: Shop) -> None:
    shop.tell(TOY)
    nobody = '{ kolCandidates(filter: { candidates: [], alreadyChosen: ["ana"] }) { nodes { rank } } }'
    assert (await shop.ask(nobody))["kolCandidates"] == {"nodes": []}
    await shop.service.ledger.close()
    assert list(shop.store.promises()) == []


async def test_the_size_of_a_cascade_in_the_end_is_kept_until_it_is_over(shop: Shop) -> None:
    shop.tell(" ".join(f"u{n}>{','.join(f'v{n}x{m}' for m in range(n % 5))}:p{n}" for n in range(300)))
    document = """query($noise: Boolean) {
        cascades(first: 2, filter: { includeNoise: $noise }) { nodes { forecast { value } } } }"""
    told = [node["forecast"]["value"] for node in (await shop.ask(document))["cascades"]["nodes"]]
    await shop.ask(document, noise=True)
    await shop.service.ledger.close()
    kept = [one.promise for one in shop.store.promises()]
    assert [(one.kind, one.told.value) for one in kept] == [(Kind.CASCADE, value) for value in told]
    assert all(one.due > one.as_of and "cascade" in one.parts for one in kept)


async def test_what_is_asked_again_is_promised_once(shop: Shop) -> None:
    shop.tell(TOY)
    for _ in range(3):
        await shop.ask(KOLS)
    await shop.service.ledger.close()
    assert len(shop.store.promises()) == 1
    shop.tell("ana>ed:tea")
    await shop.ask(KOLS)
    await shop.service.ledger.close()
    assert len(shop.store.promises()) == 2


async def test_no_answer_waits_for_its_promise(shop: Shop) -> None:
    shop.tell(TOY)
    go_on, keep = Signal(), shop.store.promise

    def slow(*promised: Any) -> int:
        go_on.wait(10)
        kept: int = keep(*promised)
        return kept

    shop.store.promise = slow  # type: ignore[attr-defined]
    await shop.ask(KOLS)
    go_on.set()
    await shop.service.ledger.close()
    assert len(shop.store.promises()) == 1


async def test_a_server_that_goes_keeps_what_it_promised(shop: Shop) -> None:
    shop.tell(TOY)
    async with shop.client() as client:
        answer = await client.post("/graphql", json={"query": SPREAD})
        assert "errors" not in answer.json()
    chain = shop.store.promises()
    assert len(chain) == 4
    assert broken_at(chain) is None


@pytest.mark.parametrize("document", [SPREAD, KOLS])
async def test_what_is_asked_by_get_is_answered_and_promises_nothing(shop: Shop, document: str) -> None:
    shop.tell(TOY)
    async with shop.client() as client:
        read = await client.get("/graphql", params={"query": document})
        assert "errors" not in read.json()
        await client.get("/graphql", params={"query": document}, headers={"accept": "text/event-stream"})
    assert shop.store.promises() == []
    async with shop.client() as client:
        assert (await client.post("/graphql", json={"query": document})).json() == read.json()
    assert shop.store.promises() != []


async def test_promises_wait_while_the_store_is_away_and_metrics_count_them(shop: Shop) -> None:
    away, keep = [True], shop.store.promise
    gone = StoreUnavailable("the store is away; try again")

    def flaky(*promised: Any) -> int:
        if away[0]:
            raise gone
        kept: int = keep(*promised)
        return kept

    shop.store.promise = flaky  # type: ignore[attr-defined]
    written: list[tuple[int, int]] = []
    book = Ledger(shop.store, on_written=lambda kept, lost: written.append((kept, lost)))
    book.give([promise(1), promise(2)])
    await asyncio.sleep(0.05)
    away[0] = False
    await until(lambda: len(shop.store.promises()) == 2)
    assert written == [(2, 0)]


async def test_there_is_room_for_so_many_and_the_rest_is_counted_as_lost(shop: Shop) -> None:
    written: list[tuple[int, int]] = []
    book = Ledger(shop.store, on_written=lambda kept, lost: written.append((kept, lost)), room=3)
    book.give([promise(number) for number in range(5)])
    await book.close()
    assert len(shop.store.promises()) == 3
    assert written == [(0, 1), (0, 1), (3, 0)]


async def test_what_cannot_be_kept_at_the_end_is_lost_and_said_so(shop: Shop) -> None:
    gone = StoreUnavailable("the store is away; try again")

    def away(*_: Any) -> int:
        raise gone

    shop.store.promise = away  # type: ignore[attr-defined]
    written: list[tuple[int, int]] = []
    book = Ledger(shop.store, on_written=lambda kept, lost: written.append((kept, lost)))
    book.give([promise(1)])
    await book.close()
    assert written == [(0, 1)]
