"""What a few observations say of one person, seen together with what all say of everybody.

All of them fit from everybody's counts what people have in common, so that somebody seen once stays near the
mean and somebody seen a thousand times speaks for themselves.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

LIGHTEST, HEAVIEST = 2.0, 200.0
"""A prior weighs at least two trials and at most two hundred."""

KAPPAS = np.geomspace(1.5, 150.0, 16)
"""Concentrations among which the likely ones are weighed."""

UNLIKELY = 21.0
"""By so many nats something is less likely by a factor of 10⁹."""

NARROWEST, WIDEST = 0.02, 2.0
"""Bounds of σ²."""

GUESS, GUESSED = 0.25, 100.0
"""What σ² is thought to be before, and how many expected pairs of hits that thought is worth."""


def beta_prior(successes: Longs | Floats, trials: Longs | Floats) -> tuple[float, float]:
    """The Beta prior of people's success rates, by moments (Kleinman 1973).

    successes, trials: shape (n,), weighted or not; people without a trial say nothing. The mean is the pooled
    rate with half a success and half a failure added, so it is never 0 or 1; without any trial the prior is
    Beta(1, 1).

    >>> beta_prior(np.array([5, 0, 0]), np.array([10, 10, 10]))
    (0.354..., 1.645...)
    """
    tried = trials > 0
    total = float(trials.sum())
    mean = (float(successes.sum()) + 0.5) / (total + 1)
    counts = trials[tried].astype(np.float64)
    if len(counts) < 2:
        return mean * LIGHTEST, (1 - mean) * LIGHTEST
    chance = mean * (1 - mean)
    spread = float(np.sum(counts * (successes[tried] / counts - mean) ** 2))
    between = (spread - chance * (len(counts) - 1)) / max(total - float(np.sum(counts**2)) / total, 1e-12)
    weight = min(max(chance / between - 1, LIGHTEST), HEAVIEST) if between > 0 else HEAVIEST
    return mean * weight, (1 - mean) * weight


def credible_means(total: Floats, squares: Floats, count: Longs) -> Floats:
    """Each person's mean amount, drawn towards everybody's by credibility (Bühlmann 1967); shape (n,).

    total, squares, count: of each person's amounts, their sum, the sum of their squares and how many. A
    person seen k times counts for k / (k + κ), κ the variance within people over that between them; where
    people do not differ by more than chance, all get the common mean.

    >>> credible_means(np.array([10.0, 0.0]), np.array([50.0, 0.0]), np.array([2, 0])).tolist()
    [5.0, 5.0]
    """
    observations = float(count.sum())
    if not observations:
        return np.zeros(len(count))
    own = shares_of_own(count, credibility(total, squares, count))
    mean = float(total.sum()) / observations
    return np.asarray((1 - own) * mean + own * total / np.maximum(count, 1))


def credibility(total: Floats, squares: Floats, count: Longs) -> float:
    """For how many of somebody's own amounts everybody's count: κ, the variance within people over that
    between them, by moments; infinite where people do not differ by more than chance.

    total, squares, count: as for `credible_means`.
    """
    seen = count > 0
    counts, people = count[seen].astype(np.float64), int(seen.sum())
    observations = float(counts.sum())
    if not people:
        return float(np.inf)
    mean, means = float(total.sum()) / observations, total[seen] / counts
    within = max(float(np.sum(squares[seen] - total[seen] * means)), 0.0) / max(observations - people, 1)
    spread = float(np.sum(counts * (means - mean) ** 2))
    room = observations - float(np.sum(counts**2)) / observations
    between = (spread - within * (people - 1)) / room if room > 0 else 0.0
    return within / between if between > 0 else float(np.inf)


def shares_of_own(count: Longs, weight: float) -> Floats:
    """How much somebody seen so often counts for themselves, in [0, 1]: k / (k + κ), 0 for who was never."""
    return np.asarray(np.where(count > 0, count / np.maximum(count + weight, 1e-300), 0.0))


def concentration(mean: Floats, doubt: Floats, kappa: float) -> Floats:
    """The weight of the Beta whose variance is that of a tie around its mean and of the mean itself; (m,).

    doubt: the mean's variance over its square. At least ½.

    >>> concentration(np.array([0.2]), np.array([0.0]), 10.0).round(6).tolist()
    [10.0]
    """
    chance = mean * (1 - mean)
    variance = chance / (kappa + 1) + mean**2 * doubt * kappa / (kappa + 1)
    return np.asarray(np.maximum(chance / np.maximum(variance, 1e-12) - 1, 0.5))


def common_variance(of: NDArray[np.int32], hits: Floats, expected: Floats) -> float:
    """The variance of a factor of mean 1 that ties have in common, by products of two different ties of one.

    of: (m,), whose. A person with many ties says more, up to where their own factor is all they say. GUESS
    stands in as so many expected pairs of hits. Within [NARROWEST, WIDEST].

    >>> common_variance(np.array([0, 0, 1, 1]), np.array([400.0, 400, 800, 800]), np.full(4, 600.0))
    0.230...
    """
    total, squares = np.bincount(of, hits), np.bincount(of, hits**2)
    foretold, foretold_squares = np.bincount(of, expected), np.bincount(of, expected**2)
    weight = 1 / (1 + GUESS * foretold) ** 2
    pairs = float((weight * (foretold**2 - foretold_squares)).sum())
    together = float((weight * (total**2 - squares)).sum())
    variance = (together + GUESSED * (1 + GUESS)) / (pairs + GUESSED) - 1
    return min(max(variance, NARROWEST), WIDEST)


def kappa(hits: Floats, missed: Floats, mean: Floats, doubt: Floats, near: float = 10.0) -> float:
    """How closely ties keep to their means: κ of the mean correlation 1 / (κ + 1) of one tie's trials.

    The mean is over KAPPAS, weighed by likelihood; before, all correlations in [0, 1] are equally likely.
    near: where the likely ones are sought first, both ways, until they are less likely than the best by a
    factor of 10⁹. The likelihood has one peak, so nothing is lost by where one begins, only time.
    """
    said = np.full(len(KAPPAS), -np.inf)
    start = int(np.abs(np.log(KAPPAS / near)).argmin())
    for places in (range(start, len(KAPPAS)), range(start - 1, -1, -1)):
        for place in places:
            weight = concentration(mean, doubt, float(KAPPAS[place]))
            a, b = weight * mean, weight * (1 - mean)
            said[place] = float((betaln(a + hits, b + missed) - betaln(a, b)).sum())
            if said[place] < said.max() - UNLIKELY:
                break
    likely = np.exp(said - said.max()) * KAPPAS / (KAPPAS + 1) ** 2
    return float(1 / np.average(1 / (KAPPAS + 1), weights=likely) - 1)
