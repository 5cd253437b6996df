"""Whom a campaign asks and whom it should reach: a `KolFilter` read as arrays.

- What is shared (a category, or a product, which stands for its category): candidates have shared of it, and
  chances to buy, amounts and conversion are measured within it. Ties carry it as they carry anything.
- Whom it should reach (a region, a community): only these people count; shares pass through others too.
- Who may be chosen: whoever has shared, has a listener and is ruled out by no other field.

Somebody forgotten still passes shares on in the simulation, but is nobody's audience and no candidate.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.log import NONE
from graph.market import Market
from graph.timeline import Rows
from graph.worth import Behaviour, Objective

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class KolFilter:
    """What is shared, whom it should reach, who may be chosen; people and products are rows, communities ids.

    min_audience, max_audience: number of listeners. already_chosen: not listed, but counted in every marginal
    gain and in the reach of the list.
    """

    category: str | None = None
    product: int | None = None
    audience_region: str | None = None
    audience_community: int | None = None
    candidates: frozenset[int] | None = None
    exclude: frozenset[int] = frozenset()
    region: str | None = None
    community: int | None = None
    min_audience: int | None = None
    max_audience: int | None = None
    already_chosen: frozenset[int] = frozenset()

    @property
    def reaches_everybody(self) -> bool:
        """Whether it leaves nobody out of the audience."""
        return self.audience_region is None and self.audience_community is None


NO_FILTER = KolFilter()


def within(market: Market, chosen_by: KolFilter) -> Behaviour:
    """Opening and buying of what a filter says is shared."""
    among = products_shared(market, chosen_by)
    return market.behaviour if among is None else market.behaviour.among(among)


def audience(market: Market, objective: Objective, chosen_by: KolFilter) -> Floats:
    """What reaching each person is worth to a campaign, shape (n,), ≥ 0; 0 for those it should not reach.

    InvalidInput for PURCHASES and REVENUE where nothing was bought of what is shared.
    """
    # New users are new whatever is shared.
    new = objective is Objective.NEW_USERS
    worth = (market.behaviour if new else within(market, chosen_by)).worth(objective)
    counts = market.known & _living_in(market, chosen_by.audience_region)
    return np.where(counts & _belonging_to(market, chosen_by.audience_community), worth, 0.0)


def eligible(market: Market, chosen_by: KolFilter) -> Rows:
    """Who may be chosen, as rising rows."""
    listeners = np.diff(market.ties.indptr)
    may = market.known & (listeners >= max(chosen_by.min_audience or 1, 1))
    may &= _living_in(market, chosen_by.region) & _belonging_to(market, chosen_by.community)
    if chosen_by.max_audience is not None:
        may &= listeners <= chosen_by.max_audience
    if chosen_by.candidates is not None:
        may &= _among(market, list(chosen_by.candidates))
    may &= ~_among(market, list(chosen_by.exclude | chosen_by.already_chosen))
    shares, among = market.snapshot.shares, products_shared(market, chosen_by)
    may &= _among(market, shares.person if among is None else shares.person[among[shares.product]])
    return np.flatnonzero(may).astype(np.int32)


def products_shared(market: Market, chosen_by: KolFilter) -> Mask | None:
    """The products that a filter is about, shape (products,); None where it is about all.

    A product without a category stands for itself alone; a category nobody has heard of holds none.
    """
    if chosen_by.category is None and chosen_by.product is None:
        return None
    category = market.snapshot.products.category
    among = np.ones(len(category), np.bool_)
    if chosen_by.product is not None:
        own = category[chosen_by.product]
        among &= category == own if own != NONE else np.arange(len(category)) == chosen_by.product
    if chosen_by.category is not None:
        code = market.snapshot.words.row(chosen_by.category)
        among &= np.zeros_like(among) if code is None else category == code
    return among


def _living_in(market: Market, region: str | None) -> Mask:
    regions = market.snapshot.people.regions
    if region is None:
        return np.ones(len(regions), np.bool_)
    return np.array([own == region for own in regions], np.bool_)


def _belonging_to(market: Market, community: int | None) -> Mask:
    labels = market.partition.labels
    if community is None:
        return np.ones(len(labels), np.bool_)
    position = market.partition.position(community)
    return np.asarray(labels == (NONE if position is None else position), np.bool_)


def _among(market: Market, rows: Sequence[int] | Rows) -> Mask:
    chosen = np.zeros(len(market.snapshot.people), np.bool_)
    chosen[np.asarray(rows, np.int32)] = True
    return chosen
