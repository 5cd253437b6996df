"""Where the ring of types closes: people have friends, products and cascades, and all of these have people.

Modules of types import downwards only; what stands further up is named here, and found when the schema is
built or a row is resolved.
"""

from typing import TYPE_CHECKING, Annotated

import strawberry

from api.context import Info

if TYPE_CHECKING:
    from api.types.cascades import CascadeConnection
    from api.types.people import User

LaterUser = Annotated["User", strawberry.lazy("api.types.people")]
LaterCascades = Annotated["CascadeConnection", strawberry.lazy("api.types.cascades")]


def person(row: int) -> "User":
    """The person of a row, who is known."""
    from api.types.people import User

    return User(row=row)


def user(info: Info, row: int) -> "User | None":
    """The person of a row; None for one who was forgotten."""
    return person(row) if info.context.known(row) else None


async def cascades_of(info: Info, product: str, page: tuple[int | None, str | None]) -> "CascadeConnection":
    """The page of a product's cascades, largest first."""
    from api.types.cascades import CascadeFilter, CascadeOrder, listed

    return await listed(info, CascadeFilter(product=product), CascadeOrder.SIZE_DESC, page)
