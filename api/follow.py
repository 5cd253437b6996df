"""Following the store: one look at its version for everybody who follows something, and places for so many.

Whatever process wrote, the version tells. Nobody looks while nobody follows; whoever is slow misses what came
between and sees the newest, so nothing piles up.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress

import structlog

from api.errors import traced
from api.metrics import Metrics
from api.refresh import Answers
from graph.analysis import Analysis
from graph.errors import SharegraphError, StoreUnavailable

LOOKS = 0.25
"""Seconds between two looks at the version while somebody follows."""

GAVE_WAY = "all places are taken, and others came before this connection said who it is; try again later"

log = structlog.get_logger()


class Watch:
    """Wakes whoever follows when there is a newer analysis."""

    def __init__(self, answers: Answers, *, seconds: float = LOOKS) -> None:
        self._answers = answers
        self._seconds = seconds
        self._followers = 0
        self._looking: asyncio.Task[None] | None = None
        self._turn = asyncio.Event()

    def turned(self) -> None:
        """There is a newer analysis."""
        self._turn.set()
        self._turn = asyncio.Event()

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[None]:
        """While it lasts, what is new in the store is brought in."""
        self._followers += 1
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        try:
            yield
        finally:
            self._followers -= 1
            if not self._followers:
                self._looking.cancel()
                self._looking = None

    async def newer(self, known: Analysis) -> Analysis:
        """The newest analysis, as soon as it is another one."""
        while self._answers.latest is None or self._answers.latest is known:
            await self._turn.wait()
        return self._answers.latest

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(self._seconds)
            try:
                await self._bring_in()
            except StoreUnavailable:
                continue  # /readyz says so; a line four times a second would not say it better
            except Exception as fault:  # noqa: BLE001  # followers wait; the next change is another chance
                log.error("not brought in", **traced(fault))  # noqa: TRY400  # a message may speak of somebody

    async def _bring_in(self) -> None:
        latest = self._answers.latest
        if latest is None or latest.snapshot.version != await self._answers.looked():
            await self._answers.current()


class Full(SharegraphError):
    """As many follow as may, of all or of one caller's."""


class Following:
    """How many may follow something at a time, and the end of all of it when the server goes.

    farewell: set when there is nothing to wait for any more.
    """

    def __init__(self, most: int, metrics: Metrics) -> None:
        self.most = most
        self.farewell = asyncio.Event()
        self._metrics = metrics
        self._places: Counter[str] = Counter()
        self._greeted: Counter[str] = Counter()
        self._seated: set[asyncio.Event] = set()
        self._strangers: dict[asyncio.Event, None] = {}
        self._left = asyncio.Event()

    @contextmanager
    def place(self, protocol: str, caller: str, share: int) -> Iterator[None]:
        """One subscription's place, of those that this caller may have; Full where there is none."""
        if self._places.total() >= self.most or self.farewell.is_set():
            raise Full(f"{self.most:,} follow something already; try again later")
        with ExitStack() as held:
            held.callback(self._left.set)
            held.enter_context(
                _one(self._places, caller, share, "you follow {:,} already; complete one first")
            )
            self._metrics.following(protocol, 1)
            held.callback(self._metrics.following, protocol, -1)
            yield

    @contextmanager
    def socket(self) -> Iterator[asyncio.Event]:
        """One connection's place, whether it follows anything or not; Full where there is none. Where all are
        taken, the earliest of those who have not said who they are gives way: the event is set by which they
        learn it.
        """
        if self.farewell.is_set():
            raise Full("the server is going; come back")
        if len(self._seated) >= self.most:
            self._make_room()
        place = asyncio.Event()
        self._seated.add(place)
        self._strangers[place] = None
        try:
            yield place
        finally:
            self._seated.discard(place)
            self._strangers.pop(place, None)
            self._left.set()

    def _make_room(self) -> None:
        if not self._strangers:
            raise Full(f"{self.most:,} are connected already; try again later")
        place = next(iter(self._strangers))
        del self._strangers[place]
        self._seated.discard(place)
        place.set()

    @contextmanager
    def greeted(self, place: asyncio.Event, caller: str, share: int) -> Iterator[None]:
        """One connection of this caller's, of those that they may have; it keeps its place. Full where there
        is none for it.
        """
        if place.is_set():
            raise Full(GAVE_WAY)
        with _one(self._greeted, caller, share, "you have {:,} connections already; close one first"):
            self._strangers.pop(place, None)
            yield

    async def end(self, seconds: float) -> None:
        """Complete every subscription, and give the last words so long to be sent."""
        self.farewell.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._places.total() or self._seated:
                    self._left.clear()
                    await self._left.wait()


@contextmanager
def _one(of: Counter[str], caller: str, share: int, full: str) -> Iterator[None]:
    if of[caller] >= share:
        raise Full(full.format(share))
    of[caller] += 1
    try:
        yield
    finally:
        of[caller] -= 1
        if not of[caller]:
            del of[caller]
