"""How many rows were refused, by source and reason, in an SQLite file: figures that no version counts."""

import sqlite3
from collections.abc import Mapping

Rows = Mapping[bytes, Mapping[str, int]]
"""By the hash of a source, then by reason."""


def keep(connection: sqlite3.Connection, rows: Rows, *, anew: bool) -> None:
    """Count rows of some sources in addition to what is there; with `anew`, in place of it."""
    if anew:
        connection.executemany("DELETE FROM refused WHERE source = ?", [(source,) for source in rows])
    connection.executemany(
        "INSERT INTO refused VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET rows = rows + excluded.rows",
        [
            (source, reason, count)
            for source, by_reason in rows.items()
            for reason, count in by_reason.items()
        ],
    )


def by_reason(connection: sqlite3.Connection) -> dict[str, int]:
    """Rows of all sources, the most frequent reason first."""
    query = "SELECT reason, sum(rows) AS count FROM refused GROUP BY reason ORDER BY count DESC, reason"
    return dict(connection.execute(query).fetchall())
