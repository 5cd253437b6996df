"""Why something is suggested, as terms of a sum."""

from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Any

import strawberry

from api.context import Info
from api.types.communities import Community
from api.types.described import enumeration, field, interface, output
from api.types.eventkinds import EventKind, Verdict
from api.types.forward import LaterUser, user
from api.types.products import Product, RelationKind
from api.types.shares import Share
from graph import suggest
from graph.events import instant


@interface
class Reason:
    """One term of a score."""

    weight: float = strawberry.field(description="Its share of the score; it may be negative.")


@output
class FriendReason(Reason):
    """Somebody one listens to did something with the product, or a friend of theirs, or of the link's
    sharer.
    """

    reason: strawberry.Private[suggest.FriendReason]
    action: EventKind = strawberry.field(description="What the friend did.")
    at: datetime = strawberry.field(description="When the friend did it.")

    @classmethod
    def from_domain(cls, reason: suggest.FriendReason) -> "FriendReason":
        """As the API shows it."""
        return cls(
            weight=reason.weight,
            reason=reason,
            action=EventKind(reason.action),
            at=instant(reason.at),
        )

    @field
    def friend(self, info: Info) -> LaterUser | None:
        """Who it was; null where the friend does not allow to be named, and for a friend of somebody else."""
        return user(info, self.reason.friend) if self.reason.named else None

    @field
    def via(self, info: Info) -> LaterUser | None:
        """Whose friend it was: one's own friend, or the sharer of the link; null for a friend of one's
        own.
        """
        return None if self.reason.via is None else user(info, self.reason.via)

    @field
    def share(self) -> Share | None:
        """The friend's share, where the action was one; null where friend is null."""
        shown = self.reason.named and self.reason.share is not None
        return Share(row=self.reason.share) if shown and self.reason.share is not None else None


@output
class InterestReason(Reason):
    """People who took to these products, of one's own or of the link's sharer, took to this one too: looked
    at it at least. Of a recipient: what they opened of its category or brand; to a sharer, only of the
    sharer's own shares.
    """

    because: list[Product] = strawberry.field(
        description="Heaviest first, a recipient's newest first; at most three. Empty where it is people who"
        " listen to the same friends that took to it."
    )
    bought: bool = strawberry.field(
        default=False,
        description="Whether all who took to any of these products, ten people or more for each, bought it;"
        " false of a recipient.",
    )

    @classmethod
    def from_domain(cls, reason: suggest.InterestReason) -> "InterestReason":
        """As the API shows it."""
        because = [Product(row=row) for row in reason.because]
        return cls(weight=reason.weight, because=because, bought=reason.bought)


@output
class PeersReason(Reason):
    """People of like taste took to it."""

    people: int = strawberry.field(
        description="Number of people with like taste who took to it, looked at it at least; at least two,"
        " nobody is named."
    )
    bought: bool = strawberry.field(description="Whether all of them, ten or more, bought it.")

    @classmethod
    def from_domain(cls, reason: suggest.PeersReason) -> "PeersReason":
        """As the API shows it."""
        return cls(weight=reason.weight, people=reason.people, bought=reason.bought)


@enumeration
class Alike(Enum):
    """What two products have in common."""

    KIND = strawberry.enum_value(suggest.Alike.KIND, description="A category.")
    BRAND = strawberry.enum_value(suggest.Alike.BRAND, description="A brand.")
    SHOP = strawberry.enum_value(suggest.Alike.SHOP, description="A shop.")
    PRICE = strawberry.enum_value(
        suggest.Alike.PRICE, description="A category, and the same quarter of its prices."
    )
    DEPARTMENT = strawberry.enum_value(
        suggest.Alike.DEPARTMENT, description="A department: what the catalogue calls top category."
    )
    TAG = strawberry.enum_value(suggest.Alike.TAG, description="A tag.")


@output
class LikenessReason(Reason):
    """It is like products that one takes to; what speaks for a product before anybody did."""

    because: list[Product] = strawberry.field(
        description="One's own that it is like, or the one on the page; dearest first, at most three."
    )
    brand: bool = strawberry.field(description="Whether it is of their brand; `by` says what else it may be.")
    by: Alike = strawberry.field(description="What it has in common with them.")

    @classmethod
    def from_domain(cls, reason: suggest.LikenessReason) -> "LikenessReason":
        """As the API shows it."""
        because = [Product(row=row) for row in reason.because]
        return cls(
            weight=reason.weight,
            because=because,
            brand=reason.by is suggest.Alike.BRAND,
            by=Alike[reason.by.name],
        )


