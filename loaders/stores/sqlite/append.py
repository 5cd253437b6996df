"""Writing to an SQLite store: events as rows of integers, and what is said of people and products.

Everything here runs inside the one writer's transaction. A batch becomes columns first, and each column is
coded in one sweep.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from graph.events import Kind, Product, User, scaled
from loaders.stores.admission import Numbered
from loaders.stores.flat import FLAT, PEOPLE, SHARES, WORDS, Record, flat
from loaders.stores.naming import UNSAID, Names, by_said
from loaders.stores.sayings import changed, json, product_after, user_after, user_kept, user_of
from loaders.stores.sqlite.codes import Codes, Regions, places, slices
from loaders.stores.sqlite.file import Connection
from loaders.stores.sqlite.readout import product_of

Columns = dict[str, tuple[Any, ...]]

_CLAIM = (
    "INSERT INTO claims (user, visitor, at, digest) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (user, visitor) DO UPDATE SET at = excluded.at, digest = excluded.digest "
    "WHERE (excluded.at, excluded.digest) < (at, digest)"
)


def digests(connection: sqlite3.Connection, ids: Sequence[str], names: Names = UNSAID) -> dict[str, int]:
    """The digest of those events that are there, by id."""
    return _by_id(connection, "SELECT id, digest FROM events WHERE id IN", ids, names)


def share_seqs(connection: sqlite3.Connection, ids: Sequence[str], names: Names = UNSAID) -> dict[str, int]:
    """The seq of those shares that are there, by id."""
    query = f"SELECT id, seq FROM events WHERE kind = {Kind.SHARE:d} AND id IN"
    return _by_id(connection, query, ids, names)


def _by_id(connection: sqlite3.Connection, query: str, ids: Sequence[str], names: Names) -> dict[str, int]:
    found: dict[str, int] = {}
    kept = [names.get(id_, id_) for id_ in ids] if names else ids
    for some in slices(kept):
        found.update(connection.execute(f"{query} {places(some)}", some))
    return by_said(found, ids, names)


@dataclass(slots=True)
class Writing:
    """What the writer of a store remembers from one transaction to the next. `forget` after one that
    failed.
    """

    people: Codes = field(default_factory=lambda: Codes("people", "key"))
    products: Codes = field(default_factory=lambda: Codes("products", "key"))
    words: Codes = field(default_factory=lambda: Codes("words", "text"))
    regions: Regions = field(default_factory=Regions)
    said: set[str] = field(default_factory=set)

    def forget(self) -> None:
        """Remember nothing."""
        for codes in (self.people, self.products, self.words, self.regions):
            codes.forget()
        self.said.clear()

    def events(
        self, connection: Connection, new: Sequence[Numbered], shares: dict[str, int], names: Names = UNSAID
    ) -> None:
        """Write events under their numbers. shares: id → seq of those that they refer to and that are there;
        names: of ids that are kept under another.
        """
        seqs, told, digests_of = zip(*new, strict=True)
        own = {event.id: seq for seq, event, _ in new if event.kind == Kind.SHARE}
        column = _said_columns([flat(event) for event in told])
        column["id"] = tuple(names.get(id_, id_) for id_ in column["id"])
        self._code(connection, column, shares | own)
        self._tell(connection, column)
        values = (_bindable(values) for values in column.values())
        connection.executemany(_insert(column), zip(seqs, digests_of, *values, strict=True))
        if "user" in column and "visitor" in column:
            claims = zip(column["user"], column["visitor"], column["at"], digests_of, strict=True)
            joining = (claim for claim in claims if None not in claim and claim[0] != claim[1])
            connection.executemany(_CLAIM, joining)

    def users(self, connection: Connection, said: Sequence[User], change: int) -> int:
        """Write what was said of people; how many were new or changed."""
        select = "SELECT key, name, region, attributes FROM people WHERE key = ? AND changed IS NOT NULL"
        seal = connection.seal
        rows = (row for user in said for row in connection.execute(select, (user.key,)))
        known = {row[0]: user_of(row, seal) for row in rows}
        told = changed(known, said, user_after)
        code = self.people.of(connection, {user.key for user in told})
        connection.executemany(
            "UPDATE people SET name = ?, region = ?, attributes = ?, changed = ? WHERE id = ?",
            [(*user_kept(user, seal), change, code[user.key]) for user in told],
        )
        return len(told)

    def catalogue(self, connection: sqlite3.Connection, said: Sequence[Product], change: int) -> int:
        """Write what was said of products; how many were new or changed."""
        fields = "key, name, category, brand, price, currency, available, attributes"
        select = f"SELECT {fields} FROM products WHERE key = ? AND changed IS NOT NULL"
        known = {p.key: product_of(row) for p in said for row in connection.execute(select, (p.key,))}
        told = changed(known, said, product_after)
        code = self.products.of(connection, {product.key for product in told})
        connection.executemany(
            "UPDATE products SET name = ?, category = ?, brand = ?, price = ?, currency = ?, available = ?, "
            "attributes = ?, changed = ? WHERE id = ?",
            [
                (
                    *(p.name, p.category, p.brand, p.price and scaled(p.price.amount)),
                    *(p.price and p.price.currency, p.available, json(p.attributes), change, code[p.key]),
                )
                for p in told
            ],
        )
        return len(told)

    def _code(self, connection: Connection, column: Columns, shares: dict[str, int]) -> None:
        """Put codes and numbers in the place of texts and ids."""
        for names, codes in self._tables(sealed=connection.seal.writes is not None):
            said = [name for name in names if name in column]
            known = codes.of(connection, set().union(*(column[name] for name in said)))
            column.update({name: tuple(map(known.__getitem__, column[name])) for name in said})
        column.update({name: tuple(map(shares.get, column[name])) for name in SHARES if name in column})

    def _tables(self, *, sealed: bool) -> Sequence[tuple[Sequence[str], "Codes | Regions"]]:
        """Which fields hold codes of what."""
        apart = ("region",) if sealed else ()
        words = [name for name in WORDS if name not in apart]
        return (
            (PEOPLE, self.people),
            (("product",), self.products),
            (words, self.words),
            (apart, self.regions),
        )

    def _tell(self, connection: sqlite3.Connection, fields: Iterable[str]) -> None:
        """Note that these columns are said by somebody, so that the others need not be read."""
        new = set(fields) - self.said
        connection.executemany("INSERT OR IGNORE INTO said VALUES (?)", [(name,) for name in new])
        self.said |= new


def _said_columns(records: Sequence[Record]) -> Columns:
    """The columns of records in which anything is said."""
    columns = dict(zip(FLAT, zip(*records, strict=True), strict=True))
    return {name: column for name, column in columns.items() if column.count(None) < len(column)}


def _insert(column: Columns) -> str:
    # Python's sqlite3 looks for an adapter for every None it binds, which takes half of an insert. An empty
    # text, which no column holds, becomes NULL inside SQLite.
    places = ("nullif(?, '')" if None in values else "?" for values in column.values())
    names = ", ".join(f'"{name}"' for name in ("seq", "digest", *column))
    return f"INSERT INTO events ({names}) VALUES (?, ?, {', '.join(places)})"


def _bindable(values: tuple[Any, ...]) -> Sequence[Any]:
    return ["" if value is None else value for value in values] if None in values else values
