"""What is written to the store behind the answers that gave rise to it: no answer waits for it.

Things are gathered for a moment and written together, those given again within this process once. While the
store is away they wait, so many of them; a server that is told to go writes what waits. What finds no place
or no store is counted as lost, never passed over in silence.
"""

import asyncio
from abc import ABC, abstractmethod
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import islice
from typing import ClassVar, Generic, Protocol, TypeVar

import structlog

from api.errors import traced
from graph.errors import StoreUnavailable

ROOM, BATCH = 10_000, 500
GATHERING, PATIENCE = 0.5, 10.0
"""Seconds until what came is written, and between two tries while the store is away."""

T = TypeVar("T", bound=Hashable)
T_contra = TypeVar("T_contra", contravariant=True)

Written = Callable[[int, int], None]
"""Told how many were kept that had not been kept before, and how many were lost."""

log = structlog.get_logger()


class Keeping(Protocol[T_contra]):
    """What takes what a request gives rise to."""

    def give(self, things: Iterable[T_contra]) -> None:
        """These came of a request."""


class Unkept:
    """For a request that may change nothing: nothing comes of it."""

    def give(self, things: Iterable[object]) -> None:
        """These are forgotten."""


class Behind(ABC, Generic[T]):
    """What is to be written and is not written yet; for one event loop."""

    what: ClassVar[str]

    def __init__(self, *, on_written: Written | None = None, room: int = ROOM) -> None:
        self._on_written = on_written
        self._room = room
        self._waiting: deque[T] = deque()
        self._given: OrderedDict[Hashable, None] = OrderedDict()
        self._writing: asyncio.Task[None] | None = None

    @abstractmethod
    def mark(self, thing: T) -> Hashable:
        """The same for what is to be written once."""

    @abstractmethod
    def keep(self, batch: Sequence[T]) -> int:
        """Write these, in a thread; how many were not there before. StoreUnavailable where they have to
        wait.
        """

    def give(self, things: Iterable[T]) -> None:
        """These came of a request."""
        for thing in things:
            mark = self.mark(thing)
            if mark in self._given:
                continue
            if len(self._waiting) >= self._room:
                self._count(lost=1)
                continue
            self._given[mark] = None
            self._waiting.append(thing)
        while len(self._given) > self._room:
            self._given.popitem(last=False)
        if self._waiting and self._writing is None:
            self._writing = asyncio.create_task(self._write())

    def let_go(self) -> None:
        """Forget what was given and is written: a mark may be a hash that speaks of somebody."""
        self._given = OrderedDict.fromkeys(map(self.mark, self._waiting))

    async def close(self) -> None:
        """Write what waits; once, and it is lost where the store is away."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
        while self._waiting and await self._kept():
            pass
        if self._waiting:
            log.error("lost", what=self.what, count=len(self._waiting))
            self._count(lost=len(self._waiting))
            self._waiting.clear()

    async def _write(self) -> None:
        try:
            wait = GATHERING
            while self._waiting:
                await asyncio.sleep(wait)
                kept = await self._kept()
                wait = PATIENCE if not kept else 0.0 if len(self._waiting) >= BATCH else GATHERING
        finally:
            self._writing = None

    async def _kept(self) -> bool:
        """Whether the next batch is in the store, or never will be."""
        batch = list(islice(self._waiting, BATCH))
        try:
            # One that is interrupted after the store has it is written again, and found to be there.
            kept = await asyncio.to_thread(self.keep, batch)
        except StoreUnavailable as away:
            log.warning("waiting", what=self.what, count=len(self._waiting), reason=str(away))
            return False
        except Exception as fault:  # noqa: BLE001  # nothing may be the last to be kept for a fault of one
            log.error("lost", what=self.what, count=len(batch), **traced(fault))  # noqa: TRY400
            self._count(lost=len(batch))
        else:
            self._count(kept=kept)
        for _ in batch:
            self._waiting.popleft()
        return True

    def _count(self, kept: int = 0, lost: int = 0) -> None:
        if self._on_written is not None:
            self._on_written(kept, lost)
