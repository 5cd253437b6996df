"""Codes of texts: each person, product and word once in a table, and the most used remembered."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from loaders.stores.sqlite.file import Connection

REMEMBERED = 1_000_000
"""Codes of one table kept in memory, before they are forgotten and looked up anew."""

VARIABLES = 30_000
"""Values bound to one statement; SQLite takes 32,766."""

T = TypeVar("T")


def slices(values: Sequence[T], size: int = VARIABLES) -> Iterator[Sequence[T]]:
    """The values in runs of at most `size`."""
    return (values[start : start + size] for start in range(0, len(values), size))


def places(values: Sequence[object]) -> str:
    """A list of as many question marks, for `IN`."""
    return f"(?{', ?' * (len(values) - 1)})"


@dataclass(slots=True)
class Codes:
    """The codes of one table's texts, for its only writer, within a transaction. `forget` after any that
    failed.
    """

    table: str
    column: str
    known: dict[str | None, int | None] = field(default_factory=lambda: {None: None})

    def of(self, connection: sqlite3.Connection, texts: set[str | None]) -> Mapping[str | None, int | None]:
        """Text → code for all of these and None, new texts written."""
        if len(self.known) > REMEMBERED:
            self.forget()
        # `texts - self.known.keys()` would walk over all that is known.
        missing = [text for text in texts if text is not None and text not in self.known]
        for some in slices(missing):
            query = f"SELECT {self.column}, id FROM {self.table} WHERE {self.column} IN {places(some)}"
            self.known.update(connection.execute(query, some))
        if new := sorted(text for text in missing if text not in self.known):
            self._write(connection, new)
        return self.known

    def forget(self) -> None:
        """Remember nothing: what was written may have been rolled back, or the table told anew."""
        self.known = {None: None}

    def _write(self, connection: sqlite3.Connection, texts: Iterable[str]) -> None:
        (last,) = connection.execute(f"SELECT coalesce(max(id), 0) FROM {self.table}").fetchone()
        codes = {text: code for code, text in enumerate(texts, last + 1)}
        statement = f"INSERT INTO {self.table} ({self.column}, id) VALUES (?, ?)"
        connection.executemany(statement, codes.items())
        self.known.update(codes)


@dataclass(slots=True)
class Regions:
    """The codes of sealed regions, which are words too; as `Codes`.

    A region keeps its code when its seal is made anew, so one sealed under an earlier secret is found by that
    form. The same text in another field is another word: it is not sealed there.
    """

    known: dict[str | None, int | None] = field(default_factory=lambda: {None: None})

    def of(self, connection: Connection, texts: set[str | None]) -> Mapping[str | None, int | None]:
        """Region → code for all of these and None, new ones written."""
        for text in texts - self.known.keys():
            if text is not None:
                self.known[text] = self._found(connection, text)
        return self.known

    def forget(self) -> None:
        """Remember nothing."""
        self.known = {None: None}

    def _found(self, connection: Connection, region: str) -> int:
        forms = connection.seal.regions(region)
        query = f"SELECT id FROM words WHERE text IN {places(forms)}"
        known = connection.execute(query, forms).fetchone()
        if known is None:
            known = connection.execute(
                "INSERT INTO words (text) VALUES (?) RETURNING id", (connection.seal.region(region),)
            ).fetchone()
        return int(known[0])
