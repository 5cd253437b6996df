"""Where the rows of one append came from, in words."""

from collections.abc import Iterable
from datetime import timedelta

from graph.events import Row

A_WHILE = timedelta(minutes=1) // timedelta(microseconds=1)
"""Calls that follow each other within so many microseconds are noted as one."""


def source_of(rows: Iterable[Row]) -> str:
    """The files of rows, each with its first and last line; "" for what came in calls.

    >>> source_of([Row(2, (), "a.csv"), Row(9, (), "a.csv"), Row(7, (), "b.csv")])
    'a.csv, lines 2 to 9; b.csv, line 7'
    """
    lines: dict[str, tuple[int, int]] = {}
    for row in rows:
        if row.file:
            first, last = lines.get(row.file, (row.line, row.line))
            lines[row.file] = min(first, row.line), max(last, row.line)
    return "; ".join(f"{file}, {_lines(*among)}" for file, among in lines.items())


def _lines(first: int, last: int) -> str:
    return f"line {first}" if first == last else f"lines {first} to {last}"
