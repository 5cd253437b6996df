"""Threads work for who waits, and one who asks for much leaves room for others."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from threading import Event

import pytest

from api.threads import Abandoned, Threads, Waiting


@pytest.fixture
async def threads() -> AsyncIterator[Threads]:
    held = Threads(2, "testing")
    yield held
    held.close()


async def test_whatever_one_caller_asks_another_is_answered_meanwhile(threads: Threads):
    go_on, begun = Event(), list[int]()

    def slow(number: int) -> int:
        begun.append(number)
        go_on.wait(60)
        return number

    much = [threads.begin(partial(slow, number), "eve") for number in range(5)]
    assert await asyncio.wait_for(threads.begin(lambda: "told", "ana"), 60) == "told"
    assert begun == [0]
    go_on.set()
    assert await asyncio.gather(*much) == [0, 1, 2, 3, 4]


async def test_who_asks_for_little_stands_before_the_rest_of_who_asks_for_much(threads: Threads):
    go_on, order = Event(), list[str]()

    def noted(name: str) -> None:
        go_on.wait(60)
        order.append(name)

    held = threads.begin(lambda: noted("cy"), "cy")
    much = [threads.begin(lambda: noted("eve"), "eve") for _ in range(4)]
    little = threads.begin(lambda: noted("ana"), "ana")
    go_on.set()
    await asyncio.gather(held, *much, little)
    assert order.index("ana") < 4


async def test_what_nobody_waits_for_when_its_turn_comes_is_never_begun(threads: Threads):
    go_on, calls = Event(), list[int]()
    busy = threads.begin(lambda: go_on.wait(60), "ana")
    waiting = Waiting()
    behind = asyncio.create_task(threads.done(lambda _: calls.append(1), waiting, "ana"))
    await asyncio.sleep(0)
    waiting.over = True
    go_on.set()
    with pytest.raises(Abandoned):
        await behind
    assert await busy
    assert not calls


async def test_a_fault_is_told_to_who_waits_and_the_thread_goes_on(threads: Threads):
    with pytest.raises(ZeroDivisionError):
        await threads.begin(lambda: 1 // 0)
    assert await threads.begin(lambda: 42) == 42


async def test_once_closed_nothing_is_begun_and_what_waits_is_called_off(threads: Threads):
    go_on = Event()
    busy = threads.begin(lambda: go_on.wait(60))
    behind = threads.begin(lambda: 42)
    threads.close()
    go_on.set()
    assert await busy
    with pytest.raises(asyncio.CancelledError):
        await behind
    with pytest.raises(RuntimeError, match="nothing is begun"):
        threads.begin(lambda: 42)
