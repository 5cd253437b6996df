"""Cascades: the trees of people that shares grew."""

from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Annotated

import numpy as np
import strawberry

from api.context import Info
from api.limits import DRAWING, After
from api.types.described import enumeration, field, input_type, output
from api.types.forward import LaterUser, user
from api.types.node import Connection, Node
from api.types.products import Product
from api.types.shares import Share
from api.types.values import Estimate, Money, moneys
from graph import cascades
from graph.analysis import Analysis
from graph.cascades import parents
from graph.events import instant, micros
from graph.log import NONE
from graph.promises import made
from graph.snapshot import Snapshot


@output
class Cascade(Node):
    """Everybody a product reached from one first share. The sharer is the root; whoever opens a share of this
    tree is a child of its sharer (of the one opened first, where there were several in this tree) and may
    share on. A person is in a cascade once, and may be in several. A share passed on from another's share
    counts as an open of it.
    """

    row: strawberry.Private[int]
    among: strawberry.Private[cascades.Cascades]

    @classmethod
    async def by_key(cls, info: Info, key: str) -> "Cascade | None":
        """The cascade of a first share's id; None where that is unknown or no first share."""
        share = info.context.analysis.snapshot.shares.row(key)
        if share is None:
            return None
        among = await info.context.cascades()
        row = among.of_share(share)
        return cls(row=row, among=among) if int(among.root[row]) == share else None

    def own_key(self, info: Info) -> str:
        """The first share's id."""
        return info.context.analysis.snapshot.shares.ids[int(self.among.root[self.row])]

    @field
    def product(self) -> Product | None:
        """What travelled."""
        return Product(row=int(self.among.product[self.row]))

    @field
    def root(self) -> Share:
        """The first share."""
        return Share(row=int(self.among.root[self.row]))

    @field
    def size(self) -> int:
        """People in the tree, the root included."""
        return int(self.among.size[self.row])

    @field
    def depth(self) -> int:
        """Edges on the longest path from the root."""
        return int(self.among.depth[self.row])

    @field
    def levels(self) -> list[int]:
        """People at each distance from the root."""
        return self.among.levels(self.row)

    @field
    def structural_virality(self) -> float | None:
        """Mean distance between all pairs of people in the tree (Goel et al. 2016); null for fewer than
        two.
        """
        virality = float(self.among.virality[self.row])
        return None if np.isnan(virality) else virality

    @field
    def reproduction_number(self) -> Estimate | None:
        """Mean number of children of those who have been in the tree longer than nine in ten children take to
        come (of the whole log); null below ten such people. Above 1 a cascade grows.
        """
        number = self.among.reproduction_number(self.row)
        return None if number is None else Estimate.from_domain(number)

    @field
    def inferred(self) -> bool:
        """True where parents were not in the log but inferred."""
        return bool(self.among.inferred[self.row])

    @field
    def inferred_fraction(self) -> float:
        """Of the parents of its shares, the part that was inferred, in [0, 1]; 0 where there are none."""
        return self.among.inferred_fraction(np.array([self.row]))

    @field
    def started_at(self) -> datetime:
        """When the first share was made."""
        return instant(int(self.among.started_at[self.row]))

    @field
    def last_activity_at(self) -> datetime:
        """When it was last shared or opened."""
        return instant(int(self.among.last_at[self.row]))

    @field
    def shares(self) -> int:
        """Shares made in the tree, the first one included."""
        return int(self.among.shares[self.row])

    @field
    def opens(self) -> int:
        """Openings of its shares by others than their sharers; a person and a share count once."""
        return int(self.among.opens[self.row])

    @field
    def purchases(self) -> int:
        """Purchases of the product by people of the tree after they came into it, net of refunds."""
        return int(self.among.purchases[self.row])

    @field
    def revenue(self, info: Info) -> list[Money]:
        """What these purchases brought, net of refunds; one amount a currency."""
        return moneys(self.among.revenue(self.row), info.context.analysis.snapshot.words)

    @field
    def time_to_half(self) -> float | None:
        """Seconds from the first share until half of its present people were in, the root included; null for
        fewer than two.
        """
        after = int(self.among.half_after[self.row])
        return None if after == NONE else after / 1e6

    @field
    async def forecast(self, info: Info) -> Estimate | None:
        """Its size in the end: where the expected relative error is least, and an interval, from how cascades
        of this log went on that had looked like it at its age. Null where the log has too few cascades to
        learn from, and in its first moments.
        """
        growth = await info.context.growth()
        size = None if growth is None else growth.size(self.among, self.row)
        if growth is None or size is None:
            return None
        if self.among is await info.context.cascades():  # what counts bursts too cannot be held to the log
            known = info.context.analysis.snapshot
            info.context.ledger.give([made.of_cascade(known, self.among, self.row, size, growth)])
        return Estimate.from_domain(size)

    @field
    def participants(
        self,
        info: Info,
        first: Annotated[
            int | None,
            strawberry.argument(description="How many to give, from 1 to 1,000; null is the default."),
        ] = 100,
        after: After = None,
    ) -> "ParticipantConnection":
        """Breadth first, parents before children; for drawing."""
        people = self.among.participants(self.row)
        asked = ("participants", int(self.among.root[self.row]), len(people))
        window = info.context.window(first, after, *asked, default=100, most=DRAWING)
        page = window.cut(range(len(people))).map(lambda place: Participant(place=place, people=people))
        return ParticipantConnection(page=page, total_count=len(people))


