"""What only the maker of the shop knows: the parameters behind the log, so that estimators can be tested by
recovery.
"""

from dataclasses import fields
from datetime import datetime
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.generate.fraud import Fraudsters
from graph.generate.model import NEVER, Ints, ShopModel
from graph.generate.shop import Shop
from graph.generate.strands import Cause
from graph.generate.tables import (
    Coded,
    Counted,
    Flagged,
    Measured,
    Moments,
    Numbered,
    Table,
    length,
    width,
    words,
)
from graph.generate.taxonomy import WORLDS
from graph.generate.travel import Shares, Trials
from graph.generate.weave import Woven


def truth(shop: Shop, woven: Woven, shares: Shares, trials: Trials, cheats: Fraudsters) -> dict[str, Table]:
    """Every table of truth by name; docs/generator.md says what each column means."""
    return {
        "people": _people(shop, woven, cheats),
        "keys": _keys(shop, woven),
        "ties": _ties(shop, woven, trials),
        "trials": _trials(shop, woven, shares, trials),
        "opens": _opens(woven, trials),
        "relations": _relations(shop),
    }


def described(model: ShopModel, tables: dict[str, Table]) -> dict[str, object]:
    """All parameters of the model, what was derived from them, and the rows of each table."""
    said = {f.name: getattr(model, f.name) for f in fields(model)}
    plain = {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in said.items()
    }
    derived = {
        "worlds": model.world_count,
        "products": model.product_count,
        "communities": model.community_count,
        "random_share": model.random_share,
    }
    return {"parameters": plain, "derived": derived, "rows": {name: length(t) for name, t in tables.items()}}


def _people(shop: Shop, woven: Woven, cheats: Fraudsters) -> Table:
    """One row a person: who they are, their factors, their taste."""
    people = shop.people
    n = len(people)
    role, ring = np.zeros(n, dtype=np.int8), np.full(n, -1, dtype=np.int32)
    role[cheats.bots], role[cheats.members] = 1, 2
    ring[cheats.members] = cheats.ring
    within = (people.joins >= shop.model.start) & (people.joins < shop.model.end)
    tastes = {
        f"taste {w}": Measured(people.taste[:, i].round(5))
        for i, w in enumerate(WORLDS[: shop.model.world_count])
    }
    return {
        "key": Coded(np.arange(n), woven.keys.words),
        "former": Coded(people_former(woven), woven.keys.words),
        "joined": Moments(np.where(within, people.joins, -1)),
        "identified": Flagged(np.where(within, people.identified | people.moved, -1)),
        "role": Coded(role, words("person", "bot", "ring")),
        "ring": Counted(ring),
        "community": Counted(people.community),
        "circle": Counted(people.circle),
        "fame": Measured(people.fame.round(4)),
        "voice": Measured(people.voice.round(4)),
        "sender": Measured(people.sender.round(5)),
        "receiver": Measured(people.receiver.round(5)),
        "reshares": Measured(people.reshares.round(5)),
        "level": Measured(people.level.round(4)),
        **tastes,
    }


def people_former(woven: Woven) -> NDArray[np.int32]:
    """For each person the key they had before their account, −1 for none."""
    return woven.keys.former


def _keys(shop: Shop, woven: Woven) -> Table:
    """Whose every former key and second browser is: one person, whether or not the log ever says so."""
    known, people = woven.keys, shop.people
    renamed = np.flatnonzero(known.former >= 0)
    visitor, user = woven.events["visitor"].values, woven.events["user"].values
    signed_in = np.flatnonzero((visitor >= known.browser) & (user >= 0))
    place = np.concatenate([known.former[renamed], visitor[signed_in]])
    owner = np.concatenate([renamed, user[signed_in]])
    told = np.concatenate(
        [people.identified[renamed] | people.moved[renamed], np.ones(len(signed_in), dtype=bool)]
    )
    return {
        "key": Coded(place, known.words),
        "person": Coded(owner, known.words),
        "identified": Flagged(told.astype(np.int8)),
    }


