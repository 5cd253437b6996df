"""The k-factor: how many new people each person brings."""

from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Annotated, TypeVar

import numpy as np
import strawberry

from api.context import Info
from api.limits import PAGE, bounded, stretch
from api.rights.suppress import tens
from api.types.communities import Community
from api.types.described import enumeration, field, field_named, output
from api.types.products import Product
from api.types.values import Estimate
from graph import estimate
from graph.analysis import Analysis
from graph.cascades import kfactor
from graph.errors import Forbidden
from graph.events import instant
from graph.log import NONE
from graph.stop import Stop
from graph.timeline import Rows

T = TypeVar("T")

OVER_TIME = 20
"""The most groups that are told period by period."""


@enumeration
class KFactorBy(Enum):
    """What shares are grouped by."""

    CHANNEL = strawberry.enum_value("channel", description="By which way they were sent.")
    CAMPAIGN = strawberry.enum_value("campaign", description="The campaign they belong to.")
    COMMUNITY = strawberry.enum_value("community", description="The community of who shared.")
    PRODUCT = strawberry.enum_value("product", description="What was shared.")


@enumeration
class Conversion(Enum):
    """What counts as an invite's success."""

    JOINED = strawberry.enum_value(
        kfactor.Conversion.JOINED, description="Somebody whose first trace in the log is opening it."
    )
    OPENED = strawberry.enum_value(
        kfactor.Conversion.OPENED, description="Somebody other than its sharer who opened it."
    )


@enumeration
class Every(Enum):
    """A length of time, in UTC."""

    DAY = strawberry.enum_value(kfactor.Every.DAY, description="A day.")
    WEEK = strawberry.enum_value(kfactor.Every.WEEK, description="A week from Monday on.")
    MONTH = strawberry.enum_value(kfactor.Every.MONTH, description="A calendar month.")


@output
class KFactor:
    """How many new people each person brings: invites per person × conversions per invite. An invite is a
    share; the people of some shares are those who made or opened them. Above 1 each generation is larger than
    the one before.
    """

    told: strawberry.Private[kfactor.KFactor]

    @field
    def people(self) -> int:
        """Who made or opened these shares."""
        return self.told.people

    @field
    def invites(self) -> int:
        """The shares."""
        return self.told.invites

    @field
    def converted(self) -> int:
        """Conversions within the span after each share."""
        return self.told.converted

    @field
    def invites_per_person(self) -> Estimate | None:
        """Shares per person; null where there is nobody."""
        return _estimate(self.told.invites_per_person)

    @field
    def conversion(self) -> Estimate | None:
        """Conversions per invite, which may exceed 1 since a share may be seen by many; null without an
        invite.
        """
        return _estimate(self.told.conversion)

    @field
    def factor(self) -> Estimate | None:
        """Conversions per person: the product of the two; null where there is nobody."""
        return _estimate(self.told.factor)


@output
class KFactorPeriod:
    """The k-factor of the shares made in one period."""

    period: strawberry.Private[kfactor.Period]

    @field_named("from")
    def begins(self) -> datetime:
        """When it begins."""
        return instant(self.period.begins)

    @field
    def to(self) -> datetime:
        """When the next one begins."""
        return instant(self.period.ends)

    @field
    def complete(self) -> bool:
        """False while some of its shares have not had their span to convert: the factor may still rise."""
        return self.period.complete

    @field
    def k_factor(self) -> KFactor:
        """Of its shares."""
        return KFactor(told=self.period.told)


@output
class KFactorGroup:
    """The k-factor of the shares of one group; what it is grouped by is told, all else is null."""

    group: strawberry.Private[kfactor.Group]
    by: strawberry.Private[KFactorBy | None]

    @field
    def channel(self, info: Info) -> str | None:
        """The channel; null too where the log does not say."""
        return self._word(info, KFactorBy.CHANNEL)

    @field
    def campaign(self, info: Info) -> str | None:
        """The campaign; null too where the log does not say."""
        return self._word(info, KFactorBy.CAMPAIGN)

    @field
    def community(self) -> Community | None:
        """The community of who shared; null too for those in none yet."""
        return self._of(KFactorBy.COMMUNITY, lambda code: Community(position=code))

    @field
    def product(self) -> Product | None:
        """What was shared."""
        return self._of(KFactorBy.PRODUCT, lambda code: Product(row=code))

    def _word(self, info: Info, by: KFactorBy) -> str | None:
        return self._of(by, lambda code: info.context.analysis.snapshot.words[code])

    def _of(self, by: KFactorBy, make: Callable[[int], T]) -> T | None:
        return make(self.group.code) if self.by is by and self.group.code != NONE else None

    @field
    def k_factor(self) -> KFactor:
        """Of all its shares."""
        return KFactor(told=self.group.told)

    @field
    def over_time(self) -> list[KFactorPeriod]:
        """Period by period, earliest first, those without a share included; at most 400. Empty where no
        length of period was asked for. Analysts are told of no period in which fewer than ten people took
        part.
        """
        return [KFactorPeriod(period=period) for period in self.group.periods]


