"""Where the ring of types closes: people have friends, products and cascades, and all of these have people.

Modules of types import downwards only; what stands further up is named here, and found when the schema is
built or a row is resolved.
"""

from typing import TYPE_CHECKING, Annotated

import strawberry

from api.context import Info
from api.types.audiencefilter import AudienceFilter

if TYPE_CHECKING:
    from api.types.cascades import CascadeConnection
    from api.types.people import Tie, User
    from api.types.recipients import RecipientConnection

LaterUser = Annotated["User", strawberry.lazy("api.types.people")]
LaterTie = Annotated["Tie", strawberry.lazy("api.types.people")]
LaterCascades = Annotated["CascadeConnection", strawberry.lazy("api.types.cascades")]
LaterRecipients = Annotated["RecipientConnection", strawberry.lazy("api.types.recipients")]


def person(row: int) -> "User":
    """The person of a row, who is known."""
    from api.types.people import User

    return User(row=row)


def tie_between(info: Info, source: int, target: int) -> "Tie":
    """The tie from one person to another, who are tied."""
    from api.types.people import Tie

    tied = info.context.analysis.ties
    positions = tied.listeners(source)
    _, targets = tied.between(positions)
    return Tie.from_domain(tied.tie(int(positions[targets == target][0])))


def user(info: Info, row: int) -> "User | None":
    """The person of a row; None for one who was forgotten."""
    return person(row) if info.context.known(row) else None


async def cascades_of(info: Info, product: str, page: tuple[int | None, str | None]) -> "CascadeConnection":
    """The page of a product's cascades, largest first."""
    from api.types.cascadefilter import CascadeFilter, CascadeOrder
    from api.types.cascades import listed

    return await listed(info, CascadeFilter(product=product), CascadeOrder.SIZE_DESC, page)


async def audience_of(
    info: Info, product: int, chosen: AudienceFilter | None, page: tuple[int | None, str | None]
) -> "RecipientConnection":
    """The page of people likeliest to want a product."""
    from api.types.recipients import audience_of

    return await audience_of(info, product, chosen, page)
