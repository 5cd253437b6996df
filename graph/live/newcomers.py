"""People, products and words that a delta adds to a snapshot, or says something new of.

Rows that are there keep their place; newcomers get the rows behind them, in the order of their keys. A
visitor who turns out to be somebody is merged: their key leads to that person from now on, and their row, if
they had one, is empty until the next fit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graph.log import NONE, Log
from graph.snapshot import People, Products, Snapshot
from graph.snapshot.meaning import Naming
from graph.snapshot.people import said_of
from graph.snapshot.products import words_of
from graph.texts import Keys
from graph.timeline import Rows

Token = int | str
"""Somebody while claims are heard: a row of the base, or a key it does not hold."""


@dataclass(frozen=True, slots=True, eq=False)
class Newcomers:
    """A snapshot's people, products and words with those of a delta. naming: the row of every code of the
    delta. merged: old row → the person it became. too_late: a claim that should have been heard before some
    of the base's came after them, so that only a fit can tell who is who.
    """

    people: People
    products: Products
    words: Keys
    naming: Naming
    merged: dict[int, int]
    too_late: bool

    @classmethod
    def of(cls, base: Snapshot, delta: Log) -> "Newcomers":
        """Resolve the names of a delta that continues a snapshot."""
        said = (word for product in delta.catalogue for word in words_of(product))
        words = base.words.with_more(_new(base.words, [*delta.words, *filter(None, said)]))
        named = [*delta.products, *(product.key for product in delta.catalogue)]
        products = base.products.with_more(_new(base.products.keys, named)).told(delta.catalogue, words)
        joins = Joins.heard(base, delta)
        people, merged = _people(base.people, delta, joins)
        naming = Naming(
            people.rows(delta.people), products.keys.rows(delta.products), words.rows(delta.words)
        )
        return cls(people, products, words, naming, merged, joins.too_late)

    def canonical(self) -> Rows:
        """For each row the person they are now."""
        rows = np.arange(len(self.people), dtype=np.int32)
        rows[list(self.merged)] = list(self.merged.values())
        return rows


def _new(held: Keys, said: Sequence[str]) -> list[str]:
    """Those that are not held, each once, in order."""
    found = held.rows(said)
    return sorted({said[place] for place in np.flatnonzero(found == NONE).tolist()})


def _people(base: People, delta: Log, joins: "Joins") -> tuple[People, dict[int, int]]:
    strangers = joins.strangers([*filter(None, delta.people), *(user.key for user in delta.users)])
    keys = base.keys.with_more(strangers)
    new_row = {key: len(base.keys) + i for i, key in enumerate(strangers)}
    row = {token: who if isinstance(who, int) else new_row[who] for token, who in joins.ends().items()}
    merged = {token: who for token, who in row.items() if isinstance(token, int)}
    alias = {base.keys[token] if isinstance(token, int) else token: who for token, who in row.items()}
    led = base.visitor_person.copy()
    for old in np.flatnonzero(np.isin(led, list(merged))) if merged else ():
        led[old] = merged[int(led[old])]
    nothing = [""] * len(strangers)
    people = People(
        keys=keys,
        visitors=base.visitors.with_more(list(alias)),
        visitor_person=np.append(led, np.array(list(alias.values()), np.int32)),
        refused_joins=base.refused_joins + joins.refused,
        names=base.names.followed_by(nothing),
        regions=base.regions.followed_by(nothing),
        costs=base.costs.followed_by(nothing),
        strangers=np.append(base.strangers, np.zeros(len(strangers), np.bool_)),
        merged=base.merged + len(merged),
    )
    theirs = ((base.keys[old], (base.names[old], base.regions[old], base.costs[old])) for old in merged)
    return people.told([*theirs, *said_of(delta.users)]), merged


class Joins:
    """Claims that two keys are one person, heard in order (graph.claims has the rule) after those of a fit.

    A claim that lies before the fit's newest event should have been heard among the fit's own. Where that
    changes nothing it is heard now: it leads somebody whom no claim named to somebody else, or repeats what
    is so. Else it is `too_late`, and what the fit has heard stands until the next one.
    """

    def __init__(self, base: Snapshot, keys: Sequence[str]) -> None:
        self._people = base.people
        rows = base.people.rows(keys).tolist()
        self._token: dict[str, Token] = {
            key: key if row == NONE else row for key, row in zip(keys, rows, strict=True)
        }
        self._parent: dict[Token, Token] = {}
        self._refused: set[tuple[str, str]] = set()
        self.too_late = False

    @classmethod
    def heard(cls, base: Snapshot, delta: Log) -> "Joins":
        """All claims of a delta."""
        joins = cls(base, [key for key in [*delta.people, *(user.key for user in delta.users)] if key])
        events = delta.events
        newest = int(base.events.at[-1]) if len(base.events) else -1
        both = np.flatnonzero(
            (events.user != NONE) & (events.visitor != NONE) & (events.user != events.visitor)
        )
        for row in both[np.lexsort((events.digest[both], events.at[both]))].tolist():
            user, visitor = delta.people[events.user[row]], delta.people[events.visitor[row]]
            joins.hear(user, visitor, late=bool(events.at[row] <= newest))
        return joins

    def hear(self, user: str, visitor: str, *, late: bool) -> None:
        """One claim. late: it may lie before some of the fit's."""
        account, other = self._end(self._token[user]), self._token[visitor]
        led = other in self._parent or self._people.visitors.row(visitor) is not None
        if self._end(other) == account:
            self.too_late |= late and not (led and account == self._token[user] and self._is_account(user))
        elif led:
            self._refused.add((user, visitor))
            self.too_late |= late
        else:
            self._parent[other] = account

    @property
    def refused(self) -> int:
        """How many distinct claims came to nothing."""
        return sum(
            self._end(self._token[user]) != self._end(self._token[visitor]) for user, visitor in self._refused
        )

    def strangers(self, keys: Sequence[str]) -> list[str]:
        """Those of these keys that are new and nobody else's, in order."""
        tokens = {key: self._token[key] for key in keys}
        return sorted(key for key, token in tokens.items() if token == key and token not in self._parent)

    def ends(self) -> dict[Token, Token]:
        """Everybody who was joined to somebody, and to whom."""
        return {token: self._end(token) for token in self._parent}

    def _is_account(self, key: str) -> bool:
        return self._people.visitors.row(key) is None

    def _end(self, token: Token) -> Token:
        while token in self._parent:
            token = self._parent[token]
        return token
