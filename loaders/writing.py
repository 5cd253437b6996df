"""A generated shop as files: the log in our own format, what is said of users and products, and the truth
beside them.

    OUT/events.csv  users.csv  products.csv            what a shop would have
    OUT/truth/people.csv  keys  ties  trials  opens  relations, model.json      what only its maker knows

`truth/` is no part of the log, and loading the folder leaves it alone. Files are written in pieces of bounded
memory; the same shop gives the same bytes. Truth is written as the log is, except beside JSON Lines, where it
is CSV.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Literal, cast, get_args

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
from numpy.typing import NDArray

from graph.errors import InvalidInput
from graph.generate import Generated
from graph.generate.tables import (
    Cents,
    Coded,
    Column,
    Counted,
    Flagged,
    Measured,
    Moments,
    Numbered,
    Table,
    length,
)

Shape = Literal["csv", "jsonl", "parquet"]

ROWS = 1 << 18
"""Rows written at a time."""

_FOLDER = "truth"


def write(generated: Generated, out: Path, shape: Shape = "csv") -> list[Path]:
    """Write the shop into the folder `out`, made where it is not there, in place of one that was generated
    there before.

    Returns the files in the order written. InvalidInput where the shape is none of csv, jsonl, parquet, or
    where a log lies there that was not generated: it has no truth beside it, and may be all that is left.
    """
    if shape not in get_args(Shape):
        raise InvalidInput(f"shape {shape!r}: give one of {', '.join(get_args(Shape))}")
    beside: Shape = "csv" if shape == "jsonl" else shape
    log = {"events": generated.events, "users": generated.users, "products": generated.products}
    _clear(out, list(log))
    (out / _FOLDER).mkdir(parents=True, exist_ok=True)
    files = [_written(table, out / f"{name}.{shape}", shape) for name, table in log.items()]
    files += [
        _written(table, out / _FOLDER / f"{name}.{beside}", beside) for name, table in generated.truth.items()
    ]
    model = out / _FOLDER / "model.json"
    model.write_text(json.dumps(generated.parameters, indent=2) + "\n", encoding="utf-8")
    return [*files, model]


def _clear(out: Path, names: Sequence[str]) -> None:
    """Take away the log of an earlier shop, in whichever shape; nobody else's."""
    there = [
        file for name in names for shape in get_args(Shape) if (file := out / f"{name}.{shape}").exists()
    ]
    if there and not (out / _FOLDER).is_dir():
        raise InvalidInput(f"{there[0]} is there already and was not generated; name another folder")
    for file in there:
        file.unlink()


def _written(table: Table, path: Path, shape: Shape) -> Path:
    {"csv": _write_csv, "jsonl": _write_jsonl, "parquet": _write_parquet}[shape](table, path)
    return path


def _pieces(table: Table, form: Callable[[Column], Any]) -> Iterator[Any]:
    """The table as Arrow tables of at most ROWS rows; at least one."""
    words = _vocabularies(table)
    for begin in range(0, max(length(table), 1), ROWS):
        part = {name: _cut(column, begin) for name, column in table.items()}
        yield pa.table({n: _coded(c, words[n]) if isinstance(c, Coded) else form(c) for n, c in part.items()})


def _vocabularies(table: Table) -> dict[str, Any]:
    """The words of each coded column; columns that share a vocabulary share the array."""
    once: dict[int, Any] = {}
    coded = {name: column.words for name, column in table.items() if isinstance(column, Coded)}
    for words in coded.values():
        if id(words) not in once:
            once[id(words)] = pa.array(words)
    return {name: once[id(words)] for name, words in coded.items()}


def _cut(column: Column, begin: int) -> Column:
    """The next ROWS rows of a column."""
    values: Any = column.values[begin : begin + ROWS]
    return replace(column, values=values)


def _write_csv(table: Table, path: Path) -> None:
    """Values are quoted only where they have to be; Arrow knows all or nothing, so tables with a comma go row
    by row.
    """
    plain = not any(map(_structural, _vocabularies(table).values()))
    with path.open("wb") as file:
        file.write((",".join(table) + "\n").encode())
        for piece in _pieces(table, _as_text):
            (_write_plain if plain else _write_quoted)(piece, file)


def _structural(words: Any) -> bool:
    """Whether some word cannot stand in CSV as it is."""
    return bool(pc.any(pc.match_substring_regex(words, '[,"\n\r]')).as_py())


def _write_plain(piece: Any, file: IO[bytes]) -> None:
    pyarrow.csv.write_csv(piece, file, pyarrow.csv.WriteOptions(include_header=False, quoting_style="none"))


