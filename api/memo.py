"""Answers that take seconds, computed once for one analysis and the same arguments.

What was computed stays with the analysis it was computed from and goes with it: nothing of it can be read in
another, nobody who was forgotten is left in it, and memory holds a few analyses and what hangs on them,
however many there were.

Work is done as long as somebody waits for it. Once nobody does (they left, or their time is over), what has
not begun never begins, and what is under way ends the next time it asks its `stop`.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from functools import partial
from typing import Any, TypeVar

from api.threads import Threads, Waiting
from graph.analysis import Analysis

T = TypeVar("T")

KEPT = 64
"""Answers of one analysis that are kept; a list of people is small, and there are four other forests at
most.
"""

AT_A_TIME = 2
"""Simulations that run beside each other; further ones wait, so that small questions still find a core."""


class Computed:
    """What was last computed from one analysis, by what was asked. Whoever asks for what is being computed
    waits for it.
    """

    def __init__(self, analysis: Analysis, threads: Threads) -> None:
        self._analysis = analysis
        self._threads = threads
        self._kept: OrderedDict[Hashable, tuple[asyncio.Future[Any], Waiting]] = OrderedDict()

    async def of(
        self,
        compute: Callable[..., T],
        *asked: Hashable,
        stoppable: bool = False,
        whose: str = "",
    ) -> T:
        """What `compute(analysis, *asked)` returns, in a thread, unless the same was asked before; an error
        is not kept.

        stoppable: `compute` takes `stop`, which it asks now and then, and lets through what that raises. What
        is not stoppable is done to its end, for whoever asks next. whose: the caller's who asks.
        """
        key = compute, asked
        if key not in self._kept:
            waiting = Waiting()
            doing = partial(compute, self._analysis, *asked)
            coming = self._threads.begin(partial(doing, stop=waiting.stop) if stoppable else doing, whose)
            self._kept[key] = coming, waiting
            coming.add_done_callback(lambda done: self._settle(key, done))
        self._kept.move_to_end(key)
        coming, waiting = self._kept[key]
        waiting.count += 1
        try:
            computed: T = await asyncio.shield(coming)
        finally:
            waiting.count -= 1
            if stoppable and not waiting.count and not coming.done():
                waiting.over = True
                coming.cancel()
                self._settle(key, coming)
        return computed

    def _settle(self, key: Hashable, done: asyncio.Future[Any]) -> None:
        kept = self._kept.get(key)
        if kept is not None and kept[0] is done and (done.cancelled() or done.exception() is not None):
            del self._kept[key]
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)


class Memo:
    """What was computed from the analyses that are held."""

    def __init__(self) -> None:
        self._held: dict[Analysis, Computed] = {}
        self._threads = Threads(AT_A_TIME, "computing")

    def of(self, analysis: Analysis) -> Computed:
        """What is computed from an analysis; of one that is not held (any more), it is the caller's alone."""
        return self._held.get(analysis) or Computed(analysis, self._threads)

    def hold(self, analyses: Iterable[Analysis]) -> None:
        """Keep what is computed from these and from the fits they stand on, and nothing else from now on."""
        kept = {each: None for analysis in analyses for each in (analysis, analysis.last_fit)}
        self._held = {analysis: self.of(analysis) for analysis in kept}

    def close(self) -> None:
        """Start nothing further."""
        self._threads.close()
