"""What a first question would wait for, done before it comes.

A server that has just started knows the shop, and has nothing of it computed that only some questions need:
forests, pools of sets, who opens what. On a machine where it never ran it has not compiled its kernels
either, which takes a minute. So as soon as there is a fit everything of `FIRST` is computed behind the
answers, one after the other, and the server is ready when that is done. Whoever asks meanwhile waits for the
rest of the same work. Later fits are warmed too, but those of a small shop, which is fitted anew at every
change.
"""

import asyncio
from collections.abc import Callable, Sequence
from time import perf_counter
from weakref import ref

import structlog

from api import shared
from api.errors import traced
from api.memo import Memo
from api.refresh import AT_ONCE
from graph.analysis import Analysis

Step = Callable[[Analysis], object]

LATER: Sequence[Step] = (shared.cascades, shared.communities, shared.market, shared.sharing, shared.growth)
"""What belongs to a fit."""

FIRST: Sequence[Step] = (
    shared.suggestions, shared.totals, shared.by_sharer, shared.modularity, *LATER, shared.reach,
    shared.openers,
)  # fmt: skip
"""The same, and what is compiled at its first call."""

log = structlog.get_logger()


class Warming:
    """Warms the latest fit, and holds none that nobody else does. done: whether a first one is warm."""

    def __init__(self, memo: Memo) -> None:
        self.done = False
        self._memo = memo
        self._fit: ref[Analysis] | None = None
        self._doing: asyncio.Task[None] | None = None
        self._ended = False

    def warm(self, analysis: Analysis) -> None:
        """Go on with an analysis' fit, unless it was warmed before, or fits of this size come and go."""
        fit = analysis.last_fit
        known = self._fit is not None and self._fit() is fit
        if known or self._ended or (self.done and fit.held <= AT_ONCE):
            return
        self._fit = ref(fit)
        if self._doing is None or self._doing.done():
            self._doing = asyncio.create_task(self._warm())

    async def wait(self) -> None:
        """Until what is under way is done."""
        if self._doing is not None:
            await asyncio.wait([self._doing])

    def end(self) -> None:
        """Begin nothing further."""
        self._ended = True
        if self._doing is not None:
            self._doing.cancel()

    async def _warm(self) -> None:
        begun_with = None
        while self._fit is not begun_with:
            begun_with, began, took = self._fit, perf_counter(), dict[str, float]()
            log.info("warming")
            for step in LATER if self.done else FIRST:
                begun = perf_counter()
                await self._done(step)
                took[step.__name__] = round(perf_counter() - begun, 3)
            self.done = True
            log.info("ready", seconds=round(perf_counter() - began, 3), **took)

    async def _done(self, step: Step) -> None:
        """One step of the fit that is the latest by now, if anybody still holds it."""
        fit = None if self._fit is None else self._fit()
        if fit is None:
            return
        try:
            await self._memo.of(fit).of(step)
        except Exception as fault:  # noqa: BLE001  # the first to ask is told, and tries again
            log.warning("not warmed", what=step.__name__, **traced(fault))
