"""What Segment's calls say in passing: of a product in the properties, of a person in the traits.

A call is about what happened; what it says in passing is taken where it can be read, and otherwise it says
nothing. Ways to reach a person (mail, telephone, address, birthday) are left where they are.
"""

from collections.abc import Callable
from typing import TypeVar

from graph.events import Product, User
from loaders.reasons import WRONG_TYPE, Refused, shown
from loaders.sources import values
from loaders.sources.records import Reading, Said

T = TypeVar("T")

_LEFT_OUT = frozenset(
    (
        *(
            "address",
            "avatar",
            "birthday",
            "email",
            "firstName",
            "lastName",
            "name",
            "phone",
            "password",
            "id",
        ),
        *("firstname", "lastname", "username", "userId", "anonymousId", "website", "description", "region"),
    )
)


def inner(outer: Said, name: str) -> Said:
    """An object within an object; empty where it is not there. Refused where it is something else."""
    found = outer.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise Refused(WRONG_TYPE, f"{name}: {shown(found)} is no object")
    return found


def product_key(properties: Said) -> object:
    """The product a call is about: `product_id`, else `sku`."""
    return properties.get("product_id") or properties.get("sku")


def products_of(properties: Said, reading: Reading) -> tuple[Product, ...]:
    """The products that properties describe: the one they are about, and the lines of an order."""
    lines = properties.get("products")
    described = [
        properties,
        *(line for line in (lines if isinstance(lines, list) else []) if isinstance(line, dict)),
    ]
    products = (
        _product(said, said.get("currency") or properties.get("currency") or reading.currency)
        for said in described
    )
    return tuple(product for product in products if product is not None)


def _product(said: Said, currency: object) -> Product | None:
    key = _readable(values.key, product_key(said))
    if key is None:
        return None
    product = Product(
        key,
        name=_readable(values.text, said.get("name")),
        category=_readable(values.key, said.get("category")),
        brand=_readable(values.key, said.get("brand")),
        price=_readable(lambda price: values.money(price, currency), said.get("price")),
    )
    return None if product == Product(key) else product


def user_of(call: Said) -> User:
    """The person an `identify` is about, by its traits."""
    traits = {**inner(inner(call, "context"), "traits"), **inner(call, "traits")}
    both = " ".join(str(traits[name]) for name in ("firstName", "lastName") if traits.get(name))
    scalars = {
        name: value
        for name, value in traits.items()
        if name not in _LEFT_OUT and isinstance(value, str | int | float) and value != ""
    }
    texts = ((name, _readable(_printed, value)) for name, value in scalars.items())
    return User(
        values.key(call.get("userId")),
        name=_readable(values.text, traits.get("name") or both or None),
        region=_readable(values.key, traits.get("region")),
        attributes={name: text for name, text in texts if text is not None},
    )


def _printed(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else values.text(value)


def _readable(read: Callable[[object], T], value: object) -> T | None:
    """What can be read of a value, None where nothing can."""
    try:
        return None if value is None or value == "" else read(value)
    except Refused:
        return None
