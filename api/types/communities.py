"""Communities: people whose ties stay among themselves."""

import numpy as np
import strawberry

from api.context import Info
from api.limits import First, bounded
from api.rights.suppress import told
from api.types.described import field, output
from api.types.forward import LaterUser, user
from api.types.node import Connection, Node
from graph.communities import CATEGORIES, Partition
from graph.log import NONE

LEADERS = 10
"""As many leaders as are kept of a community."""


@output
class CategoryFraction:
    """A category's part of a whole."""

    category: str = strawberry.field(description="The shop's category.")
    fraction: float = strawberry.field(description="Its part, in [0, 1].")


@output
class Community(Node):
    """People whose ties stay among themselves. Ids are kept from one refit to the next by overlap of members,
    so that a filter that names one stays good.
    """

    position: strawberry.Private[int]

    @classmethod
    def by_key(cls, info: Info, key: str) -> "Community | None":
        """The community of an id; None where it is gone, or not for whoever asks."""
        # Who is told of what is looked up for an id of nothing, too, and takes as long.
        told_of = info.context.sight.communities
        position = position_of(info.context.analysis.partition, key)
        return None if position is None or not told_of[position] else cls(position=position)

    @classmethod
    def of_person(cls, info: Info, person: int) -> "Community | None":
        """The community a person belongs to; None for a newcomer who is in none yet."""
        label = int(info.context.analysis.partition.labels[person])
        return None if label == NONE else cls._told(info, label)

    @classmethod
    def _told(cls, info: Info, position: int) -> "Community | None":
        return cls(position=position) if info.context.sight.communities[position] else None

    def own_key(self, info: Info) -> str:
        """The number that stays with it from one refit to the next."""
        return str(info.context.analysis.partition.ids[self.position])

    @field
    async def size(self, info: Info) -> int:
        """Its members."""
        return (await info.context.communities())[self.position].size

    @field
    async def cohesion(self, info: Info) -> float:
        """Share of its members' tie weight that stays inside, in [0, 1]; to analysts and members the nearest
        tenth.
        """
        found = (await info.context.communities())[self.position].cohesion
        return info.context.sight.fraction(found)

    @field
    async def top_categories(self, info: Info) -> list[CategoryFraction]:
        """What its members engage with; largest part first, at most five. Analysts and members are told of no
        category that fewer than ten of them engage with, and the nearest tenth; growth teams of nothing where
        there are fewer than ten of them.
        """
        words, sight = info.context.analysis.snapshot.words, info.context.sight
        community = (await info.context.communities())[self.position]
        parts = () if sight.too_few(community.size) else community.parts
        shown = told([people for _, _, people in parts], sight.fewest_alike)
        found = [part for part, seen in zip(parts, shown, strict=True) if seen][:CATEGORIES]
        return [
            CategoryFraction(category=words[code], fraction=sight.fraction(fraction))
            for code, fraction, _ in found
        ]

    @field
    async def leaders(self, info: Info, first: First = LEADERS) -> list[LaterUser]:
        """Its members of highest PageRank, highest first; at most 10."""
        found = (await info.context.communities())[self.position].leaders
        people = (user(info, person) for person in found[: bounded(first, LEADERS, LEADERS)])
        return [person for person in people if person is not None]


@output
class CommunityConnection(Connection[Community]):
    """A page of communities, largest first."""

    total_count: int = strawberry.field(description="Communities on all pages together.")

    @field
    async def modularity(self, info: Info) -> float:
        """How much more of the ties' weight stays inside communities than chance would have it (Newman
        2006).
        """
        return await info.context.modularity()


def listed(info: Info, first: int | None, after: str | None) -> CommunityConnection:
    """The page of communities, largest first."""
    seen = np.flatnonzero(info.context.sight.communities).tolist()
    page = info.context.window(first, after, "communities", len(seen)).cut(seen)
    return CommunityConnection(page=page.map(lambda at: Community(position=at)), total_count=len(seen))


def position_of(partition: Partition, key: str) -> int | None:
    """Where the community of an id's key stands; None where it is gone."""
    return partition.position(int(key)) if key.isdecimal() and len(key) < 10 else None
