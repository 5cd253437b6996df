"""Codes of texts: each person, product and word once in a table, and the most used remembered."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

REMEMBERED = 2_000_000
"""Codes kept in memory before they are forgotten and looked up anew: about 250 MB of short keys in all three
tables."""


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
        missing = [text for text in texts - self.known.keys() if text is not None]
        new = [text for text in missing if not self._find(connection, text)]
        if new:
            self._write(connection, sorted(new))
        return self.known

    def forget(self) -> None:
        """Remember nothing: what was written may have been rolled back, or the table told anew."""
        self.known = {None: None}

    def _find(self, connection: sqlite3.Connection, text: str) -> bool:
        query = f"SELECT id FROM {self.table} WHERE {self.column} = ?"
        if (row := connection.execute(query, (text,)).fetchone()) is None:
            return False
        self.known[text] = row[0]
        return True

    def _write(self, connection: sqlite3.Connection, texts: Iterable[str]) -> None:
        (last,) = connection.execute(f"SELECT coalesce(max(id), 0) FROM {self.table}").fetchone()
        codes = {text: code for code, text in enumerate(texts, last + 1)}
        statement = f"INSERT INTO {self.table} ({self.column}, id) VALUES (?, ?)"
        connection.executemany(statement, codes.items())
        self.known.update(codes)
