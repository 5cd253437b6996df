"""What a log says of users and products: the last word on each of their fields.

A view names the product's price of that day, an `identify` the person's name, a line of `users.csv` what the
shop knows. Whose word is the last is decided by its time, then by its file and line, never by when a row
happened to be settled; what a file of attributes says is older than what was said at any time, and among its
lines the last stands. All of it is kept until the load ends, on disk where it is much, and the store is told
of each user and product once: so the same log again finds nothing to change, whatever its size.
"""

from bisect import insort
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from itertools import chain, count, groupby
from operator import itemgetter
from typing import Generic, TypeVar

from graph.events import Product, User, micros
from graph.store import Store
from loaders.sources.records import Attributes, Record, described
from loaders.spill import Spill, chunks
from loaders.stores.sayings import product_after, user_after

Said = TypeVar("Said", User, Product)

When = tuple[int, str, int]
"""Time in microseconds, file, line: words in the order of these follow one another."""

ROOM = 200_000
"""What the words held in memory on users, and those on products, may weigh; beyond it they are put aside."""

TOLD_AT_ONCE = 10_000
_LONG_AGO = -(2**63)


class Hearsay:
    """What a load says of users and products. room: what may be held in memory of either."""

    def __init__(self, store: Store, room: int = ROOM) -> None:
        self._store = store
        self._users: _Words[User] = _Words(User, user_after, room)
        self._products: _Words[Product] = _Words(Product, product_after, room)
        self._read = count()

    def hear(self, record: Record) -> None:
        """Take in what a row says; it was stored, now or earlier."""
        if not (record.users or record.products):
            return
        row = record.row
        when = micros(row.events[0].at), row.file, row.line
        for user in record.users:
            self._users.hear(user, when)
        for product in record.products:
            self._products.hear(product, when)

    def read(self, said: Attributes) -> None:
        """Take in what a file of attributes says."""
        for user in said.users:
            self._users.hear(user, (_LONG_AGO, "", next(self._read)))
        for product in said.products:
            self._products.hear(product, (_LONG_AGO, "", next(self._read)))

    def tell(self) -> None:
        """Give the store the last word on everything."""
        for users in chunks(self._users.last(), TOLD_AT_ONCE, _weight):
            self._store.upsert_users(users)
        for products in chunks(self._products.last(), TOLD_AT_ONCE, _weight):
            self._store.upsert_products(products)

    def close(self) -> None:
        """Drop what was put aside; idempotent."""
        self._users.close()
        self._products.close()


class _Words(Generic[Said]):
    """What was said of each key, in order, without what nothing is left of.

    after: what is known after one more word.
    """

    def __init__(self, sort: type[Said], after: Callable[[Said, Said], Said], room: int) -> None:
        self._names = [f.name for f in fields(sort) if f.name not in {"key", "attributes"}]
        self._after: Callable[[Said, Said], Said] = after
        self._room = room
        self._heard: dict[str, list[tuple[When, Said]]] = {}
        self._weighs = 0
        self._aside: Spill[list[tuple[When, Said]]] = Spill(room)

    def hear(self, said: Said, when: When) -> None:
        """One word more."""
        words = self._heard.setdefault(said.key, [])
        before = _weights(words)
        insort(words, (when, said), key=itemgetter(0))
        if len(words) > 1:
            words[:] = self._standing(words)
        self._weighs += _weights(words) - before
        if self._weighs > self._room:
            self._put_aside()

    def last(self) -> Iterator[Said]:
        """What is known of each key in the end."""
        if not len(self._aside):
            yield from map(self._folded, self._heard.values())
            return
        self._put_aside()
        for _, parts in groupby(self._aside, key=lambda words: words[0][1].key):
            yield self._folded(sorted(chain.from_iterable(parts), key=itemgetter(0)))

    def close(self) -> None:
        """Drop what was put aside."""
        self._aside.close()

    def _put_aside(self) -> None:
        for key, words in self._heard.items():
            self._aside.add(key, words, _weights(words))
        self._heard, self._weighs = {}, 0

    def _folded(self, words: list[tuple[When, Said]]) -> Said:
        known = words[0][1]
        for _, said in words[1:]:
            known = self._after(known, said)
        return known

    def _standing(self, words: list[tuple[When, Said]]) -> list[tuple[When, Said]]:
        """Those of which a field is left that no later word is about; the last in any case."""
        standing, later = [words[-1]], self._about(words[-1][1])
        for word in reversed(words[:-1]):
            about = self._about(word[1])
            if not about <= later:
                standing.append(word)
                later |= about
        return standing[::-1]

    def _about(self, said: Said) -> set[str]:
        """The fields and attributes of which something is said."""
        told = {name for name in self._names if getattr(said, name) is not None}
        return told.union(f"attribute {name}" for name in said.attributes)


def _weight(said: User | Product) -> int:
    return 1 + described((said,))


def _weights(words: Sequence[tuple[When, Said]]) -> int:
    return sum(_weight(said) for _, said in words)