def _write_quoted(piece: Any, file: IO[bytes]) -> None:
    lines = io.StringIO(newline="")
    rows = zip(*(_printed(column) for _, column in _columns(piece)), strict=True)
    csv.writer(lines, lineterminator="\n").writerows(rows)
    file.write(lines.getvalue().encode())


def _columns(piece: Any) -> Iterator[tuple[str, Any]]:
    return zip(piece.column_names, piece.columns, strict=True)


def _printed(column: Any) -> list[object]:
    """Values as `_write_plain` would print them: true and false in lower case."""
    values = column.to_pylist()
    return [str(v).lower() for v in values] if pa.types.is_boolean(column.type) else values


def _write_jsonl(table: Table, path: Path) -> None:
    """One object a row, without what it does not say; amounts and times as text."""
    with path.open("wb") as file:
        for piece in _pieces(table, _as_text):
            columns = [column.to_pylist() for _, column in _columns(piece)]
            for row in zip(*columns, strict=True):
                said = {n: v for n, v in zip(piece.column_names, row, strict=True) if v is not None}
                file.write(orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE))


def _write_parquet(table: Table, path: Path) -> None:
    """Times are timestamps in UTC, amounts decimals."""
    pieces = _pieces(table, _as_values)
    first = next(pieces)
    with pyarrow.parquet.ParquetWriter(path, first.schema, compression="zstd") as file:
        file.write_table(first)
        for piece in pieces:
            file.write_table(piece)


def _as_text(column: Column) -> Any:
    """An Arrow array whose values print as our format wants them; numbers and flags stay what they are."""
    match column:
        case Moments():
            return _moments(column)
        case Cents():
            return _decimals(column).cast(pa.string())
        case _:
            return _as_values(column)


def _as_values(column: Column) -> Any:
    """An Arrow array of the type that Parquet has for it."""
    match column:
        case Numbered():
            return _keys(column)
        case Moments():
            return _nullable(column.values.astype(np.int64), pa.int64()).cast(pa.timestamp("s", "UTC"))
        case Cents():
            return _decimals(column)
        case Flagged():
            return _nullable(column.values.astype(np.int8), pa.int8()).cast(pa.bool_())
        case Measured():
            return pa.array(column.values, mask=np.isnan(column.values))
        case _:
            return _nullable(cast("Counted", column).values, pa.int64())


def _nullable(values: NDArray[np.signedinteger], kind: Any) -> Any:
    return pa.array(values, type=kind, mask=values < 0)


def _coded(column: Coded, words: Any) -> Any:
    """Words by code, as text: a piece uses few of a million words, which a dictionary would repeat whole."""
    codes = _nullable(column.values.astype(np.int32), pa.int32())
    return pa.DictionaryArray.from_arrays(codes, words).cast(pa.string())


def _keys(column: Numbered) -> Any:
    """Keys of one width, digit by digit."""
    numbers, letter = np.divmod(np.maximum(column.values.astype(np.int64), 0), len(column.letters))
    text = np.empty((len(numbers), column.width + 1), dtype=np.uint8)
    text[:, 0] = np.frombuffer(column.letters.encode(), dtype=np.uint8)[letter]
    rest = numbers + 1
    for place in range(column.width, 0, -1):
        rest, digit = np.divmod(rest, 10)
        text[:, place] = digit + ord("0")
    return _fixed(text, column.values >= 0)


def _moments(column: Moments) -> Any:
    """RFC 3339 in UTC, to the second: 2026-05-01T08:00:00Z."""
    seconds = np.maximum(column.values.astype(np.int64), 0)
    printed = seconds.astype("datetime64[s]").astype("S19").view(np.uint8).reshape(len(seconds), 19)
    text = np.empty((len(seconds), 20), dtype=np.uint8)
    text[:, :19], text[:, 19] = printed, ord("Z")
    return _fixed(text, column.values >= 0)


def _fixed(text: NDArray[np.uint8], said: NDArray[np.bool_]) -> Any:
    """Rows of characters as text, null where nothing is said."""
    n, size = text.shape
    offsets = pa.py_buffer(np.arange(n + 1, dtype=np.int32) * size)
    present = pa.py_buffer(np.packbits(said, bitorder="little"))
    return pa.Array.from_buffers(pa.string(), n, [present, offsets, pa.py_buffer(np.ascontiguousarray(text))])


def _decimals(column: Cents) -> Any:
    """Hundredths as decimals of two places: 16 bytes, the low half first."""
    halves = np.zeros((len(column.values), 2), dtype=np.int64)
    halves[:, 0] = np.maximum(column.values, 0)
    present = pa.py_buffer(np.packbits(column.values >= 0, bitorder="little"))
    return pa.Array.from_buffers(pa.decimal128(12, 2), len(halves), [present, pa.py_buffer(halves)])
