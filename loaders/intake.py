"""One load under way: what is counted, what went to the store, and the rows put aside until the rest of the
log is known.

One that names a share which is not there yet is put aside (loaders.spill), and so is one that names only a
sharer, whose latest share may still come. After the last row those put aside are settled: first the rows with
shares, in order of time, round after round until a round brings nothing more (a parent is never later than
its child, so one round does, but for equal times), then all others, which need only shares. Where one of them
told that two keys are one person, those that remain are tried again: a sharer may be named by either. Of what
remains then, a row that says something without its sharer is taken as that (and if it told of two keys, the
rest is tried again); all else is rejected, and may come again in a later load.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import Self

from graph.events import ContentId, Kind, Reject, micros
from graph.store import Store
from loaders.consents import Consents
from loaders.hearsay import ROOM, Hearsay
from loaders.reasons import CONFLICT, FORGOTTEN, IN_THE_FUTURE, Refused
from loaders.references import settle, unsettled, without_sharer
from loaders.sources.records import THOUSAND, Attributes, Item, Record, weight
from loaders.sources.streams import STDIN
from loaders.spill import Spill, chunks

BATCH = 10_000

NAMELESS = ("", STDIN)
"""Sources that are another each time: events of a call, and what comes through a pipe."""

CLOCK_SKEW = timedelta(minutes=5)
"""How far ahead of ours a device's clock may be before its events are in the future."""

_TEXTS = attrgetter(
    *("id", "user", "visitor", "product", "share", "sharer", "parent_share", "recipient", "other", "order"),
    *("answer", "surface", "channel", "campaign", "device", "region", "variant", "query"),
)
"""What an event says in words."""

_QUOTED = re.compile(r"'([^']*)'")
"""What a detail shows of a row (loaders.reasons.shown)."""

Told = Callable[[Reject], None]
Completing = Callable[[Sequence[Record], Store], Sequence[Record]]


