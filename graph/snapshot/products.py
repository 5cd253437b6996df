"""The products of a snapshot, with what a catalogue says of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.events import Product, scaled
from graph.log import NONE
from graph.texts import Keys, Texts
from graph.timeline import Rows


@dataclass(frozen=True, slots=True, eq=False)
class Products:
    """n products by row. category, brand: codes into `Snapshot.words`, −1 unknown. price: ten-thousandths, −1
    unknown.
    """

    keys: Keys
    names: Texts
    category: Rows
    brand: Rows
    price: NDArray[np.int64]
    currency: Rows
    available: NDArray[np.bool_]

    @classmethod
    def unknown(cls, keys: Keys) -> "Products":
        """Products of which nothing is said."""
        n = len(keys)
        code = np.full(n, NONE, np.int32)
        price, available = np.full(n, NONE, np.int64), np.ones(n, np.bool_)
        return cls(keys, Texts.of([""] * n), code, code, price, code, available)

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
            *(
                np.append(getattr(self, name), getattr(more, name))
                for name in ("category", "brand", "price", "currency", "available")
            ),
        )

    def told(self, catalogue: Sequence[Product], words: Keys) -> "Products":
        """With what a catalogue says of some of them; what it says of one is all that is known of it."""
        if not catalogue:
            return self
        rows = self.keys.rows([product.key for product in catalogue])
        category, brand, price, currency, available = (
            getattr(self, name).copy() for name in ("category", "brand", "price", "currency", "available")
        )
        for column, said in zip(
            (category, brand, currency), zip(*map(words_of, catalogue), strict=True), strict=True
        ):
            column[rows] = words.rows([word or "" for word in said])
        price[rows] = [NONE if one.price is None else scaled(one.price.amount) for one in catalogue]
        available[rows] = [one.available is not False for one in catalogue]
        names = {row: one.name or "" for row, one in zip(rows.tolist(), catalogue, strict=True)}
        return Products(self.keys, self.names.changed(names), category, brand, price, currency, available)


def words_of(product: Product) -> tuple[str | None, str | None, str | None]:
    """Category, brand and currency of a product."""
    return product.category, product.brand, product.price.currency if product.price else None
