"""Do things foretold with chance p happen p of the time? Calibration curves, their error, log-likelihood.

Trials are sorted by what was foretold for them and cut into bins of equal count, so that rare chances, where
most trials lie, are not all in one bin. A curve is, bin by bin, the mean that was foretold and the share that
happened. Its expected calibration error (ECE) is the mean distance of the two, bins weighted by their trials;
the log-likelihood is the mean log-chance given to what came, in nats a trial, and punishes also a model that
is calibrated because it says the same of everybody; so does the Brier score, the mean squared distance of the
chance from what came (Brier 1950), which rare surprises cost less. Trials of one share (or one person) come
together, so intervals are drawn by groups.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.errors import InvalidInput
from graph.estimate import CONFIDENCE, Estimate

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

BINS, SAMPLES = 10, 200
CERTAIN = 1e-6
"""No chance counts as smaller than this or larger than one less this: what was called impossible and came
would else cost a model everything.
"""


@dataclass(frozen=True, slots=True)
class Bin:
    """Trials of about equal chance. foretold: their mean chance. happened: the share that came, with its
    Jeffreys interval as if they were independent.
    """

    foretold: float
    happened: Estimate
    trials: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """How well chances were foretold. ece, brier: in [0, 1], 0 is best. log_likelihood: nats a trial, at most
    0.
    """

    ece: Estimate
    log_likelihood: Estimate
    brier: Estimate
    curve: tuple[Bin, ...]
    trials: int


def calibration(
    foretold: Floats,
    happened: Flags,
    *,
    groups: NDArray[np.integer] | None = None,
    bins: int = BINS,
    samples: int = SAMPLES,
    seed: int = 0,
) -> Calibration:
    """The curve, its error, log-likelihood and Brier score of chances foretold for trials, with 95 %
    intervals.

    foretold: shape (n,), in [0, 1]. happened: shape (n,). groups: shape (n,), trials that came together; each
    by itself where not given. Intervals are of the bootstrap by groups with Poisson weights, the basic one
    (Davison & Hinkley 1997): an error drawn anew is too large in the mean, by as much as the first drawing
    was. InvalidInput without a trial.

    >>> fair = np.repeat([0.2, 0.8], 500)
    >>> came = np.tile([True, False, False, False, False], 200) ^ (fair > 0.5)
    >>> found = calibration(fair, came)
    >>> round(found.ece.value, 6), [bin.trials for bin in found.curve]
    (0.0, [500, 500])
    """
    if not len(foretold):
        raise InvalidInput("no trial to compare with what was foretold; hold back a longer part of the log")
    bin_of = equal_count_bins(foretold, bins)
    said = log_chances(foretold, happened)
    off = happened - foretold

    def measured(weight: Floats) -> tuple[float, ...]:
        means = np.average(np.stack([said, off**2]), axis=1, weights=weight)
        return _error(off, bin_of, weight), *means.tolist()

    ece, likelihood, brier = measured(np.ones(len(foretold)))
    draws = np.array([measured(weight) for weight in _drawn(len(foretold), groups, samples, seed)])
    return Calibration(
        ece=_basic(ece, draws[:, 0], 0.0, 1.0),
        log_likelihood=_basic(likelihood, draws[:, 1], -np.inf, 0.0),
        brier=_basic(brier, draws[:, 2], 0.0, 1.0),
        curve=_curve(foretold, happened, bin_of),
        trials=len(foretold),
    )


def equal_count_bins(foretold: Floats, bins: int = BINS) -> NDArray[np.int64]:
    """The bin of each trial, from the smallest chances up; shape (n,).

    Equal chances share a bin, which may then hold more than its part: what a model calls equal is not told
    apart by the order of rows. So a constant has one bin.

    >>> equal_count_bins(np.array([0.1, 0.4, 0.1, 0.3]), 2).tolist()
    [0, 1, 0, 1]
    """
    ascending = np.sort(foretold)
    begins = ascending[np.arange(1, bins) * len(foretold) // bins]
    begins = np.unique(begins[begins > ascending[0]])
    return np.searchsorted(begins, foretold, side="right").astype(np.int64)


def log_chances(foretold: Floats, happened: Flags) -> Floats:
    """The logarithm of the chance given to what came, trial by trial; shape (n,)."""
    chance = np.clip(foretold, CERTAIN, 1 - CERTAIN)
    return np.asarray(np.where(happened, np.log(chance), np.log1p(-chance)))


def _error(off: Floats, bin_of: NDArray[np.int64], weight: Floats) -> float:
    """Σ over bins of |Σ weight · (happened − foretold)|, over Σ weight."""
    return float(np.abs(np.bincount(bin_of, off * weight)).sum() / weight.sum())


def _drawn(trials: int, groups: NDArray[np.integer] | None, samples: int, seed: int) -> list[Floats]:
    """Weights of trials, one array a sample, equal within a group."""
    dice = np.random.default_rng(seed)
    code = np.arange(trials) if groups is None else np.unique(groups, return_inverse=True)[1]
    count = int(code.max()) + 1
    weights = (dice.poisson(1.0, count)[code].astype(np.float64) for _ in range(samples))
    return [weight for weight in weights if weight.any()]


def _basic(value: float, draws: Floats, least: float, most: float) -> Estimate:
    tail = (1 - CONFIDENCE) / 2
    low, high = 2 * value - np.quantile(draws, [1 - tail, tail]) if len(draws) else (least, most)
    return Estimate(value, min(value, max(float(low), least)), max(value, min(float(high), most)))


def _curve(foretold: Floats, happened: Flags, bin_of: NDArray[np.int64]) -> tuple[Bin, ...]:
    trials = np.bincount(bin_of)
    mean = np.bincount(bin_of, foretold) / trials
    came = np.bincount(bin_of, happened)
    return tuple(
        Bin(float(chance), rate(int(hits), int(tries)), int(tries))
        for chance, hits, tries in zip(mean, came, trials, strict=True)
    )


def rate(hits: int, tries: int) -> Estimate:
    """A share of so many, with its Jeffreys interval (Brown, Cai & DasGupta 2001)."""
    interval = Estimate.of_beta(hits + 0.5, tries - hits + 0.5)
    return Estimate(hits / tries, min(interval.low, hits / tries), max(interval.high, hits / tries))
