"""How much what is shown weighs against being left alone: by its score and by who is asked.

Somebody who is shown some things opens one of them, or none. Each weighs by its odds, the sooner opened the
more, and none weighs 1; i of them is opened with chance odds_i / (1 + Σ odds) (Luce 1959). So beside much
that is as good each is opened less often, and together they are opened less than surely. Odds are those of
the step that the score lies in, rising with it, times how readily the level opens.

Law: of what taught them, as much was opened as is told, in all (exactly); in each step and at each level but
for what is believed beforehand. These are the likelihood equations; turn by turn each odds is what was opened
over what it would have been by odds of 1, which makes what came likelier every time (Hunter 2004). Believed
beforehand: a step's odds are Gamma around those of all, a level's factor Gamma around 1, each worth as many
openings as make what was opened likeliest (a gamma–Poisson law; Clayton & Kaldor 1987): few where steps or
levels differ much, very many where they do not. Neighbouring steps are pooled until odds rise everywhere
(pool adjacent violators; Ayer & others 1955).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression, minimize_scalar
from scipy.special import gammaln

from graph.suggest.weights import LEVELS

Floats = NDArray[np.float64]
Longs = NDArray[np.intp]

ROUNDS, CLOSE = 200, 1e-4
"""Of turns, at most; and a relative change of odds that is none."""

LEAST, MOST = 1e-3, 1e5
"""What is believed beforehand is worth no fewer and no more showings of a step, or openings of a level."""


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """n things that were shown, (n,) each: in which step its score lies, the level of whom it was shown to,
    whether it was opened, and in which list it was; what is in no list with others has one of its own.
    """

    step: Longs
    level: NDArray[np.integer]
    opened: NDArray[np.bool_]
    listed: Longs

    @property
    def heard(self) -> Floats:
        """Of what was opened as much as leaves half a list of which nothing was, (n,)."""
        most = self.listed.max() + 0.5
        return np.asarray(self.opened * min(1.0, most / max(self.opened.sum(), 1)), np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Odds:
    """of_step: (k,), rising. of_level: (levels,), factors, 1 where nothing is known. step_worth, level_worth:
    how many openings know of each.
    """

    of_step: Floats
    of_level: Floats
    step_worth: Floats
    level_worth: Floats

    def told(self, shown: Trials) -> Floats:
        """The chance of each showing, (n,)."""
        own = self.of_step[shown.step] * self.of_level[shown.level]
        return np.asarray(own * self.left(shown))

    def left(self, shown: Trials) -> Floats:
        """The chance that nothing in a showing's list is opened, (n,)."""
        own = self.of_step[shown.step] * self.of_level[shown.level]
        return np.asarray(1 / (1 + np.bincount(shown.listed, own)[shown.listed]), np.float64)

    def log_likelihoods(self, shown: Trials) -> Floats:
        """Of whether each showing was opened, in nats; (n,)."""
        told = self.told(shown)
        return np.where(shown.opened, np.log(told), np.log1p(-told))

    def is_close(self, other: "Odds") -> bool:
        """Whether nothing but rounding tells them apart."""
        pairs = ((self.of_step, other.of_step), (self.of_level, other.of_level))
        return all(np.allclose(one, another, rtol=CLOSE, atol=0) for one, another in pairs)


def fitted(shown: Trials, steps: int) -> Odds:
    """The likeliest odds. steps: how many there are, every one of which has a showing; something was opened.

    >>> level, ever = np.zeros(400, np.intp), np.arange(400)
    >>> pairs = Trials(np.zeros(400, np.intp), level, ever % 4 == 0, ever // 2)
    >>> fitted(pairs, 1).of_step.round(3)  # one of two is opened half the time: 2a / (1 + 2a) = 1 / 2
    array([0.5])
    """
    odds = Odds(np.full(steps, shown.opened.mean()), *np.ones((3, len(LEVELS) + 1)))
    for _ in range(ROUNDS):
        before, odds = odds, _turned(_levelled(odds, shown), shown)
        if odds.is_close(before):
            break
    return odds


def _turned(odds: Odds, shown: Trials) -> Odds:
    """By what was opened in each step, as much told in all as was."""
    opened = _sums(shown.step, shown.heard, odds.of_step)
    if_one = _sums(shown.step, odds.of_level[shown.level] * odds.left(shown), odds.of_step)
    of_step, pooled = _rising(opened, if_one)
    odds = replace(odds, of_step=of_step)
    of_step = of_step * (shown.heard.sum() / odds.told(shown).sum())
    return replace(odds, of_step=of_step, step_worth=of_step * (pooled + 1))


def _levelled(odds: Odds, shown: Trials) -> Odds:
    """By what was opened at each level."""
    opened = _sums(shown.level, shown.heard, odds.of_level)
    as_all = _sums(shown.level, odds.of_step[shown.step] * odds.left(shown), odds.of_level)
    worth = _likeliest(opened, as_all, 1.0, 1.0)
    return replace(odds, of_level=(opened + worth) / (as_all + worth), level_worth=opened + worth)


def _sums(place: NDArray[np.integer], weight: NDArray[np.generic], like: Floats) -> Floats:
    return np.bincount(place, weight, len(like)).astype(np.float64)


def _rising(opened: Floats, if_one: Floats) -> tuple[Floats, Floats]:
    """Of each step its odds, rising, and how many showings say so: those of all steps it is pooled with, not
    what is believed beforehand, which was learned from them too.
    """
    worth = np.minimum(_likeliest(opened, if_one), if_one.sum() - if_one) + LEAST
    before = worth * _common(opened, if_one, worth)
    found = isotonic_regression((opened + before) / (if_one + worth), weights=if_one + worth)
    pools = np.diff(found.blocks)
    return found.x, np.repeat(np.add.reduceat(if_one, found.blocks[:-1]), pools)


def _common(opened: Floats, if_one: Floats, worth: Floats | float) -> float:
    """Around what odds are believed to lie beforehand, so that as much is told as was opened."""
    weight = worth / (if_one + worth)
    return float((weight @ opened) / (weight @ if_one))


def _likeliest(opened: Floats, if_one: Floats, common: float | None = None, least: float = LEAST) -> float:
    """What is believed beforehand is worth so many showings, no fewer than `least`, that what was opened is
    likeliest. common: around what it lies, `_common` where not given.
    """

    def lost(log: float) -> float:
        worth = np.exp(log)
        before = worth * (_common(opened, if_one, worth) if common is None else common)
        said = gammaln(opened + before) - gammaln(before) + before * np.log(worth)
        return -float((said - (opened + before) * np.log(if_one + worth)).sum())

    bounds = (np.log(least), np.log(MOST))
    return float(np.exp(minimize_scalar(lost, bounds=bounds, method="bounded").x))
