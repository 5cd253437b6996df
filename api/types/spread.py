"""What a given set of people would set off if they shared."""

import strawberry

from api.context import Info
from api.limits import NAMED, PAGE, at_most, seeded
from api.types.communities import Community
from api.types.described import field, output
from api.types.forward import LaterUser, person
from api.types.kolfilter import KolFilter
from api.types.values import Estimate, MoneyEstimate
from graph.analysis import Analysis
from graph.campaign import audience, forecast
from graph.errors import UnknownKey
from graph.promises import made
from graph.snapshot import Snapshot
from graph.stop import Stop


@output
class SpreadForecast:
    """What a set of people would set off if they shared; all figures are expected ones."""

    users: list[LaterUser] = strawberry.field(description="Those who would share, in the order asked.")
    reach: Estimate = strawberry.field(
        description="People reached, those who share and strangers included. As all figures here: what is"
        " expected, with the interval of what may come of it."
    )
    new_users: Estimate = strawberry.field(
        description="Of these, people without a purchase before asOf (in a log without purchases:"
        " without an open)."
    )
    purchases: Estimate = strawberry.field(description="Purchases by people reached.")
    revenue: list[MoneyEstimate] = strawberry.field(
        description="What they bring; one amount a currency, empty where nothing was ever bought."
    )
    by_community: list["CommunityReach"] = strawberry.field(
        description="Where these people are, strangers left out; largest part first, at most 100, unreached"
        " communities left out."
    )

    @classmethod
    def from_domain(cls, info: Info, told: forecast.SpreadForecast) -> "SpreadForecast":
        """As the API shows it."""
        analysis = info.context.analysis
        position = {int(own): place for place, own in enumerate(analysis.partition.ids)}
        return cls(
            users=[person(row) for row in told.people],
            reach=Estimate.from_domain(told.reach),
            new_users=Estimate.from_domain(told.new_users),
            purchases=Estimate.from_domain(told.purchases),
            revenue=[
                MoneyEstimate(amount=Estimate.from_domain(amount), currency=analysis.snapshot.words[code])
                for code, amount in told.revenue
            ],
            by_community=[
                CommunityReach(position=position[own], reach=Estimate.from_domain(reach))
                for own, reach in told.communities[:PAGE]
            ],
        )


@output
class CommunityReach:
    """How many are reached in one community."""

    position: strawberry.Private[int]
    reach: Estimate = strawberry.field(description="People reached in it.")

    @field
    def community(self) -> Community:
        """The community."""
        return Community(position=self.position)


async def spread(
    info: Info, users: list[str], chosen_by: KolFilter | None, seed: int | None
) -> SpreadForecast:
    """What these people would set off. UnknownKey for somebody unknown, InvalidInput for nobody at all or a
    seed that is none, and what `graph.campaign.audience.checked` raises.
    """
    market = await info.context.market()
    people = tuple(_known(market.snapshot, key) for key in at_most(users, NAMED, "users"))
    among = audience.checked(market, (chosen_by or KolFilter()).to_domain(info.context.analysis))
    told = await info.context.of_fit(_forecast, people, among, seeded(seed), stoppable=True)
    info.context.ledger.give(made.of_spread(market, told, among, seed))
    return SpreadForecast.from_domain(info, told)


def _known(snapshot: Snapshot, key: str) -> int:
    row = snapshot.people.row(key)
    if row is None:
        raise UnknownKey(f"users: no user {key!r:.80}")
    return row


def _forecast(
    analysis: Analysis,
    people: tuple[int, ...],
    chosen_by: audience.KolFilter,
    seed: int | None,
    *,
    stop: Stop,
) -> forecast.SpreadForecast:
    return forecast.forecast(analysis.market, people, chosen_by=chosen_by, seed=seed, stop=stop)