@output
class KFactorReport:
    """The k-factor of all shares asked for, and of their groups. Analysts are told it as of the last time at
    which ten more people had acted, every count to the nearest ten, and every rate from such counts.
    """

    told: strawberry.Private[tuple[kfactor.KFactor, tuple[kfactor.Group, ...]]]
    by: strawberry.Private[KFactorBy | None]

    @field
    def overall(self, info: Info) -> KFactor:
        """Of all shares together. An error for analysts where fewer than ten people took part."""
        fewest = info.context.sight.fewest
        if fewest and self.told[0] == kfactor.NOBODY:
            raise Forbidden(f"fewer than {fewest} people took part in these shares; ask for a longer time")
        return KFactor(told=self.told[0])

    @field
    def groups(self) -> list[KFactorGroup]:
        """Those with most people first; one that holds everything where nothing to group by was asked for.
        Analysts are told of no group of fewer than ten people, growth teams of no community of fewer.
        """
        return [KFactorGroup(group=group, by=self.by) for group in self.told[1]]


Within = Annotated[
    int | None,
    strawberry.argument(description="Days after a share in which a conversion counts, 1 to 366; null is 7."),
]
Since = Annotated[
    datetime | None, strawberry.argument(description="Of shares made at this time or later; null for all.")
]
Until = Annotated[
    datetime | None, strawberry.argument(description="Of shares made before this time; null for all.")
]


async def report(
    info: Info,
    by: KFactorBy | None,
    every: Every | None,
    asked: tuple[Conversion | None, int | None, datetime | None, datetime | None],
    first: int | None,
) -> KFactorReport:
    """The report on these shares, from the last fit; kept as long as that."""
    conversion, within, since, until = asked
    if info.context.private and any(part is not None for part in (by, every, since, until)):
        raise Forbidden("this server tells counts of groups and of times with noise: ask headcounts for them")
    begins, ends = stretch(since, until, ("since", "until"))
    sight = info.context.sight
    counted = kfactor.Asked(
        conversion=kfactor.Conversion[(conversion or Conversion.JOINED).name],
        within=kfactor.span_of(7 if within is None else within),
        since=begins,
        until=ends,
        fewest=sight.fewest,
    )
    groups = bounded(first, 10, PAGE if every is None else OVER_TIME)
    column, length = by.name.lower() if by else None, kfactor.Every[every.name] if every else None
    hidden = tuple(np.flatnonzero(~sight.crowds).tolist()) if by is KFactorBy.COMMUNITY else ()
    asks = counted, column, length, groups, hidden
    found = await info.context.of_fit(_told, *asks, stoppable=True)
    return KFactorReport(told=found, by=by)


def _told(
    fit: Analysis,
    asked: kfactor.Asked,
    column: str | None,
    every: kfactor.Every | None,
    first: int,
    hidden: tuple[int, ...],
    *,
    stop: Stop,
) -> tuple[kfactor.KFactor, tuple[kfactor.Group, ...]]:
    invites = kfactor.Invites.of(fit.snapshot, fit.openings, asked)
    stop()
    return kfactor.k_factors(
        invites,
        _codes(fit, column),
        every=every,
        first=first,
        fewest=asked.fewest,
        hidden=hidden,
        rounding=tens if asked.fewest else int,
    )


def _codes(fit: Analysis, column: str | None) -> Rows:
    """What each share is of, by the column that is asked for; all of one where there is none."""
    shares = fit.snapshot.shares
    if column == "community":
        return fit.partition.labels[shares.person]
    codes: Rows = shares.root * 0 if column is None else getattr(shares, column)
    return codes


def _estimate(quantity: estimate.Estimate | None) -> Estimate | None:
    return None if quantity is None else Estimate.from_domain(quantity)
