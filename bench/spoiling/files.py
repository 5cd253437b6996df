"""Spoilt files of every format, each with what a load of it has to say: rows that are mostly spoilt, in a
shape that may be spoilt too (bench.spoiling.shapes).
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.spoiling.counted import rows_of_csv, rows_of_lines
from bench.spoiling.mutations import SELDOM, spoilt_fields, spoilt_json, spoilt_line, spoilt_object
from bench.spoiling.originals import MENTIONS, Said, call, csv_columns, csv_line, opened
from bench.spoiling.parquet import parquet
from bench.spoiling.shapes import Broken, Count, shaped

WHOLE = 0.3
"""Of the rows, those that stay as they were: others lean on them."""

Lines = Callable[[Random, int, int], list[bytes]]
"""Gives so many lines of rows, from a row on."""


@dataclass(frozen=True, slots=True)
class Spoilt:
    """One way of telling a shop. part: of all rows."""

    name: str
    format: str
    part: float
    lines: Lines
    count: Count
    suffix: str

    def written(self, dice: Random, folder: Path, number: int, rows: int) -> tuple[Path, Broken]:
        """A file, and what a load of it has to say."""
        file = folder / f"{self.name} {number}{self.suffix}"
        text = b"\n".join(self.lines(dice, number * rows, rows)) + b"\n"
        in_shape, broken = shaped(dice, text, self.count)
        file.write_bytes(in_shape)
        return file, broken


@dataclass(frozen=True, slots=True)
class SpoiltTables:
    """Parquet files. part: of all rows; told: what the rows said."""

    told: Sequence[Said]
    part: float = 0.1
    name: str = "Parquet"
    format: str = "sharegraph"

    def written(self, dice: Random, folder: Path, number: int, rows: int) -> tuple[Path, Broken]:
        """A file, and what a load of it has to say: one in twelve has bytes flipped."""
        file = folder / f"{number}.parquet"
        start = number * rows
        some = [self.told[(start + row) % len(self.told)] for row in range(rows)]
        parquet(dice, some, file)
        if dice.randrange(12):
            return file, Broken(rows)
        flips = bytearray(file.read_bytes())
        for _ in range(dice.randrange(1, 9)):
            flips[dice.randrange(4, len(flips))] = dice.randrange(256)
        file.write_bytes(flips)
        return file, Broken(rows, maybe=True)


def formats(told: Sequence[Said]) -> Iterator[Spoilt | SpoiltTables]:
    """Every way of telling a shop."""
    columns = csv_columns(told)
    for name, separator, part in (("CSV", ",", 0.2), ("CSV semicolons", ";", 0.05), ("CSV tabs", "\t", 0.05)):
        table = [[str(said.get(column, "")) for column in columns] for said in told]
        yield Spoilt(name, "sharegraph", part, _csv(columns, table, separator), _count_csv(separator), ".csv")
    yield Spoilt("JSON Lines", "sharegraph", 0.2, _json(told, describe=True), _count_json, ".jsonl")
    yield SpoiltTables(told)
    yield Spoilt("Segment", "segment", 0.2, _json([call(said) for said in told]), rows_of_lines, ".jsonl")
    shared = list(opened(told))
    triples = [list(row) for row in shared]
    yield Spoilt("Taobao", "taobao-share", 0.1, _plain(triples, "\t"), rows_of_lines, ".tsv")
    acts = [[by, of, str(1_341_100_972 + n), MENTIONS[n % 7] if n % 7 < 2 else "RT"]
            for n, (of, _, by, _) in enumerate(shared)]  # fmt: skip
    yield Spoilt("Higgs", "higgs", 0.1, _plain(acts, " "), rows_of_lines, ".txt")


def _csv(columns: list[str], table: list[list[str]], separator: str) -> Lines:
    def lines(dice: Random, start: int, rows: int) -> list[bytes]:
        some = (table[(start + row) % len(table)] for row in range(rows))
        return [separator.join(columns).encode(), *(_row(dice, fields, separator) for fields in some)]

    return lines


def _row(dice: Random, fields: list[str], separator: str) -> bytes:
    if dice.random() < WHOLE:
        return csv_line(fields, separator)
    if dice.random() < 0.5:
        return csv_line(spoilt_fields(dice, fields), separator)
    return _spoilt_bytes(dice, csv_line(fields, separator))


def _spoilt_bytes(dice: Random, line: bytes) -> bytes:
    if dice.random() < 0.001:
        return SELDOM(dice, line, dice.randrange(len(line) + 1), 0)
    spoilt = spoilt_line(dice, line)
    return spoilt_line(dice, spoilt) if dice.random() < 0.2 else spoilt


def _json(told: Sequence[Said], *, describe: bool = False) -> Lines:
    def lines(dice: Random, start: int, rows: int) -> list[bytes]:
        some = (told[(start + row) % len(told)] for row in range(rows))
        first = json.dumps(told[start % len(told)]).encode()
        return [first, *(_object(dice, said, describe=describe) for said in some)]

    return lines


def _object(dice: Random, said: Said, *, describe: bool) -> bytes:
    if describe and dice.random() < 0.05:
        return json.dumps({"kind": "USER", "key": said.get("user", "u1"), "name": "N"}).encode()
    if dice.random() < 0.5 * (1 - WHOLE):
        said = spoilt_object(dice, said)
    text = json.dumps(said, ensure_ascii=dice.random() < 0.5)
    if dice.random() < 0.1:
        text = spoilt_json(dice, text)
    line = text.encode(errors="replace")
    return _spoilt_bytes(dice, line) if dice.random() < 0.5 * (1 - WHOLE) else line


def _plain(table: list[list[str]], separator: str) -> Lines:
    def lines(dice: Random, start: int, rows: int) -> list[bytes]:
        some = [table[(start + row) % len(table)] for row in range(rows)]
        return [
            separator.join(some[0]).encode(),
            *(_spoilt_plain(dice, fields, separator) for fields in some),
        ]

    return lines


def _spoilt_plain(dice: Random, fields: list[str], separator: str) -> bytes:
    if dice.random() < WHOLE:
        return separator.join(fields).encode()
    if dice.random() < 0.5:
        return separator.join(spoilt_fields(dice, fields)).encode()
    return _spoilt_bytes(dice, separator.join(fields).encode())


def _count_csv(separator: str) -> Count:
    return lambda text: rows_of_csv(text, separator)


def _count_json(text: bytes) -> int:
    """Without the lines that describe people, which are rows of no log."""
    return rows_of_lines(text) - sum(map(_describes, text.split(b"\n")))


def _describes(line: bytes) -> bool:
    if b'"key"' not in line:
        return False
    try:
        said = json.loads(line)
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("kind") == "USER" and "key" in said
