"""Bots and self-referral rings: what a person cannot do, and what people do for the reward.

A bot is an account that opens hundreds of recent shares within an hour from one device, some of them twice
within a second. A ring is three to six accounts on one device that share cheap things for a reward, open each
other's links within minutes, and buy.
"""

from dataclasses import dataclass, replace

import numpy as np

from graph.events import Kind
from graph.generate.buying import Wants
from graph.generate.model import Codes, Flags, Ints
from graph.generate.shop import Shop
from graph.generate.strands import Cause, Strands
from graph.generate.travel import Shares

HOURLY = (220, 300)
"""Opens of a bot's hour, at least and less than."""

MOST_EVENTS_OF_A_BOT = 4_000
"""A log has at most one bot for so many events, so none below."""


@dataclass(frozen=True, slots=True)
class Fraudsters:
    """bots: accounts. members, ring: accounts of rings and the number of the ring of each."""

    bots: Codes
    members: Codes
    ring: Codes


def fraudsters(shop: Shop) -> Fraudsters:
    """Who cheats: accounts of no fame that were there from the start."""
    dice = shop.model.dice("fraudsters")
    old = np.flatnonzero(shop.people.joins[: shop.people.accounts] < shop.model.start)
    plain = old[np.argsort(shop.people.fame[old], kind="stable")[: max(12, len(old) // 2)]]
    bots = min(max(1, round(shop.model.bots * shop.model.users)), shop.model.events // MOST_EVENTS_OF_A_BOT)
    sizes = dice.integers(3, 7, max(1, round(shop.model.rings * shop.model.users)))
    chosen = dice.permutation(plain)[: bots + int(sizes.sum())].astype(np.int32)
    ring = np.repeat(np.arange(len(sizes)), sizes)[: max(0, len(chosen) - bots)]
    return Fraudsters(chosen[:bots], chosen[bots:], ring.astype(np.int32))


def swarm(shop: Shop, strands: Strands, shares: Shares, cheats: Fraudsters) -> None:
    """Each bot's hour of opens of the latest shares, a tenth of them sent twice within one second."""
    dice = shop.model.dice("bots")
    by_time = np.argsort(shares.at, kind="stable")
    size = dice.integers(*HOURLY, len(cheats.bots))
    span = shop.model.end - shop.model.start - 7200
    hour = shop.model.start + (span * dice.uniform(0.3, 1, len(size))).astype(np.int64)
    bot = np.repeat(np.arange(len(cheats.bots)), size)
    before = np.searchsorted(shares.at[by_time], hour[bot])
    back = 1 + (dice.random(len(bot)) * np.minimum(before, 300)).astype(np.int64)
    share = by_time[np.maximum(before - back, 0)]
    at = np.maximum(shares.at[share], hour[bot]) + dice.integers(0, 3500, len(bot))
    again = np.flatnonzero(dice.random(len(bot)) < 0.1)
    bot, share, at = (np.concatenate([column, column[again]]) for column in (bot, share, at))
    person = cheats.bots[bot]
    inside = at < shop.model.end
    strands.add(
        Kind.OPEN,
        at[inside],
        person=person[inside],
        product=shares.product[share[inside]],
        share=share[inside],
        device=person[inside],
        cause=Cause.BOT,
    )


def collude(shop: Shop, strands: Strands, shares: Shares, cheats: Fraudsters) -> tuple[Shares, Wants]:
    """The rings' shares, appended to the others, their opens, and what they buy."""
    dice = shop.model.dice("rings")
    made = _ring_shares(shop, dice, cheats)
    offset = len(shares)
    leader = _leader(cheats)
    strands.add(
        Kind.SHARE,
        made.at,
        person=made.sharer,
        product=made.product,
        share=offset + np.arange(len(made)),
        channel=3,
        campaign=0,
        incentive=made.paid,
        device=leader[_member(cheats, made.sharer)],
    )
    who, which = _others(cheats, made)
    opens = dice.random(len(who)) < 0.9
    who, which = who[opens], which[opens]
    at = made.at[which] + dice.integers(5, 180, len(who))
    inside = at < shop.model.end - 3600
    who, which, at = who[inside], which[inside], at[inside]
    person, product = cheats.members[who], made.product[which]
    strands.add(
        Kind.OPEN,
        at,
        person=person,
        product=product,
        share=offset + which,
        device=leader[who],
        cause=Cause.RING,
    )
    buys: Flags = dice.random(len(who)) < 0.3
    wants = Wants(person.astype(np.int64), product.astype(np.int64), at + 60, offset + which).only(buys)
    return _appended(shares, made), wants


def _ring_shares(shop: Shop, dice: np.random.Generator, cheats: Fraudsters) -> Shares:
    """Two to five shares of each member, of cheap things, paid for."""
    sharer = np.repeat(cheats.members, dice.integers(2, 6, len(cheats.members)))
    n = len(sharer)
    cheap = np.argsort(shop.catalogue.cents, kind="stable")[: max(3, len(shop.catalogue) // 10)]
    nothing = np.full(n, -1, dtype=np.int32)
    return Shares(
        sharer=sharer,
        product=dice.choice(cheap, n).astype(np.int32),
        at=np.minimum(shop.calendar.times(dice, n), shop.model.end - 7200),
        parent=nothing,
        giver=nothing,
        root=nothing,
        depth=nothing + 1,
        tie=nothing,
        told=np.zeros(n, dtype=bool),
        paid=np.full(n, 500, dtype=np.int32),
    )


def _leader(cheats: Fraudsters) -> Codes:
    """For each member the first of the ring, whose device they all use."""
    _, first = np.unique(cheats.ring, return_index=True)
    return cheats.members[first[cheats.ring]] if len(first) else cheats.members


def _member(cheats: Fraudsters, person: Codes) -> Ints:
    """The place of each person among the members."""
    place = np.argsort(cheats.members, kind="stable")
    return place[np.searchsorted(cheats.members[place], person)]


def _others(cheats: Fraudsters, made: Shares) -> tuple[Ints, Ints]:
    """(member, share) for every share and every other member of the ring."""
    ring = cheats.ring[_member(cheats, made.sharer)]
    which, who = np.nonzero(ring[:, None] == cheats.ring[None, :])
    other = cheats.members[who] != made.sharer[which]
    return who[other], which[other]


def _appended(shares: Shares, more: Shares) -> Shares:
    numbers = np.arange(len(shares), len(shares) + len(more), dtype=np.int32)
    more = replace(more, root=numbers)
    names = Shares.__dataclass_fields__
    return Shares(*(np.concatenate([getattr(shares, f), getattr(more, f)]) for f in names))
