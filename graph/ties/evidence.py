"""What ties rest on: acts of one person on another, and what they still amount to."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.lineage import last_opened
from graph.log import NONE
from graph.purchases import purchases
from graph.snapshot import Snapshot
from graph.timeline import Rows

HALF_LIFE = timedelta(days=90)
"""After three months an open counts half."""

OPENED, PASSED_ON, BOUGHT, FOLLOWED, ANSWERED = 1.0, 0.5, 2.0, 1.0, 0.2
"""Evidence of one act. Passing on counts beside the open it implies; a follow does not decay while it stands;
ANSWERED is the share of the reverse tie's evidence that counts for this one."""

SPOKEN = {"mention": 0.3, "reply": 0.5}
"""TIE events on these channels are single acts of attention: they decay and add up, unlike a follow."""

FORGETTABLE = 1e-9
"""Evidence that is rounding: what was added is taken away again."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Own evidence of pairs (source · n + target), rising: (standing, fading), shape (2, pairs), and the last
    act's time.
    """

    pair: NDArray[np.int64]
    amount: NDArray[np.float64]
    last_at: NDArray[np.int64]

    def of(self, pairs: NDArray[np.int64]) -> NDArray[np.float64]:
        """The amounts of these pairs, zero for those without."""
        at, found = self._places(pairs)
        return np.where(found, self.amount[:, at], 0.0) if len(self.pair) else np.zeros((2, len(pairs)))

    def last_of(self, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
        """The last acts of these pairs, −1 for those without."""
        at, found = self._places(pairs)
        return np.where(found, self.last_at[at], -1) if len(self.pair) else np.full(len(pairs), -1)

    def minus(self, other: "Evidence") -> "Evidence":
        """What is here and not there, of the pairs in which the two differ."""
        pairs = np.union1d(self.pair, other.pair)
        amount = self.of(pairs) - other.of(pairs)
        moved = (np.abs(amount).max(axis=0) > FORGETTABLE) | (self.last_of(pairs) != other.last_of(pairs))
        return Evidence(pairs[moved], amount[:, moved], self.last_of(pairs)[moved])

    def _places(self, pairs: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        at = np.minimum(np.searchsorted(self.pair, pairs), max(len(self.pair) - 1, 0))
        return at, (self.pair[at] == pairs) if len(self.pair) else np.zeros(len(pairs), np.bool_)


def evidence(acts: "Acts", n: int) -> Evidence:
    """What acts amount to, pair by pair, among n people."""
    pair, place = np.unique(acts.source.astype(np.int64) * n + acts.target, return_inverse=True)
    stands = ~acts.fades
    parts = [np.bincount(place, np.where(part, acts.evidence, 0.0), len(pair)) for part in (stands, ~stands)]
    last_at = np.full(len(pair), -1, np.int64)
    np.maximum.at(last_at, place, acts.at)
    return Evidence(pair, np.stack(parts), last_at)


@dataclass(frozen=True, slots=True, eq=False)
class Acts:
    """Acts of `target` on `source`, each with the evidence it still is. fades: whether time takes from it;
    what stands says nothing of when, and has at −1.
    """

    source: Rows
    target: Rows
    evidence: NDArray[np.float64]
    at: NDArray[np.int64]
    fades: NDArray[np.bool_]

    @classmethod
    def of(cls, snapshot: Snapshot, half_life: timedelta) -> "Acts":
        """Every act that a snapshot tells of, decayed to its newest event."""
        parts = [*_on_shares(snapshot), *_follows(snapshot)]
        source, target, weight, at, decays = (np.concatenate(column) for column in zip(*parts, strict=True))
        age = np.where(decays, (snapshot.as_of - at) / (half_life.total_seconds() * 1e6), 0.0)
        kept = (source != target) & (source != NONE) & (target != NONE)
        at, weight = np.where(decays, at, -1), weight * np.exp2(-age)
        return cls(source[kept], target[kept], weight[kept], at[kept], decays[kept])


Part = tuple[Rows, Rows, NDArray[np.float64], NDArray[np.int64], NDArray[np.bool_]]


def _part(source: Rows, target: Rows, weight: NDArray[np.float64] | float, at: NDArray[np.int64]) -> Part:
    return source, target, np.broadcast_to(weight, len(at)).astype(np.float64), at, np.ones(len(at), np.bool_)


def _on_shares(snapshot: Snapshot) -> list[Part]:
    events, shares = snapshot.events, snapshot.shares
    sharer = shares.person
    opens = events.rows(Kind.OPEN)
    shared = events.share[events.rows(Kind.SHARE)]
    passed = shared[shares.parent[shared] != NONE]
    bought = purchases(events).event
    through = np.where(
        events.share[bought] != NONE,
        events.share[bought],
        last_opened(events, bought, shares.at, shares.parent),
    )
    bought, through = bought[through != NONE], through[through != NONE]
    return [
        _part(sharer[events.share[opens]], events.person[opens], OPENED, events.at[opens]),
        _part(sharer[shares.parent[passed]], sharer[passed], PASSED_ON, shares.at[passed]),
        _part(sharer[through], events.person[bought], BOUGHT, events.at[bought]),
    ]


def _follows(snapshot: Snapshot) -> list[Part]:
    events = snapshot.events
    said_by = {snapshot.words.row(word): weight for word, weight in SPOKEN.items()}
    spoken = {code: weight for code, weight in said_by.items() if code is not None}
    weight_by_channel = np.zeros(len(snapshot.words) + 1)
    weight_by_channel[list(spoken)] = list(spoken.values())
    said = events.rows(Kind.TIE, Kind.UNTIE)
    weight = weight_by_channel[events.channel[said]]
    spoke = said[(weight > 0) & (events.kind[said] == Kind.TIE)]
    stands = said[weight == 0]
    order = stands[np.lexsort((stands, events.other[stands], events.person[stands]))]
    last = np.ones(len(order), np.bool_)
    last[:-1] = (np.diff(events.person[order]) != 0) | (np.diff(events.other[order]) != 0)
    follows = order[last & (events.kind[order] == Kind.TIE)]
    source, target, follow_weight, at, decays = _part(
        events.other[follows], events.person[follows], FOLLOWED, events.at[follows]
    )
    spoken_weight = weight_by_channel[events.channel[spoke]]
    return [
        (source, target, follow_weight, at, ~decays),
        _part(events.other[spoke], events.person[spoke], spoken_weight, events.at[spoke]),
    ]
