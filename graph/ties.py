"""Who reaches whom, how strongly, and how likely.

A tie A→B means that what A shares reaches B. It exists where B opened, passed on or bought through a share of
A's, where B follows A, or where the reverse holds (people who share with each other answer each other). Two
numbers stand on it:

strength in [0, 1) is decayed evidence, 1 − exp(−e / 2) for e = Σ weight · 2^(−age / half-life): one fresh
open gives 0.39, five give 0.92. transmission is the chance that a share by A makes B open it, a Beta
posterior. Its trials are A's shares after B's first open of one (before that nobody knows whether B could see
them), its successes those that B opened; all ties share one prior, fitted by moments.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from graph.estimate import Estimate
from graph.events import Kind
from graph.kernels.jit import njit
from graph.lineage import last_opened
from graph.log import NONE
from graph.snapshot import Snapshot
from graph.timeline import Rows

HALF_LIFE = timedelta(days=90)
"""After three months an open counts half."""

OPENED, PASSED_ON, BOUGHT, FOLLOWED, ANSWERED = 1.0, 0.5, 2.0, 1.0, 0.2
"""Evidence of one act. Passing on counts beside the open it implies; a follow does not decay while it stands;
ANSWERED is the share of the reverse tie's evidence that counts for this one."""

SPOKEN = {"mention": 0.3, "reply": 0.5}
"""TIE events on these channels are single acts of attention: they decay and add up, unlike a follow."""

SATURATION = 2.0


@dataclass(frozen=True, slots=True)
class Tie:
    """One tie source→target. last_active_at: µs of the target's last act on it, None for a bare follow."""

    source: int
    target: int
    strength: float
    transmission: Estimate
    last_active_at: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Ties:
    """m ties among n people, sorted by (source, target).

    indptr: (n + 1,), the ties of a source. standing, fading: (m,), the evidence that stands and the evidence
    that decays, as of the snapshot's newest event. alpha, beta: (m,), the posterior of transmission. last_at:
    (m,), µs, −1 never. in_indptr, in_ties: positions of the ties into each person,
    strongest first, then by source. out_ties: the same for the ties out of each person, then by target.
    """

    indptr: NDArray[np.int64]
    source: Rows
    target: Rows
    standing: NDArray[np.float64]
    fading: NDArray[np.float64]
    alpha: NDArray[np.float64]
    beta: NDArray[np.float64]
    last_at: NDArray[np.int64]
    in_indptr: NDArray[np.int64]
    in_ties: NDArray[np.int64]
    out_ties: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.source)

    @property
    def strength(self) -> NDArray[np.float64]:
        """In [0, 1), shape (m,)."""
        return strength(self.standing + self.fading)

    @property
    def transmission(self) -> NDArray[np.float64]:
        """Posterior means, shape (m,)."""
        return self.alpha / (self.alpha + self.beta)

    def friends(self, person: int) -> NDArray[np.int64]:
        """Positions of the ties into a person (whose shares reach them), strongest first."""
        return self.in_ties[self.in_indptr[person] : self.in_indptr[person + 1]]

    def listeners(self, person: int) -> NDArray[np.int64]:
        """Positions of the ties out of a person (whom their shares reach), strongest first."""
        return self.out_ties[self.indptr[person] : self.indptr[person + 1]]

    def into(self, person: int, first: int | None = None) -> tuple[Rows, NDArray[np.float64]]:
        """Whose shares reach a person and how strongly, strongest first; the `first` of them."""
        positions = self.friends(person)[:first]
        return self.source[positions], strength(self.standing[positions] + self.fading[positions])

    def tie(self, position: int) -> Tie:
        """One tie as a value."""
        last_at = int(self.last_at[position])
        return Tie(
            source=int(self.source[position]),
            target=int(self.target[position]),
            strength=float(strength(self.standing[position] + self.fading[position])),
            transmission=Estimate.of_beta(float(self.alpha[position]), float(self.beta[position])),
            last_active_at=None if last_at < 0 else last_at,
        )


