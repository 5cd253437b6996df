"""The chance that what is shown is opened, by its score, by who is asked and by what it is shown beside:
rising with the score, no surer than was seen.

Showings of the past are sorted by the score that they would have had at that moment
(graph.suggest.learning.showings) and cut into bins: the highest scores are few, and chances differ most among
them, so bins are narrow there, and the lower the wider. What lies in a bin weighs alike (graph.suggest.odds),
at each activity level times a factor of its own: by the weights of each level (graph.suggest.weights) one
score is not one thing at all of them, and newcomers look around otherwise than old hands.

Does what is shown beside something take from it? Somebody who turns to one of three things that are new to
them leaves two, and chances of each by itself would tell three openings; others open whatever is good. Both
are fitted, and nothing takes from another unless what was opened is surely likelier so. Where on its page
something was shown is not told apart.

Some people open much, and what is seen of them says less of others: intervals are wider by as much as what
came differs more among people than chance would have it (quasi-likelihood; McCullagh & Nelder 1989).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from graph.estimate import CONFIDENCE, Estimate
from graph.suggest.odds import Odds, Trials, fitted
from graph.suggest.usual import USUAL, Usual

Floats = NDArray[np.float64]
Levels = NDArray[np.integer]

AT_LEAST, WIDER = 100, 0.2
"""Showings in a bin, and how many as a share of those that score higher, whichever is more."""

SURELY = 2.0
"""Standard errors by which it is likelier that what is shown at once takes from one another, to be told."""

BESIDE = 20
"""What a suggestion is shown beside, however long its list: so many of the best."""


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """begins: (k,), the lowest score of each step, rising. odds: at each activity level
    (graph.suggest.weights) the odds of each step, rising with the score. common: the share of all that was
    opened. exposed: learned from what a log tells was shown, else from what people turned to by themselves,
    which is less. rivals: whether what is shown together takes from one another.
    """

    begins: Floats
    odds: tuple[tuple[Estimate, ...], ...]
    common: float
    exposed: bool = False
    rivals: bool = False

    def of(self, score: float, level: int, beside: float = 0.0) -> Estimate:
        """Of a score for somebody of a level, from 0; one below all has the chance of the lowest. beside:
        what all weigh together that it is shown with, itself among them, as `together` says; what is not
        among them takes the place of one that weighs as much.
        """
        own = self._odds(score, level)
        others = max(beside - own.value, 0.0)
        value, low, high = (odds / (1 + others + odds) for odds in (own.value, own.low, own.high))
        return Estimate(value, low, high)

    def together(self, scores: Floats, level: int) -> float:
        """What is shown at once weighs together, by its scores; 0 where none takes from another."""
        if not self.rivals:
            return 0.0
        steps = np.maximum(np.searchsorted(self.begins, scores, side="right") - 1, 0)
        return float(sum(self.odds[level][step].value for step in steps.tolist()))

    def _odds(self, score: float, level: int) -> Estimate:
        return self.odds[level][max(int(np.searchsorted(self.begins, score, side="right")) - 1, 0)]


def chances(
    score: Floats,
    opened: NDArray[np.bool_],
    level: Levels,
    *,
    listed: NDArray[np.integer] | None = None,
    person: NDArray[np.integer] | None = None,
    usual: Usual = USUAL,
    exposed: bool = False,
) -> Chances | None:
    """Learned from showings: what each scored, whether it was opened, and the level of whom it was shown to;
    all (n,). listed: the list that each was in; person: to whom; each by itself where not given. usual: how
    what is shown is opened at all times, beside the time of these. exposed: the log told them. None for fewer
    than `AT_LEAST`, or where nothing was opened.

    >>> score, level = np.repeat([1.0, 2.0], 2_000), np.arange(4_000) // 20 % 2
    >>> found = chances(score, np.arange(4_000) % 20 < np.repeat([1, 4], 2_000) - level, level)
    >>> [[round(found.of(score, at).value, 2) for score in (0.5, 1.5, 2.5)] for at in (0, 1)]
    [[0.03, 0.03, 0.21], [0.02, 0.02, 0.13]]
    """
    if len(score) < AT_LEAST or not opened.any():
        return None
    begins = _begins(score)
    step, alone = np.searchsorted(begins, score, side="right") - 1, np.arange(len(score))
    at_once = alone if listed is None else np.unique(listed, return_inverse=True)[1]
    ways = [Trials(step, level, opened, lists) for lists in (alone, at_once)]
    found = [fitted(way, len(begins)) for way in ways]
    by_itself, beside = (odds.log_likelihoods(way) for odds, way in zip(found, ways, strict=True))
    rivals = _surely(beside - by_itself)
    odds, shown = found[rivals], ways[rivals]
    kept = np.flatnonzero(np.diff(odds.of_step, prepend=0.0) > 0)
    common = min(float((opened.sum() + 0.5) / (len(opened) + 1)) * usual.times, 1.0)
    told = _told(odds, kept, _spread(odds.told(shown), opened, alone if person is None else person), usual)
    return Chances(begins[kept], told, common, exposed, rivals)


def _surely(ahead: Floats) -> bool:
    """Whether it is likelier by more than chance would have it; ahead: (n,), in nats."""
    return bool(ahead.sum() > SURELY * np.sqrt((ahead**2).sum()))


def _told(
    odds: Odds, kept: NDArray[np.intp], spread: float, usual: Usual
) -> tuple[tuple[Estimate, ...], ...]:
    """The odds of some steps at each level. spread: how many openings say as much as one of another."""
    mean = odds.of_level[:, None] * odds.of_step[kept]
    unsure = spread * (1 / odds.step_worth[kept] + 1 / odds.level_worth[:, None]) + 1 / usual.worth
    rows = zip(mean.tolist(), unsure.tolist(), strict=True)
    return tuple(tuple(_gamma(*cell, usual.times) for cell in zip(*row, strict=True)) for row in rows)


def _gamma(mean: float, unsure: float, times: float) -> Estimate:
    """Odds with the interval of the Gamma of this mean and relative variance, all of it so many times; of
    something of which nothing was opened no surer than half an opening makes it.
    """
    tail, shape = (1 - CONFIDENCE) / 2, max(1 / unsure, 0.5)
    low, high = (float(gammaincinv(shape, at)) * mean * unsure for at in (tail, 1 - tail))
    return Estimate(times * mean, times * min(mean, low), times * max(mean, high))


def _spread(told: Floats, opened: NDArray[np.bool_], person: NDArray[np.integer]) -> float:
    """How much more what came differs among people than chance would have it, at least 1."""
    off = np.bincount(np.unique(person, return_inverse=True)[1], opened - told)
    return max(float((off**2).sum() / (told * (1 - told)).sum()), 1.0)


def _begins(score: Floats) -> Floats:
    """The lowest score of each bin, from the highest bin down; equal scores share one."""
    falling = -np.sort(-score)
    above, begins = 0, []
    while len(falling) - above >= AT_LEAST:
        above += max(AT_LEAST, int(WIDER * above))
        begins.append(falling[min(above, len(falling)) - 1])
    return np.unique([*begins[:-1], falling[-1]])
