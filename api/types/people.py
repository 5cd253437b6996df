"""People: whom they listen to, who listens to them, what to show them."""

from datetime import datetime
from typing import Annotated

import numpy as np
import strawberry
from numpy.typing import NDArray

from api.context import Info
from api.limits import PAGE, After, First, at_most, bounded
from api.paging import Window
from api.types.communities import Community
from api.types.consent import Consent
from api.types.described import field, field_named, output
from api.types.eventkinds import EventKind
from api.types.influence import Influence
from api.types.node import Connection, Node
from api.types.preview import ConsentPreview
from api.types.products import Product
from api.types.recipients import RecipientConnection, recipients_of
from api.types.shares import ShareConnection, shares_by
from api.types.suggestions import SuggestionConnection, SuggestionContext, suggested
from api.types.values import Estimate
from graph import ties
from graph.consent import Purpose
from graph.events import instant
from graph.suggest.proof import Proof, social_proof

Locale = Annotated[
    str | None,
    strawberry.argument(
        description="The language of explanations (BCP 47): English or simplified Chinese; null goes by the"
        " Accept-Language header. Other languages are answered in English."
    ),
]
Situation = Annotated[
    SuggestionContext | None,
    strawberry.argument(description="Where they are to be shown; null where unknown."),
]


@output
class User(Node):
    """A person: an account of the shop, or a visitor without one."""

    row: strawberry.Private[int]

    @classmethod
    def by_key(cls, info: Info, key: str) -> "User | None":
        """The person of a shop's key or a visitor's id; None where unknown, forgotten or not for whoever
        asks.
        """
        row = info.context.sight.person(key)
        return cls(row=row) if row is not None and info.context.known(row) else None

    def own_key(self, info: Info) -> str:
        """The account's key, or the visitor's id; a pseudonym for whoever may not know it."""
        return info.context.sight.key(self.row)

    @field
    def key(self, info: Info) -> str | None:
        """Your own id for this person; a stable pseudonym for callers who may not know people."""
        return self.own_key(info)

    @field
    def name(self, info: Info) -> str | None:
        """What the shop calls this person; null where nothing was said, or not to whoever asks."""
        return info.context.sight.name(self.row)

    @field
    def region(self, info: Info) -> str | None:
        """Where this person lives; null where nothing was said, or not to whoever asks."""
        return info.context.sight.region(self.row)

    @field
    def friends(self, info: Info, first: First = 10, after: After = None) -> "TieConnection":
        """Those whose shares reach this person (Tie.to is this person); strongest tie first."""
        tied, window = info.context.analysis.ties, info.context.window(first, after, "friends", self.row)
        positions = tied.friends(self.row)
        sources, _ = tied.between(positions)
        return TieConnection.from_domain(tied, positions[info.context.known(sources)], window)

    @field
    def listeners(self, info: Info, first: First = 10, after: After = None) -> "TieConnection":
        """Those whom this person's shares reach (Tie.from is this person); strongest tie first."""
        tied, window = info.context.analysis.ties, info.context.window(first, after, "listeners", self.row)
        positions = tied.listeners(self.row)
        _, targets = tied.between(positions)
        return TieConnection.from_domain(tied, positions[info.context.known(targets)], window)

    @field
    async def suggestions(
        self,
        info: Info,
        first: First = 10,
        after: After = None,
        context: Situation = None,
        locale: Locale = None,
    ) -> SuggestionConnection:
        """What to show this person; in the order to show, at most 100 in all pages together."""
        return await suggested(info, self.row, context, (first, after), locale)

    @field
    def social_proof(
        self,
        info: Info,
        products: Annotated[
            list[str],
            strawberry.argument(description="Your own ids of the products on the page; at most 100."),
        ],
    ) -> list["SocialProof"]:
        """For product cards: which of these products did friends act on? In the order asked, unknown products
        left out; at most 100.
        """
        analysis = info.context.analysis
        rows = map(analysis.snapshot.products.keys.row, at_most(products, PAGE, "products"))
        proofs = social_proof(analysis.shelf, self.row, [row for row in rows if row is not None])
        return [SocialProof.from_domain(proof) for proof in proofs]

    @field
    async def recipients(
        self,
        info: Info,
        product: Annotated[str, strawberry.argument(description="Your own id of what would be shared.")],
        first: First = 10,
        after: After = None,
    ) -> RecipientConnection:
        """Friends most likely to open this product if this user shares it with them; best first, at most 100
        in all pages together. Friends are those tied to this user in either direction who allow to be named.
        """
        return await recipients_of(info, self.row, product, (first, after))

    @field
    async def shares(self, info: Info, first: First = 10, after: After = None) -> ShareConnection:
        """What this person shared; latest first."""
        return await shares_by(info, self.row, first, after)

    @field
    def community(self, info: Info) -> Community | None:
        """The community this person belongs to; null for somebody who has just come."""
        return Community.of_person(info, self.row)

    @field
    def consent(self, info: Info) -> Consent:
        """What this person allows."""
        return Consent(row=self.row, standing=info.context.analysis.consent(self.row))

    @field
    async def consent_preview(
        self,
        info: Info,
        personalisation: Annotated[
            bool | None, strawberry.argument(description="What they would say; null leaves it.")
        ] = None,
        location: Annotated[
            bool | None, strawberry.argument(description="What they would say; null leaves it.")
        ] = None,
        first: First = 10,
        context: Situation = None,
        locale: Locale = None,
    ) -> ConsentPreview:
        """What would go, before this person switches something off: the very next answer as it would be.
        Being named to friends changes what friends are told, and nothing here.
        """
        said = {Purpose.PERSONALISATION: personalisation, Purpose.LOCATION: location}
        words = {purpose: word for purpose, word in said.items() if word is not None}
        asked = context, bounded(first, 10, PAGE), info.context.language(locale)
        return await ConsentPreview.of(info.context, self.row, words, asked)

    @field
    async def influence(self, info: Info) -> Influence | None:
        """What this person's shares set off."""
        await info.context.market()
        return Influence.from_domain(info.context.analysis.influence(self.row))


