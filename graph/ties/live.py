"""Ties of which some are newer than the last fit."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph.kernels.bisection import cells
from graph.log import NONE
from graph.snapshot import Snapshot
from graph.ties.evidence import ANSWERED, FORGETTABLE, HALF_LIFE, Acts, evidence
from graph.ties.table import NOBODY, Tie, Ties, strength
from graph.timeline import Rows


@dataclass(frozen=True, slots=True, eq=False)
class LiveTies:
    """Ties of which some are newer than the rest; everything as in `Ties`.

    base: the ties of the last fit, whose fading evidence has faded by `fade` since. fresh: changed and new
    ones, by (source, target); their positions come after those of `base`. by_target: the fresh ones by
    (target, source). gone: the ties of `base` that are no more, or stand in `fresh`, rising.
    """

    base: Ties
    fresh: Ties
    by_target: NDArray[np.intp]
    fade: float
    gone: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.base) + len(self.fresh) - len(self.gone)

    def friends(self, person: int) -> NDArray[np.int64]:
        """Positions of the ties into a person, strongest first."""
        low, high = np.searchsorted(self.fresh.target[self.by_target], [person, person + 1])
        positions = self._now(self.base.friends(person), self.by_target[low:high])
        return self._strongest_first(positions, self._column("source", positions))

    def listeners(self, person: int) -> NDArray[np.int64]:
        """Positions of the ties out of a person, strongest first."""
        low, high = np.searchsorted(self.fresh.source, [person, person + 1])
        positions = self._now(self.base.listeners(person), np.arange(low, high))
        return self._strongest_first(positions, self._column("target", positions))

    def into(self, person: int, first: int | None = None) -> tuple[Rows, NDArray[np.float64]]:
        """Whose shares reach a person and how strongly, strongest first; the `first` of them."""
        positions = self.friends(person)[:first]
        return self._column("source", positions).astype(np.int32), self.strength_of(positions)

    def strength_of(self, positions: NDArray[np.int64]) -> NDArray[np.float64]:
        """The strengths of some ties, as of the newest event."""
        fade = np.where(positions < len(self.base), self.fade, 1.0)
        return strength(self._column("standing", positions) + self._column("fading", positions) * fade)

    def between(self, positions: NDArray[np.int64]) -> tuple[Rows, Rows]:
        """The sources and the targets of some ties."""
        source, target = (self._column(name, positions) for name in ("source", "target"))
        return source.astype(np.int32), target.astype(np.int32)

    def tie(self, position: int) -> Tie:
        """One tie as a value."""
        behind = position - len(self.base)
        tie = self.base.tie(position) if behind < 0 else self.fresh.tie(behind)
        return replace(tie, strength=float(self.strength_of(np.array([position]))[0]))

    def _now(self, old: NDArray[np.int64], fresh: NDArray[np.intp]) -> NDArray[np.int64]:
        """The positions of some old ties, those that are gone left out, and of some fresh ones."""
        place = np.searchsorted(self.gone, old)
        stays = np.append(self.gone, NONE)[place] != old
        return np.concatenate([old[stays], fresh + len(self.base)])

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


def live_ties(
    base: Ties, before: Snapshot, now: Snapshot, renewed: NDArray[np.bool_], fade: float
) -> LiveTies:
    """The ties after some people's events changed.

    before, now: snapshots of all events of the people who are `renewed`, shape (people,), as they were at the
    fit and as they are, both as of now. Every act on a tie is one of its target's, so the difference of the
    two is all that changed.
    """
    n = len(now.people)
    old, new = (evidence(Acts.of(part, HALF_LIFE), n) for part in (before, now))
    gained = new.minus(old)
    pairs = np.union1d(gained.pair, gained.pair % n * n + gained.pair // n)
    source, target = pairs // n, pairs % n
    known = cells(base.indptr, base.target, source, target)
    held = known >= 0
    standing, fading = gained.of(pairs) + ANSWERED * gained.of(target * n + source)
    standing[held] += base.standing[known[held]]
    fading[held] += base.fading[known[held]] * fade
    alpha, beta = base.prior[np.where(new.of(pairs).any(axis=0), 0, 1)].T.copy()
    alpha[held], beta[held] = base.alpha[known[held]], base.beta[known[held]]
    seen = np.full(len(pairs), float(base.seen.mean()) if len(base) else 1.0)
    seen[held] = base.seen[known[held]]
    last_at = new.last_of(pairs)
    untouched = held & ~renewed[target]
    last_at[untouched] = base.last_at[known[untouched]]
    kept = standing + fading > FORGETTABLE
    fresh = Ties(
        indptr=NOBODY,
        source=source[kept].astype(np.int32),
        target=target[kept].astype(np.int32),
        standing=standing[kept],
        fading=fading[kept],
        alpha=alpha[kept],
        beta=beta[kept],
        seen=seen[kept],
        last_at=last_at[kept],
        in_indptr=NOBODY,
        in_ties=NOBODY,
        out_ties=NOBODY,
        prior=base.prior,
        learned_by=base.learned_by,
    )
    return LiveTies(base, fresh, np.argsort(fresh.target, kind="stable"), fade, np.sort(known[held]))
