"""What rows of a log say in passing of users and products: the latest word on each of their fields.

A view names the product's price of that day, an `identify` the person's name. Kept until the load ends and
given to the store once, so that loading the same log again finds nothing to change.
"""

from dataclasses import fields, replace
from datetime import datetime
from typing import TypeVar

from graph.events import Product, User
from graph.store import Store
from loaders.sources.records import Record

Said = TypeVar("Said", User, Product)

ROOM = 200_000
"""How many users and products are held; beyond it the store is told earlier."""


class Hearsay:
    """The users and products of a load's rows, with what was said of them last."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._users: dict[str, tuple[datetime, User]] = {}
        self._products: dict[str, tuple[datetime, Product]] = {}

    def hear(self, record: Record) -> None:
        """Take in what a row says; it was stored, now or earlier."""
        at = record.row.events[0].at
        for user in record.users:
            _hear(self._users, user, at)
        for product in record.products:
            _hear(self._products, product, at)
        if len(self._users) + len(self._products) > ROOM:
            self.tell()

    def tell(self) -> None:
        """Give the store what was heard."""
        if self._users:
            self._store.upsert_users([user for _, user in self._users.values()])
        if self._products:
            self._store.upsert_products([product for _, product in self._products.values()])
        self._users, self._products = {}, {}


def _hear(heard: dict[str, tuple[datetime, Said]], said: Said, at: datetime) -> None:
    before = heard.get(said.key)
    if before is None:
        heard[said.key] = at, said
    elif before[1] != said:
        earlier, later = (before[1], said) if before[0] <= at else (said, before[1])
        heard[said.key] = max(before[0], at), _over(earlier, later)


def _over(earlier: Said, later: Said) -> Said:
    """The later word, and the earlier where the later is silent.

    >>> _over(Product("tea", name="Tea", brand="Oolong & Co"), Product("tea", name="Green tea"))
    Product(key='tea', name='Green tea', category=None, brand='Oolong & Co', ...)
    """
    said = {f.name: getattr(later, f.name) for f in fields(later) if getattr(later, f.name) is not None}
    return replace(earlier, **said | {"attributes": earlier.attributes | later.attributes})
