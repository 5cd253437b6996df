"""KOL candidates: whom to ask to share, best first."""

import asyncio
from functools import partial

import strawberry

from api.context import Info
from api.limits import SEEDS
from api.types.communities import CategoryFraction
from api.types.described import field, output
from api.types.forward import LaterUser, person
from api.types.influence import Influence
from api.types.kolfilter import KolFilter, KolObjective
from api.types.node import Connection
from api.types.values import Estimate, Money
from graph import audience, kol, promised
from graph.analysis import Analysis
from graph.seeds import Ranking
from graph.worth import Objective


@output
class KolCandidate:
    """Somebody to ask to share."""

    candidate: strawberry.Private[kol.KolCandidate]
    rank: int = strawberry.field(description="From 1, best first.")
    communities_reached: int = strawberry.field(
        description="How many communities those who opened the candidate's shares belong to."
    )

    @classmethod
    def from_domain(cls, candidate: kol.KolCandidate) -> "KolCandidate":
        """As the API shows it."""
        return cls(candidate=candidate, rank=candidate.rank, communities_reached=candidate.communities)

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
        """What this candidate adds to those above it and those already chosen, in the objective's unit."""
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
        "in the objective's unit."
    )


async def candidates(
    info: Info,
    chosen_by: KolFilter | None,
    objective: KolObjective | None,
    seed: int | None,
    page: tuple[int | None, str | None],
) -> KolCandidateConnection:
    """The page of candidates for an objective, among those who pass a filter."""
    request = info.context
    wanted = (objective or KolObjective.REACH).to_domain()
    market = await request.market()
    among = (chosen_by or KolFilter()).to_domain(market.snapshot)
    window = request.window(*page, "kols", wanted.name, among, seed, most=SEEDS)
    ranked = await request.computed(_ranking, wanted, among, seed)
    described = partial(kol.kol_candidates, request.analysis.market, chosen_by=among, ranked=ranked)
    found = await asyncio.to_thread(described, limit=window.stop)
    listed = ranked.people[: window.stop].tolist()
    request.ledger.give([promised.of_kols(market, listed, found.reach, (wanted, among, seed))])
    shown = window.cut(found.candidates, whole=len(ranked.people)).map(KolCandidate.from_domain)
    return KolCandidateConnection(page=shown, reach=Estimate.from_domain(found.reach))


def _ranking(
    analysis: Analysis, objective: Objective, chosen_by: audience.KolFilter, seed: int | None
) -> Ranking:
    return kol.ranking(analysis.market, objective=objective, chosen_by=chosen_by, seed=seed)
