"""The chance that what is shown is opened, by its score and by who is asked: rising, no surer than was seen.

Showings of the past are sorted by the score that they would have had at that moment
(graph.suggest.learning.showings) and cut into bins of at least `AT_LEAST`. A bin knows little by itself, so
each is helped by showings of the common sort, of which as large a share was opened as of all: as many as make
what was opened in the bins likeliest (beta-binomial, Griffiths 1973), few where the score tells much; where
it tells nothing they are all that were shown, and one chance is told for all. Neighbours are pooled until the
share rises everywhere (pool adjacent violators; Zadrozny & Elkan 2002). That is the curve of all; each
activity level has it raised or lowered by as much as it opens more or less than the curve says of it
(graph.suggest.eagerness). Which of many lists a showing was in, its place there, and who of a level saw it
are not told apart.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import betaln

from graph.estimate import Estimate
from graph.suggest.eagerness import Eagerness
from graph.suggest.weights import LEVELS

Floats = NDArray[np.float64]
Levels = NDArray[np.integer]

AT_LEAST, BINS = 100, 50
"""Showings in a bin, and the most bins there are."""

MOST = 1e5
"""Common showings that help a bin, at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """begins: (k,), the lowest score of each step, rising. steps: at each activity level
    (graph.suggest.weights) the chance of each step, rising with the score. common: the share of all that was
    opened. exposed: learned from what a log tells was shown, else from what people turned to by themselves,
    which is less.
    """

    begins: Floats
    steps: tuple[tuple[Estimate, ...], ...]
    common: float
    exposed: bool = False

    def of(self, score: float, level: int) -> Estimate:
        """Of a score for somebody of a level, from 0; one below all has the chance of the lowest."""
        return self.steps[level][max(int(np.searchsorted(self.begins, score, side="right")) - 1, 0)]


def chances(
    score: Floats, opened: NDArray[np.bool_], level: Levels, *, exposed: bool = False
) -> Chances | None:
    """Learned from showings: what each scored, whether it was opened, and the level of whom it was shown to;
    all (n,). exposed: the log told them. None for fewer than `AT_LEAST`, or where nothing was opened.

    >>> score, level = np.repeat([1.0, 2.0], 2_000), np.arange(4_000) // 20 % 2
    >>> found = chances(score, np.arange(4_000) % 20 < np.repeat([1, 4], 2_000) - level, level)
    >>> [[round(found.of(score, at).value, 2) for score in (0.5, 1.5, 2.5)] for at in (0, 1)]
    [[0.03, 0.03, 0.21], [0.02, 0.02, 0.13]]
    """
    if len(score) < AT_LEAST or not opened.any():
        return None
    common = float((opened.sum() + 0.5) / (len(opened) + 1))
    begins, share, own = _curve(score, opened, common)
    step = np.maximum(np.searchsorted(begins, score, side="right") - 1, 0)
    shown, hits = (_by_level(level, step, len(begins), weight) for weight in (None, opened))
    mean, unsure, slope = Eagerness.of(share, shown, hits).chances(share)
    variance = unsure + slope**2 * share * (1 - share) / (own + 1)
    rows = zip(mean.tolist(), variance.tolist(), strict=True)
    return Chances(begins, tuple(tuple(map(_told, *row)) for row in rows), common, exposed)


def _told(mean: float, variance: float) -> Estimate:
    """A chance with the interval of the Beta of this mean and variance; of something of which nothing was
    opened (or nothing was not), no surer than half an opening makes it.
    """
    worth = mean * (1 - mean) / variance - 1
    found = Estimate.of_beta(max(mean * worth, 0.5), max((1 - mean) * worth, 0.5))
    return Estimate(mean, min(mean, found.low), max(mean, found.high))


def _by_level(level: Levels, step: NDArray[np.intp], steps: int, weight: NDArray[np.bool_] | None) -> Floats:
    """Showings, or those of a weight, of each level in each step."""
    levels = len(LEVELS) + 1
    counted = np.bincount(level * steps + step, weight, minlength=levels * steps)
    return counted.reshape(levels, steps).astype(np.float64)


def _curve(score: Floats, opened: NDArray[np.bool_], common: float) -> tuple[Floats, Floats, Floats]:
    """Of all levels together: the lowest score of each step, its share that is opened, rising, and how many
    showings say so, no more than its own: what is believed before was learned from them too.
    """
    begins, bin_of = _bins(score)
    shown = np.bincount(bin_of).astype(np.float64)
    hits = np.bincount(bin_of, opened).astype(np.float64)
    prior = _Prior(common, _likeliest(shown, hits, common), len(score))
    steps: list[_Step] = []
    for step in map(_Step, begins.tolist(), shown.tolist(), hits.tolist()):
        steps.append(step)
        while len(steps) > 1 and prior.share(steps[-1]) <= prior.share(steps[-2]):
            last = steps.pop()
            steps[-1] = steps[-1].with_next(last)
    told = np.array([(step.begin, prior.share(step), step.shown + 1) for step in steps])
    return told[:, 0], told[:, 1], told[:, 2]


class _Step(NamedTuple):
    """Showings with a score of `begin` or more, and how many of them were opened."""

    begin: float
    shown: float
    opened: float

    def with_next(self, other: "_Step") -> "_Step":
        return _Step(self.begin, self.shown + other.shown, self.opened + other.opened)


class _Prior(NamedTuple):
    """What is believed of a step before: the share of all, as if `strength` showings more had told it, but no
    more than there were others.
    """

    common: float
    strength: float
    every: int

    def share(self, step: _Step) -> float:
        """Of a step's showings, with what is believed."""
        more = 1 + min(self.strength, self.every - step.shown)
        return (step.opened + more * self.common) / (step.shown + more)


def _likeliest(shown: Floats, opened: Floats, common: float) -> float:
    """The strength of the prior under which what was opened in the bins is likeliest."""

    def lost(log: float) -> float:
        a, b = np.exp(log) * common, np.exp(log) * (1 - common)
        return -float((betaln(opened + a, shown - opened + b) - betaln(a, b)).sum())

    return float(np.exp(minimize_scalar(lost, bounds=(0.0, float(np.log(MOST))), method="bounded").x))


def _bins(score: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """The lowest score of each bin, and the bin of each showing; equal scores share one."""
    rising = np.sort(score)
    size = max(AT_LEAST, -(-len(score) // BINS))
    begins = np.unique(rising[: len(score) - size + 1 : size])
    return begins, np.searchsorted(begins, score, side="right") - 1
