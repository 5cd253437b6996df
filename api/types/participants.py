"""The people of a cascade, as it is drawn."""

from datetime import datetime

import strawberry

from api.context import Info
from api.types.described import field, output
from api.types.forward import LaterUser, user
from api.types.node import Connection
from api.types.shares import Share
from graph import cascades
from graph.events import instant
from graph.log import NONE


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
