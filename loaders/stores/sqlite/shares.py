"""What a loader asks an SQLite store about the shares it holds."""

import sqlite3
from collections.abc import Sequence
from itertools import chain

from graph.events import Kind
from graph.store import KnownShare
from loaders.stores.naming import UNNAMED, Naming, as_asked, known_shares
from loaders.stores.sqlite.codes import VARIABLES, places, slices

_FIELDS = (
    "e.id, coalesce((SELECT key FROM people WHERE id = coalesce(e.user, e.visitor)), ''), "
    "coalesce((SELECT key FROM products WHERE id = e.product), ''), e.at, e.implied"
)
_IN_ORDER = "ORDER BY e.at"


def named(connection: sqlite3.Connection, ids: Sequence[str], naming: Naming) -> dict[str, KnownShare]:
    """Those of these shares that are there, by id."""
    names, found = naming.names(ids), list[KnownShare]()
    for some in slices([names.get(id_, id_) for id_ in ids]):
        query = f"SELECT {_FIELDS} FROM events e WHERE e.kind = {Kind.SHARE:d} AND e.id IN {places(some)}"
        found += known_shares(connection.execute(query, some), UNNAMED)
    return as_asked(found, ids, names)


def by(
    connection: sqlite3.Connection, pairs: Sequence[tuple[str, str]], naming: Naming
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
        rows = connection.execute(query, list(chain.from_iterable(some)))
        for share in known_shares(rows, naming):
            found.setdefault((share.sharer, share.product), []).append(share)
    return found


def of(connection: sqlite3.Connection, product: str, naming: Naming) -> list[KnownShare]:
    """The shares of one product, earliest first."""
    query = (
        f"SELECT {_FIELDS} FROM events e WHERE e.kind = {Kind.SHARE:d} "
        f"AND e.product = (SELECT id FROM products WHERE key = ?) {_IN_ORDER}"
    )
    return known_shares(connection.execute(query, (product,)), naming)
