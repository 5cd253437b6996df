"""Calls under idempotency keys, in an SQLite file: a table of its own, which no version counts.

graph.calls has the law.
"""

import sqlite3

from graph.calls import Call, answered, oldest_kept, too_many


def begin(connection: sqlite3.Connection, key: bytes, content: bytes, at: int) -> Call | None:
    """Begin a call; None where it is the caller's to make, else the one that stands there."""
    standing = _standing(connection, key)
    if standing is not None and not standing.given_up(at) and standing.at > oldest_kept(at):
        return standing
    _make_room(connection, at)
    connection.execute("INSERT OR REPLACE INTO calls (key, content, at) VALUES (?, ?, ?)", (key, content, at))
    return None


def answer(connection: sqlite3.Connection, key: bytes, content: bytes, sealed: bytes) -> bytes:
    """Keep what a call was answered; what is kept, should somebody else have answered it before."""
    unanswered = "key = ? AND content = ? AND answer IS NULL"
    connection.execute(f"UPDATE calls SET answer = ? WHERE {unanswered}", (sealed, key, content))
    return answered(_standing(connection, key), content) or sealed


def drop(connection: sqlite3.Connection, key: bytes, content: bytes) -> None:
    """A call that was begun was not made."""
    connection.execute("DELETE FROM calls WHERE key = ? AND content = ? AND answer IS NULL", (key, content))


def take_out(connection: sqlite3.Connection) -> None:
    """Keep none of them: any may have named whoever is forgotten."""
    connection.execute("DELETE FROM calls")


def _standing(connection: sqlite3.Connection, key: bytes) -> Call | None:
    row = connection.execute("SELECT content, at, answer FROM calls WHERE key = ?", (key,)).fetchone()
    return None if row is None else Call(*row)


def _make_room(connection: sqlite3.Connection, at: int) -> None:
    connection.execute("DELETE FROM calls WHERE at <= ?", (oldest_kept(at),))
    calls, room = connection.execute("SELECT count(*), total(length(answer)) FROM calls").fetchone()
    oldest = "SELECT key FROM calls ORDER BY at LIMIT ?"
    connection.execute(f"DELETE FROM calls WHERE key IN ({oldest})", (too_many(calls, room),))
