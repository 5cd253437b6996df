"""What a set of people would set off if they shared, in every respect that somebody plans with."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graph.audience import NO_FILTER, KolFilter, audience, within
from graph.estimate import Estimate
from graph.market import Market
from graph.spread import ENOUGH, Enough, spread
from graph.worth import Objective


@dataclass(frozen=True, slots=True)
class SpreadForecast:
    """Expected values with the error of their simulation; the people themselves are counted.

    reach: people of the audience. new_users, purchases: of those reached (see graph.worth). revenue:
    (currency code, in its unit), by code. communities: (id, reach), largest first, those not reached left
    out.
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
) -> SpreadForecast:
    """Simulate that all these people share now.

    people: rows, repeats counted once. Of the filter, what is shared and whom it should reach are heard; who
    may be chosen and `already_chosen` are not. Where nothing was bought, purchases are 0 and revenue is
    empty.
    """
    bought = within(market, chosen_by)
    counts = audience(market, Objective.REACH, chosen_by)
    currencies = bought.currencies()
    respects = [np.ones(len(counts)), market.behaviour.newcomers().astype(np.float64)]
    respects += [bought.buying_chance(), *(bought.revenue({code: 1.0}) for code in currencies)]
    told = spread(
        market.network,
        np.unique(np.array(people, np.int32)),
        weights=np.stack(respects) * counts,
        group=market.partition.labels,
        seed=market.seed if seed is None else seed,
        enough=enough,
    )
    reach, new_users, purchases, *revenue = told.reached
    largest = sorted(told.by_group.items(), key=lambda found: (-found[1].value, found[0]))
    ids = market.partition.ids
    return SpreadForecast(
        people=tuple(dict.fromkeys(people)),
        reach=reach,
        new_users=new_users,
        purchases=purchases,
        revenue=tuple(zip(currencies, revenue, strict=True)),
        communities=tuple((int(ids[position]), estimate) for position, estimate in largest),
    )
