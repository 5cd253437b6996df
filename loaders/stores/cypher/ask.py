"""How the modules here speak to a database without knowing the driver, and how the
graph says what a record holds as numbers.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, TypeVar

import orjson

from graph.events import MONEY_SCALE, Money, Product, unscaled
from loaders.sealing import Seal

T = TypeVar("T")


class Ask(Protocol):
    """Runs a statement within a transaction, and gives all rows of its answer as lists. seal: of the texts
    that are said of people.
    """

    @property
    def seal(self) -> Seal:
        """What seals and opens them."""
        ...

    def __call__(self, statement: str, /, **parameters: Any) -> list[list[Any]]:
        """The rows, none where the statement returns nothing."""
        ...


def slices(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The values in runs of at most `size`."""
    return (values[start : start + size] for start in range(0, len(values), size))


def timed(at: int) -> dict[str, int]:
    """A time in microseconds as a row's `seconds` and `nanoseconds`."""
    return {"seconds": at // 1_000_000, "nanoseconds": at % 1_000_000 * 1_000}


def money_said(name: str, exact: int) -> dict[str, float | int]:
    """An amount in ten-thousandths as properties: in its unit, and beside it exactly where that is needed.

    >>> money_said("amount", 125000)
    {'amount': 12.5}
    >>> money_said("amount", 9999999999999999)
    {'amount': 1000000000000.0, 'amount_exact': 9999999999999999}
    """
    amount = exact / MONEY_SCALE
    said: dict[str, float | int] = {name: amount}
    return said if round(amount * MONEY_SCALE) == exact else said | {f"{name}_exact": exact}


def money_read(name: str) -> str:
    """The expression for an amount in ten-thousandths; null where there is none."""
    return f"coalesce(r.{name}_exact, toInteger(round(r.{name} * {MONEY_SCALE})))"


USER_FIELDS = "r.key, r.name, r.region, r.attributes"
"""What `sayings.user_of` takes, of a node `r`."""

PRODUCT_FIELDS = (
    f"r.key, r.name, r.category, r.brand, {money_read('price')}, r.currency, r.available, r.attributes"
)
"""What `product_of` takes, of a node `r`."""


def product_of(row: Sequence[Any]) -> Product:
    """A product from (key, name, category, brand, price in ten-thousandths, currency, available,
    attributes).
    """
    key, name, category, brand, price, currency, available, attributes = row
    money = None if currency is None else Money(unscaled(price), currency)
    return Product(
        key, name, category, brand, money, available, orjson.loads(attributes) if attributes else {}
    )
