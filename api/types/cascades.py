"""Cascades: the trees of people that shares grew."""

from datetime import datetime
from typing import Annotated

import numpy as np
import strawberry

from api import shared
from api.context import Info
from api.limits import DRAWING, After
from api.types.cascadefilter import CascadeFilter, CascadeOrder, ParentRule
from api.types.described import field, output
from api.types.node import Connection, Node
from api.types.participants import Participant, ParticipantConnection
from api.types.products import Product
from api.types.shares import Share
from api.types.values import Estimate, Money, moneys
from graph import cascades
from graph.analysis import Analysis
from graph.cascades import parents
from graph.events import instant
from graph.log import NONE
from graph.promises import made
from graph.stop import Stop


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
        share = info.context.sight.share_of(key)
        if share is None:
            return None
        among = await info.context.cascades()
        row = among.of_share(share)
        return cls(row=row, among=among) if int(among.root[row]) == share else None

    def own_key(self, info: Info) -> str:
        """The first share's id; a pseudonym for whoever may not know it."""
        return info.context.sight.share_id(int(self.among.root[self.row]))

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
        """Its size in the end, and an interval, from how cascades of this log went on that had looked like it
        at its age. Value: the present size where two in five of these stayed so; else off which half of them
        were by less, relatively, than off any other number, so that it may lie between whole ones. Null where
        the log has too few cascades to learn from, and in its first moments.
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
    ) -> ParticipantConnection:
        """Breadth first, parents before children; for drawing."""
        people = self.among.participants(self.row)
        asked = ("participants", int(self.among.root[self.row]), len(people))
        window = info.context.window(first, after, *asked, default=100, most=DRAWING)
        page = window.cut(range(len(people))).map(lambda place: Participant(place=place, people=people))
        return ParticipantConnection(page=page, total_count=len(people))


@output
class CascadeConnection(Connection[Cascade]):
    """A page of cascades."""

    total_count: int = strawberry.field(description="Cascades on all pages together.")
    inferred_fraction: float = strawberry.field(
        description="Of the parents of the shares in all of these, the part that was inferred, in [0, 1]."
    )


def _inferred(analysis: Analysis, asked: tuple[str, bool], *, stop: Stop) -> cascades.Cascades:
    rule, noisy = asked
    return analysis.cascades_under(parents.ParentRule[rule], include_noise=noisy, stop=stop)


async def _forest(info: Info, chosen_by: CascadeFilter) -> cascades.Cascades:
    """The cascades that a filter chooses from."""
    request, noisy = info.context, bool(chosen_by.include_noise)
    if chosen_by.parents not in {None, ParentRule.LATEST}:
        return await request.of_fit(_inferred, (chosen_by.parents.name, noisy), stoppable=True)
    return await (request.computed(shared.noisy_cascades) if noisy else request.cascades())


async def listed(
    info: Info,
    chosen_by: CascadeFilter,
    order: CascadeOrder | None,
    page: tuple[int | None, str | None],
) -> CascadeConnection:
    """The page of the cascades that pass a filter, in order."""
    request = info.context
    among = await _forest(info, chosen_by)
    wanted = chosen_by.to_domain(request.analysis.snapshot, request.sight.in_cascades)
    order = order or CascadeOrder.SIZE_DESC
    rule = (chosen_by.parents or ParentRule.LATEST).name
    window = request.window(*page, "cascades", wanted, order.name, bool(chosen_by.include_noise), rule)
    rows = among.select(wanted, cascades.CascadeOrder[order.name])
    shown = window.cut(rows.tolist()).map(lambda row: Cascade(row=row, among=among))
    fraction = among.inferred_fraction(rows)
    return CascadeConnection(page=shown, total_count=len(rows), inferred_fraction=fraction)
