"""Whom to share with: people by how likely they open, and why."""

from collections.abc import Callable
from typing import Any

import strawberry

from api.context import Info
from api.limits import PAGE
from api.types.audiencefilter import AudienceFilter
from api.types.described import field, output
from api.types.forward import LaterTie, LaterUser, person, tie_between
from api.types.node import Connection
from api.types.products import Product
from api.types.reasons import InterestReason, Reason
from api.types.values import Estimate
from graph import recipients
from graph.errors import UnknownKey


@output
class TieReason(Reason):
    """What lies between the two: openings of each other's shares, and follows."""

    reason: strawberry.Private[recipients.TieReason]
    opened: int = strawberry.field(description="Shares of the one who shares that this person opened.")
    of_shares: int | None = strawberry.field(
        description="Shares the other made since the first of these, that one included; null where none was"
        " opened."
    )

    @field
    def tie(self, info: Info) -> LaterTie:
        """From the one who shares to this person."""
        return tie_between(info, self.reason.sharer, self.reason.person)


@output
class CircleReason(Reason):
    """People between the two who open each other's shares; and the more are tied to who shares, the fewer of
    them open.
    """

    in_common: int = strawberry.field(description="People tied to both.")
    size: int = strawberry.field(description="People tied to the one who shares.")


@output
class ActivityReason(Reason):
    """How much this person opens and shares at all."""

    reason: strawberry.Private[recipients.ActivityReason]

    @field
    def opens(self, info: Info) -> int:
        """Openings of anybody's shares, the newest 400 counted; to members the nearest ten."""
        return info.context.sight.strangers(self.reason.opens)


REASONS: dict[type[recipients.Reason], Callable[[Any], Reason]] = {
    recipients.TieReason: lambda one: TieReason(
        weight=one.weight, reason=one, opened=one.opened, of_shares=one.of_shares
    ),
    recipients.CircleReason: lambda one: CircleReason(
        weight=one.weight, in_common=one.in_common, size=one.size
    ),
    recipients.InterestReason: lambda one: InterestReason(
        weight=one.weight, because=[Product(row=row) for row in one.because]
    ),
    recipients.ActivityReason: lambda one: ActivityReason(weight=one.weight, reason=one),
}


@output
class Recipient:
    """Somebody who may open what is shared with them."""

    recipient: strawberry.Private[recipients.Recipient]
    rank: int = strawberry.field(description="The place in the list, from 1.")

    @classmethod
    def from_domain(cls, recipient: recipients.Recipient) -> "Recipient":
        """As the API shows it."""
        return cls(recipient=recipient, rank=recipient.rank)

    @field
    def user(self) -> LaterUser:
        """Who it is."""
        return person(self.recipient.person)

    @field
    def opens(self) -> Estimate:
        """Probability that they open it."""
        return Estimate.from_domain(self.recipient.opens)

    @field
    def reasons(self) -> list[Reason]:
        """Terms for transmission, interest and content, added in log-odds: they sum to the log-odds of
        opening, less those of an average pair. Heaviest first, at most four.
        """
        return [REASONS[type(reason)](reason) for reason in self.recipient.reasons]


@output
class RecipientConnection(Connection[Recipient]):
    """A page of recipients, best first."""


async def recipients_of(
    info: Info, sharer: int, product: str, page: tuple[int | None, str | None]
) -> RecipientConnection:
    """The page of people somebody might share a product with. UnknownKey for an unknown product."""
    request = info.context
    row = request.analysis.snapshot.products.keys.row(product)
    if row is None:
        raise UnknownKey(f"product: no product {product!r:.80}")
    window = request.window(*page, "recipients", sharer, row)
    await request.sharing()
    found = await request.recipients.load((sharer, row, min(window.stop + 1, PAGE)))
    return RecipientConnection(page=window.cut(found).map(Recipient.from_domain))


async def audience_of(
    info: Info, product: int, chosen: AudienceFilter | None, page: tuple[int | None, str | None]
) -> RecipientConnection:
    """The page of people likeliest to want a product."""
    request = info.context
    among = (chosen or AudienceFilter()).to_domain(request.sight)
    window = request.window(*page, "audience", product, among, default=50)
    await request.sharing()
    most, asked = window.stop + 1, request.analysis.audience
    found = await request.answered(lambda _: asked(product, among, limit=most))
    return RecipientConnection(page=window.cut(found).map(Recipient.from_domain))