@dataclass(frozen=True, slots=True, eq=False)
class LiveTies:
    """Ties of which some are newer than the rest; everything as in `Ties`.

    base: the ties of the last fit, whose fading evidence has faded by `fade` since. fresh: changed and new
    ones, in no order; their positions come after those of `base`. arriving, leaving: for each person of whom
    a tie changed, the positions of all their ties.
    """

    base: Ties
    fresh: Ties
    arriving: dict[int, NDArray[np.int64]]
    leaving: dict[int, NDArray[np.int64]]
    fade: float

    def friends(self, person: int) -> NDArray[np.int64]:
        """Positions of the ties into a person, strongest first."""
        positions = self.arriving.get(person)
        if positions is None:
            positions = self.base.friends(person) if person < len(self.base.in_indptr) - 1 else NOBODY
        return self._strongest_first(positions, self._column("source", positions))

    def listeners(self, person: int) -> NDArray[np.int64]:
        """Positions of the ties out of a person, strongest first."""
        positions = self.leaving.get(person)
        if positions is None:
            positions = self.base.listeners(person) if person < len(self.base.indptr) - 1 else NOBODY
        return self._strongest_first(positions, self._column("target", positions))

    def into(self, person: int, first: int | None = None) -> tuple[Rows, NDArray[np.float64]]:
        """Whose shares reach a person and how strongly, strongest first; the `first` of them."""
        positions = self.friends(person)[:first]
        return self._column("source", positions).astype(np.int32), self.strength_of(positions)

    def strength_of(self, positions: NDArray[np.int64]) -> NDArray[np.float64]:
        """The strengths of some ties, as of the newest event."""
        fade = np.where(positions < len(self.base), self.fade, 1.0)
        return strength(self._column("standing", positions) + self._column("fading", positions) * fade)

    def tie(self, position: int) -> Tie:
        """One tie as a value."""
        behind = position - len(self.base)
        tie = self.base.tie(position) if behind < 0 else self.fresh.tie(behind)
        return replace(tie, strength=float(self.strength_of(np.array([position]))[0]))

    def _column(self, name: str, positions: NDArray[np.int64]) -> NDArray[np.float64]:
        old, new = getattr(self.base, name), getattr(self.fresh, name)
        found = np.empty(len(positions), old.dtype)
        behind = positions >= len(self.base)
        found[~behind], found[behind] = old[positions[~behind]], new[positions[behind] - len(self.base)]
        return found

    def _strongest_first(
        self, positions: NDArray[np.int64], others: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        return positions[np.lexsort((others, -self.strength_of(positions)))]


NOBODY = np.empty(0, np.int64)


def strength(evidence: NDArray[np.float64]) -> NDArray[np.float64]:
    """What evidence amounts to, in [0, 1)."""
    return np.asarray(-np.expm1(-evidence / SATURATION))


def ties(snapshot: Snapshot, *, half_life: timedelta = HALF_LIFE) -> Ties:
    """Every tie that a snapshot gives evidence of, as of its newest event.

    Noise, opens of one's own shares and people tied to themselves give none. Forgotten people keep theirs: a
    blank has no name, but the cascades that ran through it did.
    """
    n = len(snapshot.people)
    acts = _Acts.of(snapshot, half_life)
    pair, place = np.unique(acts.source.astype(np.int64) * n + acts.target, return_inverse=True)
    stands = acts.at < 0
    evidence = np.stack(
        [np.bincount(place, np.where(part, acts.evidence, 0.0), len(pair)) for part in (stands, ~stands)]
    )
    last_at = np.full(len(pair), -1, np.int64)
    np.maximum.at(last_at, place, acts.at)
    both = np.union1d(pair, pair % n * n + pair // n) if n else pair
    known = np.searchsorted(both, pair)
    own, last = np.zeros((2, len(both))), np.full(len(both), -1, np.int64)
    own[:, known], last[known] = evidence, last_at
    reverse = np.searchsorted(both, both % n * n + both // n) if n else known
    standing, fading = own + ANSWERED * own[:, reverse]
    source, target = (both // n).astype(np.int32), (both % n).astype(np.int32)
    trials, successes = _trials(snapshot, source, target)
    alpha, beta = _posterior(trials, successes)
    indptr = np.searchsorted(source, np.arange(n + 1)).astype(np.int64)
    weaker = -strength(standing + fading)
    in_ties, out_ties = np.lexsort((source, weaker, target)), np.lexsort((target, weaker, source))
    in_indptr = np.searchsorted(target[in_ties], np.arange(n + 1)).astype(np.int64)
    return Ties(indptr, source, target, standing, fading, alpha, beta, last, in_indptr, in_ties, out_ties)


@dataclass(frozen=True, slots=True, eq=False)
class _Acts:
    """Acts of `target` on `source`, each with the evidence it still is; at −1 where it says nothing of
    when.
    """

    source: Rows
    target: Rows
    evidence: NDArray[np.float64]
    at: NDArray[np.int64]

    @classmethod
    def of(cls, snapshot: Snapshot, half_life: timedelta) -> "_Acts":
        parts = [*_on_shares(snapshot), *_follows(snapshot)]
        source, target, weight, at, decays = (np.concatenate(column) for column in zip(*parts, strict=True))
        age = np.where(decays, (snapshot.as_of - at) / (half_life.total_seconds() * 1e6), 0.0)
        kept = (source != target) & (source != NONE) & (target != NONE)
        return cls(source[kept], target[kept], (weight * np.exp2(-age))[kept], np.where(decays, at, -1)[kept])


Part = tuple[Rows, Rows, NDArray[np.float64], NDArray[np.int64], NDArray[np.bool_]]


def _part(source: Rows, target: Rows, weight: NDArray[np.float64] | float, at: NDArray[np.int64]) -> Part:
    return source, target, np.broadcast_to(weight, len(at)).astype(np.float64), at, np.ones(len(at), np.bool_)


def _on_shares(snapshot: Snapshot) -> list[Part]:
    events, shares = snapshot.events, snapshot.shares
    sharer = shares.person
    opens = events.rows(Kind.OPEN)
    shared = events.share[events.rows(Kind.SHARE)]
    passed = shared[shares.parent[shared] != NONE]
    bought = events.rows(Kind.PURCHASE)
    through = np.where(
        events.share[bought] != NONE, events.share[bought], last_opened(events, bought, shares.at)
    )
    bought, through = bought[through != NONE], through[through != NONE]
    return [
        _part(sharer[events.share[opens]], events.person[opens], OPENED, events.at[opens]),
        _part(sharer[shares.parent[passed]], sharer[passed], PASSED_ON, shares.at[passed]),
        _part(sharer[through], events.person[bought], BOUGHT, events.at[bought]),
    ]


def _follows(snapshot: Snapshot) -> list[Part]:
    events = snapshot.events
    spoken = {code: SPOKEN[word] for code, word in enumerate(snapshot.words) if word in SPOKEN}
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


def _trials(snapshot: Snapshot, source: Rows, target: Rows) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each tie the source's shares after the target's first open of one (all of them where there was
    none), and how many of those shares the target opened.
    """
    events, shares = snapshot.events, snapshot.shares
    n = len(snapshot.people)
    sharer, shared_at = shares.person, shares.at
    by_sharer = np.lexsort((shared_at, sharer))
    indptr = np.searchsorted(sharer[by_sharer], np.arange(n + 1))
    opens = events.rows(Kind.OPEN)
    opens = opens[~events.own[opens]]
    pair = sharer[events.share[opens]].astype(np.int64) * n + events.person[opens]
    order = np.lexsort((events.at[opens], events.share[opens], pair))
    tie = np.searchsorted(source.astype(np.int64) * n + target, pair[order])
    return _count_trials(
        source,
        tie,
        events.share[opens][order],
        events.at[opens][order],
        shared_at,
        indptr,
        shared_at[by_sharer],
    )


@njit
def _count_trials(
    source: Rows,
    tie: NDArray[np.int64],
    share: Rows,
    at: NDArray[np.int64],
    shared_at: NDArray[np.int64],
    indptr: NDArray[np.int64],
    times: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    first = np.full(len(source), np.iinfo(np.int64).max, np.int64)
    for i in range(len(tie)):
        first[tie[i]] = min(first[tie[i]], at[i])
    trials = np.zeros(len(source), np.int64)
    successes = np.zeros(len(source), np.int64)
    for t in range(len(source)):
        low, high = indptr[source[t]], indptr[source[t] + 1]
        if first[t] == np.iinfo(np.int64).max:
            trials[t] = high - low
        else:
            trials[t] = high - low - np.searchsorted(times[low:high], first[t], side="right")
    for i in range(len(tie)):
        again = i > 0 and tie[i] == tie[i - 1] and share[i] == share[i - 1]
        if not again and shared_at[share[i]] > first[tie[i]]:
            successes[tie[i]] += 1
    return trials, successes


def _posterior(
    trials: NDArray[np.int64], successes: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Beta posteriors under one prior whose mean and weight are fitted by moments (Kleinman 1973).

    The prior weighs between 2 and 200 trials; without any trial it is Beta(0.1, 1.9).
    """
    tried = trials > 0
    total = float(trials.sum())
    mean = min(max(float(successes.sum()) / total, 1e-4), 1 - 1e-4) if total else 0.05
    weight = 2.0
    if tried.sum() > 1:
        counts = trials[tried].astype(np.float64)
        rate = successes[tried] / counts
        spread = float(np.sum(counts * (rate - mean) ** 2))
        k = int(tried.sum())
        chance = mean * (1 - mean)
        between = (spread - chance * (k - 1)) / max(total - float(np.sum(counts**2)) / total, 1e-12)
        weight = min(max(chance / between - 1, 2.0), 200.0) if between > 0 else 200.0
    alpha = np.asarray(mean * weight + successes, np.float64)
    return alpha, np.asarray((1 - mean) * weight + (trials - successes), np.float64)
