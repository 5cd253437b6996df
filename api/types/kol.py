"""KOL candidates: whom to ask to share, best first."""

import time
from dataclasses import dataclass

import strawberry

from api.context import Info
from api.limits import SEEDS, seeded
from api.types.communities import CategoryFraction
from api.types.described import field, output
from api.types.forward import LaterUser, person
from api.types.influence import Influence
from api.types.kolfilter import KolFilter, KolObjective
from api.types.node import Connection
from api.types.values import Estimate, Money, MoneyInput, spoken_of
from graph import estimate, events
from graph.analysis import Analysis
from graph.campaign import audience, forecast, kol, listing
from graph.campaign.market import Market
from graph.campaign.rates import Rates
from graph.campaign.worth import Objective
from graph.errors import InvalidInput
from graph.promises import made
from graph.stop import Stop

PATIENCE = 10.0
"""Seconds after which a list is told with the ratio that is certified by then."""


@output
class KolCandidate:
    """Somebody to ask to share."""

    candidate: strawberry.Private[kol.KolCandidate]
    rank: int = strawberry.field(description="From 1, best first.")
    tied_with: int = strawberry.field(
        description="How many others of the whole list add just as much: nothing that is known or drawn tells"
        " them apart. They stand in the order in which they were chosen."
    )
    communities_reached: int = strawberry.field(
        description="How many communities those who opened the candidate's shares belong to."
    )

    @classmethod
    def from_domain(cls, candidate: kol.KolCandidate) -> "KolCandidate":
        """As the API shows it."""
        return cls(
            candidate=candidate,
            rank=candidate.rank,
            tied_with=candidate.level,
            communities_reached=candidate.communities,
        )

    @field
    def user(self) -> LaterUser:
        """Who it is."""
        return person(self.candidate.person)

    @field
    def influence(self) -> Influence:
        """What this person's shares set off."""
        return Influence.from_domain(self.candidate.influence)

    @field
    def marginal_reach(self) -> Estimate:
        """What this candidate adds to those above it and those already chosen, in the objective's unit. The
        interval is the simulation's; of OPENERS that of what may come.
        """
        return Estimate.from_domain(self.candidate.adds)

    @field
    def conversion_rate(self) -> Estimate:
        """Buyers per person who opened the candidate's shares."""
        return Estimate.from_domain(self.candidate.conversion)

    @field
    def top_categories(self, info: Info) -> list[CategoryFraction]:
        """What the candidate's shares that were opened are of; largest part first, at most five."""
        words = info.context.analysis.snapshot.words
        parts = self.candidate.categories
        return [CategoryFraction(category=words[code], fraction=part) for code, part in parts]

    @field
    def cost(self) -> Money | None:
        """What hiring costs, by the attribute `cost`; null where nothing was said."""
        return None if self.candidate.cost is None else Money.from_domain(self.candidate.cost)


@output
class KolCandidateConnection(Connection[KolCandidate]):
    """A page of candidates, best first; the list ends at the two hundredth."""

    reach: Estimate = strawberry.field(
        description="What everybody listed up to this page's end reaches together with those already chosen, "
        "in the objective's unit; the interval is that of what may come of it."
    )
    certified_ratio: float | None = strawberry.field(
        description="Lower bound of this set's reach over the best possible set's, certified for this"
        " computation; under a budget, over the best for the same money. Of OPENERS it is exact, and of"
        " what is expected. Null where nobody is listed."
    )
    largest_community_share: float | None = strawberry.field(
        description="What part of this reach comes from the community that gives most; null where nobody is"
        " reached."
    )
    currency: str | None = strawberry.field(
        description="What amounts are told in, where the objective is REVENUE; null for the others."
    )
    left_out: int = strawberry.field(
        description="Amounts and costs in a currency without a rate: they count for nothing."
    )


