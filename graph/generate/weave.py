"""From strands to one log in order of time, in the columns of our own format.

Within a second a share comes before what refers to it. Event ids are `s000001` for shares, numbered by time,
and `e000001` for the others, by their place in the log. Strands that make more events than the model wants
are cut off in time.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind, Verdict
from graph.generate.keys import Keys, keys
from graph.generate.model import Codes, Ints
from graph.generate.names import REGIONS
from graph.generate.opens import CAMPAIGNS
from graph.generate.shop import Shop
from graph.generate.strands import BLANKS, CHANNELS, SURFACES, VARIANTS, Strands
from graph.generate.tables import (
    Cents,
    Coded,
    Counted,
    Flagged,
    Measured,
    Moments,
    Numbered,
    Table,
    constant,
    width,
    words,
)
from graph.generate.visits import queries

FIRST = (Kind.SIGNUP, Kind.TIE, Kind.SHARE, Kind.EXPOSURE, Kind.OPEN)
"""Kinds that come before the others of the same second, in this order."""

NOTICE = "privacy notice 2025-09"

Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Woven:
    """The log and what it is silent about.

    said: the strands' columns in the order of the log, truth included. ranks: share → its number by time, −1
    where the log was cut off before. until: second at which the log ends.
    """

    events: Table
    said: Columns
    ranks: Ints
    keys: Keys
    ids: Numbered
    until: int

    def share_ids(self, shares: Codes) -> Numbered:
        """The ids of shares by their numbers; −1 stays not said."""
        return _ids(self.ranks, shares, self.ids.width)


def weave(shop: Shop, strands: Strands) -> Woven:
    """The log of the strands: the model's number of events, the earliest where there are more."""
    order = _order(strands)
    until = shop.model.end
    if len(order) > shop.model.events:
        order = order[: shop.model.events]
        until = int(strands.column("at")[order[-1]]) + 1
    said: Columns = {name: strands.column(name)[order] for name in BLANKS}
    known = keys(shop.people, shop.model.start, int(said["visitor"].max(initial=-1)) + 1)
    ranks = np.full(int(strands.column("share").max(initial=-1)) + 1, -1, dtype=np.int64)
    made = said["kind"] == Kind.SHARE
    ranks[said["share"][made]] = np.arange(made.sum())
    own = np.where(made, ranks[said["share"]] * 2 + 1, np.arange(len(order)) * 2)
    ids = Numbered(own, "es", width(len(order), 6))
    events = {
        "id": ids,
        "kind": Coded(said["kind"], words("", *(kind.name for kind in Kind))),
        "at": Moments(said["at"]),
        **_people(shop, known, said),
        "product": Numbered(said["product"], "p", width(len(shop.catalogue), 5)),
        **_shares(said, ranks, ids.width),
        **_orders(said, ids.width),
        **_scene(shop, said),
        **_opinions(said),
    }
    return Woven(events, said, ranks, known, ids, until)


def _order(strands: Strands) -> Ints:
    """The strands' events by second, by kind, and as they came."""
    place = np.full(max(Kind) + 1, len(FIRST), dtype=np.int64)
    place[list(FIRST)] = np.arange(len(FIRST))
    moment = strands.column("at") * (len(FIRST) + 1) + place[strands.column("kind")]
    return np.argsort(moment, kind="stable")


def _ids(ranks: Ints, shares: Codes, digits: int) -> Numbered:
    found = np.where(shares >= 0, ranks[shares], -1)
    return Numbered(np.where(found >= 0, found * 2 + 1, -1), "es", digits)


def _people(shop: Shop, known: Keys, said: Columns) -> Table:
    """Who did it, under the key of that moment: as a user, as a visitor, or as both, which says that they are
    one.
    """
    at, browser = said["at"], known.browser(said["visitor"])
    actor = known.at(shop.people, said["person"], at)
    alone = np.where(browser >= 0, said["kind"] == Kind.OPEN, known.visitors[actor])
    visitor = np.where(browser >= 0, browser, np.where(alone, actor, _taken_over(shop, known, said)))
    sharer_at = np.zeros(int(said["share"].max(initial=-1)) + 1, dtype=np.int64)
    made = said["kind"] == Kind.SHARE
    sharer_at[said["share"][made]] = at[made]
    return {
        "user": Coded(np.where(alone, -1, actor), known.words),
        "visitor": Coded(visitor, known.words),
        "sharer": Coded(known.at(shop.people, said["sharer"], sharer_at[said["share"]]), known.words),
        "recipient": Coded(known.at(shop.people, said["recipient"], at), known.words),
        "other": Coded(known.at(shop.people, said["other"], at), known.words),
    }


def _taken_over(shop: Shop, known: Keys, said: Columns) -> Codes:
    """For a SIGNUP the former key, −1 where nothing was done under it or the shop could not tell."""
    people, person = shop.people, said["person"]
    used = np.zeros(len(people), dtype=bool)
    used[person[said["at"] < people.joins[person]]] = True
    told = used & (people.identified | people.moved)
    return np.where((said["kind"] == Kind.SIGNUP) & told[person], known.former[person], -1)


def _shares(said: Columns, ranks: Ints, digits: int) -> Table:
    """The share it came from, unless the link carried only its sharer; and of a SHARE the parent."""
    plainly = (said["kind"] != Kind.SHARE) & (said["sharer"] < 0)
    return {
        "share": _ids(ranks, np.where(plainly, said["share"], -1), digits),
        "parentShare": _ids(ranks, said["parent"], digits),
    }


def _orders(said: Columns, digits: int) -> Table:
    return {
        "order": Numbered(said["order"], "o", digits),
        "quantity": Counted(said["quantity"]),
        "amount": Cents(said["cents"]),
        "currency": constant("CNY", said["cents"] >= 0),
        "incentive": Cents(said["incentive"]),
        "incentiveCurrency": constant("CNY", said["incentive"] >= 0),
    }


def _scene(shop: Shop, said: Columns) -> Table:
    """Where and by what way it happened."""
    return {
        "channel": Coded(said["channel"], words(*CHANNELS)),
        "campaign": Coded(said["campaign"], words(*CAMPAIGNS)),
        "surface": Coded(said["surface"], words(*SURFACES)),
        "rank": Counted(said["rank"]),
        "propensity": Measured(said["propensity"]),
        "variant": Coded(said["variant"], words(*VARIANTS)),
        "query": Coded(said["query"], words(*queries(shop))),
        "device": Numbered(said["device"], "d", width(len(shop.people), 6)),
        "region": Coded(said["region"], words(*REGIONS)),
    }


def _opinions(said: Columns) -> Table:
    """Ratings, verdicts, and the purposes allowed."""
    consent = said["consent"]
    purposes = ("personalisation", "namedToFriends", "location", "research")
    allowed = {
        purpose: Flagged(np.where(consent >= 0, consent >> bit & 1, -1).astype(np.int8))
        for bit, purpose in enumerate(purposes)
    }
    return {
        "rating": Counted(said["rating"]),
        "verdict": Coded(said["verdict"], words("", *(verdict.name for verdict in Verdict))),
        **allowed,
        "notice": constant(NOTICE, consent >= 0),
    }
