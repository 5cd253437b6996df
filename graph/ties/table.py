"""Ties as arrays, and one tie as a value."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.estimate import Estimate
from graph.timeline import Rows

SATURATION = 2.0
"""Evidence at which a tie's strength is 1 − 1/e."""

NOBODY = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Tie:
    """One tie source→target. transmission: the chance that a share by source makes target open it, seen or
    not; its interval takes the chance of being seen as known. last_active_at: µs of the target's last act on
    it, None for a bare follow.
    """

    source: int
    target: int
    strength: float
    transmission: Estimate
    last_active_at: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Ties:
    """m ties among n people, sorted by (source, target).

    indptr: (n + 1,), the ties of a source. standing, fading: (m,), the evidence that stands and the evidence
    that decays, as of the snapshot's newest event. alpha, beta: (m,), the posterior of transmission, once a
    share has been seen. seen: (m,), the chance that a share of the source's is seen by the target at all; 1
    where a log cannot tell seeing from opening. last_at: (m,), µs, −1 never. in_indptr, in_ties: positions of
    the ties into each person, strongest first, then by source. out_ties: the same for the ties out of each
    person, then by target. prior: (2, 2), alpha and beta of a tie nothing is known of, and of one that only
    answers another. learned_by: the estimator of alpha and beta, chosen by the log (graph.ties.estimators);
    "" where nothing was learned.
    """

    indptr: NDArray[np.int64]
    source: Rows
    target: Rows
    standing: NDArray[np.float64]
    fading: NDArray[np.float64]
    alpha: NDArray[np.float64]
    beta: NDArray[np.float64]
    seen: NDArray[np.float64]
    last_at: NDArray[np.int64]
    in_indptr: NDArray[np.int64]
    in_ties: NDArray[np.int64]
    out_ties: NDArray[np.int64]
    prior: NDArray[np.float64]
    learned_by: str = ""

    def __len__(self) -> int:
        return len(self.source)

    @property
    def strength(self) -> NDArray[np.float64]:
        """In [0, 1), shape (m,)."""
        return strength(self.standing + self.fading)

    @property
    def transmission(self) -> NDArray[np.float64]:
        """The chance that a share is opened, once it has been seen; posterior means, shape (m,)."""
        return self.alpha / (self.alpha + self.beta)

    @property
    def per_share(self) -> NDArray[np.float64]:
        """The chance that a share is seen and opened, shape (m,)."""
        return self.transmission * self.seen

    def friends(self, person: int) -> NDArray[np.int64]:
        """Positions of the ties into a person (whose shares reach them), strongest first."""
        if person >= len(self.in_indptr) - 1:
            return NOBODY
        return self.in_ties[self.in_indptr[person] : self.in_indptr[person + 1]]

    def listeners(self, person: int) -> NDArray[np.int64]:
        """Positions of the ties out of a person (whom their shares reach), strongest first."""
        if person >= len(self.indptr) - 1:
            return NOBODY
        return self.out_ties[self.indptr[person] : self.indptr[person + 1]]

    def into(self, person: int, first: int | None = None) -> tuple[Rows, NDArray[np.float64]]:
        """Whose shares reach a person and how strongly, strongest first; the `first` of them."""
        positions = self.friends(person)[:first]
        return self.source[positions], strength(self.standing[positions] + self.fading[positions])

    def between(self, positions: NDArray[np.int64]) -> tuple[Rows, Rows]:
        """The sources and the targets of some ties."""
        return self.source[positions], self.target[positions]

    def tie(self, position: int) -> Tie:
        """One tie as a value."""
        last_at, seen = int(self.last_at[position]), float(self.seen[position])
        opened = Estimate.of_beta(float(self.alpha[position]), float(self.beta[position]))
        return Tie(
            source=int(self.source[position]),
            target=int(self.target[position]),
            strength=float(strength(self.standing[position] + self.fading[position])),
            transmission=Estimate(
                opened.value * seen, opened.low * seen, opened.high * seen, opened.confidence
            ),
            last_active_at=None if last_at < 0 else last_at,
        )


def strength(evidence: NDArray[np.float64]) -> NDArray[np.float64]:
    """What evidence amounts to, in [0, 1)."""
    return np.asarray(-np.expm1(-evidence / SATURATION))
