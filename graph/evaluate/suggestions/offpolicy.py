"""What another way to choose would have earned, told from what was shown: off-policy estimates.

A log says of each showing with what chance it was chosen (propensity), and what came of it (reward: 1 for an
open). A new policy would have chosen the same with another chance. Weighting each reward by the ratio w of
the two, new over logged,

    IPS    Σ w·r / n       right on average where nothing the new policy shows had no chance (Horvitz &
                           Thompson 1952), and swings where some ratio is large
    SNIPS  Σ w·r / Σ w     self-normalised: a little biased, swings far less, stays within the rewards'
                           range (Swaminathan & Joachims 2015)

The mean of w has to lie near 1, else logged chances are wrong or the policies do not overlap. How near is
said by the chances themselves: with W the sum of a group's weights and m its showings, E W = m, so the
variance of W is E W² − m². That holds where nothing rare was seen yet as well, of which a bootstrap knows
nothing: a log of a few answers without one explored place is no sign of wrong chances. `effective` says how
many plain showings the weighted ones are worth, (Σw)² / Σw² (Kish 1965).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.errors import InvalidInput
from graph.estimate import CONFIDENCE, Estimate

Floats = NDArray[np.float64]

DRAWS = 1_000


@dataclass(frozen=True, slots=True)
class OffPolicy:
    """ips, snips: reward a showing under the new policy. weight: the mean ratio of chances, with the interval
    that is left to it by the chances logged, which has to hold 1. effective: showings, at most `showings`.
    """

    ips: Estimate
    snips: Estimate
    weight: Estimate
    effective: float
    showings: int

    @property
    def is_sound(self) -> bool:
        """Whether the mean weight is compatible with 1: then logged chances are what they say."""
        return self.weight.low <= 1 <= self.weight.high


def off_policy(
    reward: NDArray[np.floating] | NDArray[np.bool_],
    logged: Floats,
    new: Floats,
    *,
    groups: NDArray[np.integer] | None = None,
    most: float = np.inf,
    seed: int = 0,
) -> OffPolicy:
    """Both estimates, with 95 % intervals by bootstrap of groups; that of the mean weight is normal.

    reward: (n,). logged: (n,), in (0, 1], the chance each was shown with. new: (n,), in [0, 1], the chance
    the new policy would have shown it with. groups: (n,), showings that come together (one answer, one
    person); each by itself where not given. most: larger ratios are cut off there, which trades swing for
    bias (Ionides 2008). InvalidInput without a showing, or for chances outside their range.

    >>> shown = off_policy(np.array([1, 0, 1, 0]), np.full(4, 0.5), np.array([1.0, 0, 1, 0]))
    >>> shown.ips.value, shown.snips.value, shown.effective
    (1.0, 1.0, 2.0)
    """
    if not len(reward):
        raise InvalidInput("no showing with a logged chance; log some exploration first")
    if not ((logged > 0) & (logged <= 1)).all() or not ((new >= 0) & (new <= 1)).all():
        raise InvalidInput("a logged chance lies in (0, 1], a new one in [0, 1]")
    ratio = np.minimum(new / logged, most)
    code = np.arange(len(reward)) if groups is None else np.unique(groups, return_inverse=True)[1]
    each = ratio * reward, ratio, np.ones(len(ratio))
    summed = np.stack([np.bincount(code, values).astype(np.float64) for values in each])
    total = summed.sum(axis=1)
    drawn = _drawn(summed, seed)
    return OffPolicy(
        ips=_estimate(total[0] / total[2], drawn[0] / drawn[2]),
        snips=_estimate(_over(total[0], total[1]), _over(drawn[0], drawn[1])),
        weight=_mean_weight(summed[1], summed[2]),
        effective=float(_over(total[1] ** 2, np.sum(ratio**2))),
        showings=len(reward),
    )


def _mean_weight(weight: Floats, showings: Floats) -> Estimate:
    """Weight a showing, of groups with so much in sum and so many showings; both (groups,)."""
    mean, count = float(weight.sum() / showings.sum()), float(showings.sum())
    seen = float(((weight - mean * showings) ** 2).sum())
    variance = max(seen, float((weight**2).sum() - (showings**2).sum())) / count**2
    return Estimate.of_mean(mean, variance, 1)


def _drawn(summed: Floats, seed: int) -> Floats:
    """The sums over groups drawn anew, (3, draws)."""
    dice, groups = np.random.default_rng(seed), summed.shape[1]
    draws = [summed @ np.bincount(dice.integers(0, groups, groups), minlength=groups) for _ in range(DRAWS)]
    return np.stack(draws, axis=1)


def _over(above: Floats | np.floating, below: Floats | np.floating) -> Floats:
    """A ratio, 0 where nothing has weight."""
    return np.asarray(above / np.where(below > 0, below, 1.0))


def _estimate(value: Floats, drawn: Floats) -> Estimate:
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Estimate(float(value), min(float(low), float(value)), max(float(high), float(value)))
