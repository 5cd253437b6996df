"""Logs of plain lines whose rows mean something only in order of time: read, sorted outside memory, then told
in that order.

Rows of one instant come in the order of their files and lines.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from graph.errors import UnreadableSource
from graph.events import Reject, micros
from loaders.reasons import HALF_A_LINE, MISSING_FIELD, TOO_MANY_FIELDS, Refused
from loaders.sources.records import THOUSAND, Travelled
from loaders.sources.streams import lines, opened, text_of
from loaders.spill import Spill

T = TypeVar("T")
Parse = Callable[[int, str], tuple[datetime, T] | None]


class Dated(NamedTuple, Generic[T]):
    """What one line says, where it stands and when it happened."""

    file: str
    line: int
    at: datetime
    said: T


def in_order_of_time(
    files: Sequence[str], travelled: Travelled, parse: Parse[T]
) -> Iterator[Dated[T] | Reject]:
    """Every line that can be read, earliest first; before them a Reject for each that cannot.

    parse: is given a line's number and text and gives its time and what it says, or None for a header; it
    raises Refused. Blank lines are none. UnreadableSource comes last: a file that breaks off keeps what it
    had.
    """
    broken: UnreadableSource | None = None
    with Spill[Dated[T]]() as rows:
        try:
            for file in files:
                yield from _read(file, travelled, parse, rows)
        except UnreadableSource as error:
            broken = error
        travelled.done, travelled.total = 0, len(rows)
        for row in rows:
            travelled.done += 1
            yield row
    if broken:
        raise broken


def _read(file: str, travelled: Travelled, parse: Parse[T], rows: Spill[Dated[T]]) -> Iterator[Reject]:
    """Put a file's rows aside; yields what cannot be read."""
    with opened(file, travelled) as stream:
        for first, block in lines(stream):
            for number, line in enumerate(block, first):
                try:
                    parsed = parse(number, text_of(line)) if line.strip() else None
                except Refused as refused:
                    yield Reject(number, refused.reason, refused.detail, file)
                    continue
                if parsed is not None:
                    rows.add(micros(parsed[0]), Dated(file, number, *parsed), 1 + len(line) // THOUSAND)


def fields(text: str, separator: str | None, names: Sequence[str]) -> list[str]:
    """The fields of a line, as many as there are names. separator: None for any blanks.

    >>> fields("223789 213163 1341100972 MT", None, ("a", "b", "time", "kind"))
    ['223789', '213163', '1341100972', 'MT']
    """
    found = text.split(separator)
    if len(found) != len(names):
        reason = HALF_A_LINE if len(found) < len(names) else TOO_MANY_FIELDS
        raise Refused(reason, f"{len(found)} of {len(names)} fields")
    for name, field in zip(names, found, strict=True):
        if not field:
            raise Refused(MISSING_FIELD, name)
    return found
