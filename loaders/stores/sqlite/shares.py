"""What a loader asks an SQLite store about the shares it holds."""

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain

from graph.events import Kind, instant
from graph.store import KnownShare
from loaders.stores.sqlite.codes import VARIABLES, places, slices

_FIELDS = (
    "e.id, coalesce((SELECT key FROM people WHERE id = coalesce(e.user, e.visitor)), ''), "
    "coalesce((SELECT key FROM products WHERE id = e.product), ''), e.at, e.implied"
)
_IN_ORDER = "ORDER BY e.at, e.id"


def named(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, KnownShare]:
    """Those of these shares that are there, by id."""
    found: dict[str, KnownShare] = {}
    for some in slices(ids):
        query = f"SELECT {_FIELDS} FROM events e WHERE e.kind = {Kind.SHARE:d} AND e.id IN {places(some)}"
        found |= {share.id: share for share in _shares(connection.execute(query, some))}
    return found


def by(
    connection: sqlite3.Connection, pairs: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], list[KnownShare]]:
    """The shares of each (sharer, product), earliest first."""
    found: dict[tuple[str, str], list[KnownShare]] = {}
    for some in slices(list(set(pairs)), VARIABLES // 2):
        # `+` takes the column's affinity away, without which the index on an expression is not used.
        # Without the plus SQLite sees an integer column, and does not take the index on the expression.
        query = (
            f"WITH pair (sharer, product) AS (VALUES {', '.join(['(?, ?)'] * len(some))}) "
            f"SELECT {_FIELDS} FROM pair CROSS JOIN people s ON s.key = pair.sharer "
            "CROSS JOIN products p ON p.key = pair.product CROSS JOIN events e "
            f"ON e.kind = {Kind.SHARE:d} AND e.product = p.id AND coalesce(e.user, e.visitor) = +s.id "
            f"{_IN_ORDER}"
        )
        for share in _shares(connection.execute(query, list(chain.from_iterable(some)))):
            found.setdefault((share.sharer, share.product), []).append(share)
    return found


def of(connection: sqlite3.Connection, product: str) -> list[KnownShare]:
    """The shares of one product, earliest first."""
    query = (
        f"SELECT {_FIELDS} FROM events e WHERE e.kind = {Kind.SHARE:d} "
        f"AND e.product = (SELECT id FROM products WHERE key = ?) {_IN_ORDER}"
    )
    return list(_shares(connection.execute(query, (product,))))


def _shares(rows: Iterable[tuple[str, str, str, int, int | None]]) -> Iterable[KnownShare]:
    return (
        KnownShare(id_, sharer, product, instant(at), bool(implied))
        for id_, sharer, product, at, implied in rows
    )
