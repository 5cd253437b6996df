"""What the log tells of people themselves: who follows whom, who joined, and what they allow.

A joiner was a visitor before. Most of them join soon after the first link they opened; their SIGNUP then
names the visitor, if the shop could tell. Somebody who moved names the earlier account instead.
"""

from dataclasses import replace

import numpy as np

from graph.events import Kind
from graph.generate.model import DAY, NEVER, lognormal
from graph.generate.people import People
from graph.generate.shop import Shop
from graph.generate.strands import Strands
from graph.generate.travel import Trials

CONSENTED = 0.7
"""Share of the accounts that say what they allow; never more than 4 % of the log."""


def join_after_opening(shop: Shop, trials: Trials) -> People:
    """The same people, but seven in ten joiners who opened a link as visitors join soon after the first
    one.
    """
    dice = shop.model.dice("joining")
    people = shop.people
    opened = np.flatnonzero((trials.opened >= 0) & (trials.opened < shop.model.end))
    first = np.full(len(people), NEVER)
    np.minimum.at(first, shop.ties.listener[trials.tie[opened]], trials.opened[opened])
    soon = np.minimum(first, shop.model.end) + lognormal(dice, (2 * 3600, 1.8), len(people))
    joiner = (people.joins > shop.model.start) & (people.joins < shop.model.end) & ~people.moved
    earlier = joiner & (dice.random(len(people)) < 0.7) & (soon < people.joins)
    return replace(people, joins=np.where(earlier, soon, people.joins))


def introduce(shop: Shop, strands: Strands) -> None:
    """TIE, UNTIE, SIGNUP and CONSENT events."""
    ties = shop.ties
    told, cut = np.flatnonzero(ties.told >= 0), np.flatnonzero(ties.until < NEVER)
    strands.add(Kind.TIE, ties.told[told], person=ties.listener[told], other=ties.speaker[told])
    strands.add(Kind.UNTIE, ties.until[cut], person=ties.listener[cut], other=ties.speaker[cut])
    joined = np.flatnonzero((shop.people.joins >= shop.model.start) & (shop.people.joins < shop.model.end))
    strands.add(Kind.SIGNUP, shop.people.joins[joined], person=joined, region=shop.people.region[joined])
    _consent(shop, strands)


def _consent(shop: Shop, strands: Strands) -> None:
    dice = shop.model.dice("consent")
    joins = shop.people.joins[: shop.people.accounts]
    share = min(CONSENTED, 0.04 * shop.model.events / shop.model.users)
    at = np.maximum(joins, shop.model.start) + dice.integers(1, 14 * DAY, len(joins))
    says = (dice.random(len(joins)) < share) & (at < shop.model.end)
    allows = (dice.random((len(joins), 4)) < (0.93, 0.85, 0.5, 0.3)) @ (1 << np.arange(4))
    strands.add(Kind.CONSENT, at[says], person=np.flatnonzero(says), consent=allows[says])