def _ties(shop: Shop, woven: Woven, trials: Trials) -> Table:
    """Every tie with its chance, and what came of it within the log."""
    ties = shop.ties
    m = len(ties)
    tried = np.bincount(trials.tie, minlength=m)
    opened = np.bincount(trials.tie[_before_end(shop.model, trials)], minlength=m)
    total = np.bincount(trials.tie, trials.chance, m)
    with np.errstate(invalid="ignore"):
        mean = total / tried
    return {
        "from": Coded(ties.speaker, woven.keys.words),
        "to": Coded(ties.listener, woven.keys.words),
        "p": Measured(ties.chance.round(6)),
        "trials": Counted(tried),
        "opens": Counted(opened),
        "p_tried": Measured(mean.round(6)),
        "told": Flagged((ties.told >= 0).astype(np.int8)),
        "until": Moments(np.where(ties.until == NEVER, -1, ties.until)),
    }


def _before_end(model: ShopModel, trials: Trials) -> NDArray[np.bool_]:
    return (trials.opened >= 0) & (trials.opened < model.end)


def _trials(shop: Shop, woven: Woven, shares: Shares, trials: Trials) -> Table:
    """Every time a share reached somebody, told or not."""
    direct = shares.tie[trials.share] >= 0
    return {
        "trial": Counted(np.arange(len(trials))),
        "share": woven.share_ids(trials.share),
        "from": Coded(shop.ties.speaker[trials.tie], woven.keys.words),
        "to": Coded(shop.ties.listener[trials.tie], woven.keys.words),
        "at": Moments(trials.at),
        "p": Measured(trials.chance.round(6)),
        "opened": Flagged(_before_end(shop.model, trials).astype(np.int8)),
        "direct": Flagged(direct.astype(np.int8)),
        "told": Flagged(shares.told[trials.share].astype(np.int8)),
    }


def _opens(woven: Woven, trials: Trials) -> Table:
    """Every OPEN of the log and why it happened."""
    rows = np.flatnonzero(woven.kind == Kind.OPEN)
    trial = woven.trial[rows]
    told: Numbered = woven.events["id"]  # type: ignore[assignment]
    return {
        "event": Numbered(told.values[rows], told.letters, told.width),
        "cause": Coded(woven.cause[rows], words(*Cause.WORDS)),
        "share": woven.share_ids(woven.share[rows]),
        "trial": Counted(trial),
        "p": Measured(np.where(trial >= 0, trials.chance[trial], np.nan).round(6)),
        "p_buy": Measured(woven.buys[rows].astype(np.float64).round(6)),
    }


def _relations(shop: Shop) -> Table:
    """Complements with their pull, and for every product the others of its shelf, nearest price first."""
    goods = shop.catalogue
    counts = np.diff(goods.partners_of)
    source = np.repeat(np.arange(len(goods)), counts)
    one, other = _shelf_mates(goods.shelves)
    apart = np.abs(goods.dearness[one] - goods.dearness[other])
    digits = width(len(goods), 5)
    kinds = np.concatenate([np.zeros(len(source), dtype=np.int8), np.ones(len(one), dtype=np.int8)])
    return {
        "kind": Coded(kinds, words("COMPLEMENT", "SUBSTITUTE")),
        "from": Numbered(np.concatenate([source, one]), "p", digits),
        "to": Numbered(np.concatenate([goods.partners, other]), "p", digits),
        "strength": Measured(np.concatenate([goods.pull, np.exp(-apart)]).round(6)),
    }


def _shelf_mates(shelves: Ints) -> tuple[Ints, Ints]:
    """All ordered pairs of different products on one shelf."""
    pairs = [
        (low + a, low + b)
        for low, high in pairwise(shelves.tolist())
        for a in range(high - low)
        for b in range(high - low)
        if a != b
    ]
    found = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]