@output
class KolStanding:
    """Why somebody is among the candidates, or is not."""

    standing: strawberry.Private[listing.Standing]
    rank: int | None = strawberry.field(description="Place in the list; null where they are not in it.")
    covered: float = strawberry.field(
        description="Of what they reach alone, the part that those listed above them, or all listed, reach"
        " already."
    )
    tied_with: int = strawberry.field(
        description="How many others who are listed add just as much: nothing that is known or drawn tells"
        " them apart. They stand in the order in which they were chosen."
    )
    ruled_out_by: list[str] = strawberry.field(
        description="The fields of the filter, the budget or the requirements that they fail; empty for who"
        " may be chosen."
    )

    @field
    def user(self) -> LaterUser:
        """Who it is."""
        return person(self.standing.person)

    @field
    def reach_alone(self) -> Estimate:
        """What one share of theirs reaches, in the objective's unit; of OPENERS, what all of theirs do."""
        return Estimate.from_domain(self.standing.alone)

    @field
    def marginal_reach(self) -> Estimate:
        """What they add to those listed above them, or to the whole list."""
        return Estimate.from_domain(self.standing.adds)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list of candidates is asked for."""

    chosen_by: KolFilter | None
    objective: KolObjective | None
    budget: MoneyInput | None
    seed: int | None

    def to_domain(
        self, market: Market, analysis: Analysis
    ) -> tuple[Objective, audience.KolFilter, events.Money | None, int | None]:
        """The same in the domain's words; InvalidInput for a budget or a seed that is none, and what
        `graph.campaign.audience.checked` raises.
        """
        budget = None
        if self.budget is not None:
            budget = spoken_of("budget", self.budget.amount, self.budget.currency)
            if budget.amount <= 0:
                raise InvalidInput(f"budget: {budget.amount} is not above 0")
        objective = (self.objective or KolObjective.REACH).to_domain()
        return (
            objective,
            audience.checked(market, (self.chosen_by or KolFilter()).to_domain(analysis)),
            budget,
            seeded(self.seed),
        )


async def candidates(info: Info, asked: Asked, page: tuple[int | None, str | None]) -> KolCandidateConnection:
    """The page of candidates for an objective, among those who pass a filter."""
    request = info.context
    market = await request.market()
    wanted, among, budget, seed = asked.to_domain(market, request.analysis)
    window = request.window(*page, "kols", wanted.name, among, budget, seed, most=SEEDS)
    listed = await request.of_fit(_listing, wanted, among, budget, seed, request.rates, stoppable=True)
    found = await request.answered(
        lambda stop: kol.kol_candidates(market, chosen_by=among, limit=window.stop, listed=listed, stop=stop)
    )
    people = listed.ranking.people
    unit, _ = audience.currency(market, audience.within(market, among), request.rates)
    first = people[: window.stop].tolist()
    chosen = *first, *among.already_chosen
    reach = await request.of_fit(_reach, chosen, wanted, among, seed, request.rates, stoppable=True)
    if first:
        request.ledger.give([made.of_kols(market, first, reach, (wanted, among, seed), unit)])
    return KolCandidateConnection(
        page=window.cut(found.candidates, whole=len(people)).map(KolCandidate.from_domain),
        reach=Estimate.from_domain(reach),
        certified_ratio=found.certified,
        largest_community_share=found.largest_part,
        currency=unit if wanted is Objective.REVENUE else None,
        left_out=found.left_out,
    )


async def standing(info: Info, user: str, asked: Asked) -> KolStanding | None:
    """Where somebody stands in a list; null where nobody is known by this key."""
    request = info.context
    market = await request.market()
    row = market.snapshot.people.row(user)
    if row is None or row >= len(market.snapshot.people):
        return None
    wanted, among, budget, seed = asked.to_domain(market, request.analysis)
    listed = await request.of_fit(_listing, wanted, among, budget, seed, request.rates, stoppable=True)
    found = await request.answered(lambda _: listing.standing(market, row, chosen_by=among, listed=listed))
    return KolStanding(
        standing=found,
        rank=found.rank,
        covered=found.covered,
        tied_with=found.level,
        ruled_out_by=list(found.ruled_out),
    )


def _reach(
    analysis: Analysis,
    people: tuple[int, ...],
    objective: Objective,
    chosen_by: audience.KolFilter,
    seed: int | None,
    rates: Rates,
    *,
    stop: Stop,
) -> estimate.Estimate:
    return forecast.reached(
        analysis.market, people, objective, chosen_by=chosen_by, rates=rates, seed=seed, stop=stop
    )


def _listing(
    analysis: Analysis,
    objective: Objective,
    chosen_by: audience.KolFilter,
    budget: events.Money | None,
    seed: int | None,
    rates: Rates,
    *,
    stop: Stop,
) -> listing.Listed:
    until = time.monotonic() + PATIENCE
    return listing.listing(
        analysis.market, objective=objective, chosen_by=chosen_by, budget=budget, seed=seed, rates=rates,
        stop=lambda: stop() or time.monotonic() > until,
    )  # fmt: skip
