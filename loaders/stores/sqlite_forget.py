"""Forgetting a person in an SQLite store.

Everything they did goes, but for their shares and opens, which stay as blanks: kind, time, product and what
came from what, under a new random id and one person without a key, so that cascades keep their shape. Where
others named them, the name goes; a tie to them goes whole. Texts, people and products that nobody else
mentions go too. What is left is a keyed hash of each of their keys and shares.
"""

import sqlite3
from collections.abc import Sequence
from secrets import token_hex

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind, digest
from graph.people import joined
from loaders.stores.flat import FLAT, PEOPLE, WORDS, unflat
from loaders.stores.sqlite_file import EVENTS
from loaders.stores.tombstones import Tombstones

SCAN = 1_000
"""Rows looked at between two looks at what is still sought."""

_TABLES = {"people": PEOPLE, "products": ("product",), "words": WORDS}
_KEPT = {"id", "kind", "at", "user", "product", "share", "parent", "implied"}
_HER_EVENTS = "coalesce(user, visitor) IN (SELECT id FROM temp.hers)"
_TOUCHED = "seq IN (SELECT seq FROM temp.touched)"
_BLANKED = f"kind IN ({Kind.SHARE:d}, {Kind.OPEN:d})"


def forget(connection: sqlite3.Connection, key: str, tombstones: Tombstones) -> bool:
    """Forget whoever has this key, with everybody joined to them; False where there is nobody.

    Runs within the writer's transaction and reads the whole log about three times.
    """
    row = connection.execute("SELECT id FROM people WHERE key = ?", (key,)).fetchone()
    if row is None:
        return False
    hers = _joined_to(connection, row[0])
    _seek(connection, hers)
    mentioned = _mentioned(connection)
    _bury(connection, tombstones)
    _scrub(connection)
    _blank(connection, hers[0])
    for table in _TABLES:
        _drop_unused(connection, table, mentioned[table])
    _digest_anew(connection)
    _claim_anew(connection)
    connection.execute("UPDATE store SET epoch = epoch + 1, events = (SELECT count(*) FROM events)")
    return True


def one_person(connection: sqlite3.Connection) -> NDArray[np.int32]:
    """The canonical code of every code of a person, from the claims; shape (largest code + 1,)."""
    rows = connection.execute("SELECT user, visitor, at, digest FROM claims").fetchall()
    user, visitor, at, digests = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM people").fetchone()
    canonical, _ = joined(user.astype(np.int32), visitor.astype(np.int32), at, digests, last + 1)
    return canonical


def _joined_to(connection: sqlite3.Connection, code: int) -> list[int]:
    canonical = one_person(connection)
    return [int(hers) for hers in np.flatnonzero(canonical == canonical[code])]


def _seek(connection: sqlite3.Connection, hers: Sequence[int]) -> None:
    """Temporary tables: her codes, the events that name her, and her shares with the events that came from
    them.
    """
    for table in ("hers", "touched", "shares"):
        connection.execute(f"DROP TABLE IF EXISTS temp.{table}")
    connection.execute("CREATE TEMP TABLE hers (id INTEGER PRIMARY KEY)")
    connection.executemany("INSERT INTO temp.hers VALUES (?)", [(code,) for code in hers])
    names_her = " OR ".join(f"{name} IN (SELECT id FROM temp.hers)" for name in PEOPLE)
    connection.execute(
        "CREATE TEMP TABLE shares AS SELECT seq, id FROM events "
        f"WHERE kind = {Kind.SHARE:d} AND {_HER_EVENTS}"
    )
    of_hers = "IN (SELECT seq FROM temp.shares)"
    connection.execute(
        f"CREATE TEMP TABLE touched AS SELECT seq FROM events "
        f"WHERE {names_her} OR share {of_hers} OR parent {of_hers}"
    )


def _mentioned(connection: sqlite3.Connection) -> dict[str, set[int]]:
    """The codes that stand in those events, by table: what may be mentioned nowhere else."""
    found: dict[str, set[int]] = {}
    for table, fields in _TABLES.items():
        rows = connection.execute(f"SELECT {_quoted(fields)} FROM events WHERE {_TOUCHED}")
        found[table] = {code for row in rows for code in row if code is not None}
    return found


def _bury(connection: sqlite3.Connection, tombstones: Tombstones) -> None:
    """Leave the hashes of her keys and shares."""
    keys = connection.execute(
        "SELECT key FROM people JOIN temp.hers USING (id) WHERE key IS NOT NULL"
    ).fetchall()
    shares = connection.execute("SELECT id FROM temp.shares").fetchall()
    hashes = [tombstones.person(key) for (key,) in keys] + [tombstones.share(id_) for (id_,) in shares]
    connection.executemany("INSERT OR IGNORE INTO tombstones VALUES (?)", [(hash_,) for hash_ in hashes])


