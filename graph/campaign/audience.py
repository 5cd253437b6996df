"""Whom a campaign asks and whom it should reach: a `KolFilter` read as arrays.

- What is shared (a category, or a product, which stands for its category): candidates have shared of it, and
  chances to buy, amounts and conversion are measured within it. Ties carry it as they carry anything.
- Whom it should reach (a region, a community): only these people count; shares pass through others too.
- Who may be chosen: whoever has shared, has a listener and is ruled out by no other field.
- A region is of those alone who allow their place to be used (Purpose.LOCATION).

Somebody forgotten still passes shares on in the simulation, but is nobody's audience and no candidate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from graph.campaign.market import Audience, Market
from graph.campaign.rates import NO_RATES, Rates
from graph.campaign.sharers import sharing_chance
from graph.campaign.worth import Behaviour, Objective
from graph.errors import InvalidInput, UnknownKey, unknown_word
from graph.events import Money
from graph.log import NONE
from graph.timeline import Rows

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class KolFilter:
    """What is shared, whom it should reach, who may be chosen; people and products are rows, communities ids.

    min_audience, max_audience: number of listeners. already_chosen: not listed, but counted in every marginal
    gain and in the reach of the list. most_from_one_community: at most this part of the reach, in (0, 1], as
    soon as it can be: the first of a list may bring more from one, and then it falls (graph.kernels.limits).
    costs: what hiring costs, instead of the attribute `cost`. unplaced: who has kept their place to
    themselves since the fit.
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
    most_from_one_community: float | None = None
    costs: tuple[tuple[int, Money], ...] = ()
    unplaced: frozenset[int] = frozenset()

    @property
    def reaches_everybody(self) -> bool:
        """Whether it leaves nobody out of the audience."""
        return self.audience_region is None and self.audience_community is None


NO_FILTER = KolFilter()


def checked(market: Market, chosen_by: KolFilter) -> KolFilter:
    """The same filter, if what it names is known here and its bounds leave somebody.

    An answer about nobody would look as sure as any other. UnknownKey for a region where nobody lives, a
    category of no product and a community that there is not; InvalidInput for bounds that nobody can be
    within. They name the field of the filter.
    """
    snapshot, words = market.snapshot, market.snapshot.words
    regions, categories = snapshot.people.regions, snapshot.products.category
    for field, region in (("audienceRegion", chosen_by.audience_region), ("region", chosen_by.region)):
        if region is not None and not (region and _living_in(market, chosen_by, region).any()):
            told = compress(regions, _placed(market, chosen_by).tolist())
            raise unknown_word(f"filter.{field}: nobody lives in {region!r:.80}", told)
    if chosen_by.category is not None:
        code = words.row(chosen_by.category)
        if code is None or not (categories == code).any():
            known = (words[own] for own in categories[categories != NONE].tolist())
            raise unknown_word(f"filter.category: no product is of {chosen_by.category!r:.80}", known)
    for field, own in (
        ("audienceCommunity", chosen_by.audience_community),
        ("community", chosen_by.community),
    ):
        if own is not None and market.partition.position(own) is None:
            raise UnknownKey(f"filter.{field}: no community has this id now; take one from `communities`")
    _check_bounds(chosen_by.min_audience, chosen_by.max_audience)
    return chosen_by


def _check_bounds(least: int | None, most: int | None) -> None:
    if most is not None and most < 1:
        raise InvalidInput(f"filter.maxAudience: {most} lets nobody in; every candidate has a listener")
    if least is not None and most is not None and least > most:
        raise InvalidInput(f"filter.minAudience: {least} is more than maxAudience, {most}; nobody is within")


def within(market: Market, chosen_by: KolFilter) -> Behaviour:
    """Opening and buying of what a filter says is shared."""
    among = products_shared(market, chosen_by)
    return market.behaviour if among is None else market.behaviour.among(among)


