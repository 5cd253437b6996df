"""The rows of an audit log, looked over and searched, in however many files they lie.

Whoever keeps logs moves them away in time: `audit.jsonl.1`, `audit.jsonl.2.gz`, `audit.jsonl-20261122`. The
chain runs through all of them, so they are read in the order of their first rows; one that begins with the
very row that another ends with was begun by who took over from the dead (loaders.audit), and that row counts
once.
"""

import gzip
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, Final, cast
from zlib import error as Cut  # noqa: N812 - what it says of a file

from graph.stop import Stop, never
from loaders import disk
from loaders.aliases import BOUND, Aliases, changed, lines
from loaders.audit import BEGINNING, Asking, Last, head_of, last_of, row_of, sealed

_MOVED: Final = re.compile(r"[.-]\d[\d.-]*(\.gz)?")
"""How the names of files go on that were moved away."""

_LOOKS: Final = 1_000
"""Rows between two looks at whether to go on."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What a look at every row found. rows: that are whole and in their places; seal: of the last of them,
    which stands for all; fault: what is wrong with the next, "" where nothing is. unbound: people whose line
    is of the earlier form, of which nobody can tell whether it was changed.
    """

    rows: int
    seal: str
    fault: str = ""
    unbound: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the log. place: in it, from 1."""

    place: int
    asking: Asking


def parts(path: Path) -> list[Path]:
    """The files in which the rows of a log are, earliest first: those moved away that lie beside it, and the
    one that is written to.
    """
    named = (file for file in path.parent.glob("*") if file.name.startswith(path.name))
    moved = [file for file in named if _MOVED.fullmatch(file.name.removeprefix(path.name))]
    return in_order([*sorted(moved), path])


def in_order(files: Iterable[Path]) -> list[Path]:
    """Files of one log by the places of their first rows; those that are not there are left out, and those
    that are being packed, as what is packed lies there still; those without a row come last.
    """
    there = [file for file in files if file.is_file()]
    twice = {file.with_name(f"{file.name}.gz") for file in there}
    return sorted((file for file in there if file not in twice), key=_first)


def verify(
    path: Path, expected: str | None = None, *, after: str | None = None, files: Sequence[Path] | None = None
) -> Verified:
    """Look at every row, from the first. path: of the log; files: in which its rows are, in their order, None
    for `parts`. expected: a seal that was noted earlier, which has to be that of a row. after: the seal of
    the row before the first, where earlier ones are no longer kept.

    Finds every row that was changed, taken out, put in or moved, and, by the head, rows missing at the end:
    a crash can leave the head one row behind, never ahead. Others may write meanwhile: what is looked at is
    what was there at one moment. After the rows it looks at the lines that say whom they are about.
    """
    with ExitStack() as opened:
        with ExitStack() as writing:
            head = None
            if head_of(path).exists():
                head = last_of(writing.enter_context(disk.beside(head_of(path))))
            there = [_whole(*_opened(file, opened)) for file in files or parts(path)]
        found = _followed(_once(there), head, expected, after)
    return found if found.fault else _with_people(found, Aliases.of_log(path).path)


def naming(files: Iterable[Path], ids: AbstractSet[str], stop: Stop = never) -> Iterator[Row]:
    """The rows in which one of these ids asks or is asked about, in their order. files: of one log, in
    theirs. stop: asked now and then; what it raises ends the search.
    """
    if not ids:
        return
    wanted = [id_.encode() for id_ in ids]
    with ExitStack() as opened:
        there = [_whole(*_opened(file, opened)) for file in files]
        for number, line in enumerate(_once(there)):
            if number % _LOOKS == 0:
                stop()
            said = row_of(line) if any(id_ in line for id_ in wanted) else None
            if said is not None and not ids.isdisjoint([said["caller"], *said["about"]]):
                place = said.pop("place")
                del said["seal"]
                yield Row(place, Asking(**said))


def _followed(rows: Iterable[bytes], head: Last | None, expected: str | None, after: str | None) -> Verified:
    """The chain, followed from row to row to its end. head: None where there is none."""
    count, last, met = 0, Last(0, after or BEGINNING), expected in (None, after)
    for line in rows:
        row = row_of(line)
        place = None if row is None else row.pop("place", None)
        if after is not None and not count and isinstance(place, int):
            last = Last(place - 1, after)
        fault = _fault(row, place, last)
        if row is None or fault:
            return Verified(count, last.seal, fault)
        row.pop("seal")
        count, last = count + 1, Last(last.place + 1, sealed(last.seal, last.place + 1, row))
        met |= last.seal == expected
        if head is not None and last.place == head.place and last.seal != head.seal:
            return Verified(count, last.seal, f"row {last.place} is not the one that was written last")
    return Verified(count, last.seal, _fault_at_end(last, head, expected, met=met))


def _fault(row: dict[str, Any] | None, place: object, before: Last) -> str:
    """What is wrong with a row, its place told apart, after another; "" where nothing is."""
    due = before.place + 1
    if before.place == 0 and isinstance(place, int) and place > 1:
        return (
            f"it begins with row {place:,}; name the files before it too, or, with --after, the seal of row "
            f"{place - 1:,}"
        )
    if row is None or place != due:
        return f"row {due} is missing, or is none"
    if row.get("seal") != sealed(before.seal, due, {name: row[name] for name in row if name != "seal"}):
        return f"row {due} is not what was sealed"
    return ""


def _fault_at_end(last: Last, head: Last | None, expected: str | None, *, met: bool) -> str:
    if not met:
        return "no row has the seal that was expected"
    if head is None and last.place > 1 and last.seal != expected:
        return "its head is not there, so rows may be missing at the end; --expect the seal of the last one"
    told = last.place if head is None else head.place
    if not told <= last.place <= told + 1:
        return f"{abs(told - last.place):,} rows are missing at the end of one file"
    return ""


def _with_people(found: Verified, people: Path) -> Verified:
    number = changed(people)
    if number is not None:
        return replace(found, fault=f"line {number} of {people.name} is not what ids were made of")
    return replace(found, unbound=sum(not line.id.startswith(BOUND) for line in lines(people)))


def _once(files: Iterable[Iterable[bytes]]) -> Iterator[bytes]:
    """The rows of several files, each once."""
    last = b""
    for file in files:
        for number, line in enumerate(file):
            if number or line != last:
                yield line
            last = line


def _opened(file: Path, until: ExitStack) -> tuple[IO[bytes], int]:
    """An open file, and how long it is now; a packed one is written to by nobody."""
    if file.suffix == ".gz":
        return cast("IO[bytes]", until.enter_context(gzip.open(file))), sys.maxsize
    return until.enter_context(file.open("rb")), file.stat().st_size


def _whole(file: IO[bytes], size: int) -> Iterator[bytes]:
    """The lines within the first bytes of a file; what a crash cut is none, and of a packed file what cannot
    be unpacked.
    """
    read = 0
    try:
        for line in file:
            read += len(line)
            if read > size or not line.endswith(b"\n"):
                return
            yield line
    except (EOFError, gzip.BadGzipFile, Cut):
        return


def _first(file: Path) -> int:
    """The place of a file's first row."""
    with ExitStack() as opened:
        row = row_of(next(_whole(*_opened(file, opened)), b""))
    place = None if row is None else row.get("place")
    return place if isinstance(place, int) else sys.maxsize
