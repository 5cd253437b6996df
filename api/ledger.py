"""Forecasts on their way into the store, behind the answers that gave them out."""

from collections.abc import Hashable, Sequence

from api.behind import ROOM, Behind, Written
from graph.promises.promise import Promise
from graph.store import Store


class Ledger(Behind[Promise]):
    """What was promised and is not kept yet."""

    what = "promises"

    def __init__(self, store: Store, *, on_written: Written | None = None, room: int = ROOM) -> None:
        super().__init__(on_written=on_written, room=room)
        self._store = store

    def mark(self, thing: Promise) -> Hashable:
        """Its question."""
        return thing.question

    def keep(self, batch: Sequence[Promise]) -> int:
        """Link these to the store's chain."""
        return self._store.promise(batch)
