"""Everything that can be asked."""

from typing import Annotated

import strawberry

from api.context import Info
from api.ids import key_of
from api.limits import After, First
from api.schema.nodes import node
from api.types import cascades, communities, headcounts, kfactor, kol, spread
from api.types.cascadefilter import CascadeFilter, CascadeOrder
from api.types.cascades import Cascade, CascadeConnection
from api.types.communities import CommunityConnection
from api.types.dataset import Dataset
from api.types.described import field, output
from api.types.erasure import export_of
from api.types.headcounts import Epsilon, HeadcountBy, HeadcountOf, HeadcountReport, Month
from api.types.kfactor import Conversion, Every, KFactorBy, KFactorReport, Since, Until, Within
from api.types.kol import KolCandidateConnection, KolStanding
from api.types.kolfilter import KolFilter, KolObjective
from api.types.node import Node
from api.types.people import Locale, Situation, User
from api.types.products import Product
from api.types.spread import SpreadForecast
from api.types.suggestions import SuggestionConnection, suggested
from api.types.values import MoneyInput

Campaign = Annotated[
    KolFilter | None,
    strawberry.argument(description="What is shared, whom it should reach, who may be chosen; null for all."),
]
Seed = Annotated[
    int | None,
    strawberry.argument(
        description="Of the simulation: the same seed, the same answer; null is the server's."
    ),
]
Budget = Annotated[
    MoneyInput | None,
    strawberry.argument(description="What all listed may cost together; null where cost is no matter."),
]
Id = Annotated[strawberry.ID, strawberry.argument(description="An id of this API.")]


