"""What clients tell us: events, users, products, and what becomes of them."""

from datetime import datetime

import strawberry

from api.ids import own
from api.types.described import input_type
from api.types.eventkinds import EventKind, Verdict
from api.types.rows import Row
from api.types.values import MoneyInput
from graph.events import Event, Kind, content_id, micros


@input_type
class EventInput(Row):
    """One thing that happened."""

    id: strawberry.ID = strawberry.field(
        description="Unique over the whole log: the same id with the same content is a repeat. A"
        " SHARE's own id is the share's."
    )
    kind: EventKind = strawberry.field(description="What happened.")
    at: datetime = strawberry.field(description="When it happened.")
    user: str | None = strawberry.field(
        default=None,
        description="Who did it; for EXPOSURE, who saw it. Null for a visitor without an account.",
    )
    visitor: str | None = strawberry.field(
        default=None,
        description="A visitor's id. Given together with `user`, on any kind: one person from now on,"
        " earlier events "
        "included; it may be an earlier user key. A visitor who was joined to another account is not"
        " joined again "
        "(the event is kept, the claim counted). A visitor's id will do wherever a user key is asked for.",
    )
    product: str | None = strawberry.field(
        default=None, description="Your own id of the product it is about."
    )
    share: str | None = strawberry.field(
        default=None,
        description="The share it came from, where known: the SHARE event's id, or the Share's `id` of this"
        " API. EXPOSURE with a share: "
        "the share reached `user`; without: we showed the product.",
    )
    sharer: str | None = strawberry.field(
        default=None,
        description="Where a link carries only the sharer: the share is then the sharer's latest of"
        " that product.",
    )
    parent_share: str | None = strawberry.field(
        default=None, description="SHARE: the share that was passed on, named as in `share`."
    )
    recipient: str | None = strawberry.field(
        default=None, description="SHARE: whom it was sent to, where known."
    )
    other: str | None = strawberry.field(
        default=None,
        description="TIE, UNTIE: the person whom `user` follows, so that the other's shares reach `user`. "
        "A friendship is two ties.",
    )
    answer: strawberry.ID | None = strawberry.field(
        default=None, description="The suggestion answer this came from: its answerId."
    )
    rank: int | None = strawberry.field(
        default=None, description="The suggestion's rank in that answer, from 1."
    )
    propensity: float | None = strawberry.field(
        default=None, description="Chance with which it was shown, in (0, 1], where it is known."
    )
    variant: str | None = strawberry.field(
        default=None, description="The experiment's arm, where there is one."
    )
    order: str | None = strawberry.field(
        default=None, description="The order it belongs to. One event a line of an order."
    )
    quantity: int | None = strawberry.field(default=None, description="How many were bought, from 1.")
    amount: MoneyInput | None = strawberry.field(
        default=None,
        description="PURCHASE: the line's total, quantity included. REFUND: what was paid back; without"
        " a product, "
        "of the whole order.",
    )
    surface: str | None = strawberry.field(
        default=None, description="Where it happened: home, product page, landing page, cart."
    )
    rating: float | None = strawberry.field(default=None, description="RATE: on the shop's own scale.")
    query: str | None = strawberry.field(default=None, description="SEARCH: what was typed.")
    channel: str | None = strawberry.field(default=None, description="By which way it came or went.")
    campaign: str | None = strawberry.field(default=None, description="The campaign it belongs to.")
    incentive: MoneyInput | None = strawberry.field(
        default=None, description="What the sharer was promised for it; null for an unpaid share."
    )
    device: str | None = strawberry.field(default=None, description="The device's id, as the shop knows it.")
    region: str | None = strawberry.field(default=None, description="Where it happened.")

    def said(self) -> dict[str, object]:
        """As a row of the log says it, shares by the shop's own ids."""
        shares = {"share": self.share, "parentShare": self.parent_share}
        named = {name: own("Share", share) for name, share in shares.items() if share is not None}
        return {**Row.said(self), **named}


@input_type
class RecordEventsInput:
    """Events to record."""

    events: list[EventInput] = strawberry.field(description="At most 1,000.")
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="The same key with the same content is answered from memory; with other content it"
        " is a CONFLICT.",
    )


@input_type
class AttributeInput(Row):
    """One more thing to say of a user or a product."""

    name: str = strawberry.field(
        description="What it is called. `cost` of a user is read as money, e.g. `120.00 CNY`."
    )
    value: str | None = strawberry.field(default=None, description="What it is; null says nothing.")


@input_type
class UserInput(Row):
    """What you say of a person; null leaves what is known."""

    key: str = strawberry.field(description="Your own id for this person.")
    name: str | None = strawberry.field(default=None, description="As friends may see it.")
    region: str | None = strawberry.field(default=None, description="Where this person lives.")
    attributes: list[AttributeInput] | None = strawberry.field(default=None, description="Anything more.")


@input_type
class ProductInput(Row):
    """What you say of a product; null leaves what is known."""

    key: str = strawberry.field(description="Your own id for this product.")
    name: str | None = strawberry.field(default=None, description="As people may see it.")
    category: str | None = strawberry.field(default=None, description="The category it stands in.")
    brand: str | None = strawberry.field(default=None, description="Who makes it.")
    price: MoneyInput | None = strawberry.field(default=None, description="What one costs.")
    available: bool | None = strawberry.field(default=None, description="Whether it can be bought now.")
    attributes: list[AttributeInput] | None = strawberry.field(default=None, description="Anything more.")


@input_type
class UpsertUsersInput:
    """Users to add or to change."""

    users: list[UserInput] = strawberry.field(description="At most 1,000; each is taken or not on its own.")


@input_type
class UpsertProductsInput:
    """Products to add or to change."""

    products: list[ProductInput] = strawberry.field(
        description="At most 1,000; each is taken or not on its own."
    )


@input_type
class GiveFeedbackInput:
    """What a person says of a product."""

    user: str = strawberry.field(description="Your own id of the person, or a visitor's id.")
    product: str = strawberry.field(description="Your own id of the product.")
    verdict: Verdict = strawberry.field(description="CLEAR takes an earlier verdict back.")

    def to_domain(self, now: datetime) -> Event:
        """The same as an event of the log."""
        return Event(
            id=content_id("feedback", self.user, self.product, self.verdict.name, micros(now)),
            kind=Kind.FEEDBACK,
            at=now,
            user=self.user,
            product=self.product,
            verdict=self.verdict.to_domain(),
        )
