"""Forecasts on their way into the store, behind the answers that gave them out.

No answer waits for its promise: promises are gathered for a moment and written together, those given again
within this process once. While the store is away they wait, so many of them; a server that is told to go
writes what waits. What finds no place or no store is counted as lost.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Protocol

import structlog

from api.errors import traced
from graph.errors import StoreUnavailable
from graph.promises.promise import Promise
from graph.store import Store

ROOM, BATCH = 10_000, 500
GATHERING, PATIENCE = 0.5, 10.0
"""Seconds until promises are written, and between two tries while the store is away."""

Written = Callable[[int, int], None]
"""Told how many promises were kept, and how many lost."""

log = structlog.get_logger()


class Keeping(Protocol):
    """What takes the forecasts that a request is given."""

    def give(self, promises: Iterable[Promise]) -> None:
        """These were told to somebody."""


class Unkept:
    """For a request that may change nothing: what it is told is nobody's promise."""

    def give(self, promises: Iterable[Promise]) -> None:
        """These are forgotten."""


class Ledger:
    """What was promised and is not kept yet."""

    def __init__(self, store: Store, *, on_written: Written | None = None, room: int = ROOM) -> None:
        self._store = store
        self._on_written = on_written
        self._room = room
        self._waiting: deque[Promise] = deque()
        self._given: OrderedDict[bytes, None] = OrderedDict()
        self._writing: asyncio.Task[None] | None = None

    def give(self, promises: Iterable[Promise]) -> None:
        """These were told to somebody."""
        for promise in promises:
            question = promise.question
            if question in self._given:
                continue
            if len(self._waiting) >= self._room:
                self._count(lost=1)
                continue
            self._given[question] = None
            self._waiting.append(promise)
        while len(self._given) > self._room:
            self._given.popitem(last=False)
        if self._waiting and self._writing is None:
            self._writing = asyncio.create_task(self._write())

    async def close(self) -> None:
        """Write what waits; once, and it is lost where the store is away."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
        while self._waiting and await self._kept():
            pass
        if self._waiting:
            log.error("promises lost", promises=len(self._waiting))
            self._count(lost=len(self._waiting))
            self._waiting.clear()

    async def _write(self) -> None:
        try:
            wait = GATHERING
            while self._waiting:
                await asyncio.sleep(wait)
                wait = GATHERING if await self._kept() else PATIENCE
        finally:
            self._writing = None

    async def _kept(self) -> bool:
        """Whether the next batch is in the store, or never will be."""
        batch = list(islice(self._waiting, BATCH))
        try:
            # One that is interrupted after the store has it is written again, and found to be there.
            kept = await asyncio.to_thread(self._store.promise, batch)
        except StoreUnavailable as away:
            log.warning("promises wait", promises=len(self._waiting), reason=str(away))
            return False
        except Exception as fault:  # noqa: BLE001  # no forecast may be the last for a fault of one
            log.error("promises lost", promises=len(batch), **traced(fault))  # noqa: TRY400
            self._count(lost=len(batch))
        else:
            self._count(kept=kept)
        for _ in batch:
            self._waiting.popleft()
        return True

    def _count(self, kept: int = 0, lost: int = 0) -> None:
        if self._on_written is not None:
            self._on_written(kept, lost)
