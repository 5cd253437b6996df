"""Answers that take seconds, computed once for one analysis and the same arguments.

What was computed stays with the analysis it was computed from and goes with it: nothing of it can be read in
another, nobody who was forgotten is left in it, and memory holds a few analyses and what hangs on them,
however many there were.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

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
    waits for it; it runs to its end even where whoever asked first has given up.
    """

    def __init__(self, analysis: Analysis, pool: ThreadPoolExecutor) -> None:
        self._analysis = analysis
        self._pool = pool
        self._kept: OrderedDict[Hashable, asyncio.Future[Any]] = OrderedDict()

    async def of(self, compute: Callable[..., T], *asked: Hashable) -> T:
        """What `compute(analysis, *asked)` returns, in a thread, unless the same was asked before; an error
        is not kept.
        """
        key = compute, asked
        found = self._kept.get(key)
        if found is None:
            found = asyncio.get_running_loop().run_in_executor(self._pool, compute, self._analysis, *asked)
            self._kept[key] = found
            found.add_done_callback(lambda done: self._settle(key, done))
        self._kept.move_to_end(key)
        computed: T = await asyncio.shield(found)
        return computed

    def _settle(self, key: Hashable, done: asyncio.Future[Any]) -> None:
        if done.cancelled() or done.exception() is not None:
            self._kept.pop(key, None)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)


class Memo:
    """What was computed from the analyses that are held."""

    def __init__(self) -> None:
        self._held: dict[Analysis, Computed] = {}
        self._pool = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="computing")

    def of(self, analysis: Analysis) -> Computed:
        """What is computed from an analysis; of one that is not held (any more), it is the caller's alone."""
        return self._held.get(analysis) or Computed(analysis, self._pool)

    def hold(self, analyses: Iterable[Analysis]) -> None:
        """Keep what is computed from these and from the fits they stand on, and nothing else from now on."""
        kept = {each: None for analysis in analyses for each in (analysis, analysis.last_fit)}
        self._held = {analysis: self.of(analysis) for analysis in kept}

    def close(self) -> None:
        """Start nothing further."""
        self._pool.shutdown(wait=False, cancel_futures=True)
