"""The SQLite file: its format, how an older one becomes the present one, and what its errors mean in words.

An event is one row of integers; people, products and words are said once, in tables of their own. The view
`log` puts them together again for whoever opens the file with another tool: `SELECT kind, user, product FROM
log WHERE at > …`.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from graph.errors import InvalidInput, StoreIncompatible, StoreUnavailable
from graph.events import Event, Kind
from loaders import disk
from loaders.sealing import PLAIN, Seal
from loaders.stores.flat import FLAT, PEOPLE, SHARES, WORDS, unflat

APPLICATION = 0x53484752
"""`SHGR` in the header: what makes an SQLite file a sharegraph store."""

PATIENCE = 10.0
"""Seconds that a writer waits for another before it gives up."""

WAL_PAGES = 32_768
"""Pages (128 MB) the write-ahead log may grow to before it is copied back: each page of an index is then
copied once for many batches."""

CACHE_KIB = 128_000


def _column(name: str) -> str:
    kind = "REAL" if name in {"rating", "propensity"} else "INTEGER"
    return f'"{name}" {kind}{" NOT NULL" if name in {"kind", "at"} else ""}'


def _said(name: str, *, readable: bool = False) -> str:
    """A field of an event: the text that a code stands for; where it shall be readable, the kind by its
    name.
    """
    if name == "kind" and readable:
        names = " ".join(f"WHEN {kind:d} THEN '{kind.name}'" for kind in Kind)
        return f"CASE e.kind {names} END AS kind"
    if name in PEOPLE or name == "product":
        table = "products" if name == "product" else "people"
        return f'(SELECT key FROM {table} WHERE id = e."{name}") AS "{name}"'
    if name in SHARES:
        return f'(SELECT id FROM events WHERE seq = e."{name}") AS "{name}"'
    if name in WORDS:
        return f'(SELECT text FROM words WHERE id = e."{name}") AS "{name}"'
    return f'e."{name}"'


_EVENTS = f"SELECT e.seq, {', '.join(map(_said, FLAT))} FROM events e"
_REGION = 1 + FLAT.index("region")

FORMAT_1 = f"""
CREATE TABLE store (identity TEXT NOT NULL, salt BLOB NOT NULL, epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL, changes INTEGER NOT NULL, events INTEGER NOT NULL);
INSERT INTO store VALUES (lower(hex(randomblob(8))), randomblob(32), 0, 0, 0, 0);
CREATE TABLE people (id INTEGER PRIMARY KEY, key TEXT UNIQUE,
  name TEXT, region TEXT, attributes TEXT, changed INTEGER);
CREATE TABLE products (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE,
  name TEXT, category TEXT, brand TEXT, price INTEGER, currency TEXT, available INTEGER, attributes TEXT,
  changed INTEGER);
