"""The rows of a load that were not taken, as a CSV file that a person can mend and load again."""

import csv
import fcntl
import io
import os
import re
import stat
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from functools import partial
from itertools import chain, count, islice
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from graph.errors import InvalidInput
from graph.events import Reject
from graph.stop import Stop, never
from loaders import disk

COLUMNS = ("file", "line", "reason", "detail", "event")

HEADER = f"{','.join(COLUMNS)}\r\n".encode()
"""The first line of every such file, by which an older one is known for ours."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV Injection)."""

LISTS = 10
"""How many names are searched for lists of earlier loads: more loads than that never ran at once."""

LOOKS = 1_000
"""Rows between two looks at whether to go on."""


def beside(store_url: str) -> Path:
    """The default place of a store's list: beside an embedded store, else in the working directory.

    >>> beside("sqlite:///shop.db").name, beside("neo4j://graph.example").name
    ('shop.db.rejects.csv', 'sharegraph.rejects.csv')
    """
    file = store_url.removeprefix("sqlite:///")
    return Path("sharegraph.rejects.csv") if file == store_url else Path(f"{file}.rejects.csv")


def clear(path: Path) -> list[Path]:
    """Remove the lists of loads that have ended, under this name and those that stand in for it; which it
    were. All other files stay.
    """
    with _swept(path) as files:
        return [file for file in files if _ended(file, Path.unlink)]


def strike(path: Path, texts: AbstractSet[str], *, alone: bool = False) -> None:
    """Take every row that holds one of these texts out of the lists of loads that have ended. alone: only
    where it stands for itself, as in `naming`; else anywhere in a cell.
    """
    holds = _word(texts).search if alone else partial(_any_of, texts)
    with _swept(path) as files:
        for file in files:
            _ended(file, partial(_strike, holds=holds))


def naming(path: Path, texts: AbstractSet[str], stop: Stop = never) -> list[Reject]:
    """The rows in the lists, also of a load that still runs, in which one of these texts stands for itself:
    not as a part of another key. stop: asked now and then; what it raises ends the search.
    """
    word = _word(texts)
    ours = (file for file in islice(_names(path), LISTS) if file.is_file())
    return [
        row for file in ours for row in _read(file, stop) if any(map(word.search, (row.detail, row.event)))
    ]


class Rejects:
    """Writes each `Reject` as a row of COLUMNS; the file is made at the first one.

    path: of the file; count: rows written. Use as a context manager: entering it removes the list of an
    earlier load, leaving it closes the file. InvalidInput where the folder of the file is not there, before
    any row is lost to that.

    Law: a list is of one load, and no other file is written over. Where the file is that of a load that still
    runs, or no list of ours, this one goes to the next name that is free, which `path` then says: r.csv,
    r.2.csv, r.3.csv, … A cell that a spreadsheet would run begins with an apostrophe.

    details: whether the list says what a row said. Of a store whose names are sealed it does not, and file
    and line find the row in the shop's own log.
    """

    def __init__(self, path: Path, *, details: bool = True) -> None:
        self.path = path
        self._withheld = frozenset() if details else frozenset({"detail"})
        self.count = 0
        self._file: IO[str] | None = None
        self._rows: Any = None

    def __enter__(self) -> Self:
        if not self.path.parent.is_dir():
            raise InvalidInput(f"{self.path}: the folder {self.path.parent} does not exist; make it first")
        with self._named():
            clear(self.path)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            with self._named():
                self._file.close()

    def add(self, reject: Reject) -> None:
        """Write one. OSError, with the file's name, where its disk is full."""
        with self._named():
            if self._file is None:
                self._open()
            cells = ("" if name in self._withheld else getattr(reject, name) for name in COLUMNS)
            self._rows.writerow(map(_inert, cells))
        self.count += 1

    def _open(self) -> None:
        """Take the first name that is free."""
        for path in _names(self.path):
            self._file = _taken(path)
            if self._file is not None:
                self.path = path
                self._rows = csv.writer(self._file)
                self._rows.writerow(COLUMNS)
                return

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Says which file could not be written."""
        try:
            yield
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self.path)) from error


def _names(path: Path) -> Iterator[Path]:
    """A file's name, then those that stand in for it."""
    return chain((path,), (path.with_stem(f"{path.stem}.{number}") for number in count(2)))


@contextmanager
def _swept(path: Path) -> Iterator[list[Path]]:
    """Where lists may be that nobody else writes anew now, so that only loads hold any; none where there is
    no folder. What somebody left who died while a list was written anew is removed: it names people too.
    """
    if not path.parent.is_dir():
        yield []
        return
    files = [*islice(_names(path), LISTS)]
    with disk.in_turn(path.parent):
        for file in files:
            disk.aside_of(file).unlink(missing_ok=True)
        yield files


def _ended(path: Path, do: Callable[[Path], None]) -> bool:
    """Do something with the list of a load that has ended; False for every other file."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        ours = _locked(file) and file.readline(len(HEADER)) == HEADER
        if ours:
            do(path)
        return ours


def _read(path: Path, stop: Stop) -> Iterator[Reject]:
    """The rows of one list; none of a file that is none of ours."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        rows = csv.reader(file)
        if tuple(next(rows, ())) != COLUMNS:
            return
        for number, cells in enumerate(rows):
            if number % LOOKS == 0:
                stop()
            # A load that still runs may be in the middle of a row.
            if len(cells) == len(COLUMNS) and cells[1].isdecimal():
                name, line, reason, detail, event = cells
                yield Reject(int(line), reason, detail, name, event)


def _word(texts: AbstractSet[str]) -> re.Pattern[str]:
    """One of these texts, not as a part of another key."""
    words = "|".join(sorted(map(re.escape, filter(None, texts)), key=len, reverse=True)) or "(?!)"
    return re.compile(rf"(?<![\w.@~-])(?:{words})(?![\w.@~-])")


def _any_of(texts: AbstractSet[str], cell: str) -> bool:
    return any(text in cell for text in texts)


def _strike(path: Path, holds: Callable[[str], object]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        titles, *rows = csv.reader(file)
    left = [row for row in rows if not any(map(holds, row[2:]))]
    if len(left) < len(rows):
        written = io.StringIO(newline="")
        csv.writer(written).writerows((titles, *left))
        disk.replace(path, written.getvalue().encode(), mode)


def _taken(path: Path) -> IO[str] | None:
    """The file, empty and locked for as long as it is open; None where it is somebody else's."""
    # A file's name need not be UTF-8; the rows of the log are, or were refused for that.
    file = open(path, "a", encoding="utf-8", errors="backslashreplace", newline="", opener=disk.owned)  # noqa: SIM115
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode) or (_locked(file) and _is_new(file, path)):
        return file
    file.close()
    return None


def _is_new(file: IO[Any], path: Path) -> bool:
    """Whether a locked file is empty, and still what the path names."""
    held = os.fstat(file.fileno())
    return held.st_size == 0 and path.exists() and os.path.samestat(held, path.stat())


def _locked(file: IO[Any]) -> bool:
    """Lock an open file, if nobody else has."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _inert(cell: object) -> object:
    """A cell that no spreadsheet runs.

    >>> _inert("=1+1"), _inert("tea"), _inert("-"), _inert(12)
    ("'=1+1", 'tea', '-', 12)
    """
    runs = isinstance(cell, str) and len(cell) > 1 and cell.startswith(FORMULA)
    return f"'{cell}" if runs else cell
