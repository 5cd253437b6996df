"""Who is who in an SQLite store, by its claims, and what they allow."""

import sqlite3
from collections.abc import Collection, Sequence

import numpy as np
import orjson
from numpy.typing import NDArray

from graph.claims import joined
from graph.events import Event, Kind
from loaders.stores.flat import PEOPLE
from loaders.stores.joining import Claim, together
from loaders.stores.sqlite.file import Connection, numbered

_ACCOUNT = "EXISTS (SELECT 1 FROM claims AS own WHERE own.user = k.value)"
_FIRST = "(SELECT at, digest FROM claims WHERE visitor = k.value ORDER BY at, digest LIMIT 1)"
_CLAIMS_ON = (
    "SELECT c.user, c.visitor, c.at, c.digest FROM json_each(?) AS k CROSS JOIN claims AS c "
    f"ON c.visitor = k.value WHERE (c.at, c.digest) = {_FIRST} OR {_ACCOUNT}"
)
_VISITORS_OF = "SELECT c.visitor FROM json_each(?) AS k CROSS JOIN claims AS c ON c.user = k.value"


def one_person(connection: sqlite3.Connection) -> NDArray[np.int32]:
    """The canonical code of every code of a person, from the claims; shape (largest code + 1,)."""
    rows = connection.execute("SELECT user, visitor, at, digest FROM claims").fetchall()
    user, visitor, at, digests = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM people").fetchone()
    canonical, _ = joined(user.astype(np.int32), visitor.astype(np.int32), at, digests, last + 1)
    return canonical


def same_person(connection: sqlite3.Connection, keys: Sequence[str]) -> dict[str, frozenset[str]]:
    """All keys of each of these people, for those who have more than one."""
    (claimed,) = connection.execute("SELECT EXISTS (SELECT 1 FROM claims)").fetchone()
    if not claimed:
        return {}
    named = "SELECT p.key, p.id FROM json_each(?) AS k CROSS JOIN people AS p ON p.key = k.value"
    code = dict(connection.execute(named, (_json(keys),)))

    def claims_on(visitors: list[int]) -> list[Claim[int]]:
        return connection.execute(_CLAIMS_ON, (_json(visitors),)).fetchall()

    def visitors_of(users: list[int]) -> list[int]:
        return [visitor for (visitor,) in connection.execute(_VISITORS_OF, (_json(users),))]

    found = together(list(code.values()), claims_on, visitors_of)
    key_of = _keys(connection, {code for codes in found.values() for code in codes})
    return {
        key: frozenset(key_of[other] for other in found[code] if other in key_of)
        for key, code in code.items()
        if code in found
    }


def naming(connection: Connection, keys: Sequence[str]) -> list[tuple[int, Event]]:
    """The events that name one of these people, in any way, with their numbers; every event is looked at."""
    theirs = "(SELECT p.id FROM json_each(:keys) AS k CROSS JOIN people AS p ON p.key = k.value)"
    where = " OR ".join(f'e."{name}" IN {theirs}' for name in PEOPLE)
    return list(numbered(connection, where, {"keys": _json(keys)}))


def consents(connection: Connection, keys: Sequence[str]) -> list[Event]:
    """The CONSENT events of these people, by the key each of them names."""
    # `+` takes the column's affinity away, without which the index on an expression is not used.
    ids = "SELECT +id FROM people WHERE key IN (SELECT value FROM json_each(?))"
    theirs = f"e.kind = {Kind.CONSENT:d} AND coalesce(e.user, e.visitor) IN ({ids})"
    return [event for _, event in numbered(connection, theirs, (_json(keys),))]


def _keys(connection: sqlite3.Connection, codes: Collection[int]) -> dict[int, str]:
    """The keys of those who have one; who was forgotten has none."""
    named = "SELECT p.id, p.key FROM json_each(?) AS k CROSS JOIN people AS p ON p.id = k.value"
    return dict(connection.execute(f"{named} WHERE p.key IS NOT NULL", (_json(list(codes)),)))


def _json(values: Sequence[object]) -> str:
    return orjson.dumps(values).decode()
