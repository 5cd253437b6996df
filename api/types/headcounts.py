"""How many different people shared, opened or bought, by group."""

import asyncio
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Annotated, TypeVar

import numpy as np
import strawberry
from numpy.typing import NDArray

from api.context import Info
from api.rights.noise import CONFIDENCE, GROUPS
from api.rights.privacy import Charged
from api.rights.suppress import tens, told, within_tens
from api.types.communities import Community
from api.types.described import enumeration, field, output
from api.types.values import Estimate
from graph import estimate, headcounts
from graph.headcounts import Asked, Grouped

T = TypeVar("T")

MOST = 100
"""Groups that are told."""

EPSILON = 0.5
"""Of an answer for which none is asked."""


@enumeration
class HeadcountOf(Enum):
    """Who is counted."""

    SHARERS = strawberry.enum_value(headcounts.Who.SHARERS, description="Who shared.")
    OPENERS = strawberry.enum_value(headcounts.Who.OPENERS, description="Who opened somebody else's share.")
    BUYERS = strawberry.enum_value(headcounts.Who.BUYERS, description="Who bought something and kept it.")


@enumeration
class HeadcountBy(Enum):
    """What people are grouped by."""

    REGION = strawberry.enum_value(headcounts.By.REGION, description="Where they live.")
    CATEGORY = strawberry.enum_value(headcounts.By.CATEGORY, description="The category of what it was.")
    COMMUNITY = strawberry.enum_value(headcounts.By.COMMUNITY, description="Their community.")
    CHANNEL = strawberry.enum_value(headcounts.By.CHANNEL, description="By which way the share went.")


@output
class Headcount:
    """How many different people are in one group; what it is grouped by is told, all else is null."""

    code: strawberry.Private[int]
    counted: strawberry.Private[estimate.Estimate]
    names: strawberry.Private[tuple[headcounts.By, Grouped]]

    @field
    def region(self) -> str | None:
        """The region."""
        return self._of(headcounts.By.REGION, self._name)

    @field
    def category(self) -> str | None:
        """The category."""
        return self._of(headcounts.By.CATEGORY, self._name)

    @field
    def community(self) -> Community | None:
        """The community."""
        return self._of(headcounts.By.COMMUNITY, lambda code: Community(position=code))

    @field
    def channel(self) -> str | None:
        """The channel."""
        return self._of(headcounts.By.CHANNEL, self._name)

    @field
    def people(self) -> Estimate:
        """How many. Analysts are told the nearest ten, and what it may be for certain; where noise was added,
        the interval is the noise's; else it is of one figure.
        """
        return Estimate.from_domain(self.counted)

    def _name(self, code: int) -> str:
        return self.names[1].names[code]

    def _of(self, by: headcounts.By, make: Callable[[int], T]) -> T | None:
        return make(self.code) if self.names[0] is by else None


@output
class DifferentialPrivacy:
    """What noise was added, so that an answer hardly depends on any one person's acts, and what it cost."""

    charged: strawberry.Private[Charged]

    @field
    def epsilon(self) -> float:
        """By e to this power at most one person's acts change the chance of any answer."""
        return self.charged.noisy.epsilon

    @field
    def delta(self) -> float:
        """But for this chance."""
        return self.charged.noisy.delta

    @field
    def groups_each(self) -> int:
        """One person is counted in so many groups at the most, those in which they did most."""
        return self.charged.noisy.each

    @field
    def threshold(self) -> int:
        """Groups of fewer, after noise, are not told."""
        return self.charged.noisy.threshold

    @field
    def spent(self) -> float:
        """What the caller has spent of their budget, this answer included. The same question about the same
        version costs nothing again.
        """
        return self.charged.spent

    @field
    def budget(self) -> float:
        """What the caller may spend in all; it does not fill up again."""
        return self.charged.budget


@output
class HeadcountReport:
    """How many different people there are in each group. Who refuses research is in none, and who keeps
    their place to themselves in no region.
    """

    asked: strawberry.Private[Asked]
    grouped: strawberry.Private[Grouped]
    charged: strawberry.Private[Charged | None]

    @field
    def groups(self, info: Info) -> list[Headcount]:
        """Those with most people first, at most 100. No group of fewer than ten people is told, nor one that
        would follow from the others. Analysts are told of acts up to the last time at which ten more people
        had acted.
        """
        people = {code: self._counted(info, count) for code, count in self._told(info).items()}
        first = sorted(people, key=lambda code: (-people[code].value, code))[:MOST]
        names = self.asked.by, self.grouped
        return [Headcount(code=code, counted=people[code], names=names) for code in first]

    @field
    def kept_back(self, info: Info) -> int | None:
        """How many groups are not told because they are small; null where noise is added: that too would
        tell of somebody.
        """
        return None if self.charged is not None else len(self.grouped.people) - len(self._told(info))

    @field
    def privacy(self) -> DifferentialPrivacy | None:
        """Of the noise that was added; null where none was."""
        return None if self.charged is None else DifferentialPrivacy(charged=self.charged)

    def _counted(self, info: Info, count: int) -> estimate.Estimate:
        if self.charged is not None:
            within = self.charged.noisy.within
            return estimate.Estimate(count, max(count - within, 0), count + within, CONFIDENCE)
        if info.context.sight.fewest:
            return estimate.Estimate(tens(count), *within_tens(tens(count)), 1.0)
        return estimate.Estimate.exactly(count)

    def _told(self, info: Info) -> Mapping[int, int]:
        people = self.grouped.people if self.charged is None else self.charged.noisy.people
        hidden = self._hidden(info, list(people))
        shown = told([*people.values()], info.context.k, hidden) if self.charged is None else ~hidden
        return {code: count for (code, count), kept in zip(people.items(), shown, strict=True) if kept}

    def _hidden(self, info: Info, codes: list[int]) -> NDArray[np.bool_]:
        """Which are communities that whoever asks is not told of."""
        if self.asked.by is not headcounts.By.COMMUNITY:
            return np.zeros(len(codes), np.bool_)
        return ~info.context.sight.communities[codes]


Month = Annotated[
    str | None,
    strawberry.argument(description="Of what was done in one month, UTC, as 2026-05; null for all."),
]
Epsilon = Annotated[
    float | None,
    strawberry.argument(
        description="Where the server adds noise: what this answer may cost of the privacy budget, 0.001 to"
        " 10; less is noisier. Null is 0.5."
    ),
]


async def report(
    info: Info, of: HeadcountOf, by: HeadcountBy, month: str | None, epsilon: float | None
) -> HeadcountReport:
    """The report, from the last fit, without whoever has refused since."""
    context = info.context
    asked = Asked(headcounts.Who[of.name], headcounts.By[by.name], month)
    gone = headcounts.withdrawn(context.analysis, asked)
    noise = context.private
    if noise is None:
        grouped = await context.of_fit(headcounts.counted, asked, None, gone, context.sight.fewest)
        return HeadcountReport(asked=asked, grouped=grouped, charged=None)
    each = 1 if asked.single else GROUPS
    grouped = await context.of_fit(headcounts.counted, asked, each, gone)
    question = context.analysis.last_fit.snapshot.version, asked.who.name, asked.by.name, asked.month, gone
    charged = await asyncio.to_thread(
        noise.told,
        context.caller,
        question,
        grouped.people,
        each=each,
        epsilon=EPSILON if epsilon is None else epsilon,
    )
    return HeadcountReport(asked=asked, grouped=grouped, charged=charged)