@output
class Tie:
    """What `from` shares reaches `to`."""

    tie: strawberry.Private[ties.Tie]
    strength: float = strawberry.field(
        description="In [0, 1]: decayed evidence that `to` acts on what `from` shares."
    )

    @classmethod
    def from_domain(cls, tie: ties.Tie) -> "Tie":
        """As the API shows it."""
        return cls(tie=tie, strength=tie.strength)

    @field_named("from")
    def source(self) -> User:
        """Whose shares travel on this tie."""
        return User(row=self.tie.source)

    @field_named("to")
    def target(self) -> User:
        """Whom they reach."""
        return User(row=self.tie.target)

    @field
    def transmission(self) -> Estimate:
        """Probability that a share by `from` makes `to` open it."""
        return Estimate.from_domain(self.tie.transmission)

    @field
    def last_active_at(self) -> datetime | None:
        """When `to` last acted on something of `from`'s; null where `to` only follows."""
        at = self.tie.last_active_at
        return None if at is None else instant(at)


@output
class TieConnection(Connection[Tie]):
    """A page of ties, strongest first."""

    total_count: int = strawberry.field(description="Ties on all pages together.")

    @classmethod
    def from_domain(
        cls, tied: ties.Ties | ties.LiveTies, positions: NDArray[np.int64], window: Window
    ) -> "TieConnection":
        """The page of these ties, given as positions."""
        page = window.cut(positions.tolist()).map(lambda position: Tie.from_domain(tied.tie(position)))
        return cls(page=page, total_count=len(positions))


@output
class SocialProof:
    """What friends did with one product."""

    proof: strawberry.Private[Proof]
    friends: int = strawberry.field(description="Friends who shared, bought, rated or opened it.")

    @classmethod
    def from_domain(cls, proof: Proof) -> "SocialProof":
        """As the API shows it."""
        return cls(proof=proof, friends=proof.friends)

    @field
    def product(self) -> Product:
        """The product asked about."""
        return Product(row=self.proof.product)

    @field
    def named(self) -> list[User]:
        """Those who allow to be named; strongest tie first, at most two."""
        return [User(row=person) for person in self.proof.named]

    @field
    def action(self) -> EventKind | None:
        """What most of them did; null where no friend did anything."""
        return None if self.proof.action is None else EventKind(self.proof.action)

    @field
    def latest_at(self) -> datetime | None:
        """When one of them last did something; null where no friend did anything."""
        return None if self.proof.latest_at is None else instant(self.proof.latest_at)
