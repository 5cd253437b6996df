"""Ties of which some are newer than the last fit."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph.snapshot import Snapshot
from graph.ties.evidence import ANSWERED, FORGETTABLE, HALF_LIFE, Acts, evidence
from graph.ties.table import NOBODY, Tie, Ties, strength
from graph.timeline import Rows


@dataclass(frozen=True, slots=True, eq=False)
class LiveTies:
    """Ties of which some are newer than the rest; everything as in `Ties`.

    base: the ties of the last fit, whose fading evidence has faded by `fade` since. fresh: changed and new
    ones, in no order; their positions come after those of `base`. arriving, leaving: for each person of whom
    a tie changed, the positions of all their ties.
    gone: ties of `base` that are no more, or stand in `fresh`.
    """

    base: Ties
    fresh: Ties
    arriving: dict[int, NDArray[np.int64]]
    leaving: dict[int, NDArray[np.int64]]
    fade: float
    gone: int

    def __len__(self) -> int:
        return len(self.base) + len(self.fresh) - self.gone

    def friends(self, person: int) -> NDArray[np.int64]:
        """Positions of the ties into a person, strongest first."""
        positions = self.arriving.get(person)
        if positions is None:
            positions = self.base.friends(person)
        return self._strongest_first(positions, self._column("source", positions))

    def listeners(self, person: int) -> NDArray[np.int64]:
        """Positions of the ties out of a person, strongest first."""
        positions = self.leaving.get(person)
        if positions is None:
            positions = self.base.listeners(person)
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
    known = np.array([base.position(int(s), int(t)) for s, t in zip(source, target, strict=True)], np.int64)
    held = known >= 0
    standing, fading = gained.of(pairs) + ANSWERED * gained.of(target * n + source)
    standing[held] += base.standing[known[held]]
    fading[held] += base.fading[known[held]] * fade
    alpha, beta = base.prior[np.where(new.of(pairs).any(axis=0), 0, 1)].T.copy()
    alpha[held], beta[held] = base.alpha[known[held]], base.beta[known[held]]
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
        last_at=last_at[kept],
        in_indptr=NOBODY,
        in_ties=NOBODY,
        out_ties=NOBODY,
        prior=base.prior,
    )
    gone = set(known[held].tolist())
    arriving = _regrouped(target, fresh.target, base.friends, gone, len(base))
    leaving = _regrouped(source, fresh.source, base.listeners, gone, len(base))
    return LiveTies(base, fresh, arriving, leaving, fade, len(gone))


def _regrouped(
    changed: NDArray[np.int64],
    fresh: Rows,
    of_base: Callable[[int], NDArray[np.int64]],
    gone: set[int],
    behind: int,
) -> dict[int, NDArray[np.int64]]:
    """For everybody of whom a tie changed, the positions of the ties that did not and of those that are
    fresh.
    """
    rows: dict[int, list[int]] = {}
    for person in np.unique(changed).tolist():
        rows[person] = [tie for tie in of_base(person).tolist() if tie not in gone]
    for position, person in enumerate(fresh.tolist()):
        rows[person].append(behind + position)
    return {person: np.array(positions, np.int64) for person, positions in rows.items()}
