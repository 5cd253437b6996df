"""Products, and what goes with them."""

import heapq
from enum import Enum
from typing import Annotated

import strawberry

from api.context import Info
from api.limits import PAGE, After, First, bounded
from api.rights.sight import Sight
from api.types.audiencefilter import AudienceFilter
from api.types.described import enumeration, field, output
from api.types.forward import LaterCascades, LaterRecipients, audience_of, cascades_of
from api.types.node import Node
from api.types.values import Money
from graph.events import Money as Amount
from graph.events import unscaled
from graph.log import NONE
from graph.suggest import Related, Relation


@enumeration
class RelationKind(Enum):
    """How one product stands to another."""

    COMPLEMENT = strawberry.enum_value(
        Relation.COMPLEMENT,
        description="It goes with the other: bought with it or within two weeks after it, from another"
        " category, on its account.",
    )
    SUBSTITUTE = strawberry.enum_value(
        Relation.SUBSTITUTE,
        description="It could be bought instead: looked at in one session with the other, from the same"
        " category.",
    )

    def to_domain(self) -> Relation:
        """The domain's word for it."""
        return Relation[self.name]


@output
class Product(Node):
    """Something the shop sells or sold."""

    row: strawberry.Private[int]

    @classmethod
    def by_key(cls, info: Info, key: str) -> "Product | None":
        """The product of a shop's key; None where it is unknown."""
        row = info.context.analysis.snapshot.products.keys.row(key)
        return None if row is None else cls(row=row)

    def own_key(self, info: Info) -> str:
        """The shop's key."""
        return info.context.analysis.snapshot.products.keys[self.row]

    @field
    def key(self, info: Info) -> str:
        """Your own id for this product."""
        return self.own_key(info)

    @field
    def name(self, info: Info) -> str | None:
        """What the shop calls it; null where nothing was said."""
        return info.context.analysis.snapshot.products.names[self.row] or None

    @field
    def category(self, info: Info) -> str | None:
        """The shop's category; null where nothing was said."""
        snapshot = info.context.analysis.snapshot
        return _word(info, int(snapshot.products.category[self.row]))

    @field
    def brand(self, info: Info) -> str | None:
        """Who makes it; null where nothing was said."""
        return _word(info, int(info.context.analysis.snapshot.products.brand[self.row]))

    @field
    def price(self, info: Info) -> Money | None:
        """What one costs; null where nothing was said."""
        products = info.context.analysis.snapshot.products
        currency = _word(info, int(products.currency[self.row]))
        if currency is None:
            return None
        return Money.from_domain(Amount(unscaled(int(products.price[self.row])), currency))

    @field
    def available(self, info: Info) -> bool:
        """Whether it can be bought now; true unless the shop said otherwise."""
        return bool(info.context.analysis.snapshot.products.available[self.row])

    @field
    def related(
        self,
        info: Info,
        kind: Annotated[
            RelationKind | None, strawberry.argument(description="Only this kind; null gives both.")
        ] = None,
        first: First = 10,
    ) -> list["RelatedProduct"]:
        """What goes with it or could be bought instead; best first, at most 100. Analysts are told of no pair
        that was seen in fewer than ten people.
        """
        wanted = None if kind is None else kind.to_domain()
        shelf, shown = info.context.analysis.shelf, bounded(first, 10, PAGE)
        kinds = [one for one in (shelf.complements, shelf.substitutes) if wanted in {None, one.relation}]
        sight = info.context.sight
        pairs = (one for kind in kinds for one in kind.related(self.row) if one.support >= sight.fewest)
        found = heapq.nsmallest(shown, pairs, key=lambda one: -one.score)
        return [RelatedProduct.from_domain(one, sight) for one in found]

    @field
    async def audience(
        self,
        info: Info,
        first: First = 50,
        after: After = None,
        filter: Annotated[
            AudienceFilter | None, strawberry.argument(description="Who may be listed; null is everybody.")
        ] = None,
    ) -> LaterRecipients:
        """Who is most likely to want it, were it shared with them by the one they listen to most; best first.
        The list ends at the thousandth; who allows no personal answer is not in it.
        """
        return await audience_of(info, self.row, filter, (first, after))

    @field
    async def cascades(self, info: Info, first: First = 10, after: After = None) -> LaterCascades:
        """The trees of people that shares of this product grew; largest first."""
        return await cascades_of(info, self.own_key(info), (first, after))


@output
class RelatedProduct:
    """A product that stands in a relation to another one."""

    product: Product = strawberry.field(description="The related product.")
    kind: RelationKind = strawberry.field(description="The relation.")
    score: float = strawberry.field(
        description="How strong the relation is, in [0, 1]; to members and analysts one digit."
    )
    support: int = strawberry.field(
        description="Number of people in whom the pair was seen; to members and analysts the nearest ten."
    )
    lift: float = strawberry.field(
        description="How many times as often as chance would have it; to members and analysts one digit."
    )

    @classmethod
    def from_domain(cls, related: Related, sight: Sight) -> "RelatedProduct":
        """As the API shows it to whoever sees so much."""
        return cls(
            product=Product(row=related.product),
            kind=RelationKind(related.relation),
            score=sight.rate(related.score),
            support=sight.strangers(related.support),
            lift=sight.rate(related.lift),
        )


def _word(info: Info, code: int) -> str | None:
    return None if code == NONE else info.context.analysis.snapshot.words[code]
