"""A log into a store: every row stored, recognised as a repeat, or rejected with its reason, and a receipt
over all of them.

Law: read = stored + repeated + rejected, in rows. A row is stored whole or not at all. The same log again
changes nothing; a log loaded in parts in order of time, or killed anywhere and run again, leaves what loading
it whole leaves (as long as no id is said with two contents: then the one met first stands; and no sharer is
named by a key of which only a later part tells whose it is: then the row is rejected, and may come again, or
is taken as what it says without its sharer).
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime

from graph.errors import UnreadableSource
from graph.events import Event, Reject, Row
from graph.store import Store
from loaders.intake import BATCH, Intake, Told
from loaders.sources.records import Item, Record, Source, weight
from loaders.spill import chunks

OBJECTS = 1_000_000
"""Made before Python looks for cycles among them. A row makes a dozen and no cycle: a look every 700, as
usual, takes a quarter of a load.
"""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a load.

    read, stored, repeated, rejected: rows of the log. implied: implied shares newly stored. events, users,
    products: what the store holds afterwards. rejects: rows by reason; they sum to `rejected`.
    unread_attributes: rows of attribute files that could not be read; they are no rows of the log.
    consenting: whether people who never said allow what one may refuse.
    """

    read: int
    stored: int
    repeated: int
    rejected: int
    implied: int
    events: int
    users: int
    products: int
    rejects: Mapping[str, int]
    unread_attributes: int = 0
    consenting: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of some events, each on its own. rejected: with the event's id and its position, from 1, as
    line.
    """

    stored: int
    repeated: int
    rejected: tuple[Reject, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a load is. rows: read so far; fraction: of the source, in [0, 1], None where its length is not
    known; waiting: rows that were put aside and are not settled yet.
    """

    rows: int
    fraction: float | None
    waiting: int = 0


class BrokenOff(UnreadableSource):
    """A source that could not be read to its end. receipt: what came before the break, which is stored."""

    def __init__(self, message: str, receipt: Receipt) -> None:
        super().__init__(message)
        self.receipt = receipt


def ingest(
    source: Source,
    store: Store,
    *,
    now: datetime,
    progress: Callable[[Progress], None] | None = None,
    on_reject: Told | None = None,
    batch: int = BATCH,
) -> Receipt:
    """Load a source into a store, and say what became of every row.

    now: what lies more than CLOCK_SKEW after it is in the future. progress: told after every batch.
    on_reject: told every row that was not taken, as soon as that is sure. Raises BrokenOff where a file
    cannot be read to its end; StoreUnavailable where the database goes away (run the same load again).
    """
    broken: UnreadableSource | None = None
    with (
        _seldom_searched(),
        Intake(store, now, on_reject or _tell_nobody, batch) as intake,
        closing(source.items()) as items,
    ):
        try:
            for some in _batches(items, batch):
                intake.take(some, source.completed)
                if progress:
                    progress(Progress(intake.read, source.travelled.fraction, intake.waiting))
        except UnreadableSource as error:
            broken = error
        for waiting in intake.settle_waiting():
            if progress:
                progress(Progress(intake.read, 1.0, waiting))
        receipt = _receipt(intake, store)
    if broken:
        raise BrokenOff(str(broken), receipt) from broken
    return receipt


def ingest_events(events: Iterable[Event | Reject], store: Store, *, now: datetime) -> Taken:
    """Take events that came in one call, each on its own; references are resolved over the whole call.

    Events that could not be read come as their Reject and are handed on.
    """
    rejected: list[Reject] = []
    rows = (
        event if isinstance(event, Reject) else Record(Row(line, (event,)))
        for line, event in enumerate(events, 1)
    )
    with Intake(store, now, rejected.append) as intake:
        for batch in chunks(rows, BATCH):
            intake.take(batch)
        for _ in intake.settle_waiting():
            pass
        return Taken(intake.stored, intake.repeated, tuple(sorted(rejected, key=lambda reject: reject.line)))


@contextmanager
def _seldom_searched() -> Iterator[None]:
    """Let Python look for cycles once in OBJECTS."""
    before = gc.get_threshold()
    gc.set_threshold(OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _batches(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    """Items that weigh `size` together; where reading breaks off, first what had come before."""
    batch: list[Item] = []
    weighs = 0
    try:
        for item in items:
            batch.append(item)
            weighs += weight(item)
            if weighs >= size:
                yield batch
                batch, weighs = [], 0
    except UnreadableSource:
        yield batch
        raise
    yield batch


def _receipt(intake: Intake, store: Store) -> Receipt:
    held = store.counts()
    return Receipt(
        read=intake.read,
        stored=intake.stored,
        repeated=intake.repeated,
        rejected=intake.rejects.total(),
        implied=intake.implied,
        events=held.events,
        users=held.users,
        products=held.products,
        rejects=dict(intake.rejects.most_common()),
        unread_attributes=intake.unread_attributes,
        consenting=held.consenting,
    )


def _tell_nobody(_: Reject) -> None:
    """Rejects are counted all the same."""
