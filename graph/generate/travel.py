"""How shares travel: an independent cascade, level by level.

A first share is made by somebody with a voice, of a product to their taste. It reaches one listener (sent
directly, a closer one sooner) or each listener with chance `reach`. Whoever it reached
opens it with the tie's chance times their liking for the product's world: that is one trial, and trials are
independent. Somebody with an account who opens something for the first time in a cascade may pass it on.
Everything at or after the end of the log has not happened yet.
"""

from dataclasses import dataclass, fields
from typing import NamedTuple, TypeVar

import numpy as np

from graph.generate.calendar import FESTIVALS
from graph.generate.model import Codes, Flags, Floats, Ints, drawn_from, lognormal, ranges
from graph.generate.shop import Shop
from graph.generate.taxonomy import WORLDS

AT_ONCE = 40_000
"""First shares drawn together; bounds the memory, not the result's law."""

PATIENCE = 400
"""Rounds after which a shop whose shares reach nobody is given up."""


@dataclass(frozen=True, slots=True)
class Shares:
    """n shares. parent: the share passed on, giver: whose it was, −1 for a first share; root: the first
    share. tie: along which it was sent directly, −1 for everybody. told: whether the log tells whom it
    reached. paid: cents promised to the sharer, 0 for most.
    """

    sharer: Codes
    product: Codes
    at: Ints
    parent: Codes
    giver: Codes
    root: Codes
    depth: Codes
    tie: Codes
    told: Flags
    paid: Codes

    def __len__(self) -> int:
        return len(self.sharer)


class Parentage(NamedTuple):
    """The columns of Shares that say where they come from."""

    parent: Ints
    giver: Ints
    root: Ints
    depth: Ints


@dataclass(frozen=True, slots=True)
class Trials:
    """m trials: `share` reached its sharer's listener along `tie` at `at`; it was opened with chance
    `chance`, at `opened` (−1: it was not; it may lie after the end of the log).
    """

    share: Codes
    tie: Codes
    at: Ints
    chance: Floats
    opened: Ints

    def __len__(self) -> int:
        return len(self.share)


