"""Which shares rows refer to, and whether what they say of them can be: the part of a row that only the rest
of the log can judge.

A row names shares by id (`share`, `parentShare`), or by a sharer and a product, which stand for that sharer's
latest share of it at or before the row's time. A row is *settled* once everything it names is in the store or
comes before it in the same append; then either what it says is possible (nothing is opened before it was
shared, no share is older than its parent) or it is refused for good. Until then it waits.
"""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter

from graph.events import Event, Kind
from graph.store import KnownShare, Store
from loaders.reasons import (
    BEFORE_ITS_PARENT,
    BEFORE_ITS_SHARE,
    PARENT_OF_ANOTHER_PRODUCT,
    UNKNOWN_PARENT,
    UNKNOWN_SHARE,
    Refused,
    shown,
)
from loaders.sources.records import Record

Pair = tuple[str, str]
"""A sharer and a product."""

_AT = attrgetter("at")


@dataclass(slots=True)
class Settled:
    """What became of some records. ready: can be appended in this order; waiting: name a share that is not
    there; refused: never.
    """

    ready: list[Record] = field(default_factory=list)
    waiting: list[Record] = field(default_factory=list)
    refused: list[tuple[Record, Refused]] = field(default_factory=list)


def named_shares(event: Event) -> Iterable[str]:
    """The ids of the shares that an event names."""
    if event.share is None and event.parent_share is None:
        return ()
    return (share for share in (event.share, event.parent_share) if share is not None)


def asks_for_sharer(event: Event) -> bool:
    """Whether an event names a share only by its sharer and product."""
    return (
        event.sharer is not None
        and event.share is None
        and event.parent_share is None
        and event.product is not None
    )


def unsettled(record: Record) -> Refused:
    """Why a row that waited until the end is refused."""
    for event in record.row.events:
        if event.kind is Kind.SHARE:
            return Refused(UNKNOWN_PARENT, _unknown(event))
    return Refused(UNKNOWN_SHARE, "; ".join(map(_unknown, record.row.events[:1])))


def _unknown(event: Event) -> str:
    if asks_for_sharer(event):
        return (
            f"no share of {shown(event.product)} by {shown(event.sharer)} at or before {event.at.isoformat()}"
        )
    return " or ".join(map(shown, named_shares(event)))


def settle(records: Sequence[Record], store: Store, *, find: bool) -> Settled:
    """What can be appended now, in an order in which everything named comes first, what has to wait, and what
    can never be.

    find: whether all shares are there that may be, so that sharers can be looked up; if not, rows that need
    it wait. Records that name each other are settled whatever their order. A sharer that is not found waits
    too: with its share, if that waits.
    """
    events = [event for record in records for event in record.row.events]
    ids = {share for event in events for share in named_shares(event)}
    pairs = {_pair(event) for event in events if asks_for_sharer(event)} if find else set()
    by_pair = store.shares_by(list(pairs)) if pairs else {}
    settling = _Settling(
        store.shares(list(ids)) if ids else {}, {pair: list(by_pair.get(pair, ())) for pair in pairs}
    )
    for record in records:
        settling.take(record)
    return settling.done()


class _Settling:
    """The shares known so far, and who waits for which."""

    def __init__(self, known: dict[str, KnownShare], by_pair: dict[Pair, list[KnownShare]]) -> None:
        self._known = known
        self._by_pair = by_pair
        self._blocked: defaultdict[str, list[tuple[Record, set[str]]]] = defaultdict(list)
        self._settled = Settled()

    def take(self, record: Record) -> None:
        """Settle a record, or hold it until what it names has come."""
        if all(map(_stands_alone, record.row.events)):
            self._settled.ready.append(record)
            return
        found = self._found(record)
        if found is None:
            self._settled.waiting.append(record)
            return
        lacking = self._lacking(found)
        if not lacking:
            self._judge(found)
        for share in lacking:
            self._blocked[share].append((found, lacking))

    def done(self) -> Settled:
        """What became of all records; those still held wait."""
        held = {
            id(record): record for holding in self._blocked.values() for record, lacking in holding if lacking
        }
        self._settled.waiting.extend(held.values())
        return self._settled

    def _found(self, record: Record) -> Record | None:
        """The record with its sharers' shares; None where one has none yet."""
        row = record.row
        if not any(map(asks_for_sharer, row.events)):
            return record
        events = [self._latest(event) if asks_for_sharer(event) else event for event in row.events]
        if not all(events):
            return None
        return replace(record, row=replace(row, events=tuple(filter(None, events))))

    def _latest(self, event: Event) -> Event | None:
        shares = self._by_pair.get(_pair(event), [])
        # Strictly before for a share: then order within an instant does not matter, and none finds itself.
        bisect = bisect_left if event.kind is Kind.SHARE else bisect_right
        after = bisect(shares, event.at, key=_AT)
        return replace(event, found_share=shares[after - 1].id) if after else None

    def _lacking(self, record: Record) -> set[str]:
        events = record.row.events
        lacking = {share for event in events for share in named_shares(event) if share not in self._known}
        if lacking and len(events) > 1:
            lacking -= {event.id for event in events if event.kind is Kind.SHARE}
        return lacking

    def _judge(self, record: Record) -> None:
        """Take a record of which everything is known, and then those that waited for its shares."""
        pending = [record]
        while pending:
            record = pending.pop()
            own = [_as_known(event) for event in record.row.events if event.kind is Kind.SHARE]
            known = {share.id: share for share in own} | self._named(record)
            if refused := _contradiction(record, known):
                self._settled.refused.append((record, refused))
                continue
            self._settled.ready.append(record)
            for share in own:
                pending.extend(self._told(share))

    def _named(self, record: Record) -> dict[str, KnownShare]:
        named = (share for event in record.row.events for share in named_shares(event))
        return {share: self._known[share] for share in named if share in self._known}

    def _told(self, share: KnownShare) -> Iterable[Record]:
        """Let a share be known, and give those who waited for nothing else."""
        self._known.setdefault(share.id, share)
        shares = self._by_pair.get((share.sharer, share.product))
        if shares is not None:
            insort(shares, share, key=_AT)
        for record, lacking in self._blocked.pop(share.id, ()):
            lacking.discard(share.id)
            if not lacking:
                yield record


def _stands_alone(event: Event) -> bool:
    """Whether an event names no share and is none."""
    return (
        event.share is None
        and event.sharer is None
        and event.parent_share is None
        and event.kind is not Kind.SHARE
    )


def _pair(event: Event) -> Pair:
    return str(event.sharer), str(event.product)


def _as_known(event: Event) -> KnownShare:
    return KnownShare(event.id, str(event.person), str(event.product), event.at, event.implied)


def _contradiction(record: Record, known: Mapping[str, KnownShare]) -> Refused | None:
    """Why what a record says of its shares cannot be; None where it can."""
    for event in record.row.events:
        if event.share is not None and event.at < (share := known[event.share]).at:
            return Refused(BEFORE_ITS_SHARE, f"at {event.at.isoformat()}, shared at {share.at.isoformat()}")
        if event.parent_share is not None:
            parent = known[event.parent_share]
            if event.at < parent.at:
                return Refused(
                    BEFORE_ITS_PARENT, f"at {event.at.isoformat()}, parent at {parent.at.isoformat()}"
                )
            if event.product != parent.product:
                return Refused(
                    PARENT_OF_ANOTHER_PRODUCT, f"{shown(event.product)}, parent of {shown(parent.product)}"
                )
    return None
