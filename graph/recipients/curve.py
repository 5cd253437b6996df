"""How intensity becomes a chance: a logistic curve through what came of all shares.

A logistic curve (Platt 1999) of log-intensity and crowd is fitted to trials, each a share, opened by anybody
or not, and somebody tied to its sharer before. An unopened one counts what it would have by the end of the
log. The curve's covariance is that of the sandwich, by sharers (Liang & Zeger 1986).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from graph.kernels.circles import COLUMNS, CROWD, OPENED, OPENED_LATE, OPENED_SOON
from graph.recipients.acts import Mask
from graph.recipients.model import Floats, Model, curve_of, log_intensity
from graph.recipients.shared import Trials
from graph.timeline import Rows

T = TypeVar("T", bound=np.generic)

BELIEVED = 0.1
"""The chance that somebody opens whose one opening of the sharer's is fresh, where no log tells."""

DOUBT = np.array([4.0, 0.25, 0.25])
"""Prior variances of the curve's level, slope and crowd."""

ROUNDS = 150


def calibrated(weights: Floats, exponents: Floats, tried: Sequence[Trials]) -> Model:
    """The model whose chances agree with how often people tied to a sharer opened in these trials; what is
    believed beforehand where there are none.
    """
    fresh = np.zeros((1, COLUMNS), np.float32)
    fresh[0, [OPENED_SOON, OPENED_LATE, OPENED, CROWD]] = 1
    bare = Model(weights, exponents, np.zeros(3), np.diag(DOUBT), np.zeros(5), 0)
    believed = bare.terms(fresh)
    prior = np.array([float(logit(BELIEVED)) - float(log_intensity(believed)[0]), 1.0, 0.0])
    if not any(len(one.came) for one in tried):
        return replace(bare, curve=prior, average=believed[0])
    terms = bare.terms(_of_all(one.counts for one in tried))
    came = _of_all(one.came for one in tried)
    weight = np.where(came, 1.0, _of_all(one.ripe for one in tried))
    sharer = _of_all(one.sharer for one in tried)
    curve, spread = logistic(curve_of(terms), came, weight, sharer, prior)
    return Model(weights, exponents, curve, spread, terms.mean(axis=0), len(came))


def _of_all(parts: Iterable[NDArray[T]]) -> NDArray[T]:
    return np.concatenate(list(parts))


def logistic(
    design: Floats, came: Mask, weight: Floats, groups: Rows, prior: Floats
) -> tuple[Floats, Floats]:
    """Coefficients of a logistic curve, and their covariance by groups.

    design: (k, 3). weight: (k,), what each counts. prior: the coefficients' means; their variances are DOUBT.
    Newton's steps, halved while they do not help.

    >>> score = np.repeat([-1.0, 1.0], 400)
    >>> came = np.tile([True, True, True, False], 200) == (score > 0)
    >>> design = np.stack([np.ones(800), score, np.zeros(800)], axis=1)
    >>> curve, _ = logistic(design, came, np.ones(800), np.arange(800), np.array([0.0, 1.0, 0.0]))
    >>> curve.round(2).tolist()
    [0.0, 1.1, 0.0]
    """
    guess, firm = prior.copy(), np.diag(1 / DOUBT)

    def loss(at: Floats) -> float:
        line = design @ at
        off = at - prior
        return float(weight @ (np.logaddexp(0, line) - line * came) + off @ firm @ off / 2)

    def curvature(at: Floats) -> Floats:
        chance = expit(design @ at)
        return np.asarray((design * (weight * chance * (1 - chance))[:, None]).T @ design + firm)

    for _ in range(ROUNDS):
        downhill = design.T @ (weight * (came - expit(design @ guess))) - firm @ (guess - prior)
        step = np.linalg.solve(curvature(guess), downhill)
        while loss(guess + step) > loss(guess) + 1e-9:
            step /= 2
        guess = guess + step
        if np.abs(step).max() < 1e-9:
            break
    inverse = np.linalg.inv(curvature(guess))
    _, group = np.unique(groups, return_inverse=True)
    wrong = weight * (came - expit(design @ guess))
    by_group = np.stack([np.bincount(group, wrong * column) for column in design.T], axis=1)
    return guess, inverse @ (by_group.T @ by_group + firm) @ inverse
