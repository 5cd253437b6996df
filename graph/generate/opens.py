"""What the log tells of the shares: that they were made, whom they reached, who opened them, and what openers
do next.

Besides the opens that travelled along a tie there are the sharer's own (one in five in a browser that is
signed in only later), opens by chance, and taps that arrive twice within one second.
"""

import numpy as np

from graph.events import Kind, Verdict
from graph.generate.buying import Wants, chance_to_buy, together
from graph.generate.calendar import FESTIVALS
from graph.generate.model import Ints, drawn_from, lognormal
from graph.generate.shop import Shop
from graph.generate.strands import CHANNELS, SURFACES, Cause, Strands
from graph.generate.travel import Shares, Trials

CAMPAIGNS = ("bring-a-friend", *(f.name for f in FESTIVALS))

OWN, BY_CHANCE, TWICE = 0.03, 0.15, 0.004
"""Own opens a share; opens by chance, for each other open, at a random share of 1; taps sent twice."""

LINKED = 0.04
"""Share of the opens whose link carried only the sharer and the product."""


def tell(shop: Shop, strands: Strands, shares: Shares, trials: Trials) -> Wants:
    """SHARE, EXPOSURE and OPEN, and what follows an open; what the openers want in the end."""
    dice = shop.model.dice("opens")
    _shared(shop, dice, strands, shares)
    _exposed(shop, strands, shares, trials)
    along = np.flatnonzero((trials.opened >= 0) & (trials.opened < shop.model.end))
    share, listener = trials.share[along].astype(np.int64), shop.ties.listener[trials.tie[along]]
    opened = Wants(
        listener.astype(np.int64), shares.product[share].astype(np.int64), trials.opened[along], share
    )
    tied = _opened(shop, dice, strands, shares, opened, Cause.TIE, along)
    twice = opened.only(dice.random(len(opened)) < TWICE)
    _plainly(strands, twice, Cause.TWICE)
    chance = _by_chance(shop, dice, shares, len(opened))
    wandered = _opened(shop, dice, strands, shares, chance, Cause.CHANCE, np.full(len(chance), -1))
    _own(shop, dice, strands, shares)
    return together(tied, wandered)


def _shared(shop: Shop, dice: np.random.Generator, strands: Strands, shares: Shares) -> None:
    """The SHARE events; a re-share's parent and a direct share's recipient only where they are told."""
    n, numbers = len(shares), np.arange(len(shares))
    parent = np.where(dice.random(n) < shop.model.parent_told, shares.parent, -1)
    addressed = (shares.tie >= 0) & shares.told
    chat = dice.choice([0, 0, 0, 0, 2], n)
    public = dice.choice([0, 1, 1, 3], n)
    channel = np.where(shares.tie >= 0, chat, np.where(shares.told, CHANNELS.index("app"), public))
    campaign = np.where(shares.paid > 0, shop.calendar.festival[shop.calendar.day(shares.at)] + 1, -1)
    strands.add(
        Kind.SHARE,
        shares.at,
        person=shares.sharer,
        product=shares.product,
        share=numbers,
        parent=parent,
        recipient=np.where(addressed, shop.ties.listener[shares.tie], -1),
        channel=channel,
        campaign=campaign,
        incentive=np.where(shares.paid > 0, shares.paid, -1),
    )


def _exposed(shop: Shop, strands: Strands, shares: Shares, trials: Trials) -> None:
    """EXPOSURE for every trial of a share whose viewers are told."""
    seen = np.flatnonzero(shares.told[trials.share] & (shares.tie[trials.share] < 0))
    share = trials.share[seen]
    strands.add(
        Kind.EXPOSURE,
        trials.at[seen],
        person=shop.ties.listener[trials.tie[seen]],
        product=shares.product[share],
        share=share,
        surface=SURFACES.index("feed"),
        trial=seen,
    )


