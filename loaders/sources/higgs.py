"""higgs: retweets, mentions and replies around one piece of news (De Domenico et al. 2013; a line is `A B
time kind`, A acts on B).

There is one product, `higgs`. A retweet `A B t RT` says that A opened what B had shared and shared it on: an
OPEN and a SHARE by A whose parent is B's latest share strictly before t. Where B has none, B must have shared
outside the log; that share is implied, at t, under an id made from B and the product. A mention (MT) or reply
(RE) is a TIE: A follows B, by the channel `mention` or `reply`. Who acts on themselves is refused.

Rows are taken in order of time; rows of one instant do not see each other's shares (strictly before), so
their order does not matter. A row looks for B's shares in the store, so a log in parts is the same log. (By
time and id; of several at one time the greatest id.)
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from graph.events import Event, Kind, Reject, Row, content_id, micros
from graph.store import Store
from loaders.reasons import SELF, UNKNOWN_KIND, Refused, shown
from loaders.sources import values
from loaders.sources.dated import Dated, fields, in_order_of_time
from loaders.sources.files import files_of, travelled_of, unzipped_name
from loaders.sources.records import Item, Record, Travelled

PRODUCT = "higgs"
RETWEET = "RT"
CHANNELS = {"MT": "mention", "RE": "reply"}
LOG = "activity"
EDGES = ".edgelist"

Act = tuple[str, str, str]
"""Who acts, on whom, how."""

Shared = defaultdict[str, list[tuple[datetime, str]]]
"""By sharer, when each share was made and its id, in this order."""


@dataclass(frozen=True, slots=True)
class HiggsSource:
    """The activity log."""

    files: Sequence[str]
    travelled: Travelled

    def items(self) -> Generator[Item, None, None]:
        """Every row, in order of time."""
        for row in in_order_of_time(self.files, self.travelled, _parsed):
            yield row if isinstance(row, Reject) else _record(row)

    def completed(self, records: Sequence[Record], store: Store) -> list[Record]:
        """The rows, with the retweeted share found among those before, or implied."""
        sharers = {sharer for record in records if (sharer := _retweeted(record)) is not None}
        shared: Shared = defaultdict(list)
        for (sharer, _), shares in store.shares_by([(sharer, PRODUCT) for sharer in sharers]).items():
            shared[sharer] = sorted((share.at, share.id) for share in shares)
        implied: dict[str, Event] = {}
        return [_traced(record, shared, implied) for record in records]


def open_higgs(sources: Sequence[str]) -> HiggsSource:
    """The source of the data set's folder, of its activity log or parts of it, or of stdin; edge lists are
    skipped.
    """
    files = [file for file in files_of(sources, _belongs, "an activity log") if EDGES not in Path(file).name]
    return HiggsSource(files, travelled_of(files))


def _belongs(path: Path) -> bool:
    return LOG in path.name and unzipped_name(path).endswith(".txt")


def _parsed(_: int, text: str) -> tuple[datetime, Act]:
    actor, other, at, kind = fields(text, None, ("A", "B", "time", "kind"))
    if kind != RETWEET and kind not in CHANNELS:
        raise Refused(UNKNOWN_KIND, shown(kind))
    when = values.unix_time(at)
    if actor == other:
        raise Refused(SELF, f"{shown(actor)} {kind}")
    return when, (values.key(actor), values.key(other), kind)


def _record(row: Dated[Act]) -> Record:
    """The row with B, as sharer of what A opened, in place of the share."""
    actor, other, kind = row.said
    said = actor, other, micros(row.at), kind
    if kind in CHANNELS:
        tie = Event(content_id(*said), Kind.TIE, row.at, user=actor, other=other, channel=CHANNELS[kind])
        return Record(Row(row.line, (tie,), row.file))
    open_ = Event(content_id(*said, "open"), Kind.OPEN, row.at, user=actor, product=PRODUCT, sharer=other)
    share = Event(content_id(*said, "share"), Kind.SHARE, row.at, user=actor, product=PRODUCT)
    return Record(Row(row.line, (open_, share), row.file))


def _retweeted(record: Record) -> str | None:
    return record.row.events[0].sharer


def _traced(record: Record, shared: Shared, implied: dict[str, Event]) -> Record:
    """The row with the share it is about; takes note of those it makes.

    Every row that is about a share implied just now carries it, so that none leans on another.
    """
    sharer = _retweeted(record)
    if sharer is None:
        return record
    open_, share = record.row.events
    parent = _parent(sharer, open_.at, shared, implied)
    insort(shared[str(share.user)], (share.at, share.id))
    traced = (
        Event(open_.id, Kind.OPEN, open_.at, user=open_.user, product=PRODUCT, share=parent),
        Event(share.id, Kind.SHARE, share.at, user=share.user, product=PRODUCT, parent_share=parent),
    )
    also = (implied[parent],) if parent in implied else ()
    return Record(Row(record.row.line, (*also, *traced), record.row.file))


def _parent(sharer: str, at: datetime, shared: Shared, implied: dict[str, Event]) -> str:
    """The id of somebody's latest share before a time; where there is none, of one that is implied."""
    theirs = shared[sharer]
    before = bisect_left(theirs, (at, ""))
    if before:
        return theirs[before - 1][1]
    id_ = content_id("higgs", "implied", sharer, PRODUCT)
    if all(known != id_ for _, known in theirs):
        insort(theirs, (at, id_))
        implied[id_] = Event(id_, Kind.SHARE, at, user=sharer, product=PRODUCT, implied=True)
    return id_