@output
class Participant:
    """One person in a cascade."""

    place: strawberry.Private[int]
    people: strawberry.Private[cascades.Participants]

    @field
    def user(self, info: Info) -> LaterUser | None:
        """Who it is; null once forgotten."""
        return user(info, int(self.people.person[self.place]))

    @field
    def parent(self) -> int | None:
        """Position of the parent in this order; null for the root."""
        parent = int(self.people.parent[self.place])
        return None if parent == NONE else parent

    @field
    def depth(self) -> int:
        """Edges from the root."""
        return int(self.people.depth[self.place])

    @field
    def at(self) -> datetime:
        """When this person came into the tree."""
        return instant(int(self.people.at[self.place]))

    @field
    def share(self) -> Share | None:
        """The first share this person made in it; null for somebody who shared nothing on."""
        share = int(self.people.share[self.place])
        return None if share == NONE else Share(row=share)

    @field
    def bought(self) -> bool:
        """Whether this person bought the product after coming into the tree, and kept it."""
        return bool(self.people.bought[self.place])


@output
class ParticipantConnection(Connection[Participant]):
    """A page of a cascade's people, breadth first."""

    total_count: int = strawberry.field(description="People on all pages together.")


@output
class CascadeConnection(Connection[Cascade]):
    """A page of cascades."""

    total_count: int = strawberry.field(description="Cascades on all pages together.")
    inferred_fraction: float = strawberry.field(
        description="Of the parents of the shares in all of these, the part that was inferred, in [0, 1]."
    )


@enumeration
class CascadeOrder(Enum):
    """How cascades are listed; equal ones by their first share, earliest first."""

    SIZE_DESC = strawberry.enum_value(cascades.CascadeOrder.SIZE_DESC, description="Most people first.")
    DEPTH_DESC = strawberry.enum_value(cascades.CascadeOrder.DEPTH_DESC, description="Longest path first.")
    VIRALITY_DESC = strawberry.enum_value(
        cascades.CascadeOrder.VIRALITY_DESC,
        description="Highest structural virality first; those without one last.",
    )
    STARTED_AT_DESC = strawberry.enum_value(
        cascades.CascadeOrder.STARTED_AT_DESC, description="Latest first share first."
    )


@enumeration
class ParentRule(Enum):
    """Which of the shares that a person had opened was passed on, where the log does not say."""

    LATEST = strawberry.enum_value("latest", description="The one opened last.")
    FIRST = strawberry.enum_value("first", description="The one opened first.")
    LIKELIEST = strawberry.enum_value(
        "likeliest", description="The one whose sharer's shares this person opens most, by Tie.transmission."
    )


@input_type
class CascadeFilter:
    """Which cascades to list; every condition that is given has to hold."""

    product: str | None = strawberry.field(
        default=None, description="Your own id of the product that travelled."
    )
    user: str | None = strawberry.field(default=None, description="Your own id of a person who is in it.")
    campaign: str | None = strawberry.field(default=None, description="The first share's campaign.")
    started_after: datetime | None = strawberry.field(
        default=None, description="Its first share was made at this time or later."
    )
    started_before: datetime | None = strawberry.field(
        default=None, description="Its first share was made before this time."
    )
    min_size: int | None = strawberry.field(default=None, description="At least so many people.")
    include_noise: bool | None = strawberry.field(
        default=None, description="Count also opens in bursts that no person can make; false unless given."
    )
    parents: ParentRule | None = strawberry.field(
        default=None,
        description="How parents that the log does not say are inferred; LATEST unless given. The others are "
        "answered from the last fit.",
    )

    def to_domain(self, snapshot: Snapshot) -> cascades.CascadeFilter:
        """The same in rows of a snapshot; what is unknown there is in no cascade."""
        return cascades.CascadeFilter(
            product=_known(snapshot.products.keys.row, self.product),
            person=_known(snapshot.people.row, self.user),
            campaign=_known(snapshot.words.row, self.campaign),
            started_after=None if self.started_after is None else micros(self.started_after),
            started_before=None if self.started_before is None else micros(self.started_before),
            min_size=self.min_size or 1,
        )


NOWHERE = -2
"""A row that nothing has: not even −1, which is "not said"."""


def _known(row_of: Callable[[str], int | None], key: str | None) -> int | None:
    if key is None:
        return None
    row = row_of(key)
    return NOWHERE if row is None else row


def _noisy(analysis: Analysis) -> cascades.Cascades:
    return analysis.noisy_cascades


def _inferred(analysis: Analysis, asked: tuple[str, bool]) -> cascades.Cascades:
    rule, noisy = asked
    return analysis.cascades_under(parents.ParentRule[rule], include_noise=noisy)


async def _forest(info: Info, chosen_by: CascadeFilter) -> cascades.Cascades:
    """The cascades that a filter chooses from."""
    request, noisy = info.context, bool(chosen_by.include_noise)
    if chosen_by.parents not in {None, ParentRule.LATEST}:
        return await request.of_fit(_inferred, (chosen_by.parents.name, noisy))
    return await (request.computed(_noisy) if noisy else request.cascades())


async def listed(
    info: Info,
    chosen_by: CascadeFilter,
    order: CascadeOrder | None,
    page: tuple[int | None, str | None],
) -> CascadeConnection:
    """The page of the cascades that pass a filter, in order."""
    request = info.context
    among = await _forest(info, chosen_by)
    wanted = chosen_by.to_domain(request.analysis.snapshot)
    order = order or CascadeOrder.SIZE_DESC
    rule = (chosen_by.parents or ParentRule.LATEST).name
    window = request.window(*page, "cascades", wanted, order.name, bool(chosen_by.include_noise), rule)
    rows = among.select(wanted, cascades.CascadeOrder[order.name])
    shown = window.cut(rows.tolist()).map(lambda row: Cascade(row=row, among=among))
    fraction = among.inferred_fraction(rows)
    return CascadeConnection(page=shown, total_count=len(rows), inferred_fraction=fraction)
