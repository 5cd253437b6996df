"""Reading an SQLite store out as columns.

SQLite hands out one value at a time, and a Python object for each of 10M × 30 is what takes the time. So each
column of a chunk is gathered inside SQLite as one JSON array and parsed at once. Most rows say little: of a
column that is seldom said only what is said is gathered, with its places, and columns in which nobody ever
said anything are not asked for (docs/decisions/0003-embedded-store.md has the figures, and what else was
tried).
"""

import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from graph.events import Kind, Money, Product, User, unscaled
from graph.log import NONE, EventColumns, Log
from loaders.stores.flat import DTYPES, PEOPLE, WORDS, columns, unsaid
from loaders.stores.sayings import user_of
from loaders.stores.sqlite.file import Connection
from loaders.stores.versions import Version

CHUNK = 50_000
"""Rows gathered at once."""

EVERY = ("seq", "digest", "kind", "at")
"""Columns of which every event says something."""

REALS = ("rating", "propensity")
"""Read one by one, since SQLite writes a real into JSON with fifteen digits."""

Columns = dict[str, NDArray[Any]]


def log(connection: Connection, version: Version, since: Version | None) -> Log:
    """What came after `since`, up to `version`, within a transaction that sees just that."""
    after, changes = (since.seq, since.changes) if since is not None else (0, 0)
    said = _integers(connection, after, version.seq)
    n = len(said["seq"])
    said |= _reals(connection, said["seq"], after)
    people = _texts(connection, said, PEOPLE, "people", "key")
    products = _texts(connection, said, ("product",), "products", "key")
    words = _texts(connection, said, WORDS, "words", "text")
    shares = "SELECT id FROM events WHERE kind = ? AND seq > ? ORDER BY seq"
    return Log(
        version=str(version),
        people=people,
        products=products,
        words=[connection.seal.opened_region(text) or "" for text in words],
        share_ids=[id_ for (id_,) in connection.execute(shares, (Kind.SHARE, after))],
        events=columns(said, n),
        users=users(connection, changes),
        catalogue=catalogue(connection, changes),
        since=None if since is None else str(since),
        consenting=bool(connection.execute("SELECT consenting FROM store").fetchone()[0]),
    )


def users(connection: Connection, changes: int) -> list[User]:
    """What was said of people since a change."""
    # Ordered by id alone, SQLite would walk all people rather than the index of changes.
    fields = "key, name, region, attributes"
    query = f"SELECT {fields} FROM people WHERE changed > ? ORDER BY changed, id"
    return [user_of(row, connection.seal) for row in connection.execute(query, (changes,))]


def described(connection: Connection, keys: Sequence[str]) -> list[User]:
    """What was said of these people."""
    query = "SELECT key, name, region, attributes FROM people WHERE key = ? AND changed IS NOT NULL"
    return [user_of(row, connection.seal) for key in keys for row in connection.execute(query, (key,))]


def catalogue(connection: sqlite3.Connection, changes: int) -> list[Product]:
    """What was said of products since a change."""
    fields = "key, name, category, brand, price, currency, available, attributes"
    query = f"SELECT {fields} FROM products WHERE changed > ? ORDER BY changed, id"
    return [product_of(row) for row in connection.execute(query, (changes,))]


def product_of(row: Sequence[Any]) -> Product:
    """A product from (key, name, category, brand, price, currency, available, attributes)."""
    key, name, category, brand, price, currency, available, attributes = row
    return Product(
        key,
        name,
        category,
        brand,
        None if currency is None else Money(unscaled(price), currency),
        None if available is None else bool(available),
        orjson.loads(attributes) if attributes else {},
    )


def _integers(connection: sqlite3.Connection, after: int, last: int) -> Columns:
    """The columns of integers, by name; codes as they stand in the file."""
    names = [name for name in _said(connection) if name not in REALS]
    often = _often(connection, names, after, last)
    seldom = [name for name in names if name not in often]
    # Numbers run without gaps but for what was forgotten, so this is what is needed, or hardly more.
    said = {name: np.empty(last - after, DTYPES[name]) for name in often}
    said |= {name: np.full(last - after, unsaid(name), DTYPES[name]) for name in seldom}
    n = 0
    for start, row in _gathered(connection, _gathering(often, seldom), after, last):
        parts = (np.array(orjson.loads(text), dtype=np.int64) for text in row)
        whole = dict(zip(often, parts, strict=False))
        rows = len(whole["seq"])
        for name, values in whole.items():
            said[name][n : n + rows] = values
        place = np.empty(CHUNK, np.intp)
        place[whole["seq"] - start - 1] = np.arange(n, n + rows)
        for name, seq, values in zip(seldom, parts, parts, strict=True):
            said[name][place[seq]] = values
        n += rows
    return {name: column[:n] for name, column in said.items()}


