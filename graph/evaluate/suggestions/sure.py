"""How sure a figure is: intervals by drawing users anew, and paired tests between models.

Users are drawn with replacement, all their figures together (Efron 1979); the same draws serve every model,
so that the interval of a difference is paired. A p-value is of the randomisation test: were two models alike,
each user's difference could as well have the other sign (Fisher 1935; for retrieval Smucker, Allan &
Carterette 2007).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.estimate import CONFIDENCE, Estimate

Floats = NDArray[np.float64]

DRAWS, FLIPS, AT_A_TIME = 1_000, 4_999, 250


@dataclass(frozen=True, slots=True)
class Difference:
    """Of two means over the same users. p: of a difference as large or larger where there is none; two-sided,
    in (0, 1].
    """

    by: Estimate
    p: float


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """times: (draws, q), how often each user is in each draw. seed: of the signs too."""

    times: NDArray[np.float32]
    seed: int

    @classmethod
    def of(cls, users: int, *, seed: int, draws: int = DRAWS) -> "Draws":
        """So many draws of so many users."""
        dice = np.random.default_rng(seed)
        chances = np.full(users, 1 / max(users, 1))
        return cls(dice.multinomial(users, chances, draws).astype(np.float32), seed)

    def means(self, values: Floats, among: NDArray[np.bool_] | None = None) -> list[Estimate]:
        """The mean of each column over users, with the percentile interval. values: (q, columns). among:
        (q,), whom to count; NaN where that is nobody.

        >>> Draws.of(4, seed=1).means(np.ones((4, 1)))
        [Estimate(value=1.0, low=1.0, high=1.0, confidence=0.95)]
        """
        rows = np.arange(len(values)) if among is None else np.flatnonzero(among)
        if not len(rows):
            return [Estimate(np.nan, np.nan, np.nan)] * values.shape[1]
        times, some = self.times[:, rows], values[rows]
        people = times.sum(axis=1)
        drawn = (times @ some)[people > 0] / people[people > 0][:, None]
        tail = (1 - CONFIDENCE) / 2
        low, high = np.quantile(drawn, [tail, 1 - tail], axis=0)
        mean = some.mean(axis=0)
        return [
            Estimate(float(value), float(least), float(most))
            for value, least, most in zip(mean, np.minimum(low, mean), np.maximum(high, mean), strict=True)
        ]

    def differences(
        self, ours: Floats, theirs: Floats, among: NDArray[np.bool_] | None = None
    ) -> list[Difference]:
        """Ours less theirs, column by column of (q, columns)."""
        apart = ours - theirs
        by = self.means(apart, among)
        chances = self._chances(apart if among is None else apart[among])
        return [Difference(estimate, float(p)) for estimate, p in zip(by, chances, strict=True)]

    def _chances(self, apart: Floats) -> Floats:
        """The part of sign patterns, and of the one seen, whose mean is as far from 0."""
        dice = np.random.default_rng(self.seed)
        seen = np.abs(apart.sum(axis=0)) * (1 - 1e-9)
        as_far = np.ones(apart.shape[1])
        for begin in range(0, FLIPS, AT_A_TIME):
            patterns = min(AT_A_TIME, FLIPS - begin)
            signs = dice.integers(0, 2, (patterns, len(apart)), np.int8) * np.float64(2) - 1
            as_far += (np.abs(signs @ apart) >= seen).sum(axis=0)
        return as_far / (FLIPS + 1)