CREATE TABLE words (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE events (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, digest INTEGER NOT NULL,
  {", ".join(_column(name) for name in FLAT[1:])});
CREATE TABLE claims (user INTEGER, visitor INTEGER, at INTEGER NOT NULL, digest INTEGER NOT NULL,
  PRIMARY KEY (user, visitor)) WITHOUT ROWID;
CREATE TABLE said (field TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE tombstones (hash BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE INDEX shares ON events (product, coalesce(user, visitor), at) WHERE kind = {Kind.SHARE:d};
CREATE INDEX changed_people ON people (changed) WHERE changed IS NOT NULL;
CREATE INDEX changed_products ON products (changed) WHERE changed IS NOT NULL;
CREATE VIEW log AS SELECT e.seq, {", ".join(_said(name, readable=True) for name in FLAT)} FROM events e;
"""

FORMAT_2 = f"""
CREATE INDEX claimed ON claims (visitor, at, digest);
CREATE INDEX opened ON events (at) WHERE kind = {Kind.OPEN:d};
CREATE INDEX consented ON events (coalesce(user, visitor), at) WHERE kind = {Kind.CONSENT:d};
"""

FORMAT_3 = """
CREATE TABLE promises (place INTEGER PRIMARY KEY,
  kind TEXT NOT NULL, unit TEXT NOT NULL, asked TEXT NOT NULL, question BLOB UNIQUE,
  version TEXT NOT NULL, as_of INTEGER NOT NULL, due INTEGER NOT NULL,
  value REAL NOT NULL, low REAL NOT NULL, high REAL NOT NULL, confidence REAL NOT NULL,
  nonce BLOB NOT NULL, commitment BLOB NOT NULL, seal BLOB NOT NULL, realised REAL, settled TEXT);
"""

FORMAT_4 = """
CREATE TABLE answers (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, version TEXT NOT NULL,
  person TEXT, surface TEXT, at INTEGER NOT NULL);
CREATE TABLE places (answer INTEGER NOT NULL, rank INTEGER NOT NULL, product TEXT NOT NULL,
  propensity REAL NOT NULL, source TEXT NOT NULL, PRIMARY KEY (answer, rank)) WITHOUT ROWID;
CREATE INDEX answered ON answers (at);
CREATE INDEX answered_whom ON answers (person) WHERE person <> '';
"""

FORMAT_5 = "ALTER TABLE store ADD COLUMN consenting INTEGER NOT NULL DEFAULT 0"

FORMAT_6 = """
CREATE TABLE refused (source BLOB NOT NULL, reason TEXT NOT NULL, rows INTEGER NOT NULL,
  PRIMARY KEY (source, reason)) WITHOUT ROWID;
"""

FORMAT_7 = """
ALTER TABLE store ADD COLUMN sealing TEXT;
ALTER TABLE store ADD COLUMN sealed TEXT;
CREATE TABLE once_regions (word INTEGER PRIMARY KEY);
"""

FORMAT_8 = """
CREATE TABLE arrivals (first INTEGER PRIMARY KEY, last INTEGER NOT NULL,
  at INTEGER NOT NULL, source TEXT NOT NULL);
"""

# Events of a store of before are known by plain hashes, and go on to be; what was promised was, and is not.
FORMAT_9 = """
ALTER TABLE store ADD COLUMN keyed INTEGER NOT NULL DEFAULT 0;
UPDATE store SET keyed = (seq = 0);
UPDATE promises SET question = NULL;
CREATE TABLE calls (key BLOB PRIMARY KEY, content BLOB NOT NULL, at INTEGER NOT NULL, answer BLOB);
CREATE INDEX called ON calls (at);
"""

STEPS = (FORMAT_1, FORMAT_2, FORMAT_3, FORMAT_4, FORMAT_5, FORMAT_6, FORMAT_7, FORMAT_8, FORMAT_9)
"""STEPS[v] takes a file of format v to v + 1; an empty file is of format 0."""


class Connection(sqlite3.Connection):
    """A connection that knows what seals the texts in its file."""

    seal: Seal


def opened(
    path: Path,
    seal: Seal = PLAIN,
    *,
    create: bool = True,
    patience: float = PATIENCE,
    steps: Sequence[str] = STEPS,
) -> Connection:
    """A connection to a file of the present format: made where there was none, brought up where it was older.

    Raises StoreUnavailable where the file cannot be opened, StoreIncompatible where it is of a newer format
    or no sharegraph store.
    """
    if not create and not path.exists():
        raise StoreUnavailable(f"{path}: there is no store yet; `sharegraph load` makes one")
    if not path.parent.is_dir():
        raise StoreUnavailable(f"{path}: the folder {path.parent} does not exist; make it, or name another")
    with translated(path):
        connection = connect(path, seal, patience, create=create)
        try:
            _bring_up(connection, path, steps)
        except BaseException:
            connection.close()
            raise
    return connection


def connect(
    path: Path, seal: Seal = PLAIN, patience: float = PATIENCE, *, create: bool = False
) -> Connection:
    """A connection set up as all of ours are, to a file that is there (or is made, with `create`, for its
    owner alone, as SQLite then makes what lies beside it); whoever shares one between threads holds a lock.
    """
    if create:
        with suppress(OSError):  # SQLite says in what way it cannot be opened.
            disk.make(path)
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}",
        timeout=patience,
        isolation_level=None,
        check_same_thread=False,
        uri=True,
        factory=Connection,
    )
    connection.seal = seal
    connection.executescript(
        f"PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;"
        f"PRAGMA cache_size = -{CACHE_KIB}; PRAGMA wal_autocheckpoint = {WAL_PAGES};"
    )
    return connection


def _bring_up(connection: sqlite3.Connection, path: Path, steps: Sequence[str]) -> None:
    version = _format(connection, path)
    if version > len(steps):
        raise StoreIncompatible(
            f"{path} has store format {version}, this program knows formats up to {len(steps)}; "
            "use the newer program"
        )
    if version == len(steps):
        return
    connection.execute("PRAGMA journal_mode = WAL")
    with writing(connection):
        # Somebody else may have done it while we waited for the lock.
        for step in range(_format(connection, path), len(steps)):
            for statement in steps[step].split(";"):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {len(steps)}")


def _format(connection: sqlite3.Connection, path: Path) -> int:
    """The format version of a file; 0 for an empty one."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application == 0 and tables == 0:
        return 0
    if application != APPLICATION:
        raise StoreIncompatible(f"{path} is an SQLite file, but no sharegraph store; name another file")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def numbered(connection: Connection, where: str, parameters: Any = ()) -> Iterator[tuple[int, Event]]:
    """The events `e` that a condition selects, each with its number."""
    for row in connection.execute(f"{_EVENTS} WHERE {where}", parameters):
        seq, *record = row[:_REGION]
        region = connection.seal.opened_region(row[_REGION])
        yield seq, unflat((*record, region, *row[_REGION + 1 :]))


def back_up(path: Path, to: Path) -> None:
    """Write a store as it is now to a new file, whole or not at all; what is sealed stays sealed."""
    with _part(to) as part:
        with closing(connect(path)) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))
        with closing(connect(part)) as copy:
            # Told on by itself from here: no snapshot of the one may pass for the other's.
            copy.execute("UPDATE store SET identity = lower(hex(randomblob(8)))")
            copy.execute("PRAGMA journal_mode = WAL")
        part.rename(to)


@contextmanager
def _part(to: Path) -> Iterator[Path]:
    """An empty file beside a new one, which becomes that one or goes; of one process at a time."""
    taken = InvalidInput(f"{to} exists already; a backup is never written over anything")
    if to.exists():
        raise taken
    part = to.with_name(to.name + ".part")
    try:
        with disk.alone(part) as held:
            # Whoever held it before us has made the file, or given up, and taken the name away.
            if to.exists() or not part.exists() or not os.path.samestat(os.fstat(held), part.stat()):
                raise taken
            try:
                os.ftruncate(held, 0)
                yield part
            finally:
                part.unlink(missing_ok=True)
    except OSError as fault:
        raise StoreUnavailable(f"{to} cannot be written: {fault.strerror}") from fault


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """One durable transaction of the only writer: all of it, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def reading(connection: sqlite3.Connection) -> Iterator[None]:
    """One view of the file for several statements, whatever is written meanwhile."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("COMMIT")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Says in our words what SQLite says in its own."""
    try:
        yield
    except sqlite3.Error as error:
        raise _in_words(path, error) from error


_REASONS = {
    "SQLITE_BUSY": "is written by another process, which takes longer than we wait; try again",
    "SQLITE_LOCKED": "is locked by another connection; try again",
    "SQLITE_FULL": "cannot grow, the disk is full; make room and run the same command again",
    "SQLITE_CANTOPEN": "cannot be opened; check the path and who may write there",
    "SQLITE_READONLY": "may not be written; check who may write the file and its folder",
    "SQLITE_IOERR": "cannot be read or written, the disk reports an error; what was acknowledged is in it",
}


def _in_words(path: Path, error: sqlite3.Error) -> StoreUnavailable | StoreIncompatible:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return StoreIncompatible(
            f"{path} is no sharegraph store, or a damaged one; name another file or restore a backup"
        )
    reason = next((reason for known, reason in _REASONS.items() if name.startswith(known)), None)
    return StoreUnavailable(f"{path} {reason or f'cannot be used: {error}'}")
