"""The kinds of events, as clients name them."""

from enum import Enum

import strawberry

from api.types.described import enumeration
from graph.events import Kind
from graph.events import Verdict as Said


@enumeration
class EventKind(Enum):
    """What happened. Feedback and consent have mutations of their own."""

    TIE = strawberry.enum_value(
        Kind.TIE, description="`user` follows `other`: what `other` shares reaches `user`."
    )
    UNTIE = strawberry.enum_value(Kind.UNTIE, description="`user` follows `other` no longer.")
    SIGNUP = strawberry.enum_value(Kind.SIGNUP, description="Somebody made an account.")
    VIEW = strawberry.enum_value(Kind.VIEW, description="Somebody looked at a product, not through a share.")
    SEARCH = strawberry.enum_value(Kind.SEARCH, description="Somebody searched.")
    CART = strawberry.enum_value(Kind.CART, description="Somebody put a product into the cart.")
    FAVOURITE = strawberry.enum_value(
        Kind.FAVOURITE, description="Somebody marked a product to come back to."
    )
    SHARE = strawberry.enum_value(
        Kind.SHARE, description="Somebody shared a product; the event's id is the share's."
    )
    OPEN = strawberry.enum_value(Kind.OPEN, description="Somebody opened a share.")
    PURCHASE = strawberry.enum_value(
        Kind.PURCHASE, description="Somebody bought a product: one line of an order."
    )
    REFUND = strawberry.enum_value(Kind.REFUND, description="Somebody got money back.")
    RATE = strawberry.enum_value(Kind.RATE, description="Somebody rated a product.")
    EXPOSURE = strawberry.enum_value(
        Kind.EXPOSURE, description="Somebody was shown a product, or was reached by a share."
    )

    def to_domain(self) -> Kind:
        """The domain's word for it."""
        return Kind[self.name]


@enumeration
class Verdict(Enum):
    """What a person says of a product that was suggested."""

    LIKE = strawberry.enum_value(Said.LIKE, description="More like this.")
    NOT_INTERESTED = strawberry.enum_value(Said.NOT_INTERESTED, description="Never this again.")
    ALREADY_OWNED = strawberry.enum_value(Said.ALREADY_OWNED, description="They have it, from elsewhere.")
    CLEAR = strawberry.enum_value(Said.CLEAR, description="Takes the earlier verdict back.")

    def to_domain(self) -> Said:
        """The domain's word for it."""
        return Said[self.name]
