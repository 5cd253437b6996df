"""Forgetting a person in an SQLite store (loaders.stores.forgetting has the law).

The events that name them, or a share of theirs, are taken out and what is left of them is written again.
Texts, people and products that nobody mentions any more go too. What stays is a keyed hash of each of their
keys and shares.
"""

import sqlite3
from collections.abc import Sequence

import numpy as np

from graph.events import Event, Kind
from loaders.stores.admission import references
from loaders.stores.flat import PEOPLE, WORDS
from loaders.stores.forgetting import Forgetting
from loaders.stores.naming import Naming
from loaders.stores.sqlite import answers, calls, promises
from loaders.stores.sqlite.append import Writing, share_seqs
from loaders.stores.sqlite.file import Connection, numbered
from loaders.stores.sqlite.people import one_person
from loaders.stores.tombstones import Tombstones

SCAN = 1_000
"""Rows looked at between two looks at what is still sought."""

_TABLES = {"people": PEOPLE, "products": ("product",), "words": WORDS}
_TOUCHED = "seq IN (SELECT seq FROM temp.touched)"


def forget(connection: Connection, key: str, tombstones: Tombstones, memory: Writing) -> bool:
    """Forget whoever has this key, with everybody joined to them; False where there is nobody.

    Runs within the writer's transaction and reads the whole log about three times.
    """
    row = connection.execute("SELECT id FROM people WHERE key = ?", (key,)).fetchone()
    if row is None:
        return False
    hers = _joined_to(connection, row[0])
    _seek(connection, hers)
    told = list(numbered(connection, _TOUCHED))
    forgetting = Forgetting.of(hers.keys(), [event for _, event in told])
    mentioned = _mentioned(connection)
    _bury(connection, forgetting, [event for _, event in told], tombstones)
    promises.take_out(connection, forgetting.keys | {*forgetting.shares(event for _, event in told)})
    answers.take_out(connection, forgetting.keys)
    calls.take_out(connection)
    _rewrite(connection, forgetting, told, memory, tombstones.names, hers[key])
    for table in _TABLES:
        drop_unused(connection, table, mentioned[table])
    _claim_anew(connection)
    connection.execute("UPDATE store SET epoch = epoch + 1, events = (SELECT count(*) FROM events)")
    return True


def _joined_to(connection: sqlite3.Connection, code: int) -> dict[str, int]:
    """Her keys and their codes."""
    canonical = one_person(connection)
    codes = np.flatnonzero(canonical == canonical[code]).tolist()
    rows = (
        connection.execute("SELECT key, id FROM people WHERE id = ?", (code,)).fetchone() for code in codes
    )
    return dict(row for row in rows if row is not None and row[0] is not None)


def _seek(connection: sqlite3.Connection, hers: dict[str, int]) -> None:
    """Temporary tables: her codes, and the events that name her or a share of hers."""
    for table in ("hers", "shares", "touched"):
        connection.execute(f"DROP TABLE IF EXISTS temp.{table}")
    connection.execute("CREATE TEMP TABLE hers (id INTEGER PRIMARY KEY)")
    connection.executemany("INSERT INTO temp.hers VALUES (?)", [(code,) for code in hers.values()])
    connection.execute(
        f"CREATE TEMP TABLE shares AS SELECT seq FROM events WHERE kind = {Kind.SHARE:d} "
        "AND coalesce(user, visitor) IN (SELECT id FROM temp.hers)"
    )
    names_her = " OR ".join(f"{name} IN (SELECT id FROM temp.hers)" for name in PEOPLE)
    of_hers = "IN (SELECT seq FROM temp.shares)"
    connection.execute(
        "CREATE TEMP TABLE touched AS SELECT seq FROM events "
        f"WHERE {names_her} OR share {of_hers} OR parent {of_hers}"
    )


def _mentioned(connection: sqlite3.Connection) -> dict[str, set[int]]:
    """The codes that stand in those events, by table: what may be mentioned nowhere else."""
    found: dict[str, set[int]] = {}
    for table, fields in _TABLES.items():
        rows = connection.execute(f"SELECT {_quoted(fields)} FROM events WHERE {_TOUCHED}")
        found[table] = {code for row in rows for code in row if code is not None}
    return found


def _bury(
    connection: sqlite3.Connection, forgetting: Forgetting, told: Sequence[Event], tombstones: Tombstones
) -> None:
    """Leave the hashes of her keys and shares."""
    hashes = tombstones.left_of(forgetting.keys, forgetting.shares(told))
    connection.executemany("INSERT OR IGNORE INTO tombstones VALUES (?)", [(hash_,) for hash_ in hashes])


def _rewrite(
    connection: Connection,
    forgetting: Forgetting,
    told: Sequence[tuple[int, Event]],
    memory: Writing,
    naming: Naming,
    blank: int,
) -> None:
    """Write what is left of her events in their place, and make one nameless person of her codes."""
    connection.execute(f"DELETE FROM events WHERE {_TOUCHED}")
    connection.execute(
        "UPDATE people SET key = NULL, name = NULL, region = NULL, attributes = NULL, changed = NULL "
        "WHERE id = ?",
        (blank,),
    )
    connection.execute("DELETE FROM people WHERE id IN (SELECT id FROM temp.hers) AND id <> ?", (blank,))
    memory.people.known[forgetting.blank] = blank
    left = forgetting.rewritten(told, naming)
    if left:
        referred = list({reference for _, event, _ in left for reference in references(event)})
        memory.events(connection, left, share_seqs(connection, referred))


def drop_unused(connection: sqlite3.Connection, table: str, codes: set[int]) -> None:
    """Delete those of these codes that no event mentions and of which nothing was said."""
    fields = _TABLES[table]
    connection.execute("CREATE TEMP TABLE rare (id INTEGER PRIMARY KEY)")
    connection.executemany("INSERT INTO temp.rare VALUES (?)", [(code,) for code in codes])
    mentions = " OR ".join(f'"{name}" IN (SELECT id FROM temp.rare)' for name in fields)
    query = (
        f"SELECT seq, {_quoted(fields)} FROM events WHERE seq > ? AND ({mentions}) ORDER BY seq LIMIT {SCAN}"
    )
    seq, left = 0, set(codes)
    # Most are found among the first rows; those sought to the end make the log pass by within SQLite.
    while left and (rows := connection.execute(query, (seq,)).fetchall()):
        seq = rows[-1][0]
        found = left & {code for row in rows for code in row[1:]}
        connection.executemany("DELETE FROM temp.rare WHERE id = ?", [(code,) for code in found])
        left -= found
    unsaid = "" if table == "words" else " AND changed IS NULL"
    named = " AND key IS NOT NULL" if table == "people" else ""
    connection.execute(f"DELETE FROM {table} WHERE id IN (SELECT id FROM temp.rare){unsaid}{named}")
    connection.execute("DROP TABLE temp.rare")


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
