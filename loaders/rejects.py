"""The rows of a load that were not taken, as a CSV file that a person can mend and load again."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from graph.errors import InvalidInput
from graph.events import Reject

COLUMNS = ("file", "line", "reason", "detail", "event")


class Rejects:
    """Writes each `Reject` as a row of COLUMNS; the file is made, or replaced, at the first one.

    path: of the file. count: rows written. Use as a context manager: leaving it closes the file. InvalidInput
    where the folder of the file is not there, before any row is lost to that.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._file: IO[str] | None = None
        self._rows: Any = None

    def __enter__(self) -> Self:
        if not self.path.parent.is_dir():
            raise InvalidInput(f"{self.path}: the folder {self.path.parent} does not exist; make it first")
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
            self._write(reject)
        self.count += 1

    def _write(self, reject: Reject) -> None:
        if self._file is None:
            # A file's name need not be UTF-8; the rows of the log are, or were refused for that.
            self._file = self.path.open("w", encoding="utf-8", errors="backslashreplace", newline="")
            self._rows = csv.writer(self._file)
            self._rows.writerow(COLUMNS)
        self._rows.writerow([getattr(reject, name) for name in COLUMNS])

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Says which file could not be written."""
        try:
            yield
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self.path)) from error
