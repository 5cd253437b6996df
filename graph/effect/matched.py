"""Who is alike, and what the difference between pairs says."""

import numpy as np

from graph.estimate import CONFIDENCE, Estimate
from graph.kernels.csr import Floats, Ints

DRAWS = 1_000
SAME = 1e-9
"""A spread that is rounding."""


def logit(known: Floats, exposed: int) -> Floats:
    """The log-odds of being exposed, shape (k,); the first so many are. Newton's method, a little ridge."""
    spread = known.std(axis=0)
    X = np.column_stack(
        [np.ones(len(known)), (known - known.mean(axis=0)) / np.where(spread > SAME, spread, 1)]
    )
    y = np.zeros(len(known))
    y[:exposed] = 1
    weight = np.zeros(X.shape[1])
    for _ in range(25):
        p = 1 / (1 + np.exp(-np.clip(X @ weight, -30, 30)))
        slope = X.T @ (y - p) - weight
        step = np.linalg.solve((X * (p * (1 - p))[:, None]).T @ X + np.eye(X.shape[1]), slope)
        weight += step
        if float(np.abs(step).max()) < 1e-8:
            break
    return np.asarray(X @ weight)


def imbalance(exposed: Floats, others: Floats) -> float:
    """The largest difference of means in units of the standard deviation of the exposed."""
    spread = np.where(exposed.std(axis=0) > SAME, exposed.std(axis=0), 1.0)
    return (
        float(np.max(np.abs(exposed.mean(axis=0) - others.mean(axis=0)) / spread)) if len(others) else np.inf
    )


def measured(counts: Floats, person: Ints, chance: np.random.Generator) -> dict[str, Estimate]:
    """The chances and their ratios, drawn anew by exposed person (Poisson bootstrap). counts: shape (7, k):
    exposed, of these took; others, took; pairs, of their exposed took, of those alike took.
    """
    who, place = np.unique(person, return_inverse=True)
    by_person = np.stack([np.bincount(place, row, len(who)) for row in counts])
    totals = np.stack([by_person @ chance.poisson(1.0, len(who)) for _ in range(DRAWS)])
    # The half that is added is drawn too: what was never seen is not known to be impossible.
    drawn = _chances(totals, chance.gamma(0.5, size=(3, DRAWS)))
    value = _chances(counts.sum(axis=1)[None], np.full((3, 1), 0.5))
    tail = 100 * (1 - CONFIDENCE) / 2
    return {
        name: Estimate(float(value[name][0]), *np.percentile(drawn[name], [tail, 100 - tail]).tolist())
        for name in value
    }


def _chances(totals: Floats, half: Floats) -> dict[str, Floats]:
    """From sums of the seven counts, shape (d, 7). half: what is added to the exposed, the others and those
    alike who took to it, shape (3, d).
    """
    exposed, took, others, others_took, pairs, paired_took, alike_took = totals.T
    anybody, alike = (others_took + half[1]) / (others + 1), (alike_took + half[2]) / (pairs + 1)
    paired = (paired_took + half[0]) / (pairs + 1)
    return {
        "exposed": paired,
        "others": anybody,
        "alike": alike,
        "naive": (took + half[0]) / (exposed + 1) / anybody,
        "matched": paired / alike,
    }
