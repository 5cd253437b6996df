"""Opens of an SQLite store in five narrow columns, for where the whole log would not fit into memory."""

import sqlite3
from datetime import timedelta
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from graph.events import Kind
from graph.log import NONE, Opens
from loaders.stores.nearby import mostly_new, stretches
from loaders.stores.sqlite.people import one_person
from loaders.stores.versions import Version

CHUNK = 100_000
"""Events looked at at once."""

_COLUMNS = {
    "seq": np.int64,
    "at": np.int64,
    "coalesce(user, visitor, -1)": np.int32,
    "coalesce(share, -1)": np.int64,
    "coalesce(device, -1)": np.int32,
}
_GATHERED = ", ".join(f"json_group_array({column})" for column in _COLUMNS)
_OPENS = f"FROM events WHERE kind = {Kind.OPEN:d}"
_RUN = f"SELECT {_GATHERED} {_OPENS} AND seq > ? AND seq <= ?"
_STRETCH = f"SELECT {', '.join(_COLUMNS)} {_OPENS} AND at BETWEEN ? AND ?"
_TIMES = f"SELECT at {_OPENS} AND seq > ?"

Columns = list[NDArray[Any]]


def opens(connection: sqlite3.Connection, version: Version, since: int, within: timedelta) -> Opens:
    """Opens up to a version, in the order stored: at least those within so much of one stored after `since`.

    Who opened is the person they turned out to be.
    """
    chunks = _all(connection, version) if mostly_new(since, version.seq) else _near(connection, since, within)
    columns = [np.concatenate(parts) for parts in zip(*chunks, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    seq, at, said, share, device = (column[order] for column in columns)
    person = np.where(said == NONE, NONE, one_person(connection)[said]).astype(np.int32, copy=False)
    return Opens(seq, at, person, share, device)


def _all(connection: sqlite3.Connection, version: Version) -> list[Columns]:
    return [_nothing(), *(_run(connection, start) for start in range(0, version.seq, CHUNK))]


def _run(connection: sqlite3.Connection, after: int) -> Columns:
    row = connection.execute(_RUN, (after, after + CHUNK)).fetchone()
    return [np.array(orjson.loads(text), dtype) for text, dtype in zip(row, _COLUMNS.values(), strict=True)]


def _near(connection: sqlite3.Connection, since: int, within: timedelta) -> list[Columns]:
    times = np.array([at for (at,) in connection.execute(_TIMES, (since,))], np.int64)
    chunks = [_nothing()]
    for stretch in stretches(times, within):
        told = connection.execute(_STRETCH, stretch)
        while rows := told.fetchmany(CHUNK):
            whole = np.array(rows, np.int64).T
            chunks.append([part.astype(dtype) for part, dtype in zip(whole, _COLUMNS.values(), strict=True)])
    return chunks


def _nothing() -> Columns:
    return [np.empty(0, dtype) for dtype in _COLUMNS.values()]
