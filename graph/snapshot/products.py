"""The products of a snapshot, with what a catalogue says of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from graph.events import Product, scaled
from graph.log import NONE
from graph.texts import Keys, Texts
from graph.timeline import Rows

T = TypeVar("T", bound=np.generic)

TAGS = 4
"""Words of the attribute `tags`, between commas, that are kept."""

COLUMNS = "category", "brand", "shop", "department", "tags", "price", "currency", "available"
"""What is known of every product beside its key and its name."""


@dataclass(frozen=True, slots=True, eq=False)
class Products:
    """n products by row. category, brand, shop, department: codes into `Snapshot.words`, −1 unknown. price:
    ten-thousandths, −1 unknown. tags: (n, `TAGS`), codes like these, −1 behind the last. A department is what
    the catalogue calls `top_category`.
    """

    keys: Keys
    names: Texts
    category: Rows
    brand: Rows
    shop: Rows
    department: Rows
    tags: Rows
    price: NDArray[np.int64]
    currency: Rows
    available: NDArray[np.bool_]

    @classmethod
    def unknown(cls, keys: Keys) -> "Products":
        """Products of which nothing is said."""
        n = len(keys)
        code = np.full(n, NONE, np.int32)
        price, available = np.full(n, NONE, np.int64), np.ones(n, np.bool_)
        tags = np.full((n, TAGS), NONE, np.int32)
        return cls(keys, Texts.of([""] * n), code, code, code, code, tags, price, code, available)

    def __len__(self) -> int:
        return len(self.keys)

    def with_more(self, keys: Sequence[str]) -> "Products":
        """These, and others of which nothing is said in the rows behind them."""
        if not keys:
            return self
        more = Products.unknown(Keys.of(keys))
        return Products(
            self.keys.with_more(keys),
            self.names.followed_by([""] * len(keys)),
            *(np.concatenate([getattr(self, name), getattr(more, name)]) for name in COLUMNS),
        )

    def told(self, catalogue: Sequence[Product], words: Keys) -> "Products":
        """With what a catalogue says of some of them; what it says of one is all that is known of it."""
        if not catalogue:
            return self
        rows = self.keys.rows([product.key for product in catalogue])
        said = words.rows([word for one in catalogue for word in words_of(one)]).reshape(len(catalogue), -1)
        price = [NONE if one.price is None else scaled(one.price.amount) for one in catalogue]
        available = [one.available is not False for one in catalogue]
        names = {row: one.name or "" for row, one in zip(rows.tolist(), catalogue, strict=True)}
        return Products(
            keys=self.keys,
            names=self.names.changed(names),
            category=_changed(self.category, rows, said[:, 0]),
            brand=_changed(self.brand, rows, said[:, 1]),
            shop=_changed(self.shop, rows, said[:, 2]),
            department=_changed(self.department, rows, said[:, 4]),
            tags=_changed(self.tags, rows, said[:, 5:]),
            price=_changed(self.price, rows, price),
            currency=_changed(self.currency, rows, said[:, 3]),
            available=_changed(self.available, rows, available),
        )


def words_of(product: Product) -> tuple[str, ...]:
    """Category, brand, shop, currency and department of a product, and `TAGS` tags; "" for what is not said.

    >>> said = {"shop": "tea house", "tags": "green, loose leaf,", "top_category": "drinks"}
    >>> words_of(Product("p1", category="tea", attributes=said))
    ('tea', '', 'tea house', '', 'drinks', 'green', 'loose leaf', '', '')
    """
    currency = product.price.currency if product.price else ""
    shop, department, tags = (product.attributes.get(name, "") for name in ("shop", "top_category", "tags"))
    told = list(dict.fromkeys(filter(None, map(str.strip, tags.split(",")))))[:TAGS]
    whole = product.category or "", product.brand or "", shop, currency, department.strip()
    return *whole, *told, *[""] * (TAGS - len(told))


def _changed(column: NDArray[T], rows: Rows, said: ArrayLike) -> NDArray[T]:
    """A column in which some rows say something else."""
    found = column.copy()
    found[rows] = said
    return found