@output
class Query:
    """Everything that can be asked. All answers of one response are computed from one version of the
    dataset.
    """

    @field
    async def node(self, info: Info, id: Id) -> Node | None:
        """Anything by its id; null when unknown, forgotten or not visible to the caller."""
        return await node(info, id)

    @field
    async def export_user(
        self,
        info: Info,
        user: Annotated[
            str, strawberry.argument(description="Your own id of the person, or a visitor's id.")
        ],
    ) -> str | None:
        """All that is held about a person, each thing with where it came from, as JSON: what was said of
        them, what they did, where others named them, what they were shown, what was forecast of them. Null
        when unknown, forgotten or not visible to the caller.
        """
        return await export_of(info, user)

    @field
    def user(
        self,
        info: Info,
        key: Annotated[str, strawberry.argument(description="Your own id of the person, or a visitor's id.")],
    ) -> User | None:
        """By the id your own data uses (not the global id). Null when unknown, forgotten or not visible to
        the caller.
        """
        return User.by_key(info, key)

    @field
    def product(
        self,
        info: Info,
        key: Annotated[str, strawberry.argument(description="Your own id of the product.")],
    ) -> Product | None:
        """By the id your own data uses (not the global id). Null when unknown."""
        return Product.by_key(info, key)

    @field
    def viewer(self, info: Info) -> User | None:
        """The signed-in end user. Null for service keys."""
        own = info.context.sight.own
        return None if own is None or not info.context.known(own) else User(row=own)

    @field
    async def suggestions(
        self,
        info: Info,
        user: Annotated[
            str | None,
            strawberry.argument(description="Whom to show something; null or unknown to us for a stranger."),
        ] = None,
        context: Situation = None,
        first: First = 10,
        after: After = None,
        locale: Locale = None,
    ) -> SuggestionConnection:
        """What to show somebody who may be unknown to us: a stranger who opened Ana's link is answered from
        the share, its sharer and the product.
        """
        person = None if user is None else info.context.sight.for_whom(user)
        return await suggested(info, person, context, (first, after), locale)

    @field
    async def kol_candidates(
        self,
        info: Info,
        first: Annotated[
            int | None,
            strawberry.argument(description="How many to give, from 1 to 200; null is the default."),
        ] = 10,
        after: After = None,
        filter: Campaign = None,
        objective: Annotated[
            KolObjective | None, strawberry.argument(description="What they are chosen for.")
        ] = KolObjective.REACH,
        budget: Budget = None,
        seed: Seed = None,
    ) -> KolCandidateConnection:
        """Best first. Each candidate's marginalReach is what it adds to those ranked above it (and to
        filter.alreadyChosen); under a budget, best for their cost. The list ends at the two hundredth.
        """
        return await kol.candidates(info, kol.Asked(filter, objective, budget, seed), (first, after))

    @field
    async def kol_standing(
        self,
        info: Info,
        user: Annotated[str, strawberry.argument(description="Your own id of the person.")],
        filter: Campaign = None,
        objective: Annotated[
            KolObjective | None, strawberry.argument(description="What candidates are chosen for.")
        ] = KolObjective.REACH,
        budget: Budget = None,
        seed: Seed = None,
    ) -> KolStanding | None:
        """Why somebody is among the candidates that kolCandidates lists for the same arguments, or is not;
        null when unknown.
        """
        return await kol.standing(info, user, kol.Asked(filter, objective, budget, seed))

    @field
    async def spread(
        self,
        info: Info,
        users: Annotated[
            list[str],
            strawberry.argument(description="Your own ids of those who would share; at most 1,000."),
        ],
        filter: Campaign = None,
        seed: Seed = None,
    ) -> SpreadForecast:
        """What a given set of users would set off if they shared."""
        return await spread.spread(info, users, filter, seed)

    @field
    async def cascade(self, info: Info, id: Id) -> Cascade | None:
        """A cascade by its id; null when unknown."""
        return await Cascade.by_key(info, key_of("Cascade", id, "id"))

    @field
    async def cascades(
        self,
        info: Info,
        first: First = 10,
        after: After = None,
        filter: Annotated[
            CascadeFilter | None, strawberry.argument(description="Which ones; null for all.")
        ] = None,
        order_by: Annotated[
            CascadeOrder | None, strawberry.argument(description="What comes first; null is the default.")
        ] = CascadeOrder.SIZE_DESC,
    ) -> CascadeConnection:
        """The trees of people that shares grew."""
        return await cascades.listed(info, filter or CascadeFilter(), order_by, (first, after))

    @field
    async def k_factor(
        self,
        info: Info,
        by: Annotated[
            KFactorBy | None, strawberry.argument(description="What to group by; null for no groups.")
        ] = None,
        every: Annotated[
            Every | None,
            strawberry.argument(description="How long the periods of overTime are; null for none."),
        ] = None,
        conversion: Annotated[
            Conversion | None, strawberry.argument(description="What counts as a success.")
        ] = Conversion.JOINED,
        within: Within = 7,
        since: Since = None,
        until: Until = None,
        first: Annotated[
            int | None,
            strawberry.argument(
                description="How many groups, from 1 to 100, with periods to 20; null is 10."
            ),
        ] = 10,
    ) -> KFactorReport:
        """How many new people each person brings, of all shares and by group, over time: invites per person ×
        conversion. Computed from the last fit.
        """
        return await kfactor.report(info, by, every, (conversion, within, since, until), first)

    @field
    async def headcounts(
        self,
        info: Info,
        of: Annotated[HeadcountOf, strawberry.argument(description="Who is counted.")],
        by: Annotated[HeadcountBy, strawberry.argument(description="What to group by.")],
        month: Month = None,
        epsilon: Epsilon = None,
    ) -> HeadcountReport:
        """How many different people shared, opened or bought, by group. A server with a privacy budget adds
        noise. Computed from the last fit.
        """
        return await headcounts.report(info, of, by, month, epsilon)

    @field
    def communities(self, info: Info, first: First = 10, after: After = None) -> CommunityConnection:
        """People whose ties stay among themselves; largest community first."""
        return communities.listed(info, first, after)

    @field
    def dataset(self) -> Dataset:
        """What the answers are computed from: how old, how much, what was left out and why."""
        return Dataset()
