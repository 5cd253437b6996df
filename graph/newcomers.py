"""People, products and words that a delta adds to a snapshot, or says something new of.

Rows that are there keep their place; newcomers get the rows behind them, in the order of their keys. A
visitor who turns out to be somebody is merged: their key leads to that person from now on, and their row, if
they had one, is empty until the next fit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from graph.events import Product, scaled
from graph.log import NONE, Log
from graph.snapshot import Naming, People, Products, Snapshot
from graph.texts import Keys
from graph.timeline import Rows

Token = int | str
"""Somebody while claims are heard: a row of the base, or a key it does not hold."""


@dataclass(frozen=True, slots=True, eq=False)
class Newcomers:
    """A snapshot's people, products and words with those of a delta. naming: the row of every code of the
    delta. merged: old row → the person it became.
    """

    people: People
    products: Products
    words: Keys
    naming: Naming
    merged: dict[int, int]

    @classmethod
    def of(cls, base: Snapshot, delta: Log) -> "Newcomers":
        """Resolve the names of a delta that continues a snapshot."""
        words = _with_more(base.words, [*delta.words, *_words(delta.catalogue)])
        products = _products(base.products, delta, words)
        people, merged = _people(base.people, delta)
        naming = Naming(
            _rows(people.row(key) for key in delta.people),
            _rows(products.keys.row(key) for key in delta.products),
            _rows(words.row(word) for word in delta.words),
        )
        return cls(people, products, words, naming, merged)

    def canonical(self) -> Rows:
        """For each row the person they are now."""
        rows = np.arange(len(self.people), dtype=np.int32)
        rows[list(self.merged)] = list(self.merged.values())
        return rows


def _people(base: People, delta: Log) -> tuple[People, dict[int, int]]:
    joins = _Joins(base)
    for user, visitor in _claims(delta):
        joins.hear(user, visitor)
    said = {key for key in delta.people if key} | {user.key for user in delta.users}
    strangers = sorted(key for key in said if joins.is_new(key))
    keys = base.keys.with_more(strangers)
    new_row = {key: len(base.keys) + i for i, key in enumerate(strangers)}
    row = {token: who if isinstance(who, int) else new_row[who] for token, who in joins.ends().items()}
    merged = {token: who for token, who in row.items() if isinstance(token, int)}
    alias = {base.keys[token] if isinstance(token, int) else token: who for token, who in row.items()}
    led = np.array([merged.get(who, who) for who in base.visitor_person.tolist()], np.int32)
    people = replace(
        base,
        keys=keys,
        visitors=base.visitors.with_more(list(alias)),
        visitor_person=np.append(led, np.array(list(alias.values()), np.int32)),
        refused_joins=base.refused_joins + joins.refused,
        merged=base.merged + len(merged),
    )
    return _described(people, base, delta, len(strangers)), merged


def _described(people: People, base: People, delta: Log, more: int) -> People:
    """With names, regions and costs: what was said anew, and for who was merged what the other lacked."""
    changes: dict[str, dict[int, str]] = {"names": {}, "regions": {}, "costs": {}}
    columns = {name: getattr(base, name).followed_by([""] * more) for name in changes}
    said = [
        (user.key, {"names": user.name, "regions": user.region, "costs": user.attributes.get("cost")})
        for user in delta.users
    ]
    for key in people.visitors[len(base.visitors) :]:
        row = base.keys.row(key)
        if row is not None:
            said.append((key, {name: getattr(base, name)[row] for name in changes}))
    for key, described in sorted(said, key=lambda one: (people.visitors.row(one[0]) is None, one[0])):
        row = people.row(key)
        if row is None:
            continue
        account = people.keys[row] == key
        for name, text in described.items():
            held = changes[name].get(row, columns[name][row])
            if text and (account or not held):
                changes[name][row] = text
    return replace(people, **{name: columns[name].changed(changes[name]) for name in changes})


class _Joins:
    """Claims that two keys are one person, heard in order (graph.people has the rule)."""

    def __init__(self, base: People) -> None:
        self._base = base
        self._parent: dict[Token, Token] = {}
        self.refused = 0

    def hear(self, user: str, visitor: str) -> None:
        account, other = self._end(self._token(user)), self._token(visitor)
        if self._end(other) == account:
            return
        if other in self._parent or self._base.visitors.row(visitor) is not None:
            self.refused += 1
        else:
            self._parent[other] = account

    def is_new(self, key: str) -> bool:
        token = self._token(key)
        return isinstance(token, str) and token not in self._parent

    def ends(self) -> dict[Token, Token]:
        return {token: self._end(token) for token in self._parent}

    def _token(self, key: str) -> Token:
        row = self._base.row(key)
        return key if row is None else row

    def _end(self, token: Token) -> Token:
        while token in self._parent:
            token = self._parent[token]
        return token


def _claims(delta: Log) -> Iterable[tuple[str, str]]:
    events = delta.events
    both = np.flatnonzero((events.user != NONE) & (events.visitor != NONE))
    for row in both[np.lexsort((events.digest[both], events.at[both]))]:
        yield delta.people[events.user[row]], delta.people[events.visitor[row]]


def _products(base: Products, delta: Log, words: Keys) -> Products:
    keys = _with_more(base.keys, [*delta.products, *(product.key for product in delta.catalogue)])
    more = len(keys) - len(base)
    columns = {
        name: np.pad(getattr(base, name), (0, more), constant_values=NONE)
        for name in ("category", "brand", "price", "currency")
    }
    available = np.pad(base.available, (0, more), constant_values=True)
    names: dict[int, str] = {}
    for product in delta.catalogue:
        row = keys.row(product.key)
        if row is None:
            continue
        names[row] = product.name or ""
        available[row] = product.available is not False
        columns["category"][row] = _code(words, product.category)
        columns["brand"][row] = _code(words, product.brand)
        columns["price"][row] = NONE if product.price is None else scaled(product.price.amount)
        columns["currency"][row] = _code(words, product.price.currency if product.price else None)
    return Products(keys, base.names.followed_by([""] * more).changed(names), available=available, **columns)


def _words(catalogue: Sequence[Product]) -> list[str]:
    said = ((p.category, p.brand, p.price.currency if p.price else None) for p in catalogue)
    return [word for words in said for word in words if word]


def _with_more(keys: Keys, said: Iterable[str]) -> Keys:
    fresh = sorted({key for key in said if key not in keys})
    return keys.with_more(fresh) if fresh else keys


def _code(words: Keys, word: str | None) -> int:
    row = words.row(word) if word else None
    return NONE if row is None else row


def _rows(found: Iterable[int | None]) -> Rows:
    return np.array([NONE if row is None else row for row in found], np.int32)
