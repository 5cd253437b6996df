"""Answers on their way into the store, behind the requests that were given them, and out of it again.

An answer that is asked for again while the data stay as they are is the same answer, and is written once.
What is older than `days` is deleted, a piece with each batch, so that no writer waits long for it.
"""

from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from api.behind import ROOM, Behind, Written
from api.settings import ANSWER_DAYS
from graph.answers import Given
from graph.errors import StoreUnavailable
from graph.events import micros
from graph.store import Store

PIECE = 1_000
"""Answers deleted at a time, in some hundredths of a second."""

EVERY = timedelta(hours=1)
"""How often is looked for old ones, once there are none."""


class AnswerLog(Behind[Given]):
    """What was answered and is not kept yet. clock: what tells the time; days: how long answers are kept."""

    what = "answers"

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        days: int = ANSWER_DAYS,
        *,
        on_written: Written | None = None,
        room: int = ROOM,
    ) -> None:
        super().__init__(on_written=on_written, room=room)
        self._store = store
        self._clock = clock
        self._age = timedelta(days=days)
        self._look_at: datetime | None = None

    def mark(self, thing: Given) -> Hashable:
        """Its id and the places of this page."""
        ranks = [place.rank for place in thing.places]
        return thing.id, *ranks[:1], *ranks[-1:]

    def keep(self, batch: Sequence[Given]) -> int:
        """Note these, and delete a piece of what is old."""
        kept = self._store.keep_answers(batch)
        # What was kept is kept, and what is old can wait.
        with suppress(StoreUnavailable):
            self._drop_old()
        return kept

    def _drop_old(self) -> None:
        now = self._clock()
        if self._look_at is not None and now < self._look_at:
            return
        if self._store.drop_answers(micros(now - self._age), PIECE) < PIECE:
            self._look_at = now + EVERY
