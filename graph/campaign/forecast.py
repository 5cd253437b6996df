"""What a set of people would set off if they shared, in every respect that somebody plans with.

Ties are simulated (graph.spread.forward), strangers drawn from what shares brought so far
(graph.campaign.strangers). Whoever is reached buys or not by their own chance, those who share by that of
sharers (graph.campaign.sharers), so what is bought is drawn too, and so are the strangers whom they bring by
passing on: people are whole. How many of others come is then held against the past: it is multiplied by what
shares brought beside what would have been foretold of them, over the last stretches as long as the one ahead
(graph.campaign.hindsight); where the log is too young to know, by a draw from a gamma law of mean 1 that
spreads as far as shares of one person did so far (graph.campaign.moods). An interval is that of what may come
of it, once: nineteen in twenty outcomes lie in it if what comes lies off as it did in these stretches. What
they did not have (a first fad, a change of the app) is in no interval; how often such intervals held is for
the track record to say. Purchases and revenue are not held against the past.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from graph.campaign.audience import (
    NO_FILTER,
    KolFilter,
    audience,
    buying_less,
    counted,
    currency,
    within,
)
from graph.campaign.hindsight import Hindsight, Moods
from graph.campaign.market import Audience, Market
from graph.campaign.openers import Openers
from graph.campaign.rates import NO_RATES, Rates
from graph.campaign.worth import Objective
from graph.estimate import CONFIDENCE, Estimate
from graph.spread.forward import ENOUGH, Enough, Spread, spread
from graph.stop import Stop, never

Floats = NDArray[np.float64]

TAIL = 100 * (1 - CONFIDENCE) / 2


@dataclass(frozen=True, slots=True)
class SpreadForecast:
    """Expected values with the interval of what may come; the people themselves are counted.

    reach: people of the audience, strangers included. new_users, purchases: of those reached (see
    graph.campaign.worth). revenue: (currency code, in its unit), by code. communities: (id, reach), largest
    first, strangers and those not reached left out; as simulated, not held against the past.
    """

    people: tuple[int, ...]
    reach: Estimate
    new_users: Estimate
    purchases: Estimate
    revenue: tuple[tuple[int, Estimate], ...]
    communities: tuple[tuple[int, Estimate], ...]


def forecast(
    market: Market,
    people: Sequence[int],
    *,
    chosen_by: KolFilter = NO_FILTER,
    seed: int | None = None,
    enough: Enough = ENOUGH,
    past: Hindsight | None = None,
    stop: Stop = never,
) -> SpreadForecast:
    """Simulate that all these people share now.

    people: rows, repeats counted once. Of the filter, what is shared and whom it should reach are heard; who
    may be chosen and `already_chosen` are not. Where nothing was bought, purchases are 0 and revenue is
    empty. past: the market's for None. stop: asked every now and then; what it raises ends the simulation.
    """
    bought, counts = within(market, chosen_by), counted(market, chosen_by)
    everywhere, currencies = chosen_by.reaches_everybody, bought.currencies()
    paying = [bought.paying({code: 1.0}) for code in currencies]
    paid = [
        (bought.buying_chance() * each, Objective.REVENUE, {code: 1.0})
        for code, each in zip(currencies, paying, strict=True)
    ]
    respects = [
        (np.ones(len(counts)), Objective.REACH, None),
        (market.behaviour.newcomers().astype(np.float64), Objective.NEW_USERS, None),
        (bought.buying_chance(), Objective.PURCHASES, None),
        *paid,
    ]
    new = counts & market.behaviour.newcomers()
    aimed = [_seen(counts), _seen(new)]
    aimed += [
        market.audience(worth * counts, bought.of_stranger(objective, factor) if everywhere else 0.0)
        for worth, objective, factor in respects
    ]
    chance = np.random.default_rng(market.seed if seed is None else seed)
    told, outcomes = _outcomes(market, people, aimed, chance, enough=enough, stop=stop)
    seen, unbought, reach, new_users, *sold = outcomes
    lines, *money = _by_sharers(market, people, chosen_by, [np.ones(len(counts)), *paying], sold)
    rows = _rows(people)
    moods = _moods(market, rows, reach - counts[rows].sum(), past, chance)
    drawn = chance.poisson(lines).astype(np.float64)
    ids, largest = market.partition.ids, told.by_group.items()
    return SpreadForecast(
        people=tuple(dict.fromkeys(people)),
        reach=_whole(reach, seen, counts[rows].sum(), moods, chance),
        new_users=_whole(new_users, unbought, new[rows].sum(), moods, chance),
        purchases=_estimate(drawn, lines),
        revenue=tuple(
            (code, _estimate(_paid(brought, lines, drawn), brought))
            for code, brought in zip(currencies, money, strict=True)
        ),
        communities=tuple(
            (int(ids[place]), _once(estimate, told.runs))
            for place, estimate in sorted(largest, key=lambda found: (-found[1].value, found[0]))
        ),
    )


def reached(
    market: Market,
    people: Sequence[int],
    objective: Objective,
    *,
    chosen_by: KolFilter = NO_FILTER,
    rates: Rates = NO_RATES,
    seed: int | None = None,
    past: Hindsight | None = None,
    stop: Stop = never,
) -> Estimate:
    """What these people reach together in an objective's unit, with the interval of what may come. past,
    stop: as for `forecast`.
    """
    if objective is Objective.OPENERS:
        return Openers.of(market, chosen_by).together(people)
    chance = np.random.default_rng(market.seed if seed is None else seed)
    aimed = audience(market, objective, chosen_by, rates)
    if objective in {Objective.PURCHASES, Objective.REVENUE}:
        lines = audience(market, Objective.PURCHASES, chosen_by, rates)
        _, sold = _outcomes(market, people, [aimed, lines], chance, stop=stop)
        each = np.ones(len(aimed.weights))
        bought = within(market, chosen_by)
        paid = each if objective is Objective.PURCHASES else bought.paying(currency(market, bought, rates)[1])
        brought, expected = _by_sharers(market, people, chosen_by, [paid, each], [*sold])
        return _estimate(_paid(brought, expected, chance.poisson(expected).astype(np.float64)), brought)
    counts = counted(market, chosen_by)
    if objective is Objective.NEW_USERS:
        counts = counts & market.behaviour.newcomers()
    _, (expected, seen) = _outcomes(market, people, [aimed, _seen(counts)], chance, stop=stop)
    own = counts[_rows(people)].sum()
    moods = _moods(market, _rows(people), expected - own, past, chance)
    return _whole(expected, seen, own, moods, chance)


def _outcomes(
    market: Market,
    people: Sequence[int],
    aimed: Sequence[Audience],
    chance: np.random.Generator,
    *,
    enough: Enough = ENOUGH,
    stop: Stop = never,
) -> tuple[Spread, Floats]:
    """What each run reaches with the strangers drawn for it, in each respect: (q, r)."""
    rows = _rows(people)
    told = spread(
        market.network,
        rows,
        weights=np.stack([one.weights for one in aimed]),
        group=market.partition.labels,
        seed=int(chance.integers(1 << 62)),
        enough=enough,
        stop=stop,
    )
    came = market.strangers.drawn(rows, told.runs, chance).sum(axis=1)
    # By passing on they would bring part of these; that part is in the weights already.
    came = came * (1 - float(market.passing[rows].mean() if len(rows) else 0.0))
    return told, told.outcomes.T + np.outer([one.stranger for one in aimed], came)


def _by_sharers(
    market: Market,
    people: Sequence[int],
    chosen_by: KolFilter,
    paying: Sequence[Floats],
    sold: Sequence[Floats],
) -> list[Floats]:
    """What is sold, with those who share buying as sharers do, in each respect by run. paying: (n,), what a
    buyer counts in each; sold: (r,), as if whoever shares bought like who opens.
    """
    rows = _rows(people)
    less = buying_less(market, chosen_by)[rows]
    return [
        np.maximum(by_run - float((less * each[rows]).sum()), 0.0)
        for each, by_run in zip(paying, sold, strict=True)
    ]


def _estimate(outcomes: Floats, expected: Floats | float) -> Estimate:
    """The mean of what outcomes were drawn about, and where nineteen in twenty more would lie:
    the next of r outcomes falls into each of the r + 1 gaps between them with the same chance (Weibull 1939).
    """
    value = float(np.mean(expected))
    low, high = np.percentile(outcomes, [TAIL, 100 - TAIL], method="weibull").tolist()
    return Estimate(value, min(low, value), max(high, value))


def _seen(counts: NDArray[np.bool_]) -> Audience:
    """These people and no strangers, each as one."""
    return Audience(counts.astype(np.float64), np.zeros(len(counts)), 0.0)


def _rows(people: Sequence[int]) -> NDArray[np.int32]:
    return np.unique(np.array(people, np.int32))


def _moods(
    market: Market,
    rows: NDArray[np.int32],
    others: Floats,
    past: Hindsight | None,
    chance: np.random.Generator,
) -> Moods:
    """What multiplies how many others come, in each run. others: (r,), expected by run; they come by each of
    those who share as by one share of each alone.
    """
    alone = market.foretold[rows]
    parts = alone / alone.sum() if alone.sum() > 0 else np.full(len(rows), 1 / max(len(rows), 1))
    told = max(float(others.mean()), 0.0) * parts
    return (past or market.hindsight).moods(told, market.mood, len(others), chance)


def _whole(expected: Floats, seen: Floats, own: float, moods: Moods, chance: np.random.Generator) -> Estimate:
    """People: their own sharers as they are, and others.

    Of a run whose mood is drawn from pairs of the past, its mood times all that are expected. Of another, of
    those known as many as it reached times its mood, and strangers drawn about what it expects.
    """
    mean = max(float(expected.mean()) - own, 0.0)
    of_run = np.where(moods.past, mean, np.maximum(seen - own, 0.0))
    others = np.floor(moods.each * of_run + chance.random(len(seen)))
    strangers = chance.poisson(np.where(moods.past, 0.0, moods.each * np.maximum(expected - seen, 0.0)))
    return _estimate(own + others + strangers, own + moods.level * mean)


def _paid(money: Floats, lines: Floats, drawn: Floats) -> Floats:
    """What so many lines bring, where `lines` were expected to bring so much."""
    return np.divide(money * drawn, lines, out=np.zeros_like(money), where=lines > 0)


def _once(estimate: Estimate, runs: int) -> Estimate:
    """From the error of a mean of so many runs to the interval of one of them."""
    half = max(estimate.high - estimate.value, estimate.value - estimate.low) * sqrt(runs)
    return Estimate(estimate.value, max(estimate.value - half, 0.0), estimate.value + half)
