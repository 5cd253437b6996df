"""taobao-share: who shared which item, and who opened it (CAAI-BDSC 2023; a line is inviter, item, voter,
local time in UTC+8).

The log knows no shares, only opens; each (inviter, item) is one share, made when it was first opened. So its
first row, in order of time, is a SHARE and an OPEN, and every later one an OPEN. Where the store has the
share already, its time stands. `item_info.csv` beside the log describes the items: category, top category,
brand (`0` is none) and shop.
"""

from collections.abc import Container, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

from graph.errors import UnreadableSource
from graph.events import Event, Kind, Product, Reject, Row, content_id, micros
from graph.store import Store
from loaders.reasons import Refused
from loaders.sources import values
from loaders.sources.dated import Dated, fields, in_order_of_time
from loaders.sources.files import files_of, travelled_of, unzipped_name
from loaders.sources.records import Attributes, Item, Reading, Record, Said, Travelled
from loaders.sources.streams import STDIN, opened
from loaders.sources.tables import table_rows

COLUMNS = ("inviter_id", "item_id", "voter_id", "timestamp")
ITEM_COLUMNS = ("item_id", "cate_id", "cate_level1_id", "brand_id", "shop_id")
LOG, ITEMS = "share_triples", "item_info"
CHINA = timezone(timedelta(hours=8))

Triple = tuple[str, str, str]
"""Inviter, item, voter."""


@dataclass(frozen=True, slots=True)
class TaobaoSource:
    """The log's files, and those that describe its items."""

    files: Sequence[str]
    items_files: Sequence[str]
    reading: Reading
    travelled: Travelled

    def items(self) -> Generator[Item, None, None]:
        """What is said of the items, then every row of the log in order of time."""
        for file in self.items_files:
            yield from _described(file)
        for row in in_order_of_time(self.files, self.travelled, self._parsed):
            yield row if isinstance(row, Reject) else _record(row)

    def completed(self, records: Sequence[Record], store: Store) -> list[Record]:
        """The rows, without a SHARE where it is in the store, else all with that of the first: should the
        first be refused, for who opened it, the others do not lean on it.
        """
        shared = store.shares([record.row.events[0].id for record in records])
        first: dict[str, Event] = {}
        return [_with_first(record, shared, first) for record in records]

    def _parsed(self, line: int, text: str) -> tuple[datetime, Triple] | None:
        inviter, item, voter, at = fields(text, "\t", COLUMNS)
        if line == 1 and (inviter, item, voter, at) == COLUMNS:
            return None
        keys = values.key(inviter), values.key(item), values.key(voter)
        return values.time(at, self.reading.timezone or CHINA), keys


def open_taobao(sources: Sequence[str], reading: Reading) -> TaobaoSource:
    """The source of the data set's folder, of its log or parts of it, or of stdin."""
    named = files_of(sources, _belongs, f"{LOG}.tsv or {ITEMS}.csv")
    beside = [_items_beside(file) for file in named if file != STDIN]
    items_files = list(dict.fromkeys([file for file in [*named, *beside] if file and _describes(file)]))
    files = [file for file in named if not _describes(file)]
    return TaobaoSource(files, items_files, reading, travelled_of(files))


def _belongs(path: Path) -> bool:
    return unzipped_name(path).startswith((LOG, ITEMS))


def _describes(file: str) -> bool:
    return unzipped_name(file).startswith(ITEMS)


def _items_beside(file: str) -> str:
    beside = Path(file).parent / f"{ITEMS}.csv"
    return str(beside) if beside.is_file() else ""


def _record(row: Dated[Triple]) -> Record:
    inviter, item, voter = row.said
    share = Event(
        content_id("taobao-share", "share", inviter, item), Kind.SHARE, row.at, user=inviter, product=item
    )
    open_ = Event(
        content_id("taobao-share", "open", inviter, item, voter, micros(row.at)),
        Kind.OPEN,
        row.at,
        user=voter,
        product=item,
        share=share.id,
    )
    return Record(Row(row.line, (share, open_), row.file))


def _with_first(record: Record, shared: Container[str], first: dict[str, Event]) -> Record:
    share, open_ = record.row.events
    events = (open_,) if share.id in shared else (first.setdefault(share.id, share), open_)
    return Record(replace(record.row, events=events))


def _described(file: str) -> Iterator[Attributes]:
    with opened(file, Travelled()) as stream:
        for line, said in table_rows(stream, _item_columns):
            try:
                if isinstance(said, Refused):
                    raise said
                yield Attributes(products=(_product(said),))
            except Refused as refused:
                yield Attributes(rejects=(Reject(line, refused.reason, refused.detail, file),))


def _item_columns(columns: Sequence[str]) -> None:
    lacking = [column for column in ITEM_COLUMNS if column not in columns]
    if lacking:
        raise UnreadableSource(f"{ITEMS}.csv: has no column {', '.join(lacking)}")


def _product(said: Said) -> Product:
    item, category, top_category, brand, shop = (
        values.key(said[column]) if said[column] else "" for column in ITEM_COLUMNS
    )
    described = {"top_category": top_category, "shop": shop}
    return Product(
        values.key(item),
        category=category or None,
        brand=brand if brand not in {"", "0"} else None,
        attributes={name: value for name, value in described.items() if value},
    )
