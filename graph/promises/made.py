"""What a forecast that is given out promises: its question in the log's own keys, and when it falls due."""

from collections.abc import Iterable
from typing import Any

from graph.campaign.audience import KolFilter
from graph.campaign.forecast import SpreadForecast
from graph.campaign.market import Market
from graph.campaign.worth import Objective
from graph.cascades import Cascades
from graph.cascades.growth import Growth
from graph.estimate import Estimate
from graph.promises.promise import NEW_USERS, OPENERS, PEOPLE, PURCHASES, Kind, Promise
from graph.promises.scored import HORIZON
from graph.snapshot import Snapshot

UNITS = {
    Objective.REACH: PEOPLE,
    Objective.NEW_USERS: NEW_USERS,
    Objective.PURCHASES: PURCHASES,
    Objective.OPENERS: OPENERS,
}


def of_spread(
    market: Market, told: SpreadForecast, chosen_by: KolFilter, seed: int | None, horizon: int = HORIZON
) -> list[Promise]:
    """One promise a figure: people reached, new users, purchases and revenue where anything was ever
    bought.
    """
    words = market.snapshot.words
    figures = [(PEOPLE, told.reach), (NEW_USERS, told.new_users)]
    if told.revenue:
        figures += [(PURCHASES, told.purchases), *((words[code], amount) for code, amount in told.revenue)]
    asked = _asked(market, told.people, chosen_by, seed)
    return [_due(market, (Kind.SPREAD, unit), asked, estimate, horizon) for unit, estimate in figures]


def of_kols(
    market: Market,
    people: Iterable[int],
    reach: Estimate,
    asked_for: tuple[Objective, KolFilter, int | None],
    currency: str = "",
    horizon: int = HORIZON,
) -> Promise:
    """That a list of these people reaches so much, together with those whom its filter says are chosen
    already, in the objective's unit. currency: that of revenue, where this is asked for.
    """
    objective, chosen_by, seed = asked_for
    unit = UNITS.get(objective, currency)
    asked = _asked(market, {*people, *chosen_by.already_chosen}, chosen_by, seed)
    return _due(market, (Kind.KOLS, unit), asked, reach, horizon)


def of_cascade(known: Snapshot, grown: Cascades, row: int, told: Estimate, growth: Growth) -> Promise:
    """That a cascade has so many people once it is over (graph.cascades.growth says when that is)."""
    age = grown.as_of - int(grown.started_at[row])
    due = grown.as_of + max(growth.end - age, age)
    asked = {"cascade": known.shares.ids[int(grown.root[row])]}
    return Promise.of((Kind.CASCADE, PEOPLE), asked, known.version, (grown.as_of, due), told)


def _asked(market: Market, people: Iterable[int], chosen_by: KolFilter, seed: int | None) -> dict[str, Any]:
    keys, products = market.snapshot.people.keys, market.snapshot.products.keys
    return {
        "users": sorted(keys[person] for person in people),
        "product": None if chosen_by.product is None else products[chosen_by.product],
        "category": chosen_by.category,
        "audienceRegion": chosen_by.audience_region,
        "audienceCommunity": chosen_by.audience_community,
        "seed": seed,
    }


def _due(
    market: Market, of: tuple[Kind, str], asked: dict[str, Any], told: Estimate, horizon: int
) -> Promise:
    times = market.snapshot.as_of, market.snapshot.as_of + horizon
    return Promise.of(of, asked, market.snapshot.version, times, told)
