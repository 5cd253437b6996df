"""Work is done as long as somebody waits for it."""

import asyncio
import json
from collections.abc import Iterator
from threading import Event
from time import process_time
from typing import Any

import numpy as np
import pytest
from starlette.types import Message

from api.app import create_app
from api.auth.caller import DEV
from api.memo import AT_A_TIME, Memo
from api.request import Asked
from api.settings import Settings
from graph.analysis import Analysis
from graph.events import Kind
from graph.spread.forward import Network
from graph.spread.sampling import Sample
from graph.spread.seeds import Goal, seed_people
from graph.stop import Stop
from tests.api.conftest import Shop

TOY = "ana>bea:tea  ana>cy:tea  bea>dan:mug"

FEEDBACK = """mutation { giveFeedback(input: { user: "bea", product: "tea", verdict: NOT_INTERESTED }) {
    userErrors { code } } }"""


class Endless:
    """Work without end. begun, ended: whether it was begun, and told to end."""

    def __init__(self) -> None:
        self.begun, self.ended = Event(), Event()

    def __call__(self, _: Analysis, *, stop: Stop) -> None:
        self.begun.set()
        try:
            while not stop():
                pass
        finally:
            self.ended.set()


@pytest.fixture
async def analysis(shop: Shop) -> Analysis:
    shop.tell(TOY)
    return await shop.service.answers.current()


async def given_up(work: Any, seconds: float = 0.05) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(work, seconds)


async def left(work: Any, endless: Endless) -> None:
    """Ask, and leave once it was begun."""
    asking = asyncio.create_task(work)
    assert await asyncio.to_thread(endless.begun.wait, 60)
    asking.cancel()


async def test_work_that_nobody_waits_for_ends(analysis: Analysis) -> None:
    endless = Endless()
    await left(Memo().of(analysis).of(endless, stoppable=True), endless)
    assert await asyncio.to_thread(endless.ended.wait, 60)


async def test_work_goes_on_while_one_of_two_waits(analysis: Analysis) -> None:
    endless, computed = Endless(), Memo().of(analysis)
    patient = asyncio.create_task(computed.of(endless, stoppable=True))
    await left(computed.of(endless, stoppable=True), endless)
    assert not await asyncio.to_thread(endless.ended.wait, 0.2)
    patient.cancel()
    assert await asyncio.to_thread(endless.ended.wait, 60)


async def test_what_was_abandoned_is_begun_anew_for_whoever_asks_again(analysis: Analysis) -> None:
    calls = []

    def slow_at_first(_: Analysis, *, stop: Stop) -> str:
        calls.append(1)
        while len(calls) == 1 and not stop():
            pass
        return "told"

    computed = Memo().of(analysis)
    await given_up(computed.of(slow_at_first, stoppable=True))
    assert await computed.of(slow_at_first, stoppable=True) == "told"
    assert await computed.of(slow_at_first, stoppable=True) == "told"
    assert len(calls) == 2


async def test_what_waits_behind_others_is_never_begun_once_nobody_waits(analysis: Analysis) -> None:
    computed = Memo().of(analysis)
    busy = [Endless() for _ in range(AT_A_TIME)]
    waiting = [
        asyncio.create_task(computed.of(each, stoppable=True, whose=f"caller {place}"))
        for place, each in enumerate(busy)
    ]
    behind = Endless()
    await given_up(computed.of(behind, stoppable=True))
    for one in waiting:
        one.cancel()
    for each in busy:
        assert await asyncio.to_thread(each.ended.wait, 60)
    assert not behind.begun.is_set()


async def test_what_cannot_be_stopped_is_there_for_whoever_asks_next(analysis: Analysis) -> None:
    calls, go = [], Event()

    def counted(_: Analysis) -> int:
        calls.append(1)
        go.wait(10)
        return len(calls)

    computed = Memo().of(analysis)
    await given_up(computed.of(counted))
    go.set()
    assert await computed.of(counted) == 1


def _endless_choice(_: Analysis, *, stop: Stop) -> None:
    """Whom to choose of a hundred, until more is certified than ever can be."""
    pairs = np.array([(a, b) for a in range(100) for b in range(100) if a != b], np.int32)
    network = Network.between(pairs[:, 0], pairs[:, 1], np.full(len(pairs), 0.01), np.ones(100))
    sample = Sample.empty(network, np.ones(100), seed=1, room=1 << 28)
    everybody, nobody = np.arange(100, dtype=np.int32), np.empty(0, np.int32)
    seed_people(sample, candidates=everybody, most=5, kept=nobody, goal=Goal(ratio=2.0), stop=stop)


async def test_a_choice_that_nobody_waits_for_keeps_no_core_busy(analysis: Analysis) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(Memo().of(analysis).of(_endless_choice, stoppable=True), 1.0)
    await asyncio.sleep(2.0)
    before = process_time()
    await asyncio.sleep(1.0)
    assert process_time() - before < 0.5


async def test_a_client_that_leaves_is_not_worked_for(shop: Shop) -> None:
    shop.tell(TOY)
    reading, read = Event(), shop.store.read

    def slow(*told: Any) -> Any:
        reading.wait(30)
        return read(*told)

    shop.store.read = slow
    app = create_app(Settings(shop.store.url, dev=True, host="shop"), shop.store, clock=shop.clock)
    body = json.dumps({"query": "{ dataset { version } }"}).encode()
    said: Iterator[Message] = iter([{"type": "http.request", "body": body}, {"type": "http.disconnect"}])
    headers = [(b"host", b"shop"), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
    sent: list[Message] = []

    async def receive() -> Message:
        return next(said)

    async def send(message: Message) -> None:
        sent.append(message)

    async with asyncio.timeout(10):
        await app(scope, receive, send)
    reading.set()
    assert sent[0]["status"] == 499
    assert json.loads(sent[1]["body"])["errors"][0]["extensions"]["code"] == "CLIENT_LEFT"


async def test_what_was_said_counts_though_its_teller_left(shop: Shop) -> None:
    shop.tell(TOY)
    asked = Asked(FEEDBACK, caller=DEV)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(shop.service.answer(asked), 0.0001)
    await shop.service.end()
    assert [event.kind for event in shop.store.events()].count(Kind.FEEDBACK) == 1
