"""Our own format: a row an event, under the names of the contract's `EventInput`; see docs/format.md.

A file is CSV, JSON Lines or Parquet, told by its content. In a folder files come in the order of their names;
`users.*` and `products.*` say things of people and products and are no rows of the log. In JSON Lines a line
of kind `USER` or `PRODUCT` does the same.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from graph.errors import UnreadableSource
from graph.events import Reject, Row
from loaders.reasons import Refused
from loaders.sources.files import files_of, travelled_of, unzipped_name
from loaders.sources.records import Attributes, Item, Plain, Reading, Record, Said, Travelled, texts_of
from loaders.sources.rows import event_columns, read_event, read_product, read_user
from loaders.sources.streams import Stream, opened
from loaders.sources.tables import table_rows

SUFFIXES = (".csv", ".jsonl", ".ndjson", ".json", ".parquet")
USERS, PRODUCTS = "users", "products"
_SORTS = {"USER": USERS, "PRODUCT": PRODUCTS}


@dataclass(frozen=True, slots=True)
class SharegraphSource(Plain):
    """Files in our own format."""

    files: Sequence[str]
    reading: Reading
    travelled: Travelled

    def items(self) -> Generator[Item, None, None]:
        """Every row of every file."""
        for file in self.files:
            with opened(file, self.travelled) as stream:
                yield from self._rows(stream)

    def _rows(self, stream: Stream) -> Iterator[Item]:
        file = stream.name
        sort = unzipped_name(file).split(".")[0]
        sort = sort if sort in {USERS, PRODUCTS} else ""
        check = _attribute_columns if sort else event_columns
        for line, said in table_rows(stream, partial(check, file)):
            if isinstance(said, Refused):
                reject = Reject(line, said.reason, said.detail, file)
                yield Attributes(rejects=(reject,)) if sort else reject
            elif described := sort or _described(said):
                yield self._attributes(described, line, said, file)
            else:
                yield event_item(line, said, file, self.reading)

    def _attributes(self, sort: str, line: int, said: Said, file: str) -> Attributes:
        try:
            said = {name: value for name, value in said.items() if name != "kind"}
            if sort == USERS:
                return Attributes(users=(read_user(said),))
            return Attributes(products=(read_product(said, self.reading),))
        except Refused as refused:
            return Attributes(rejects=(Reject(line, refused.reason, refused.detail, file),))


def open_sharegraph(sources: Sequence[str], reading: Reading) -> SharegraphSource:
    """The source of files and folders in our own format."""
    files = files_of(sources, _belongs, "a log (" + ", ".join(f"*{suffix}" for suffix in SUFFIXES) + ")")
    return SharegraphSource(files, reading, travelled_of(files))


def event_item(line: int, said: Said, file: str, reading: Reading) -> Item:
    """The event of one row, or why it is none."""
    try:
        return Record(Row(line, (read_event(said, reading),), file))
    except Refused as refused:
        id_ = str(said.get("id") or "")[:200]
        return Reject(line, refused.reason, refused.detail, file, id_, texts_of(said))


def _described(said: Said) -> str:
    """What a line of the log itself describes; "" for an event."""
    kind = said.get("kind")
    return _SORTS.get(kind, "") if isinstance(kind, str) and "key" in said else ""


def _belongs(path: Path) -> bool:
    return unzipped_name(path).endswith(SUFFIXES)


def _attribute_columns(file: str, columns: Sequence[str]) -> None:
    if "key" not in columns:
        raise UnreadableSource(f"{file}: has no column key")
