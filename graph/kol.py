"""KOL candidates: whom to ask to share, best first.

Candidates are ranked greedily by what each adds, in the objective's unit, to those above (graph.spread), and
described by what is known of them: their influence, how many of those who opened their shares bought, whom
and with what they reached. A `KolFilter` (graph.audience) says what is shared, whom it should reach and who
may be chosen.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import numpy as np
from numpy.typing import NDArray

from graph.audience import NO_FILTER, KolFilter, audience, eligible, within
from graph.estimate import Estimate
from graph.events import Money
from graph.influence import Influence
from graph.kernels.groups import firsts, gathered
from graph.log import NONE
from graph.market import Market
from graph.openings import Openings
from graph.pooling import beta_prior
from graph.purchases import bought_after
from graph.sampling import Sample
from graph.seeds import Ranking, seed_people
from graph.snapshot import Snapshot
from graph.timeline import Rows
from graph.worth import Behaviour, Objective

MOST = 200
"""The list ends here."""

CATEGORIES = 5


@dataclass(frozen=True, slots=True)
class KolCandidate:
    """One candidate. rank: from 1. adds: to those above and those chosen already, in the objective's unit.
    conversion: buyers per person who opened their shares, of what the filter says is shared. communities: how
    many the people who opened belong to. categories: (word code, fraction of their opens), largest first, at
    most five. cost: the person's attribute.
    """

    person: int
    rank: int
    influence: Influence
    adds: Estimate
    conversion: Estimate
    communities: int
    categories: tuple[tuple[int, float], ...]
    cost: Money | None


@dataclass(frozen=True, slots=True)
class KolCandidates:
    """Candidates, best first. reach: of all of them together and those chosen already, in the objective's
    unit.
    """

    candidates: tuple[KolCandidate, ...]
    reach: Estimate


def kol_candidates(
    market: Market,
    *,
    objective: Objective = Objective.REACH,
    chosen_by: KolFilter = NO_FILTER,
    seed: int | None = None,
    limit: int = MOST,
    ranked: Ranking | None = None,
) -> KolCandidates:
    """The first `limit` candidates, at most 200; the first ten of fifty are the first ten.

    ranked: what `ranking` gave for the same arguments, where it was kept. InvalidInput for PURCHASES and
    REVENUE where nothing was bought.
    """
    if ranked is None:
        ranked = ranking(market, objective=objective, chosen_by=chosen_by, seed=seed)
    people = ranked.people[:limit]
    conversion = conversions(within(market, chosen_by), people)
    opened = market.behaviour.opened
    position = np.full(len(market.snapshot.people), NONE, np.int32)
    position[people] = np.arange(len(people), dtype=np.int32)
    starts, rows = gathered(position[opened.sharer], len(people))
    candidates = []
    for place, person in enumerate(people.tolist()):
        theirs = rows[starts[place] : starts[place + 1]]
        candidates.append(
            KolCandidate(
                person=person,
                rank=place + 1,
                influence=market.influence(person),
                adds=ranked.adds[place],
                conversion=conversion[place],
                communities=len(np.unique(market.partition.labels[opened.person[theirs]])),
                categories=_top_categories(market.snapshot, opened, theirs),
                cost=money_of(market.snapshot.people.costs[person]),
            )
        )
    return KolCandidates(tuple(candidates), ranked.reached[len(people)])


def ranking(
    market: Market,
    *,
    objective: Objective = Objective.REACH,
    chosen_by: KolFilter = NO_FILTER,
    seed: int | None = None,
) -> Ranking:
    """The whole list as rows, with what each adds: the costly part of `kol_candidates`, worth keeping."""
    seed = market.seed if seed is None else seed
    if objective is Objective.REACH and chosen_by.reaches_everybody and seed == market.seed:
        sample = market.sample
    else:
        sample = Sample.of(market.network, audience(market, objective, chosen_by), seed=seed)
    kept = np.array(sorted(chosen_by.already_chosen), np.int32)
    return seed_people(sample, candidates=eligible(market, chosen_by), most=MOST, kept=kept)


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


def money_of(text: str) -> Money | None:
    """An attribute read as money; None where it is not.

    >>> money_of("120.00 CNY")
    Money(amount=Decimal('120.00'), currency='CNY')
    """
    amount, _, currency = text.strip().partition(" ")
    try:
        number = Decimal(amount)
    except InvalidOperation:
        return None
    fits = number.is_finite() and number >= 0 and len(currency) == 3 and currency.isalpha()
    return Money(number, currency.upper()) if fits else None


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
