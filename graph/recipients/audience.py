"""Who is most likely to want a product, of everybody.

Each person is asked about as if the one they listen to most shared it with them; who listens to nobody, as if
a stranger did. Those worth asking are found by two passes over arrays, the strongest tie into each person and
the openings of the product's category and brand; the likeliest `POOL` of them are counted pair by pair like
any recipient.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from graph.communities import Partition
from graph.errors import UnknownKey, unknown_word
from graph.log import NONE
from graph.recipients.model import FACTORS, pairs
from graph.recipients.rank import Asking, described
from graph.recipients.reasons import Recipient
from graph.snapshot import Snapshot
from graph.ties import LiveTies, Ties
from graph.timeline import Events, Rows

POOL = 1_000
"""People counted pair by pair; the list ends there."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class AudienceFilter:
    """Who may be listed. region: as said of people. community: an id. active_since: µs; who did anything
    since. exclude: rows.
    """

    region: str | None = None
    community: int | None = None
    active_since: int | None = None
    exclude: frozenset[int] = frozenset()


EVERYBODY = AudienceFilter()


def listable(
    snapshot: Snapshot, partition: Partition, since: Sequence[Events], chosen: AudienceFilter, placed: Mask
) -> Mask:
    """Who passes a filter, (people,). since: where acts are looked for, each in order of time. placed:
    (people,), who allows their place to be used; whoever does not lives in no region.

    UnknownKey for a region where nobody lives and a community that there is not: a list of nobody would look
    like an answer.
    """
    people = snapshot.people
    may = np.ones(len(people), np.bool_)
    if chosen.region is not None:
        may &= people.regions.equal(chosen.region) & placed
        if not chosen.region or not may.any():
            told = compress(people.regions, placed.tolist())
            raise unknown_word(f"filter.region: nobody lives in {chosen.region!r:.80}", told)
    if chosen.community is not None:
        position = partition.position(chosen.community)
        if position is None:
            raise UnknownKey("filter.community: no community has this id now; take one from `communities`")
        may &= partition.labels == position
    if chosen.active_since is not None:
        active = np.zeros(len(people), np.bool_)
        for events in since:
            late = events.person[np.searchsorted(events.at, chosen.active_since) :]
            active[late[late != NONE]] = True
        may &= active
    may[list(chosen.exclude)] = False
    return may


def audience(
    asking: Asking, ties: Ties | LiveTies, product: int, among: Mask, *, limit: int = POOL
) -> tuple[Recipient, ...]:
    """The people likeliest to open a product; best first, at most `limit` and `POOL`, equals by row.

    among: (people,), who may be listed; who allows no personal answer is not. With a delta, the pool is that
    of the fit; what is said of its members is new.
    """
    likely = _pool(asking, ties, product, among & asking.personal)
    friend = _strongest(ties, asking.personal)[likely]
    sharers, question = np.unique(friend, return_inverse=True)
    order = np.argsort(question, kind="stable")
    indptr = np.searchsorted(question[order], np.arange(len(sharers) + 1)).astype(np.int64)
    found = pairs(
        asking.history,
        sharers.astype(np.int32),
        np.full(len(sharers), product, np.int32),
        np.full(len(sharers), asking.before, np.int64),
        also=(indptr, likely[order]),
        most=POOL,
    )
    key, wanted = (
        asked.astype(np.int64) * len(among) + people
        for asked, people in ((found.question, found.people), (question, likely))
    )
    rows = np.flatnonzero(np.isin(key, wanted))
    terms = asking.model.terms(found.counts[rows])
    best = np.lexsort((found.people[rows], -asking.model.log_odds(terms)))[:limit]
    rows, terms = rows[best], terms[best]
    who = sharers[found.question[rows]].astype(np.int32), found.people[rows]
    return described(asking, product, who, found.counts[rows], terms)


def _pool(asking: Asking, ties: Ties | LiveTies, product: int, among: Mask) -> Rows:
    """The likeliest by the strength of their strongest tie and by what they opened of the product's like."""
    acts, people = asking.history.base, len(among)
    strength = np.zeros(people)
    base = ties.base if isinstance(ties, LiveTies) else ties
    into = np.flatnonzero(np.diff(base.in_indptr))
    strongest = base.in_ties[base.in_indptr[into]]
    strength[into] = (base.standing + base.fading)[strongest]
    score = np.log(0.01 + strength)
    exponents = dict(zip(FACTORS, asking.model.exponents.tolist(), strict=True))
    for name, trait in (("category", asking.history.category), ("brand", asking.history.brand)):
        if trait[product] != NONE:
            like = acts.target[(acts.product != NONE) & (trait[acts.product] == trait[product])]
            score += exponents[name] * np.log1p(np.bincount(like, minlength=people))
    able = np.flatnonzero(among)
    if len(able) > POOL:
        able = able[np.argpartition(-score[able], POOL)[:POOL]]
    return np.sort(able).astype(np.int32)


def _strongest(ties: Ties | LiveTies, personal: Mask) -> Rows:
    """Whose shares reach each person most strongly; −1 for nobody's, or for somebody not to be spoken of."""
    base = ties.base if isinstance(ties, LiveTies) else ties
    friend = np.full(len(personal), NONE, np.int32)
    into = np.flatnonzero(np.diff(base.in_indptr))
    friend[into] = base.source[base.in_ties[base.in_indptr[into]]]
    return np.where((friend != NONE) & personal[friend], friend, NONE).astype(np.int32)
