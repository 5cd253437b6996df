"""What is known of a person or a product after something more was said: None leaves what is there, attributes
are said one by one.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from graph.events import Product, User

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