def audience(market: Market, objective: Objective, chosen_by: KolFilter, rates: Rates = NO_RATES) -> Audience:
    """What reaching each person is worth to a campaign; nothing for those it should not reach. Nobody knows
    where strangers live or belong, so they count only where everybody does. Who shares buys as sharers do.

    InvalidInput for PURCHASES and REVENUE where nothing was bought of what is shared.
    """
    # New users are new whatever is shared.
    bought = market.behaviour if objective is Objective.NEW_USERS else within(market, chosen_by)
    _, factor = currency(market, bought, rates)
    worth = np.where(counted(market, chosen_by), bought.worth(objective, factor), 0.0)
    lost: Floats | float = 0.0
    if objective in {Objective.PURCHASES, Objective.REVENUE}:
        each = 1.0 if objective is Objective.PURCHASES else bought.paying(factor)
        lost = buying_less(market, chosen_by) * each
    known = chosen_by.reaches_everybody
    return market.audience(worth, bought.of_stranger(objective, factor) if known else 0.0, lost)


def buying_less(market: Market, chosen_by: KolFilter) -> Floats:
    """By how much the chance to buy of a person who shares is less than that of the same person reached,
    shape (n,); below 0 where it is more. Nothing for those a campaign should not reach.
    """
    theirs = sharing_chance(market.snapshot, market.behaviour.kept, products_shared(market, chosen_by))
    return np.where(counted(market, chosen_by), within(market, chosen_by).buying_chance() - theirs, 0.0)


def counted(market: Market, chosen_by: KolFilter) -> Mask:
    """Whom a campaign should reach, shape (n,)."""
    counts = market.known & _living_in(market, chosen_by, chosen_by.audience_region)
    return counts & _belonging_to(market, chosen_by.audience_community)


def currency(market: Market, bought: Behaviour, rates: Rates) -> tuple[str, dict[int, float]]:
    """The reporting currency, and its units for one of each currency that was paid in, by code. "" where
    nothing says which it is.
    """
    words, main = market.snapshot.words, bought.main_currency()
    reporting = rates.reporting or ("" if main == NONE else words[main])
    known = rates.into(reporting)
    codes = bought.currencies()
    return reporting, {code: known[words[code]] for code in codes if words[code] in known}


def eligible(market: Market, chosen_by: KolFilter) -> Rows:
    """Who may be chosen, as rising rows."""
    may = market.known.copy()
    for passes in rules(market, chosen_by).values():
        may &= passes
    return np.flatnonzero(may).astype(np.int32)


def rules(market: Market, chosen_by: KolFilter) -> dict[str, Mask]:
    """Who passes each rule, by its name: the field of the filter, or what every candidate has to have."""
    listeners = np.diff(market.ties.indptr)
    shares, among = market.snapshot.shares, products_shared(market, chosen_by)
    shared = _among(market, shares.person if among is None else shares.person[among[shares.product]])
    passed = {"shares of what is shared": shared, "listeners": listeners >= 1}
    if chosen_by.min_audience is not None:
        passed["minAudience"] = listeners >= chosen_by.min_audience
    if chosen_by.max_audience is not None:
        passed["maxAudience"] = listeners <= chosen_by.max_audience
    if chosen_by.region is not None:
        passed["region"] = _living_in(market, chosen_by, chosen_by.region)
    if chosen_by.community is not None:
        passed["community"] = _belonging_to(market, chosen_by.community)
    if chosen_by.candidates is not None:
        passed["candidates"] = _among(market, list(chosen_by.candidates))
    passed["exclude"] = ~_among(market, list(chosen_by.exclude))
    passed["alreadyChosen"] = ~_among(market, list(chosen_by.already_chosen))
    return passed


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


def _living_in(market: Market, chosen_by: KolFilter, region: str | None) -> Mask:
    regions = market.snapshot.people.regions
    if region is None:
        return np.ones(len(regions), np.bool_)
    return np.asarray(regions.equal(region) & _placed(market, chosen_by), np.bool_)


def _placed(market: Market, chosen_by: KolFilter) -> Mask:
    """Who allows their place to be used."""
    return market.placed & ~_among(market, list(chosen_by.unplaced))


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