def travel(shop: Shop, events: int) -> tuple[Shares, Trials]:
    """Cascades until shares, opens and told exposures are about `events` events of the log."""
    dice = shop.model.dice("travel")
    shares: list[Shares] = []
    trials: list[Trials] = []
    made, done, rounds, firsts = 0, 0, 0, max(16, min(AT_ONCE, events // 40))
    while done < 0.98 * events and rounds < PATIENCE:
        drawn = 0
        for level, tried in _cascades(shop, dice, firsts, made):
            shares.append(level)
            trials.append(tried)
            drawn += _told(shop, level, tried, made)
            made += len(level)
        done += drawn
        rounds += 1
        firsts = int(np.clip((events - done) * firsts / max(drawn, 1), 4, AT_ONCE))
    return _joined(Shares, shares), _joined(Trials, trials)


def _told(shop: Shop, level: Shares, tried: Trials, offset: int) -> int:
    """How many events of the log a level makes."""
    opened = (tried.opened >= 0) & (tried.opened < shop.model.end)
    exposed = level.told[tried.share - offset] & (level.tie[tried.share - offset] < 0)
    return len(level) + int(opened.sum()) + int(exposed.sum())


def _cascades(shop: Shop, dice: np.random.Generator, firsts: int, offset: int) -> list[tuple[Shares, Trials]]:
    """The levels of `firsts` cascades; shares are numbered on from `offset`."""
    level = _first_shares(shop, dice, firsts, offset)
    seen = np.empty(0, dtype=np.int64)
    levels = []
    while len(level):
        tried = _trials(shop, dice, level, offset)
        levels.append((level, tried))
        reshared, seen = _passed_on(shop, dice, level, tried, offset, seen)
        offset += len(level)
        level = reshared
    return levels


def _first_shares(shop: Shop, dice: np.random.Generator, n: int, offset: int) -> Shares:
    """Shares without a parent, by people who have an account at that moment."""
    at = shop.calendar.times(dice, n)
    sharer = drawn_from(dice, shop.people.voice, n)
    known = shop.people.has_account(sharer, at)
    at, sharer = at[known], sharer[known]
    product = shop.wanted(dice, sharer, at)
    paid = np.where(
        dice.random(len(at)) < shop.model.campaigns, dice.choice([300, 500, 800, 2000], len(at)), 0
    )
    product = np.where(paid > 0, _promoted(shop, dice, at), product)
    numbers = np.arange(offset, offset + len(at))
    nothing = np.full(len(at), -1)
    fresh = Parentage(nothing, nothing, numbers, nothing + 1)
    return _sent(shop, dice, (sharer, product, at), fresh, paid)


def _promoted(shop: Shop, dice: np.random.Generator, at: Ints) -> Ints:
    """What a campaign of those days pays for: the festival's worlds where one is near, else anything."""
    chosen = shop.catalogue.anything(dice, len(at))
    festival = shop.calendar.festival[shop.calendar.day(at)]
    for place, feast in enumerate(FESTIVALS):
        lifted = [WORLDS.index(w) for w in feast.lifts if WORLDS.index(w) < shop.model.world_count]
        pool = np.flatnonzero(np.isin(shop.catalogue.world, lifted))
        here = np.flatnonzero(festival == place)
        if len(pool) and len(here):
            weight = np.diff(shop.catalogue.popularity)[pool]
            chosen[here] = pool[drawn_from(dice, weight, len(here))]
    return chosen


def _sent(
    shop: Shop, dice: np.random.Generator, what: tuple[Ints, Ints, Ints], lineage: Parentage, paid: Ints
) -> Shares:
    """Shares (sharer, product, at) with their address: one listener, or everybody."""
    sharer, product, at = what
    low, high = shop.ties.pull[shop.ties.first[sharer]], shop.ties.pull[shop.ties.first[sharer + 1]]
    direct = (dice.random(len(at)) < shop.model.direct) & (high > low)
    tie = np.searchsorted(shop.ties.pull, low + dice.random(len(at)) * (high - low), side="right") - 1
    tie = np.where(direct, np.minimum(tie, shop.ties.first[sharer + 1] - 1), -1)
    known = shop.people.has_account(shop.ties.listener[tie], at)
    told = dice.random(len(at)) < np.where(
        direct, shop.model.recipient_told * known, shop.model.exposures_told
    )
    parent, giver, root, depth = (column.astype(np.int32) for column in lineage)
    return Shares(
        sharer=sharer.astype(np.int32),
        product=product.astype(np.int32),
        at=at,
        parent=parent,
        giver=giver,
        root=root,
        depth=depth,
        tie=tie.astype(np.int32),
        told=told,
        paid=paid.astype(np.int32),
    )


def _trials(shop: Shop, dice: np.random.Generator, level: Shares, offset: int) -> Trials:
    """Whom each share of a level reached, and who opened it."""
    ties = shop.ties
    counts = np.where(level.tie < 0, ties.listeners(level.sharer), 0)
    share = np.repeat(np.arange(len(level)), counts)
    tie = ranges(ties.first[level.sharer], counts)
    seen = dice.random(len(tie)) < shop.model.reach
    directly = np.flatnonzero(level.tie >= 0)
    share = np.concatenate([share[seen], directly])
    tie = np.concatenate([tie[seen], level.tie[directly]])
    at = shop.calendar.awake(dice, level.at[share] + lognormal(dice, shop.model.seen_after, len(share)))
    happens = (at < shop.model.end) & (level.at[share] < ties.until[tie])
    happens &= ties.listener[tie] != level.giver[share]
    share, tie, at = share[happens], tie[happens], at[happens]
    chance = np.minimum(0.95, ties.chance[tie] * shop.liking(ties.listener[tie], level.product[share]))
    opened = shop.calendar.awake(dice, at + lognormal(dice, shop.model.opened_after, len(at)))
    opened = np.where(dice.random(len(at)) < chance, opened, -1)
    return Trials((share + offset).astype(np.int32), tie.astype(np.int32), at, chance, opened)


def _passed_on(
    shop: Shop, dice: np.random.Generator, level: Shares, tried: Trials, offset: int, seen: Ints
) -> tuple[Shares, Ints]:
    """The re-shares of a level's openers, and who has opened what so far (cascade × people + person,
    sorted).
    """
    opened = np.flatnonzero((tried.opened >= 0) & (tried.opened < shop.model.end))
    opened = opened[np.argsort(tried.opened[opened], kind="stable")]
    share, opener = tried.share[opened] - offset, shop.ties.listener[tried.tie[opened]]
    key = level.root[share].astype(np.int64) * len(shop.people) + opener
    _, first = np.unique(key, return_index=True)
    first = np.sort(first[~np.isin(key[first], seen)])
    seen = np.concatenate([seen, key[first]])
    at = tried.opened[opened[first]]
    willing = dice.random(len(first)) < shop.people.reshares[opener[first]]
    at = shop.calendar.awake(dice, at + lognormal(dice, shop.model.reshared_after, len(first)))
    willing &= shop.people.has_account(opener[first], at) & (at < shop.model.end)
    first, at = first[willing], at[willing]
    share, opener = share[first], opener[first].astype(np.int64)
    lineage = Parentage(
        share + offset, level.sharer[share], level.root[share].astype(np.int64), level.depth[share] + 1
    )
    what = (opener, level.product[share].astype(np.int64), at)
    return _sent(shop, dice, what, lineage, np.zeros(len(at), dtype=np.int64)), seen


Rows = TypeVar("Rows", Shares, Trials)


def _joined(kind: type[Rows], parts: list[Rows]) -> Rows:
    """All rows one after another."""
    return kind(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(kind)))