def _scrub(connection: sqlite3.Connection) -> None:
    """Take her out of what others said; a tie to her goes whole, and so does what of her own is no share or
    open.
    """
    ties = f"kind IN ({Kind.TIE:d}, {Kind.UNTIE:d}) AND other IN (SELECT id FROM temp.hers)"
    connection.execute(
        f"DELETE FROM events WHERE {_TOUCHED} AND ({ties} OR {_HER_EVENTS} AND NOT {_BLANKED})"
    )
    # Without the sharer nothing is left to be found by: the share is as if said.
    connection.execute(
        f"UPDATE events SET found = NULL WHERE {_TOUCHED} AND sharer IN (SELECT id FROM temp.hers)"
    )
    for name in ("other", "recipient", "sharer"):
        connection.execute(
            f"UPDATE events SET {name} = NULL WHERE {_TOUCHED} AND {name} IN (SELECT id FROM temp.hers)"
        )
    connection.execute(
        f"UPDATE events SET visitor = NULL WHERE {_TOUCHED} AND visitor IN (SELECT id FROM temp.hers) "
        f"AND NOT {_HER_EVENTS}"
    )


def _blank(connection: sqlite3.Connection, blank: int) -> None:
    """Make blanks of her shares and opens, and one person without a key of all her codes."""
    emptied = ", ".join(f'"{name}" = NULL' for name in FLAT if name not in _KEPT)
    rows = connection.execute(f"SELECT seq FROM events WHERE {_TOUCHED} AND {_HER_EVENTS}").fetchall()
    connection.executemany(
        f"UPDATE events SET id = ?, user = ?, {emptied} WHERE seq = ?",
        [("~" + token_hex(10), blank, seq) for (seq,) in rows],
    )
    connection.execute(
        "UPDATE people SET key = NULL, name = NULL, region = NULL, attributes = NULL, changed = NULL "
        "WHERE id IN (SELECT id FROM temp.hers)"
    )
    connection.execute("DELETE FROM people WHERE id IN (SELECT id FROM temp.hers) AND id <> ?", (blank,))


def _drop_unused(connection: sqlite3.Connection, table: str, codes: set[int]) -> None:
    """Delete those of these codes that no event mentions and of which nothing was said."""
    fields = _TABLES[table]
    connection.execute("CREATE TEMP TABLE rare (id INTEGER PRIMARY KEY)")
    connection.executemany("INSERT INTO temp.rare VALUES (?)", [(code,) for code in codes])
    mentions = " OR ".join(f'"{name}" IN (SELECT id FROM temp.rare)' for name in fields)
    query = (
        f"SELECT seq, {_quoted(fields)} FROM events WHERE seq > ? AND ({mentions}) ORDER BY seq LIMIT {SCAN}"
    )
    seq, left = 0, set(codes)
    # Most of them are found among the first rows; those left out make the rest of the log pass by in SQLite.
    while left and (rows := connection.execute(query, (seq,)).fetchall()):
        seq = rows[-1][0]
        found = left & {code for row in rows for code in row[1:]}
        connection.executemany("DELETE FROM temp.rare WHERE id = ?", [(code,) for code in found])
        left -= found
    unsaid = "" if table == "words" else " AND changed IS NULL"
    named = " AND key IS NOT NULL" if table == "people" else ""
    connection.execute(f"DELETE FROM {table} WHERE id IN (SELECT id FROM temp.rare){unsaid}{named}")
    connection.execute("DROP TABLE temp.rare")


def _digest_anew(connection: sqlite3.Connection) -> None:
    """Give the events that changed the digest of what they say now."""
    rows = connection.execute(f"{EVENTS} WHERE {_TOUCHED}").fetchall()
    connection.executemany(
        "UPDATE events SET digest = ? WHERE seq = ?", [(digest(unflat(row[1:])), row[0]) for row in rows]
    )


def _claim_anew(connection: sqlite3.Connection) -> None:
    """Tell the claims again from the events that are left."""
    connection.execute("DELETE FROM claims")
    connection.execute(
        "INSERT INTO claims SELECT user, visitor, at, digest FROM (SELECT user, visitor, at, digest, "
        "row_number() OVER (PARTITION BY user, visitor ORDER BY at, digest) AS place FROM events "
        "WHERE user IS NOT NULL AND visitor IS NOT NULL AND user <> visitor) WHERE place = 1"
    )


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
