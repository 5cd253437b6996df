"""Which shares rows refer to, and whether what they say of them can be: the part of a row that only the rest
of the log can judge.

A row names shares by id (`share`, `parentShare`), or by a sharer and a product, which stand for that sharer's
latest share of it at or before the row's time, under whichever of their keys. A row is *settled* once
everything it names is in the store or comes before it in the same append; then either what it says is
possible (nothing is opened before it was shared, no share is older than its parent, an open is of what was
shared) or it is refused for good. Until then it waits.
"""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter

from graph.events import Event, Kind
from graph.store import KnownShare, Store
from loaders.reasons import (
    BEFORE_ITS_PARENT,
    BEFORE_ITS_SHARE,
    PARENT_OF_ANOTHER_PRODUCT,
    SHARE_OF_ANOTHER_PRODUCT,
    UNKNOWN_PARENT,
    UNKNOWN_SHARE,
    Refused,
    shown,
)
from loaders.sources.records import Record

Pair = tuple[str, str]
"""A sharer and a product."""

_AT = attrgetter("at")
_IN_ORDER = attrgetter("at", "id")
_OF_THE_SHARES_PRODUCT = (Kind.OPEN, Kind.EXPOSURE)


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


def without_sharer(record: Record) -> Record | None:
    """What a row says where its sharer has shared none of its product; None where it then says nothing."""
    if record.otherwise is None or not any(map(asks_for_sharer, record.row.events)):
        return None
    return replace(record, row=record.otherwise, otherwise=None)


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
    settling = _Settling(store.shares(list(ids)) if ids else {}, _shares_by(pairs, store) if pairs else {})
    for record in records:
        settling.take(record)
    return settling.done()


def _shares_by(pairs: Collection[Pair], store: Store) -> dict[Pair, list[KnownShare]]:
    """The shares of each sharer and product, earliest first, under whichever of the sharer's keys they were
    made. All keys of a person have one list, so that a share that is added is there for each.
    """
    keys_of = store.same_person(list({sharer for sharer, _ in pairs}))
    alike = {pair: [(key, pair[1]) for key in keys_of.get(pair[0], (pair[0],))] for pair in pairs}
    found = store.shares_by(list({one for ones in alike.values() for one in ones}))
    by_pair: dict[Pair, list[KnownShare]] = {}
    for pair, ones in alike.items():
        if pair not in by_pair:
            made = sorted((share for one in ones for share in found.get(one, ())), key=_IN_ORDER)
            by_pair |= dict.fromkeys(ones, made)
    return by_pair


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
            refused = _contradiction(record, known)
            if refused and refused.reason == SHARE_OF_ANOTHER_PRODUCT and record.otherwise is not None:
                record = replace(record, row=record.otherwise, otherwise=None)
                refused = _contradiction(record, known)
            if refused:
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
        refused = None
        if event.share is not None:
            refused = _not_through(event, known[event.share])
        if refused is None and event.parent_share is not None:
            refused = _not_from(event, known[event.parent_share])
        if refused is not None:
            return refused
    return None


def _not_through(event: Event, share: KnownShare) -> Refused | None:
    """Why an event cannot have come from a share; None where it can. What somebody does after an open may be
    about any product; the open itself, and the share that was shown, are of the one that was shared.
    """
    if event.kind in _OF_THE_SHARES_PRODUCT and event.product not in {None, share.product}:
        return Refused(SHARE_OF_ANOTHER_PRODUCT, f"{shown(event.product)}, share of {shown(share.product)}")
    if event.at < share.at:
        return Refused(BEFORE_ITS_SHARE, f"at {event.at.isoformat()}, shared at {share.at.isoformat()}")
    return None


def _not_from(event: Event, parent: KnownShare) -> Refused | None:
    """Why a share cannot have this parent; None where it can."""
    if event.at < parent.at:
        return Refused(BEFORE_ITS_PARENT, f"at {event.at.isoformat()}, parent at {parent.at.isoformat()}")
    if event.product != parent.product:
        return Refused(
            PARENT_OF_ANOTHER_PRODUCT, f"{shown(event.product)}, parent of {shown(parent.product)}"
        )
    return None
