"""What KOL candidates are chosen for, and from whom."""

from decimal import Decimal
from enum import Enum

import numpy as np
import strawberry

from api.ids import key_of
from api.limits import NAMED, at_most
from api.types.described import enumeration, input_type
from api.types.values import spoken_of
from graph.analysis import Analysis
from graph.campaign import audience
from graph.campaign.worth import Objective
from graph.errors import InvalidInput, UnknownKey
from graph.events import Money
from graph.snapshot import Snapshot


@enumeration
class KolObjective(Enum):
    """What candidates are chosen for. OPENERS asks whom the crowd will come to in the coming days; the
    others, what one share of each would reach over ties, however far it travels.
    """

    REACH = strawberry.enum_value(Objective.REACH, description="People reached.")
    NEW_USERS = strawberry.enum_value(
        Objective.NEW_USERS,
        description="People without a purchase before asOf (in a log without purchases: without an open).",
    )
    PURCHASES = strawberry.enum_value(Objective.PURCHASES, description="Purchases by people reached.")
    REVENUE = strawberry.enum_value(
        Objective.REVENUE,
        description="Revenue from people reached, in the currency that most purchases were paid in.",
    )
    OPENERS = strawberry.enum_value(
        Objective.OPENERS,
        description="Different people who will directly open what candidates share in the seven days after"
        " asOf, whether they are hired or not: as the crowd has moved so far. No chains, and no simulation.",
    )

    def to_domain(self) -> Objective:
        """The domain's word for it."""
        return Objective[self.name]


@input_type
class CostInput:
    """What hiring somebody costs."""

    user: str = strawberry.field(description="Your own id of the person.")
    amount: Decimal = strawberry.field(description="In the currency's unit; at most four decimals.")
    currency: str = strawberry.field(description="ISO 4217 code, as CNY.")


@input_type
class KolFilter:
    """What is shared, whom it should reach, and who may be chosen."""

    category: str | None = strawberry.field(
        default=None,
        description="What is shared: a category. Candidates have shared of it; chances to buy are"
        " measured in it.",
    )
    product: str | None = strawberry.field(
        default=None, description="What is shared: a product, which stands for its category."
    )
    audience_region: str | None = strawberry.field(
        default=None,
        description="Whom it should reach: only people of this region count, who allow that to be used.",
    )
    audience_community: strawberry.ID | None = strawberry.field(
        default=None, description="Whom it should reach: only people of this community count."
    )
    candidates: list[str] | None = strawberry.field(
        default=None, description="Who may be chosen: only these people; at most 1,000."
    )
    exclude: list[str] | None = strawberry.field(
        default=None, description="Who may not be chosen; at most 1,000."
    )
    region: str | None = strawberry.field(
        default=None,
        description="Who may be chosen: only people of this region, who allow that to be used.",
    )
    community: strawberry.ID | None = strawberry.field(
        default=None, description="Who may be chosen: only people of this community."
    )
    min_audience: int | None = strawberry.field(
        default=None, description="Who may be chosen: only people with so many listeners."
    )
    max_audience: int | None = strawberry.field(
        default=None, description="Who may be chosen: only people with no more listeners."
    )
    already_chosen: list[str] | None = strawberry.field(
        default=None,
        description="Hired already: not listed, and counted in every marginal gain; at most 1,000.",
    )
    max_share_from_one_community: float | None = strawberry.field(
        default=None,
        description="At most this share of the expected reach from one community, above 0 and at most 1. The"
        " first listed, and those already chosen, may bring more of one; after them nobody comes who adds to"
        " what is too much, so its share falls with everyone until it is within, and then stays so. Where"
        " nobody can come, the list ends; `largestCommunityShare` is what was come to.",
    )
    costs: list[CostInput] | None = strawberry.field(
        default=None,
        description="Overrides the cost that users carry as the attribute `cost`, e.g. `120.00 CNY`. With a"
        " budget, somebody without a cost is not for hire; at most 1,000.",
    )

    def to_domain(self, analysis: Analysis) -> audience.KolFilter:
        """The same in rows of an analysis' last fit. UnknownKey for an unknown product; unknown people are
        nobody. What else it names is for `graph.campaign.audience.checked`.
        """
        snapshot, placed = analysis.last_fit.snapshot, {self.region, self.audience_region} != {None}
        return audience.KolFilter(
            category=self.category,
            product=None if self.product is None else _product(snapshot, self.product),
            audience_region=self.audience_region,
            audience_community=community_of(self.audience_community, "filter.audienceCommunity"),
            candidates=None
            if self.candidates is None
            else people_of(snapshot, self.candidates, "candidates"),
            exclude=people_of(snapshot, self.exclude, "exclude"),
            region=self.region,
            community=community_of(self.community, "filter.community"),
            min_audience=self.min_audience,
            max_audience=self.max_audience,
            already_chosen=people_of(snapshot, self.already_chosen, "alreadyChosen"),
            most_from_one_community=_part(self.max_share_from_one_community),
            costs=_costs(snapshot, self.costs or []),
            unplaced=_unplaced(analysis) if placed else frozenset(),
        )


def _unplaced(analysis: Analysis) -> frozenset[int]:
    """Rows of the last fit of people who have kept their place to themselves since."""
    then = analysis.last_fit.shelf.located
    return frozenset(np.flatnonzero(then & ~analysis.shelf.located[: len(then)]).tolist())


def people_of(snapshot: Snapshot, keys: list[str] | None, argument: str) -> frozenset[int]:
    """The rows of people by the shop's keys; unknown ones are left out."""
    rows = map(snapshot.people.row, at_most(keys or [], NAMED, f"filter.{argument}"))
    return frozenset(row for row in rows if row is not None)


def _part(share: float | None) -> float | None:
    if share is not None and not 0 < share <= 1:
        raise InvalidInput(f"filter.maxShareFromOneCommunity: {share:g} is not above 0 and at most 1")
    return share


def _costs(snapshot: Snapshot, said: list[CostInput]) -> tuple[tuple[int, Money], ...]:
    at_most([cost.user for cost in said], NAMED, "filter.costs")
    priced = {}
    for cost in said:
        if cost.amount < 0:
            raise InvalidInput(f"filter.costs: {cost.amount} is below 0")
        row = snapshot.people.row(cost.user)
        if row is not None:
            priced[row] = spoken_of("filter.costs", cost.amount, cost.currency)
    return tuple(sorted(priced.items(), key=lambda item: item[0]))


def _product(snapshot: Snapshot, key: str) -> int:
    row = snapshot.products.keys.row(key)
    if row is None:
        raise UnknownKey(f"filter.product: no product {key!r:.80}")
    return row


def community_of(id: str | None, argument: str) -> int | None:
    """The domain's id of a community; one that no community has, for what cannot be one."""
    if id is None:
        return None
    key = key_of("Community", id, argument)
    return int(key) if key.isdecimal() and len(key) < 10 else -1
