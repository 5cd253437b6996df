"""Rows out of the three shapes a table comes in: CSV with a header, JSON Lines, Parquet.

Each row is `(line, said)`: its line, counted from 1 with the header (Parquet: its row), and what it says by
column, or the `Refused` that tells why it cannot be read. A bad row never takes its neighbours along: a quote
that is not closed costs its own line, not the file.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from graph.errors import UnreadableSource
from graph.events import instant
from loaders.reasons import (
    HALF_A_LINE,
    NOT_JSON,
    STRAY_QUOTES,
    TOO_LONG,
    TOO_MANY_FIELDS,
    WRONG_TYPE,
    Refused,
    shown,
)
from loaders.sources.records import Said
from loaders.sources.streams import MAX_LINE, UTF8_MARK, Lines, Stream, lines, text_of

TableRow = tuple[int, Said | Refused]

_PARQUET = b"PAR1"
_SEPARATORS = (",", ";", "\t")
_MAX_RECORD = 64
"""Lines that one quoted CSV row may go over."""


def table_rows(stream: Stream, check: Callable[[Sequence[str]], None]) -> Iterator[TableRow]:
    """The rows of a table, whichever of the three shapes it has.

    check: is given the columns of a CSV or Parquet file and raises where they are not to be had. (JSON Lines
    has no columns; every row stands for itself.) UnreadableSource where the file as a whole cannot be read.
    """
    if stream.head(4) == _PARQUET:
        return parquet_rows(stream, check)
    return json_rows(stream) if _begin(stream) in {b"{", b"["} else csv_rows(stream, check)


def _begin(stream: Stream) -> bytes:
    """The first character that is not blank."""
    return stream.head().removeprefix(UTF8_MARK).lstrip()[:1]


def json_rows(stream: Stream) -> Iterator[TableRow]:
    """One JSON object a line; blank lines are none. UnreadableSource for one array of them all."""
    if _begin(stream) == b"[":
        raise UnreadableSource(f"{stream.name}: begins as one JSON array; write one object a line")
    for first, block in lines(stream):
        for number, line in enumerate(block, first):
            if line and not line.isspace():
                yield number, _parsed(line)


def _parsed(line: bytes) -> Said | Refused:
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return _not_json(line, str(error))
    return said if type(said) is dict else Refused(WRONG_TYPE, f"{shown(said)} is no object")


def _not_json(line: bytes, why: str) -> Refused:
    if len(line) > MAX_LINE:
        return Refused(TOO_LONG, f"more than {MAX_LINE:,} bytes")
    try:
        text_of(line)
    except Refused as refused:
        return refused
    begun, ended = line.lstrip().startswith(b"{"), line.rstrip().endswith(b"}")
    return Refused(HALF_A_LINE if begun is not ended else NOT_JSON, why)


def csv_rows(stream: Stream, check: Callable[[Sequence[str]], None]) -> Iterator[TableRow]:
    """Rows by the columns of the header. A quoted field may hold separators, quotes (doubled) and up to 63
    line ends. Fields are separated by commas, or where the header has none by semicolons (as Excel writes
    where a comma leads decimals) or tabs.
    """
    numbered = _Numbered(lines(stream))
    header = next((line for _, line in numbered if line.strip()), None)
    if header is None:
        return
    columns, separator = _header(stream.name, header)
    check(columns)
    for number, line in numbered:
        if line and not line.isspace():
            yield number, _by_column(columns, separator, line, numbered)


def _header(name: str, line: bytes) -> tuple[list[str], str]:
    """The columns, and what separates them."""
    try:
        text = text_of(line)
        separator = next((mark for mark in _SEPARATORS if mark in text), _SEPARATORS[0])
        columns = [column.strip() for column in next(csv.reader([text], delimiter=separator), [])]
    except (Refused, csv.Error) as error:
        raise UnreadableSource(f"{name}: its first line is no header of column names ({error})") from error
    if "" in columns:
        raise UnreadableSource(f"{name}: column {columns.index('') + 1} has no name")
    _once_each(name, columns)
    return columns, separator


def _once_each(name: str, columns: Sequence[str]) -> None:
    twice = {column for column in columns if columns.count(column) > 1}
    if twice:
        raise UnreadableSource(f"{name}: more than one column is named {', '.join(sorted(twice))}")


class _Numbered:
    """Lines one by one with their numbers; some can be looked at ahead and put back."""

    def __init__(self, blocks: Iterator[Lines]) -> None:
        self._lines = ((first + n, line) for first, block in blocks for n, line in enumerate(block))
        self._back: list[tuple[int, bytes]] = []
        self._broken: UnreadableSource | None = None

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        return self

    def __next__(self) -> tuple[int, bytes]:
        if self._back:
            return self._back.pop()
        if self._broken:
            raise self._broken
        return next(self._lines)

    def ahead(self) -> Iterator[tuple[int, bytes]]:
        """The next lines, up to where the file ends or breaks off; the break is met again by who reads on."""
        try:
            yield from self
        except UnreadableSource as error:
            self._broken = error

    def put_back(self, taken: list[tuple[int, bytes]]) -> None:
        """The next to come will be these, in this order."""
        self._back.extend(reversed(taken))


def _by_column(columns: list[str], separator: str, line: bytes, following: _Numbered) -> Said | Refused:
    width = len(columns)
    try:
        text = text_of(line)
        fields = _quoted(text, width, separator, following) if '"' in text else text.split(separator)
    except Refused as refused:
        return refused
    if len(fields) == width:
        return dict(zip(columns, fields, strict=True))
    return Refused(
        HALF_A_LINE if len(fields) < width else TOO_MANY_FIELDS, f"{len(fields)} of {width} fields"
    )


def _quoted(text: str, width: int, separator: str, following: _Numbered) -> list[str]:
    """The fields of a row with quotes, which may go on over the following lines.

    Lines are taken along only if the row is whole by them; else they are given back and this line alone is
    refused.
    """
    taken: list[tuple[int, bytes]] = []

    def physical() -> Iterator[str]:
        yield text + "\n"
        size = len(text)
        for number, line in following.ahead():
            taken.append((number, line))
            size += len(line)
            if len(taken) == _MAX_RECORD or size > MAX_LINE:
                return
            yield text_of(line) + "\n"

    try:
        fields = next(csv.reader(physical(), delimiter=separator, strict=True))
    except (csv.Error, Refused) as error:
        following.put_back(taken)
        raise Refused(_quoting_fault(str(error), alone=not taken), str(error)) from None
    if taken and len(fields) != width:
        following.put_back(taken)
        raise Refused(HALF_A_LINE, "a quote is not closed")
    return fields


def _quoting_fault(error: str, *, alone: bool) -> str:
    if not alone or "unexpected end" in error:
        return HALF_A_LINE
    return TOO_LONG if "limit" in error else STRAY_QUOTES


def parquet_rows(stream: Stream, check: Callable[[Sequence[str]], None]) -> Iterator[TableRow]:
    """Rows by column; nulls and NaN are left out."""
    number = 0
    with stream.as_file() as file:
        try:
            table = pq.ParquetFile(file)
            _once_each(stream.name, table.schema_arrow.names)
            check(table.schema_arrow.names)
            for batch in table.iter_batches(batch_size=8192):
                for said in batch_rows(batch):
                    number += 1
                    yield number, said
        except (pa.ArrowException, OSError, ValueError) as error:
            raise UnreadableSource(f"{stream.name}, after row {number}: {error}") from error


def batch_rows(batch: Any) -> Iterator[Said]:
    """A record batch's rows, without its empty columns."""
    names = [
        name
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
        if column.null_count < len(column)
    ]
    columns = [_values(batch.column(name)) for name in names]
    for row in range(len(batch)):
        yield {name: column[row] for name, column in zip(names, columns, strict=True)}


def _values(column: Any) -> list[object]:
    """A column as Python's own values: times in microseconds, NaN as null, the error in place of what has
    none.
    """
    kind = column.type
    if pa.types.is_timestamp(kind):
        try:
            column = column.cast(pa.timestamp("us", kind.tz), safe=kind.unit != "ns")
        except pa.ArrowInvalid:
            return [_value(scalar) for scalar in column]
        if kind.tz is not None:
            return [_instant(at) for at in column.cast(pa.int64()).to_pylist()]
    elif pa.types.is_floating(kind):
        column = pc.if_else(pc.is_nan(column), None, column)
    try:
        found: list[object] = column.to_pylist()
        return found
    except (ValueError, OverflowError):
        return [_value(scalar) for scalar in column]


def _instant(at: int | None) -> object:
    # Arrow's own way over the zone's name takes 11 µs a value, this one a third of one.
    try:
        return None if at is None else instant(at)
    except OverflowError as error:
        return error


def _value(scalar: Any) -> object:
    try:
        return scalar.as_py()
    except (ValueError, OverflowError) as error:
        return error
