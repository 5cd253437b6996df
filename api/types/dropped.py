"""What was not suggested, and which filter dropped it."""

from enum import Enum

import strawberry

from api.auth.caller import Role
from api.rights.sight import Sight
from api.types.described import enumeration, output
from graph.suggest import Answer, Filter
from graph.suggest.filters import OF_THE_SHOP


@enumeration
class DroppedBy(Enum):
    """A filter. A product counts for the first one that drops it, in this order."""

    EXCLUDED = strawberry.enum_value(
        Filter.EXCLUDED, description="The question excluded it, or it is the page itself."
    )
    OWNED = strawberry.enum_value(Filter.OWNED, description="The person bought it, or says they have it.")
    DISMISSED = strawberry.enum_value(Filter.DISMISSED, description="The person does not want it.")
    SEEN = strawberry.enum_value(Filter.SEEN, description="The person did something else with it.")
    TIRED = strawberry.enum_value(
        Filter.TIRED, description="The person was shown it often enough, and it rests for a while."
    )
    UNAVAILABLE = strawberry.enum_value(Filter.UNAVAILABLE, description="It is not on offer.")
    NOISE = strawberry.enum_value(
        Filter.NOISE, description="More than half of its opens are bursts that no person can make."
    )
    STALE = strawberry.enum_value(Filter.STALE, description="Nobody touched it for half a year.")
    OTHER_CATEGORY = strawberry.enum_value(
        Filter.OTHER_CATEGORY, description="It is not of the category that was asked for."
    )


@output
class Dropped:
    """Products that something spoke for and a filter dropped."""

    by: DroppedBy = strawberry.field(description="Which filter.")
    products: int = strawberry.field(description="How many products; at least one.")


def dropped_of(answer: Answer, sight: Sight) -> list[Dropped]:
    """What was dropped on the way to an answer, as far as whoever asks may know.

    What speaks for a product is what others did, so a member could exclude one, or look at one, and read off
    a count whether anybody did something with it. They are told what the shop itself keeps back, for
    everybody.
    """
    told = OF_THE_SHOP if sight.caller.role is Role.MEMBER else frozenset(Filter)
    return [
        Dropped(by=DroppedBy[by.name], products=count) for by, count in answer.dropped.items() if by in told
    ]
