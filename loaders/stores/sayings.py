"""What is known of a person or a product after something more was said: None leaves what is there, attributes
are said one by one. And how that is kept: what is said of people is sealed where there is a secret
(loaders.sealing).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import orjson

from graph.events import Product, User
from loaders.sealing import Seal, Text

Described = TypeVar("Described", User, Product)


def changed(
    known: Mapping[str, Described],
    said: Sequence[Described],
    after: Callable[[Described | None, Described], Described],
) -> list[Described]:
    """What is new or other than known after all of `said`, each key once."""
    now = dict(known)
    for one in said:
        now[one.key] = after(now.get(one.key), one)
    return [one for key, one in now.items() if one != known.get(key)]


def user_after(known: User | None, said: User) -> User:
    """What is known of a person after `said`.

    >>> user_after(User("ana", name="Ana", attributes={"cost": "120.00 CNY"}), User("ana", region="SH"))
    User(key='ana', name='Ana', region='SH', attributes={'cost': '120.00 CNY'})
    """
    if known is None:
        return said
    return User(
        said.key,
        known.name if said.name is None else said.name,
        known.region if said.region is None else said.region,
        known.attributes | said.attributes,
    )


def product_after(known: Product | None, said: Product) -> Product:
    """What is known of a product after `said`."""
    if known is None:
        return said
    return Product(
        said.key,
        known.name if said.name is None else said.name,
        known.category if said.category is None else said.category,
        known.brand if said.brand is None else said.brand,
        known.price if said.price is None else said.price,
        known.available if said.available is None else said.available,
        known.attributes | said.attributes,
    )


def user_kept(user: User, seal: Seal) -> tuple[Text | None, Text | None, Text | None]:
    """Name, region and attributes of a person as a store keeps them."""
    return (
        seal.closed(user.name, f"name {user.key}"),
        seal.region(user.region),
        seal.closed(json(user.attributes), f"attributes {user.key}"),
    )


def user_of(row: Sequence[Any], seal: Seal) -> User:
    """A user from (key, name, region, attributes) as a store keeps them."""
    key, name, region, attributes = row
    said = seal.opened(attributes, f"attributes {key}")
    return User(
        key,
        seal.opened(name, f"name {key}"),
        seal.opened_region(region),
        orjson.loads(said) if said else {},
    )


def user_anew(row: Sequence[Any], seal: Seal) -> tuple[Text | None, Text | None, Text | None] | None:
    """Name, region and attributes as they would be kept now, from a row of `user_of`; None where they are."""
    if all(map(seal.is_current, row[1:])):
        return None
    return user_kept(user_of(row, seal), seal)


def asked_kept(asked: str, place: int, seal: Seal) -> Text:
    """What a forecast was asked as a store keeps it; "" for nothing."""
    return seal.closed(asked or None, f"forecast {place}") or ""


def asked_of(kept: Text, place: int, seal: Seal) -> str:
    """The inverse of `asked_kept`."""
    return seal.opened(kept, f"forecast {place}") or ""


def json(attributes: Mapping[str, str]) -> str | None:
    """Attributes as one text; None for none."""
    return orjson.dumps(attributes, option=orjson.OPT_SORT_KEYS).decode() if attributes else None
