"""KOL candidates: whom to ask to share, best first.

Candidates are ranked greedily by what each adds, in the objective's unit, to those above
(graph.campaign.measure), and described by what is known of them: their influence, how many of those who
opened their shares bought, whom and with what they reached. A `KolFilter` (graph.campaign.audience) says what
is shared, whom it should reach and who may be chosen.
"""

from dataclasses import dataclass
from typing import Unpack

import numpy as np
from numpy.typing import NDArray

from graph.campaign.audience import NO_FILTER, KolFilter, within
from graph.campaign.listing import MOST, Asked, Listed, listing, money_of
from graph.campaign.market import Market
from graph.campaign.worth import Behaviour, Objective
from graph.estimate import Estimate
from graph.events import Money
from graph.influence import Influence
from graph.kernels.groups import firsts, gathered
from graph.log import NONE
from graph.openings import Openings
from graph.pooling import beta_prior
from graph.purchases import bought_after
from graph.snapshot import Snapshot
from graph.stop import never
from graph.timeline import Rows

CATEGORIES = 5


@dataclass(frozen=True, slots=True)
class KolCandidate:
    """One candidate. rank: from 1. adds: to those above and those chosen already, in the objective's unit.
    level: how many others of the whole list add just as much (graph.campaign.measure).
    conversion: buyers per person who opened their shares, of what the filter says is shared. communities: how
    many the people who opened belong to. categories: (word code, fraction of their opens), largest first, at
    most five. cost: the person's attribute.
    """

    person: int
    rank: int
    influence: Influence
    adds: Estimate
    level: int
    conversion: Estimate
    communities: int
    categories: tuple[tuple[int, float], ...]
    cost: Money | None


@dataclass(frozen=True, slots=True)
class KolCandidates:
    """Candidates, best first.

    reach: of all of them together and those chosen already, in the objective's unit. certified: a bound below
    that reach over one above the best possible, see `Ranked`; under a budget, of the best for the same money;
    None where nobody is listed, of which nothing can be said.
    largest_part: of the reach, what comes from the community that gives most; None where nobody is reached.
    left_out: amounts and costs without a rate, which count for nothing.
    """

    candidates: tuple[KolCandidate, ...]
    reach: Estimate
    certified: float | None
    largest_part: float | None
    left_out: int


def kol_candidates(
    market: Market,
    *,
    objective: Objective = Objective.REACH,
    chosen_by: KolFilter = NO_FILTER,
    limit: int = MOST,
    listed: Listed | None = None,
    **asked: Unpack[Asked],
) -> KolCandidates:
    """The first `limit` candidates, at most 200; the first ten of fifty are the first ten.

    listed: what `listing` gave for the same arguments, where it was kept; asked: as `listing` takes it.
    InvalidInput for PURCHASES and REVENUE where nothing was bought.
    """
    if listed is None:
        listed = listing(market, objective=objective, chosen_by=chosen_by, **asked)
    ranked = listed.ranking
    people = ranked.people[:limit]
    conversion = conversions(within(market, chosen_by), people)
    opened, own = market.behaviour.opened, dict(chosen_by.costs)
    position = np.full(len(market.snapshot.people), NONE, np.int32)
    position[people] = np.arange(len(people), dtype=np.int32)
    starts, rows = gathered(position[opened.sharer], len(people))
    candidates = []
    stop = asked.get("stop", never)
    for place, person in enumerate(people.tolist()):
        stop()
        theirs = rows[starts[place] : starts[place + 1]]
        candidates.append(
            KolCandidate(
                person=person,
                rank=place + 1,
                influence=market.influence(person),
                adds=ranked.adds[place],
                level=ranked.level(ranked.adds[place].value) - 1,
                conversion=conversion[place],
                communities=len(np.unique(market.partition.labels[opened.person[theirs]])),
                categories=_top_categories(market.snapshot, opened, theirs),
                cost=own.get(person) or money_of(market.snapshot.people.costs[person]),
            )
        )
    hired = np.array(sorted(chosen_by.already_chosen), np.int32)
    return KolCandidates(
        candidates=tuple(candidates),
        reach=ranked.reached[len(people)],
        certified=ranked.certified[len(people)] if len(people) else None,
        largest_part=ranked.measure.largest_part(np.append(hired, people)),
        left_out=listed.left_out,
    )


def conversions(behaviour: Behaviour, people: Rows) -> list[Estimate]:
    """For each of these people how many of those who open their shares buy: Beta posteriors.

    Of n people who opened some share of theirs, k bought and kept what they opened; all sharers' (n, k) make
    the prior (graph.pooling). A log in which nothing was bought says nothing of who buys: anything from 0 to
    1 is as likely.
    """
    if not behaviour.any_purchase:
        return [Estimate.of_beta(1, 1)] * len(people)
    opened, everybody = behaviour.opened, behaviour.people
    pair = firsts(opened.sharer, opened.person, everybody, everybody)
    trials = np.bincount(opened.sharer[pair], minlength=everybody)
    first = opened.first
    person, product, sharer = opened.person[first], opened.product[first], opened.sharer[first]
    bought = bought_after(behaviour.kept, person, product, opened.at[first]).count > 0
    buyers = np.unique(sharer[bought] * np.int64(everybody) + person[bought])
    successes = np.bincount(buyers // everybody, minlength=everybody)
    a, b = beta_prior(successes, trials)
    return [
        Estimate.of_beta(a + k, b + n - k)
        for k, n in zip(successes[people].tolist(), trials[people].tolist(), strict=True)
    ]


def _top_categories(
    snapshot: Snapshot, opened: Openings, rows: NDArray[np.int64]
) -> tuple[tuple[int, float], ...]:
    """Of some openings, each person and share once: the commonest categories and their fractions."""
    category = snapshot.products.category[opened.product[rows[opened.first[rows]]]]
    codes, counts = np.unique(category[category != NONE], return_counts=True)
    order = np.lexsort((codes, -counts))[:CATEGORIES]
    return tuple(
        (code, count / len(category))
        for code, count in zip(codes[order].tolist(), counts[order].tolist(), strict=True)
    )
