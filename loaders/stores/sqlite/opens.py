"""Every open of an SQLite store in five narrow columns, for where the whole log would not fit into memory."""

import sqlite3
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from graph.events import Kind
from graph.log import NONE, Opens
from loaders.stores.sqlite.forget import one_person
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
_QUERY = f"SELECT {_GATHERED} FROM events WHERE seq > ? AND seq <= ? AND kind = {Kind.OPEN:d}"


def opens(connection: sqlite3.Connection, version: Version) -> Opens:
    """All opens up to a version, in the order stored; who opened is the person they turned out to be."""
    chunks = [_chunk(connection, start) for start in range(0, max(version.seq, 1), CHUNK)]
    seq, at, said, share, device = (np.concatenate(parts) for parts in zip(*chunks, strict=True))
    person = np.where(said == NONE, NONE, one_person(connection)[said]).astype(np.int32, copy=False)
    return Opens(seq, at, person, share, device)


def _chunk(connection: sqlite3.Connection, after: int) -> list[NDArray[Any]]:
    row = connection.execute(_QUERY, (after, after + CHUNK)).fetchone()
    return [np.array(orjson.loads(text), dtype) for text, dtype in zip(row, _COLUMNS.values(), strict=True)]
