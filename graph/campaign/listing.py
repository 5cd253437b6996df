"""Lists of KOL candidates: who comes in, in which order, for how much; and why somebody does not.

Chosen greedily by what each adds in the objective's unit, with a certificate (graph.campaign.measure). Under
a budget by what each adds for their cost, or by what each adds where money would be left over. By the figures
that people are chosen by, the list is worth at least a quarter of the best for that money, or 0.405 where the
money ends before the places do, unless there is a cap, too, or asking somebody may cost a sale (PURCHASES,
REVENUE); `certified` says how much it was at least this time (graph.kernels.limits).
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from graph.campaign.audience import NO_FILTER, KolFilter, audience, currency, eligible, rules, within
from graph.campaign.market import Market
from graph.campaign.measure import Ranked
from graph.campaign.openers import Openers
from graph.campaign.rates import NO_RATES, Rates
from graph.campaign.simulated import Simulated
from graph.campaign.worth import Objective
from graph.estimate import Estimate
from graph.events import Money
from graph.kernels.limits import Limits, allowed, beyond
from graph.spread.sampling import ROOM, Sample
from graph.stop import Stop, never
from graph.timeline import Rows

MOST = 200
"""The list ends here."""

CAPPED_ROOM = 1 << 22
"""Members of a pool under a cap: the bound on the best knows nothing of the cap, so more sets would often
certify no more.
"""

Floats = NDArray[np.float64]


class Asked(TypedDict, total=False):
    """What a list depends on besides objective and filter. budget: what all may cost together. seed: of the
    draws, None for the market's. rates: of money in other currencies. stop: asked now and then.
    """

    budget: Money | None
    seed: int | None
    rates: Rates
    stop: Stop


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """A whole list as rows, with what each adds: the costly part of `kol_candidates`, worth keeping. cost:
    (n,), in the budget's currency, infinite for who is not for hire; None without a budget. money: what is
    left of the budget, infinite without one.
    """

    ranking: Ranked
    cost: Floats | None
    left_out: int
    money: float


@dataclass(frozen=True, slots=True)
class Standing:
    """Why somebody is among the candidates, or not.

    rank: in the list, None where they are not in it. alone: what one share of theirs reaches, in the
    objective's unit. adds: what they add to those listed above them, or to the whole list. level: how many
    others who are listed add just as much (graph.campaign.measure). covered: of what
    they reach alone, the part that these reach already. ruled_out: the rules of the filter that they fail, by
    name (graph.campaign.audience.rules); else, under a budget, "costs" where nothing says what they cost;
    else, of who would add something, "budget" where the list leaves too little to pay them and
    "maxShareFromOneCommunity" where the cap refuses them at its end. Empty for who adds nothing, or less than
    others.
    """

    person: int
    rank: int | None
    alone: Estimate
    adds: Estimate
    level: int
    covered: float
    ruled_out: tuple[str, ...]


def listing(
    market: Market,
    *,
    objective: Objective = Objective.REACH,
    chosen_by: KolFilter = NO_FILTER,
    **asked: Unpack[Asked],
) -> Listed:
    """The whole list: up to 200 people, each adding most to those above, or most for their money.

    For OPENERS nothing is drawn. Else the pools grow until 0.7 of the best possible is certified at 10, 50
    and 200 people (graph.spread.seeds), or for as long as memory allows and `stop` does not say otherwise.
    """
    rates, budget = asked.get("rates", NO_RATES), asked.get("budget")
    cost, unpriced = (None, 0) if budget is None else costs(market, chosen_by, budget.currency, rates)
    limits = _limits(market, chosen_by, cost, budget)
    candidates, kept = eligible(market, chosen_by), np.array(sorted(chosen_by.already_chosen), np.int32)
    if budget is not None and cost is not None:
        # Of people whom it cannot pay nothing would ever be certified, however much was drawn.
        candidates = candidates[cost[candidates] <= float(budget.amount)]
    stop = asked.get("stop", never)
    stop()
    if objective is Objective.OPENERS:
        ranked = Openers.of(market, chosen_by).ranked(candidates, kept, MOST, limits, stop)
        return Listed(ranked, cost, unpriced, _left(budget, cost, ranked))
    reached = Simulated(_sample(market, objective, chosen_by, asked), market.partition)
    ranked = reached.ranked(candidates, kept, MOST, limits, stop)
    bought = within(market, chosen_by)
    lost = bought.without(currency(market, bought, rates)[1]) if objective is Objective.REVENUE else 0
    return Listed(ranked, cost, unpriced + lost, _left(budget, cost, ranked))


def _left(budget: Money | None, cost: Floats | None, ranked: Ranked) -> float:
    """The money that a list leaves."""
    if budget is None or cost is None:
        return np.inf
    return float(budget.amount) - float(cost[ranked.people].sum())


def _limits(market: Market, chosen_by: KolFilter, cost: Floats | None, budget: Money | None) -> Limits | None:
    """The budget and the cap; None where there are neither."""
    part = _cap(chosen_by)
    if cost is None and part == 1:
        return None
    return Limits(
        cost=np.zeros(len(market.snapshot.people)) if cost is None else cost,
        budget=np.inf if budget is None else float(budget.amount),
        group=market.partition.labels,
        groups=max(len(market.partition), 1),
        cap=part,
    )


def _sample(market: Market, objective: Objective, chosen_by: KolFilter, asked: Asked) -> Sample:
    """Reverse-reachable sets of whom a campaign should reach; those of everybody are at hand."""
    asked_seed, part = asked.get("seed"), _cap(chosen_by)
    seed = market.seed if asked_seed is None else asked_seed
    if objective is Objective.REACH and chosen_by.reaches_everybody and seed == market.seed and part == 1:
        return market.sample
    worth = audience(market, objective, chosen_by, asked.get("rates", NO_RATES))
    room = ROOM if part == 1 else CAPPED_ROOM
    return Sample.empty(market.network, worth.weights, beside=worth.beside, seed=seed, room=room)


def _cap(chosen_by: KolFilter) -> float:
    part = chosen_by.most_from_one_community
    return 1.0 if part is None else part


def standing(market: Market, person: int, *, chosen_by: KolFilter, listed: Listed) -> Standing:
    """Why this person is in a list, or not."""
    ranked = listed.ranking
    place = np.flatnonzero(ranked.people == person)
    before = ranked.people[: place[0]] if len(place) else ranked.people
    hired = np.array(sorted(chosen_by.already_chosen - {person}), np.int32)
    alone = ranked.measure.alone(person)
    adds = ranked.adds[place[0]] if len(place) else ranked.measure.added(np.append(hired, before), person)
    failed = [name for name, passes in rules(market, chosen_by).items() if not passes[person]]
    if not failed and not len(place):
        failed = _limits_failed(listed, person, hired, adds.value, _cap(chosen_by))
    covered = min(max(1 - adds.value / alone.value, 0.0), 1.0) if alone.value > 0 else 0.0
    rank, level = int(place[0]) + 1 if len(place) else None, ranked.level(adds.value) - len(place)
    return Standing(person, rank, alone, adds, level, covered, tuple(failed))


def _limits_failed(listed: Listed, person: int, hired: Rows, adds: float, cap: float) -> list[str]:
    """The limits that keep somebody from standing at the end of a list."""
    cost = 0.0 if listed.cost is None else float(listed.cost[person])
    if cost == np.inf:
        return ["costs"]
    failed = ["budget"] if adds > 0 and cost > listed.money else []
    if adds > 0 and cap < 1:
        people, total = np.append(hired, listed.ranking.people), listed.ranking.reached[-1].value
        part = listed.ranking.measure.largest_part
        largest = (part(people) or 0.0) * total
        then = (part(np.append(people, np.int32(person))) or 0.0) * (total + adds)
        if beyond(then, adds, cap) > allowed(largest, total, cap):
            failed.append("maxShareFromOneCommunity")
    return failed


def costs(market: Market, chosen_by: KolFilter, in_currency: str, rates: Rates) -> tuple[Floats, int]:
    """What hiring each person costs in a currency, shape (n,), infinite for who has no cost; and how many
    have one in a currency without a rate, and are not for hire either.
    """
    said, known = market.snapshot.people.costs, rates.into(in_currency)
    cost, unpriced = np.full(len(said), np.inf), 0
    own = dict(chosen_by.costs)
    for person in {*np.flatnonzero(np.diff(said.ends)).tolist(), *own}:
        money = own.get(person) or money_of(said[person])
        if money is not None and money.currency in known:
            cost[person] = float(money.amount) * known[money.currency]
        unpriced += money is not None and money.currency not in known
    return cost, unpriced


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
