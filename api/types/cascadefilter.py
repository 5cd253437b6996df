"""Which cascades to list, and in which order."""

from collections.abc import Callable
from datetime import datetime
from enum import Enum

import strawberry

from api.limits import stretch
from api.types.described import enumeration, input_type
from graph import cascades
from graph.snapshot import Snapshot


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

    def to_domain(self, snapshot: Snapshot, person: Callable[[str], int | None]) -> cascades.CascadeFilter:
        """The same in rows of a snapshot; what is unknown there is in no cascade. person: whom a key names to
        whoever asks.
        """
        started = self.started_after, self.started_before
        begins, ends = stretch(*started, ("filter.startedAfter", "filter.startedBefore"))
        return cascades.CascadeFilter(
            product=_known(snapshot.products.keys.row, self.product),
            person=_known(person, self.user),
            campaign=_known(snapshot.words.row, self.campaign),
            started_after=begins,
            started_before=ends,
            min_size=self.min_size or 1,
        )


NOWHERE = -2
"""A row that nothing has: not even −1, which is "not said"."""


def _known(row_of: Callable[[str], int | None], key: str | None) -> int | None:
    if key is None:
        return None
    row = row_of(key)
    return NOWHERE if row is None else row
