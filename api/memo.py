"""Answers that take seconds, computed once for one version and the same arguments."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")

KEPT = 256
AT_A_TIME = 2
"""Simulations that run beside each other; further ones wait, so that small questions still find a core."""


class Memo:
    """What was computed last, by what was asked. Whoever asks for what is being computed waits for it; it
    runs to its end even where whoever asked first has given up.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, asyncio.Future[Any]] = OrderedDict()
        self._pool = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="computing")

    async def of(self, asked: Hashable, compute: Callable[[], T]) -> T:
        """What `compute` returns, in a thread, unless the same was asked before; an error is not kept."""
        found = self._kept.get(asked)
        if found is None:
            found = asyncio.get_running_loop().run_in_executor(self._pool, compute)
            self._kept[asked] = found
            found.add_done_callback(lambda done: self._settle(asked, done))
        self._kept.move_to_end(asked)
        computed: T = await asyncio.shield(found)
        return computed

    def _settle(self, asked: Hashable, done: asyncio.Future[Any]) -> None:
        if done.cancelled() or done.exception() is not None:
            self._kept.pop(asked, None)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def close(self) -> None:
        """Start nothing further."""
        self._pool.shutdown(wait=False, cancel_futures=True)
