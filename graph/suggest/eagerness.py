"""How readily each activity level opens what it is shown, beside all levels together.

Each level has weights of its own (graph.suggest.weights), so one score is not one thing at all of them, and
newcomers look around otherwise than old hands. A level opens f times as readily: what all open with chance p,
it opens with chance 1 − (1 − p)^f, which rises with p and is never above 1 (proportional hazards, Cox 1972).
Before anything is seen f is Gamma with mean 1 (a frailty; Vaupel, Manton & Stallard 1979), of a variance that
the levels have in common; any in (0, 1] is equally likely, and what was opened at all levels weighs them. So
nobody chooses how far a level is drawn to the others: a level of which nothing was seen has f = 1 in the
mean, the less surely the more the others differ; one of which much was seen speaks for itself. Beliefs are
sums over a grid of f. Showings count as if each told anew, though many are to the same few people.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, softmax

Floats = NDArray[np.float64]

FACTORS = np.exp(np.linspace(-7.0, 5.0, 2_001))
"""Values of f that are weighed, 0.6 % apart."""

VARIANCES = (np.arange(40) + 0.5) / 40
"""Of f among levels, those that are weighed."""


@dataclass(frozen=True, slots=True, eq=False)
class Eagerness:
    """belief: (levels, len(FACTORS)), how likely each f is at each level; rows sum to 1."""

    belief: Floats

    @classmethod
    def of(cls, chance: Floats, shown: Floats, opened: Floats) -> "Eagerness":
        """Learned from what was opened. chance: (k,), in (0, 1), with which all together open what lies in
        each of k steps. shown, opened: (levels, k), how many there were in each step.

        >>> eager = Eagerness.of(np.array([0.1]), np.array([[10_000.0], [0.0]]), np.array([[2_000.0], [0.0]]))
        >>> eager.factors.round(2).tolist(), eager.chances(np.array([0.1]))[0].round(2).tolist()
        ([2.12, 1.0], [[0.2], [0.1]])
        """
        fails = np.log1p(-chance) * FACTORS[:, None]
        said = opened @ np.log(-np.expm1(fails)).T + (shown - opened) @ fails.T
        likely = said[None] + _before()[:, None]
        by_variance = logsumexp(likely, axis=2)
        weight = softmax(by_variance.sum(axis=1))
        return cls(np.einsum("v,vlf->lf", weight, np.exp(likely - by_variance[:, :, None])))

    @property
    def factors(self) -> Floats:
        """The mean of f at each level, (levels,)."""
        return np.asarray(self.belief @ FACTORS)

    def chances(self, chance: Floats) -> tuple[Floats, Floats, Floats]:
        """What each level opens with of what all open with a chance: its mean, the variance that comes of not
        knowing f, and how fast the mean rises with the chance of all; (levels, k) each. chance: (k,), rising;
        means do not fall, by no rounding either (a matrix product rounds equal columns apart).
        """
        fails = np.log1p(-chance) * FACTORS[:, None]
        opens = -np.expm1(fails)
        mean = np.maximum.accumulate(self.belief @ opens, axis=1)
        slope = self.belief @ (FACTORS[:, None] * np.exp(fails) / (1 - chance))
        return mean, np.maximum(self.belief @ opens**2 - mean**2, 0.0), slope


def _before() -> Floats:
    """The logarithm of how likely each f is before, for each variance; (variances, factors), to a constant of
    each: a Gamma of mean 1, as a density of log f.
    """
    shape = 1 / VARIANCES[:, None]
    log = shape * (np.log(FACTORS) - FACTORS)
    return np.asarray(log - logsumexp(log, axis=1, keepdims=True))