class Intake:
    """One load: its counts, and the rows put aside."""

    def __init__(self, store: Store, now: datetime, tell: Told, batch: int = BATCH) -> None:
        self._store = store
        self._batch = batch
        self._tell = tell
        self._now = micros(now)
        self._latest = now + CLOCK_SKEW
        self._hearsay = Hearsay(store, min(ROOM, ROOM * batch // BATCH))
        self._consents = Consents(store)
        self._sharing: Spill[Record] = Spill()
        self._others: Spill[Record] = Spill()
        self._joining = False
        self._forgotten = store.forgotten()
        self._rejects: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.read = self.stored = self.repeated = self.implied = self.unread_attributes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sharing.close()
        self._others.close()
        self._hearsay.close()
        self._consents.close()

    @property
    def rejects(self) -> Counter[str]:
        """Rows refused so far, by reason."""
        return sum(self._rejects.values(), Counter())

    @property
    def waiting(self) -> int:
        """Rows put aside."""
        return len(self._sharing) + len(self._others)

    def take(self, items: Sequence[Item], completed: Completing | None = None) -> None:
        """Count and store a batch, or put aside what has to wait. completed: see Source."""
        self._forgotten = self._store.forgotten()
        records = [item for item in items if isinstance(item, Record)]
        self.read += len(records)
        for file in {record.row.file for record in records}.difference(self._rejects):
            self._rejects[file] = Counter()
        for item in items:
            if isinstance(item, Reject):
                self.read += 1
                self._reject(item)
        self._take_attributes([item for item in items if isinstance(item, Attributes)])
        whole = completed(records, self._store) if completed else records
        for record in self._settle(whole, find=False):
            _put_aside(record, self._sharing if _shares(record) else self._others)

    def settle_waiting(self) -> Iterator[int]:
        """Settle what was put aside, in steps; yields how many rows still wait."""
        while self.waiting:
            self._joining = False
            yield from self._settle_sharing()
            yield from self._settle_others()
            for joins in (True, False):
                if not self._joining:
                    yield from self._settle_without_sharer(joins=joins)
            if not self._joining:
                break
        for record in chain(self._sharing, self._others):
            self._refuse(record, unsettled(record))
        self._hearsay.tell()
        self._consents.tell()
        self._count()

    def _count(self) -> None:
        """Have the store keep what was refused: of a file in place of what was refused of it before, since a
        file that was mended is loaded again.
        """
        files = {str(Path(name).resolve()): by for name, by in self._rejects.items() if name not in NAMELESS}
        passing = {name: by for name, by in self._rejects.items() if name in NAMELESS and by}
        if files:
            self._store.count_refused(files, anew=True)
        if passing:
            self._store.count_refused(passing, anew=False)

    def _settle_others(self) -> Iterator[int]:
        """One round over the rows without shares."""
        waiting, self._others = self._others, Spill()
        left = len(waiting)
        with waiting:
            for batch in chunks(waiting, self._batch, _weight):
                for record in self._settle(batch, find=True):
                    _put_aside(record, self._others)
                left -= len(batch)
                yield left

    def _settle_without_sharer(self, *, joins: bool) -> Iterator[int]:
        """Take rows as what they say without their sharer. joins: only those that join two keys."""
        if not any(_otherwise(record, joins=joins) for record in self._others):
            return
        waiting, self._others = self._others, Spill()
        left = len(waiting)
        with waiting:
            for batch in chunks(waiting, self._batch, _weight):
                others = [_otherwise(record, joins=joins) for record in batch]
                for record, other in zip(batch, others, strict=True):
                    if other is None:
                        _put_aside(record, self._others)
                self._settle([other for other in others if other is not None], find=True)
                left -= len(batch)
                yield left

    def _settle_sharing(self) -> Iterator[int]:
        """Rounds over the rows with shares, each in order of time, until one brings nothing."""
        progressing = True
        while progressing and len(self._sharing):
            waiting, self._sharing = self._sharing, Spill()
            before, progressing = len(waiting), False
            with waiting:
                for batch in _moments(waiting, self._batch):
                    left = self._settle(batch, find=True)
                    progressing |= len(left) < len(batch)
                    for record in left:
                        _put_aside(record, self._sharing)
                    before -= len(batch)
                    yield before + self.waiting

    def _settle(self, records: Sequence[Record], *, find: bool) -> list[Record]:
        """Store what can be, refuse what never can, and give back what waits."""
        settled = settle([record for record in records if self._is_past(record)], self._store, find=find)
        for record, refused in settled.refused:
            self._refuse(record, refused)
        if settled.ready:
            self._append(settled.ready, find=find)
        return settled.waiting

    def _append(self, ready: Sequence[Record], *, find: bool) -> None:
        """Store rows that can be, and account for each."""
        appended = self._store.append([record.row for record in ready], self._now)
        self.stored += len(appended.stored)
        self.repeated += len(appended.repeated)
        self.implied += appended.implied
        # An earlier load may have taken such a row before there was a share of its sharer.
        others = {position: without_sharer(ready[position]) for position in appended.conflicts}
        for positions, reason in ((appended.conflicts, CONFLICT), (appended.forgotten, FORGOTTEN)):
            for position in positions:
                if others.get(position) is None:
                    self._refuse(ready[position], Refused(reason))
        for positions in (appended.stored, appended.repeated):
            for position in positions:
                self._hear(ready[position])
        if find and not self._joining:
            self._joining = any(_joins(ready[position]) for position in appended.stored)
        if again := [other for other in others.values() if other is not None]:
            self._append(again, find=find)

    def _hear(self, record: Record) -> None:
        """Take in what a row that was taken says in passing."""
        self._hearsay.hear(record)
        if record.consent is not None:
            self._consents.hear(record.consent)

    def _is_past(self, record: Record) -> bool:
        for event in record.row.events:
            if event.at > self._latest:
                self._refuse(record, Refused(IN_THE_FUTURE, event.at.isoformat()))
                return False
        return True

    def _take_attributes(self, said: Sequence[Attributes]) -> None:
        for reject in (reject for part in said for reject in part.rejects):
            self.unread_attributes += 1
            self._tell(self._without_the_forgotten(reject))
        for part in said:
            self._hearsay.read(part)

    def _refuse(self, record: Record, refused: Refused) -> None:
        row = record.row
        if refused.reason == FORGOTTEN or any(map(self._forgotten.name, row.events)):
            self._reject(Reject(row.line, FORGOTTEN, file=row.file))
        else:
            self._reject(Reject(row.line, refused.reason, refused.detail, row.file, _given_id(record)))

    def _reject(self, reject: Reject) -> None:
        told = self._without_the_forgotten(reject)
        self._rejects[told.file][told.reason] += 1
        self._tell(told)

    def _without_the_forgotten(self, reject: Reject) -> Reject:
        """A row that names somebody forgotten is told by its line alone, whatever else is wrong with it."""
        said = (*reject.texts, reject.event, *_QUOTED.findall(reject.detail), *reject.detail.split())
        if self._forgotten.mention(said):
            return Reject(reject.line, FORGOTTEN, file=reject.file)
        return replace(reject, texts=())


def _given_id(record: Record) -> str:
    """The id that a row gave its event; "" for one that is made of what it says."""
    id_ = record.row.events[0].id
    return "" if type(id_) is ContentId else id_


def _otherwise(record: Record, *, joins: bool) -> Record | None:
    """What a row says without its sharer, if anything. joins: only where it joins two keys."""
    return without_sharer(record) if _joins(record) or not joins else None


def _put_aside(record: Record, spill: Spill[Record]) -> None:
    spill.add(_time(record), record, _weight(record))


def _weight(record: Record) -> int:
    """What a record weighs, the texts of its events counted: many are held while they wait."""
    texts = (text for event in record.row.events for text in _TEXTS(event) if text is not None)
    return weight(record) + sum(map(len, texts)) // THOUSAND


def _moments(records: Iterable[Record], size: int) -> Iterator[list[Record]]:
    """Records in order of time in lists that weigh `size` or a little more, so that none ends within an
    instant (unless that one fills ten).
    """
    batch: list[Record] = []
    weighs = 0
    for record in records:
        if weighs >= size and (_time(record) > _time(batch[-1]) or weighs >= 10 * size):
            yield batch
            batch, weighs = [], 0
        batch.append(record)
        weighs += _weight(record)
    if batch:
        yield batch


def _time(record: Record) -> int:
    return max(micros(event.at) for event in record.row.events)


def _joins(record: Record) -> bool:
    """Whether a row says that two keys are one person."""
    return any(
        event.user is not None and event.visitor is not None and event.user != event.visitor
        for event in record.row.events
    )


def _shares(record: Record) -> bool:
    return any(event.kind is Kind.SHARE for event in record.row.events)
