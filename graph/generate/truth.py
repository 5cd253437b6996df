"""What only the maker of the shop knows: the parameters behind the log, so that estimators can be tested by
recovery.
"""

from dataclasses import fields
from datetime import datetime
from itertools import pairwise

import numpy as np

from graph.events import Kind
from graph.generate.fraud import Fraudsters
from graph.generate.model import NEVER, Flags, Ints, ShopModel
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
        "former": Coded(woven.keys.former, woven.keys.words),
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


def _keys(shop: Shop, woven: Woven) -> Table:
    """Whose every former key and second browser is, whether or not the log ever says so."""
    known, people = woven.keys, shop.people
    renamed = np.flatnonzero(known.former >= 0)
    browsers, row = np.unique(woven.said["visitor"], return_index=True)
    browsers, row = browsers[browsers >= 0], row[browsers >= 0]
    told = people.identified[renamed] | people.moved[renamed]
    return {
        "key": Coded(np.concatenate([known.former[renamed], known.browser(browsers)]), known.words),
        "person": Coded(np.concatenate([renamed, woven.said["person"][row]]), known.words),
        "identified": Flagged(np.concatenate([told, np.ones(len(row), dtype=bool)]).astype(np.int8)),
    }


def _ties(shop: Shop, woven: Woven, trials: Trials) -> Table:
    """Every tie with its chance, and what came of it within the log."""
    ties, m = shop.ties, len(shop.ties)
    within = trials.at < woven.until
    tried = np.bincount(trials.tie[within], minlength=m)
    total = np.bincount(trials.tie[within], trials.chance[within], m)
    mean = np.divide(total, tried, out=np.full(m, np.nan), where=tried > 0)
    return {
        "from": Coded(ties.speaker, woven.keys.words),
        "to": Coded(ties.listener, woven.keys.words),
        "p": Measured(ties.chance.round(6)),
        "trials": Counted(tried),
        "opens": Counted(np.bincount(trials.tie[_opened(woven, trials)], minlength=m)),
        "p_tried": Measured(mean.round(6)),
        "told": Flagged((ties.told >= 0).astype(np.int8)),
        "until": Moments(np.where(ties.until == NEVER, -1, ties.until)),
    }


def _opened(woven: Woven, trials: Trials) -> Flags:
    """Which trials were opened before the log ends."""
    return (trials.opened >= 0) & (trials.opened < woven.until)


def _trials(shop: Shop, woven: Woven, shares: Shares, trials: Trials) -> Table:
    """Every time a share reached somebody before the log ends, told or not."""
    within = np.flatnonzero(trials.at < woven.until)
    share, tie = trials.share[within], trials.tie[within]
    return {
        "trial": Counted(within),
        "share": woven.share_ids(share),
        "from": Coded(shop.ties.speaker[tie], woven.keys.words),
        "to": Coded(shop.ties.listener[tie], woven.keys.words),
        "at": Moments(trials.at[within]),
        "p": Measured(trials.chance[within].round(6)),
        "opened": Flagged(_opened(woven, trials)[within].astype(np.int8)),
        "direct": Flagged((shares.tie[share] >= 0).astype(np.int8)),
        "told": Flagged(shares.told[share].astype(np.int8)),
    }


def _opens(woven: Woven, trials: Trials) -> Table:
    """Every OPEN of the log and why it happened."""
    rows = np.flatnonzero(woven.said["kind"] == Kind.OPEN)
    trial = woven.said["trial"][rows]
    return {
        "event": Numbered(woven.ids.values[rows], woven.ids.letters, woven.ids.width),
        "cause": Coded(woven.said["cause"][rows], words(*Cause.WORDS)),
        "share": woven.share_ids(woven.said["share"][rows]),
        "trial": Counted(trial),
        "p": Measured(np.append(trials.chance, np.nan)[trial].round(6)),
        "p_buy": Measured(woven.said["buys"][rows].astype(np.float64).round(6)),
    }


def _relations(shop: Shop) -> Table:
    """Complements with their pull, and for every product the others of its shelf, nearest price first."""
    goods = shop.catalogue
    counts = np.diff(goods.partners_of)
    source = np.repeat(np.arange(len(goods)), counts)
    one, other = (goods.shelved[places] for places in _shelf_mates(goods.shelves))
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
    """All ordered pairs of different places on one shelf."""
    pairs = [
        (low + a, low + b)
        for low, high in pairwise(shelves.tolist())
        for a in range(high - low)
        for b in range(high - low)
        if a != b
    ]
    found = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]
