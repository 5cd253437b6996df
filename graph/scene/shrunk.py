"""Lifts drawn towards 1 by as much as other weeks say that they should be.

Where E acts were expected and n were seen, the lift is estimated as (n + κ) / (E + κ), the posterior mean of
a rate that is Gamma with mean 1 and shape κ (empirical Bayes with counts; DuMouchel 1999). How large κ is
cannot be learned from the scatter of the counts: what people turn to comes in bursts, one share opened by
hundreds in an evening, and each burst would look like a lift of that evening's hour. So weeks are dealt into
folds, the lifts of all but one are asked about the one, and κ is what foretold best (by the Poisson
likelihood). Where no κ foretells better than no lifts at all by more than its standard error over the
folds, there are none.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FOLDS = 5
KAPPAS = np.geomspace(1.0, 3e4, 24)

NONE_AT_ALL = float(np.inf)
"""The κ of lifts that are all 1."""


def lifts(counts: Floats, expected: Floats) -> tuple[Floats, float]:
    """The lift of each value and column, and the κ that they were drawn to 1 with.

    counts, expected: (folds, values, columns). The lift is 1 everywhere where κ is infinite.

    >>> seen = np.tile([[30.0, 10.0], [10.0, 30.0]], (FOLDS, 1, 1))
    >>> lift, kappa = lifts(seen, np.full_like(seen, 20.0))
    >>> lift.round(2).tolist(), kappa
    ([[1.5, 0.5], [0.5, 1.5]], 1.0)
    >>> lifts(np.full_like(seen, 20.0), np.full_like(seen, 20.0))[1]
    inf
    """
    kappa = _foretells_best(counts, expected)
    total, usual = counts.sum(axis=0), expected.sum(axis=0)
    if kappa == NONE_AT_ALL:
        return np.ones_like(total), kappa
    return (total + kappa) / (usual + kappa), kappa


def _foretells_best(counts: Floats, expected: Floats) -> float:
    gains = np.array([[_gain(counts, expected, fold, kappa) for fold in range(FOLDS)] for kappa in KAPPAS])
    best = int(np.argmax(gains.sum(axis=1)))
    doubt = float(gains[best].std(ddof=1)) / np.sqrt(FOLDS)
    return float(KAPPAS[best]) if gains[best].mean() > doubt else NONE_AT_ALL


def _gain(counts: Floats, expected: Floats, fold: int, kappa: float) -> float:
    """How much likelier a fold is with the lifts of the others than without any; nats."""
    n, usual = counts[fold], expected[fold]
    lift = (counts.sum(axis=0) - n + kappa) / (expected.sum(axis=0) - usual + kappa)
    return float((n * np.log(lift) - usual * (lift - 1)).sum())
