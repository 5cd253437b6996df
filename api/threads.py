"""Threads that compute for whoever waits: so many at a time, and none for nobody.

Who asks for much takes turns with who asks for little, and nobody has all threads: whatever one caller asks,
there is a thread that others' questions need not wait for. Work asks its `stop` between pieces that are
bounded (graph.stop) and ends there once nobody waits for it any more; what has not begun by then never
begins. The threads die with the process, so that a server which was told to go waits for none of them.
"""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from graph.stop import Stop

T = TypeVar("T")

_Work = tuple[Future[Any], Callable[[], Any]]
_Ended = Callable[[], None]


class Abandoned(Exception):
    """Nobody waits for this work any more."""


@dataclass(slots=True, eq=False)
class Waiting:
    """Who waits for some work."""

    count: int = 0
    over: bool = False

    def stop(self) -> bool:
        """Never says that work should be cut short; Abandoned where it should not be done at all."""
        if self.over:
            raise Abandoned
        return False


class Threads:
    """At most `count` of them, two or more, begun as they are needed; for one event loop."""

    def __init__(self, count: int, name: str) -> None:
        self._count, self._name = count, name
        self._queue: SimpleQueue[tuple[_Work, _Ended] | None] = SimpleQueue()
        self._waiting: OrderedDict[str, deque[_Work]] = OrderedDict()
        self._held: Counter[str] = Counter()
        self._begun = 0
        self._closed = False

    def begin(self, compute: Callable[[], T], whose: str = "") -> "asyncio.Future[T]":
        """What this returns, once a thread was free for it; RuntimeError where nothing is begun any more.
        whose: the caller's who asks.
        """
        if self._closed:
            raise RuntimeError(f"{self._name}: nothing is begun any more")
        coming: Future[T] = Future()
        self._waiting.setdefault(whose, deque()).append((coming, compute))
        self._hand_out()
        return asyncio.wrap_future(coming)

    async def done(self, compute: Callable[[Stop], T], waiting: Waiting, whose: str = "") -> T:
        """What this returns, as long as somebody waits."""

        def begun() -> T:
            waiting.stop()
            return compute(waiting.stop)

        return await self.begin(begun, whose)

    def close(self) -> None:
        """Begin nothing further; idempotent."""
        if not self._closed:
            self._closed = True
            for works in self._waiting.values():
                for coming, _ in works:
                    coming.cancel()
            for _ in range(self._begun):
                self._queue.put(None)

    def _hand_out(self) -> None:
        while self._held.total() < self._count and (whose := self._next()) is not None:
            works = self._waiting.pop(whose)
            coming, compute = works.popleft()
            if works:
                # Behind all others who wait.
                self._waiting[whose] = works
            if coming.set_running_or_notify_cancel():
                self._held[whose] += 1
                self._give((coming, compute), whose)

    def _next(self) -> str | None:
        """Whose turn it is, of those who do not have all threads but one."""
        return next((whose for whose in self._waiting if self._held[whose] < self._count - 1), None)

    def _give(self, work: _Work, whose: str) -> None:
        if self._begun < self._count:
            self._begun += 1
            name = f"{self._name}-{self._begun}"
            Thread(target=_working, args=(self._queue,), name=name, daemon=True).start()
        loop = asyncio.get_running_loop()

        def ended() -> None:
            # The loop may be gone by then.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._ended, whose)

        self._queue.put((work, ended))

    def _ended(self, whose: str) -> None:
        self._held[whose] -= 1
        if not self._held[whose]:
            del self._held[whose]
        if not self._closed:
            self._hand_out()


def _working(queue: "SimpleQueue[tuple[_Work, _Ended] | None]") -> None:
    while given := queue.get():
        (coming, compute), ended = given
        try:
            coming.set_result(compute())
        except BaseException as fault:  # noqa: BLE001  # whoever waits is told
            coming.set_exception(fault)
        ended()
        # While a thread waits for more, it holds nothing of what was asked before.
        del given, coming, compute, ended