def _opened(
    shop: Shop,
    dice: np.random.Generator,
    strands: Strands,
    shares: Shares,
    opened: Wants,
    cause: int,
    trial: Ints,
) -> Wants:
    """OPEN events, the looks, carts and favourites after them, and what is wanted in the end."""
    n = len(opened)
    buys = chance_to_buy(shop, opened.person, opened.product, shop.model.buys_opened)
    linked = (dice.random(n) < LINKED) & (opened.at < _next_alike(shares)[opened.share])
    strands.add(
        Kind.OPEN,
        opened.at,
        person=opened.person,
        product=opened.product,
        share=opened.share,
        sharer=np.where(linked, shares.sharer[opened.share], -1),
        device=opened.person,
        cause=cause,
        trial=trial,
        buys=buys,
    )
    for kind, often, within in (
        (Kind.VIEW, 0.3, 30),
        (Kind.FAVOURITE, 0.04, 120),
        (Kind.FEEDBACK, 0.006, 90),
    ):
        at = opened.at + dice.integers(2, within, n)
        does = (dice.random(n) < often) & (at < shop.model.end)
        said = {"verdict": int(Verdict.LIKE)} if kind is Kind.FEEDBACK else {}
        if kind is Kind.VIEW:
            said = {"surface": SURFACES.index("landing page")}
        strands.add(
            kind,
            at[does],
            person=opened.person[does],
            product=opened.product[does],
            share=opened.share[does],
            **said,
        )
    bought = dice.random(n) < buys
    when = opened.at + lognormal(dice, (1500, 1.2), n)
    return Wants(opened.person, opened.product, when, opened.share).only(bought)


def _next_alike(shares: Shares) -> Ints:
    """When each share's sharer shares the same product again."""
    place = np.lexsort((shares.at, shares.product, shares.sharer))
    again = np.full(len(shares), np.iinfo(np.int64).max)
    same = (np.diff(shares.sharer[place]) == 0) & (np.diff(shares.product[place]) == 0)
    again[place[:-1][same]] = shares.at[place[1:][same]]
    return again


def _plainly(strands: Strands, opened: Wants, cause: int, **said: Ints) -> None:
    """OPEN events that nothing follows."""
    strands.add(
        Kind.OPEN,
        opened.at,
        person=opened.person,
        product=opened.product,
        share=opened.share,
        cause=cause,
        **{"device": opened.person, **said},
    )


def _by_chance(shop: Shop, dice: np.random.Generator, shares: Shares, opens: int) -> Wants:
    """Opens by people whom nobody told, hours after the share."""
    n = dice.binomial(opens, min(0.9, BY_CHANCE * shop.model.random_share))
    share = dice.integers(0, len(shares), n)
    person = drawn_from(dice, shop.people.activity, n)
    at = shop.calendar.awake(dice, shares.at[share] + lognormal(dice, (6 * 3600, 1.5), n))
    found = Wants(person, shares.product[share].astype(np.int64), at, share)
    return found.only((at < shop.model.end) & (person != shares.sharer[share]))


def _own(shop: Shop, dice: np.random.Generator, strands: Strands, shares: Shares) -> None:
    """Sharers who try their own link; one in five in another browser, which is found to be theirs when they
    sign in there.
    """
    tried = np.flatnonzero((dice.random(len(shares)) < OWN) & (shares.at + 9 * 3600 < shop.model.end))
    at = shares.at[tried] + dice.integers(5, 300, len(tried))
    own = Wants(shares.sharer[tried].astype(np.int64), shares.product[tried].astype(np.int64), at, tried)
    elsewhere = dice.random(len(tried)) < 0.2
    _plainly(strands, own.only(~elsewhere), Cause.OWN)
    away = own.only(elsewhere)
    browser = np.arange(len(away))
    _plainly(strands, away, Cause.OWN, visitor=browser, device=np.full(len(away), -1))
    strands.add(
        Kind.VIEW,
        away.at + dice.integers(60, 8 * 3600, len(away)),
        person=away.person,
        visitor=browser,
        product=away.product,
        surface=SURFACES.index("product page"),
    )
