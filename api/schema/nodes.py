"""Anything by its id."""

from collections.abc import Awaitable, Callable
from inspect import isawaitable

from api.context import Info
from api.ids import parted
from api.rights.table import sees
from api.types.cascades import Cascade
from api.types.communities import Community
from api.types.node import Node
from api.types.people import User
from api.types.products import Product
from api.types.shares import Share
from graph.errors import InvalidInput

BY_KEY: dict[str, Callable[[Info, str], Awaitable[Node | None] | Node | None]] = {
    "User": User.by_key,
    "Product": Product.by_key,
    "Share": Share.by_key,
    "Cascade": Cascade.by_key,
    "Community": Community.by_key,
}


async def node(info: Info, id: str) -> Node | None:
    """The thing an id names; None where it is unknown, forgotten or not for
    whoever asks, InvalidInput where it is no id.
    """
    kind, key = parted(id, "id")
    if kind not in BY_KEY:
        raise InvalidInput(f"id: {id!r:.60} names no type of this API; take one from an `id` field")
    if not sees(info.context.caller.role, kind):
        return None
    found = BY_KEY[kind](info, key)
    return await found if isawaitable(found) else found