def _often(connection: sqlite3.Connection, names: Sequence[str], after: int, last: int) -> list[str]:
    """The columns in which at least a third of the latest events say something, `EVERY` first."""
    counted = ", ".join(f'count("{name}")' for name in names)
    query = f"SELECT count(*), {counted} FROM events WHERE seq > ? AND seq <= ?"
    rows, *said = connection.execute(query, (max(after, last - CHUNK), last)).fetchone()
    common = [name for name, count in zip(names, said, strict=True) if 3 * count > rows]
    return list(dict.fromkeys((*EVERY, *common)))


def _gathering(often: Sequence[str], seldom: Sequence[str]) -> str:
    """Selects what rows after `start` up to `end` say: of each column often said all values; then of each
    seldom said the rows, from `start`, and their values.
    """
    whole = (f'json_group_array(ifnull("{name}", {unsaid(name):.0f}))' for name in often)
    parts = (
        f'json_group_array({what}) FILTER (WHERE "{name}" IS NOT NULL)'
        for name in seldom
        for what in ("seq - :start - 1", f'"{name}"')
    )
    return f"SELECT {', '.join((*whole, *parts))} FROM events WHERE seq > :start AND seq <= :end"


def _gathered(
    connection: sqlite3.Connection, query: str, after: int, last: int
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each chunk's start and its texts; SQLite gathers the next chunk while this one is being parsed."""

    def gather(start: int) -> tuple[str, ...]:
        row = connection.execute(query, {"start": start, "end": min(start + CHUNK, last)}).fetchone()
        return tuple(row)

    with ThreadPoolExecutor(1) as beside:
        ahead = beside.submit(gather, after)
        for start in range(after, last, CHUNK):
            row = ahead.result()
            ahead = beside.submit(gather, start + CHUNK)
            yield start, row


def _said(connection: sqlite3.Connection) -> list[str]:
    """The columns in which somebody said something, and those every event has."""
    said = {*EVERY, *(name for (name,) in connection.execute("SELECT field FROM said"))}
    return [name for name in EventColumns.__dataclass_fields__ if name in said]


def _reals(connection: sqlite3.Connection, seq: NDArray[np.int64], after: int) -> Columns:
    """The columns of reals in which somebody said something, of the events `seq`, all after `after`."""
    found: Columns = {}
    for name in set(_said(connection)).intersection(REALS):
        query = f"SELECT seq, {name} FROM events WHERE {name} IS NOT NULL AND seq > ? ORDER BY seq"
        rows = np.array(connection.execute(query, (after,)).fetchall(), dtype=np.float64).reshape(-1, 2)
        found[name] = np.full(len(seq), unsaid(name))
        found[name][np.searchsorted(seq, rows[:, 0].astype(np.int64))] = rows[:, 1]
    return found


def _texts(
    connection: sqlite3.Connection, said: Columns, names: Sequence[str], table: str, column: str
) -> list[str]:
    """The texts that occur in these columns, as they are kept; the columns then point into them instead of
    into the table.
    """
    present = [said[name] for name in names if name in said]
    top = max((int(codes.max()) for codes in present if len(codes)), default=NONE)
    position = np.full(top + 2, NONE, dtype=np.int32)
    for codes in present:
        position[codes] = 0
    position[NONE] = NONE
    used = np.flatnonzero(position == 0)
    position[used] = np.arange(len(used), dtype=np.int32)
    for name in names:
        if name in said:
            said[name] = position[said[name]]
    query = (
        f"SELECT coalesce(t.{column}, '') FROM json_each(?) AS code "
        f"CROSS JOIN {table} AS t ON t.id = code.value ORDER BY code.id"
    )
    return [
        text
        for (text,) in connection.execute(
            query, (orjson.dumps(used, option=orjson.OPT_SERIALIZE_NUMPY).decode(),)
        )
    ]
