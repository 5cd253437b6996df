"""From strands to one log in order of time, under the keys by which the shop knew people at each moment.

Sorted by second; within a second a share comes before what refers to it. Event ids: `s000001` for shares,
numbered by time, `e000001` for the others by their place in the log. A person's key before their account is
the visitor's (`v…`) or the earlier account's (`g…`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind, Verdict
from graph.generate.arrivals import active_before_joining
from graph.generate.model import Codes, Flags, Ints
from graph.generate.names import REGIONS
from graph.generate.opens import CAMPAIGNS
from graph.generate.people import People
from graph.generate.shop import Shop
from graph.generate.strands import CHANNELS, SURFACES, VARIANTS, Strands
from graph.generate.tables import (
    Cents,
    Coded,
    Counted,
    Flagged,
    Measured,
    Moments,
    Numbered,
    Table,
    Words,
    constant,
    width,
    words,
)
from graph.generate.visits import queries

FIRST = (Kind.SIGNUP, Kind.TIE, Kind.SHARE, Kind.EXPOSURE, Kind.OPEN)
"""Kinds that come before the others of the same second, in this order."""

NOTICE = "privacy notice 2025-09"


@dataclass(frozen=True, slots=True)
class Keys:
    """Every key of a person. words: accounts first, then strangers, then former keys, then browsers. former:
    person → place of the key used before the account, −1 for none. visitors: which words are visitors' keys.
    browser: place of the first browser's key.
    """

    words: Words
    former: Codes
    visitors: Flags
    browser: int

    def at(self, people: People, person: Codes, at: Ints) -> Codes:
        """The key under which each person (−1: nobody) was known at that moment."""
        early = (at < people.joins[person]) & (person >= 0)
        return np.where(early & (self.former[person] >= 0), self.former[person], person)


@dataclass(frozen=True, slots=True)
class Woven:
    """The log, and the columns that only truth may tell, row by row the same. share_rank: share → its number
    by time.
    """

    events: Table
    kind: NDArray[np.int8]
    share: Codes
    cause: NDArray[np.int8]
    trial: Codes
    buys: NDArray[np.float32]
    share_rank: Ints
    keys: Keys

    def share_ids(self, shares: Ints | Codes) -> Numbered:
        """The ids of shares by their numbers; −1 stays not said."""
        told: Numbered = self.events["id"]  # type: ignore[assignment]
        ranks = np.where(shares >= 0, self.share_rank[shares] * 2 + 1, -1)
        return Numbered(ranks, told.letters, told.width)


def keys(people: People, browsers: int) -> Keys:
    """The keys of all people; visitors and earlier accounts are numbered apart."""
    n, accounts = len(people), people.accounts
    renamed = np.flatnonzero(people.joins[:accounts] > people.joins[:accounts].min())
    moved = people.moved[renamed]
    digits = width(n + browsers, 6)
    former = np.full(n, -1, dtype=np.int32)
    former[renamed] = n + np.arange(len(renamed))
    strangers = n - accounts
    guests = np.cumsum(~moved) + strangers
    early = [
        f"g{e:0{digits}d}" if m else f"v{g:0{digits}d}"
        for m, g, e in zip(moved, guests, np.cumsum(moved), strict=True)
    ]
    taken = strangers + int((~moved).sum())
    all_words = (
        [f"u{i + 1:0{digits}d}" for i in range(accounts)]
        + [f"v{i + 1:0{digits}d}" for i in range(strangers)]
        + early
        + [f"v{taken + i + 1:0{digits}d}" for i in range(browsers)]
    )
    found = words(*all_words)
    visitors = np.ones(len(found), dtype=bool)
    visitors[:accounts] = False
    visitors[n : n + len(renamed)] = ~moved
    return Keys(found, former, visitors, n + len(renamed))


def weave(shop: Shop, strands: Strands) -> Woven:
    """The log of the strands: exactly the model's number of events, the earliest where there are more."""
    order = _order(strands)[: shop.model.events]

    def column(name: str) -> NDArray[np.signedinteger]:
        return strands.column(name)[order]  # type: ignore[return-value]

    kind, at, person, share = column("kind"), column("at"), column("person"), column("share")
    visitor = column("visitor")
    known = keys(shop.people, int(visitor.max(initial=-1)) + 1)
    made = np.flatnonzero(kind == Kind.SHARE)
    rank = np.zeros(int(strands.column("share").max(initial=-1)) + 1, dtype=np.int64)
    rank[share[made]] = np.arange(len(made))
    share_at = np.zeros(len(rank), dtype=np.int64)
    share_at[share[made]] = at[made]
    digits = width(len(order), 6)
    actor = known.at(shop.people, person, at)
    hidden = known.visitors[actor] | (visitor >= 0) & (kind == Kind.OPEN)
    beside = np.where(visitor >= 0, known.browser + visitor, np.where(known.visitors[actor], actor, -1))
    beside = np.where(kind == Kind.SIGNUP, _former(shop, known, kind, at, person), beside)
    linked = (column("sharer") >= 0) & (kind == Kind.OPEN)

    def told_share(shares: Codes, where: Flags) -> Numbered:
        return Numbered(np.where(where & (shares >= 0), rank[shares] * 2 + 1, -1), "es", digits)

    events: Table = {
        "id": Numbered(
            np.where(kind == Kind.SHARE, rank[share] * 2 + 1, np.arange(len(order)) * 2), "es", digits
        ),
        "kind": Coded(kind, words("", *(k.name for k in Kind))),
        "at": Moments(at),
        "user": Coded(np.where(hidden, -1, actor), known.words),
        "visitor": Coded(beside, known.words),
        "product": Numbered(column("product"), "p", width(len(shop.catalogue), 5)),
        "share": told_share(share, (kind != Kind.SHARE) & ~linked),
        "sharer": Coded(
            np.where(linked, known.at(shop.people, column("sharer"), share_at[share]), -1), known.words
        ),
        "parentShare": told_share(column("parent"), kind == Kind.SHARE),
        "recipient": Coded(known.at(shop.people, column("recipient"), at), known.words),
        "other": Coded(known.at(shop.people, column("other"), at), known.words),
        "order": Numbered(column("order"), "o", digits),
        "quantity": Counted(column("quantity")),
        "amount": Cents(column("cents")),
        "currency": constant("CNY", column("cents") >= 0),
        "surface": Coded(column("surface"), words(*SURFACES)),
        "rank": Counted(column("rank")),
        "propensity": Measured(strands.column("propensity")[order]),  # type: ignore[arg-type]
        "variant": Coded(column("variant"), words(*VARIANTS)),
        "rating": Counted(column("rating")),
        "query": Coded(column("query"), words(*queries(shop))),
        "channel": Coded(column("channel"), words(*CHANNELS)),
        "campaign": Coded(column("campaign"), words(*CAMPAIGNS)),
        "incentive": Cents(column("incentive")),
        "incentiveCurrency": constant("CNY", column("incentive") >= 0),
        "device": Numbered(column("device"), "d", width(len(shop.people), 6)),
        "region": Coded(column("region"), words(*REGIONS)),
        "verdict": Coded(column("verdict"), words("", *(v.name for v in Verdict))),
        **_consents(column("consent")),
    }
    buys: NDArray[np.float32] = strands.column("buys")[order]  # type: ignore[assignment]
    return Woven(
        events, kind.astype(np.int8), share.astype(np.int32), column("cause").astype(np.int8),
        column("trial").astype(np.int32), buys, rank, known,
    )  # fmt: skip


def _order(strands: Strands) -> Ints:
    """The strands' events by second, by kind, and as they came."""
    rank = np.full(max(Kind) + 1, len(FIRST), dtype=np.int64)
    rank[list(FIRST)] = np.arange(len(FIRST))
    at: Ints = strands.column("at")  # type: ignore[assignment]
    return np.argsort(at * (len(FIRST) + 1) + rank[strands.column("kind")], kind="stable")


def _former(shop: Shop, known: Keys, kind: NDArray[np.signedinteger], at: Ints, person: Codes) -> Codes:
    """For SIGNUP events the key that the new account takes over, −1 where the shop could not tell or there
    was nothing before.
    """
    people = shop.people
    before = active_before_joining(people, person, at)
    told = before & (people.identified | people.moved)
    return np.where((kind == Kind.SIGNUP) & told[person], known.former[person], -1)


def _consents(consent: NDArray[np.signedinteger]) -> Table:
    """The four purposes and the notice, said in CONSENT events alone."""
    names = ("personalisation", "namedToFriends", "location", "research")
    said = consent >= 0
    flags = {n: Flagged(np.where(said, consent >> i & 1, -1).astype(np.int8)) for i, n in enumerate(names)}
    return {**flags, "notice": constant(NOTICE, said)}