@output
class RelationReason(Reason):
    """It goes with a product of one's own, or with the one on the page, or could be bought instead."""

    kind: RelationKind = strawberry.field(description="The relation.")
    to: Product = strawberry.field(description="The product it is related to.")

    @classmethod
    def from_domain(cls, reason: suggest.RelationReason) -> "RelationReason":
        """As the API shows it."""
        return cls(weight=reason.weight, kind=RelationKind(reason.relation), to=Product(row=reason.to))


@output
class PopularityReason(Reason):
    """Much is made of it: it is shared, bought, rated and opened a lot."""

    community: Community | None = strawberry.field(
        description="The community in which it is, one's own or that of the link's sharer; null where it is"
        " popular with everybody, or among products of its kind."
    )

    @classmethod
    def from_domain(cls, reason: suggest.PopularityReason) -> "PopularityReason":
        """As the API shows it."""
        label = reason.community
        return cls(weight=reason.weight, community=None if label is None else Community(position=label))


@output
class SceneReason(Reason):
    """It is wanted more than usual when and where it is to be shown."""

    scene: str = strawberry.field(
        description="What of this lifts it most: a part of the day, weekday, month, festival, region or"
        " surface, as SuggestionContext.scene takes it."
    )

    @classmethod
    def from_domain(cls, reason: suggest.SceneReason) -> "SceneReason":
        """As the API shows it."""
        return cls(weight=reason.weight, scene=reason.scene)


@output
class ExplorationReason(Reason):
    """It stands here to be tried, whatever its score."""

    propensity: float = strawberry.field(
        description="Chance with which this place was given to an explored product."
    )

    @classmethod
    def from_domain(cls, reason: suggest.ExplorationReason) -> "ExplorationReason":
        """As the API shows it."""
        return cls(weight=reason.weight, propensity=reason.propensity)


@output
class FeedbackReason(Reason):
    """It is like a product of which one gave a verdict: for NOT_INTERESTED it takes from the score."""

    verdict: Verdict = strawberry.field(description="What was said.")
    to: Product = strawberry.field(description="Of which product.")

    @classmethod
    def from_domain(cls, reason: suggest.FeedbackReason) -> "FeedbackReason":
        """As the API shows it."""
        return cls(weight=reason.weight, verdict=Verdict(reason.verdict), to=Product(row=reason.to))


@output
class PriceReason(Reason):
    """It costs far more, or far less, than what one takes to, beside others of its category; this takes from
    the score.
    """

    dear: bool = strawberry.field(description="Whether it is more; else it is less.")

    @classmethod
    def from_domain(cls, reason: suggest.PriceReason) -> "PriceReason":
        """As the API shows it."""
        return cls(weight=reason.weight, dear=reason.dear)


@output
class RemainderReason(Reason):
    """All lighter reasons together, so that the sum holds."""

    count: int = strawberry.field(description="How many reasons it stands for.")

    @classmethod
    def from_domain(cls, reason: suggest.RemainderReason) -> "RemainderReason":
        """As the API shows it."""
        return cls(weight=reason.weight, count=reason.count)


REASONS: dict[type[suggest.Reason], Callable[[Any], Reason]] = {
    suggest.FriendReason: FriendReason.from_domain,
    suggest.InterestReason: InterestReason.from_domain,
    suggest.PeersReason: PeersReason.from_domain,
    suggest.LikenessReason: LikenessReason.from_domain,
    suggest.RelationReason: RelationReason.from_domain,
    suggest.PopularityReason: PopularityReason.from_domain,
    suggest.SceneReason: SceneReason.from_domain,
    suggest.ExplorationReason: ExplorationReason.from_domain,
    suggest.FeedbackReason: FeedbackReason.from_domain,
    suggest.PriceReason: PriceReason.from_domain,
    suggest.RemainderReason: RemainderReason.from_domain,
}


def reason_of(reason: suggest.Reason) -> Reason:
    """A domain's reason as the API shows it."""
    return REASONS[type(reason)](reason)
