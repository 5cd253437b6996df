"""Work that looks through all there is, for one person: nobody has two pieces of it under way, and all
callers together only so many, so that whoever asks for something else need not wait for it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from graph.errors import Busy


class Singly:
    """One piece at a time for each caller, `most` for all of them; for one event loop."""

    def __init__(self, most: int) -> None:
        self._under_way: set[str] = set()
        self._places = asyncio.Semaphore(most)

    @asynccontextmanager
    async def turn(self, whose: str) -> AsyncIterator[None]:
        """The caller's turn, once there is a place for it; Busy where they have one already, or wait for
        one.
        """
        if whose in self._under_way:
            raise Busy(
                "something that looks through all there is is under way for you; ask again once it is done"
            )
        self._under_way.add(whose)
        try:
            async with self._places:
                yield
        finally:
            self._under_way.remove(whose)
