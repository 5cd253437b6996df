"""What could be known at best of a generated shop's ties: the Bayes estimate that knows how the shop was
drawn.

The oracle knows graph.generate's law and all its constants: s_u and r_v are Gamma, p_uv is Beta(κμ, κ(1 − μ))
with μ = global · s_u · r_v · closeness, and every channel's chance of being seen. It sees the log and nothing
of the truth, unless it is told: whose circle and community is whose (`closeness`), or also everybody's
factors (`mean`, that is μ). It draws from the posterior by Gibbs sampling: sights of untold shares given p, p
given the sights, factors and closeness by Metropolis steps with p integrated out. What it cannot know in
these ways nobody can; how near an estimator comes that has to learn the constants is the question.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from graph.generate import ShopModel
from graph.ties.sights import Floats
from graph.ties.trials import Trials
from graph.timeline import Rows

SWEEPS, WARM_UP, STEP = 600, 150, 0.6
LEAST, MOST = 0.002, 0.8
"""Bounds of μ in the generator."""

CHAT = {"wechat": 0.8, "email": 0.2}
PUBLIC = {"wechat": 0.25, "weibo": 0.5, "link": 0.25}
"""How untold shares to one listener and to everybody choose their channel, in the generator."""


@dataclass(frozen=True, slots=True)
class Told:
    """What an oracle is told beside the law: the closeness of each pair, or its μ; NaN where it is no tie."""

    closeness: Floats | None = None
    mean: Floats | None = None


def seen_by_channel(model: ShopModel, channels: list[str]) -> Floats:
    """The chance that a listener sees an untold share on each channel, as the law has it."""
    direct = model.direct * (1 - model.recipient_told)
    public = (1 - model.direct) * (1 - model.exposures_told)
    chance = []
    for channel in channels:
        one, all_ = direct * CHAT.get(channel, 0.0), public * PUBLIC.get(channel, 0.0)
        seen = one / model.ties_each + all_ * model.reach
        chance.append(seen / (one + all_) if one + all_ else model.reach)
    return np.array(chance)


def oracle(
    model: ShopModel, tried: Trials, seen: Floats, told: Told | None = None, *, seed: int = 0
) -> Floats:
    """Posterior means of p for pairs that met, (m,).

    tried: their trials over the whole log, unweighted. seen: by channel, as `seen_by_channel` has it.
    """
    return _Gibbs(model, tried, seen, told or Told(), np.random.default_rng(seed)).mean()


class _Gibbs:
    """One chain."""

    def __init__(
        self, model: ShopModel, tried: Trials, seen: Floats, told: Told, dice: np.random.Generator
    ) -> None:
        self.model, self.tried, self.seen, self.told, self.dice = model, tried, seen, told, dice
        self.untold = np.rint(tried.latent).astype(np.int64)
        self.sender, self.receiver = np.ones(tried.people), np.ones(tried.people)
        self.closeness = self._drawn_closeness()
        if told.closeness is not None:
            known = np.isfinite(told.closeness)
            self.closeness[known] = told.closeness[known]
        self.chance = np.full(len(tried), model.opens_given_seen)
        self.missed = tried.missed

    def mean(self) -> Floats:
        """The mean of the chain after its warm-up, each sweep's p in closed form."""
        total = np.zeros(len(self.tried))
        for sweep in range(SWEEPS):
            a, b = self._swept()
            total += (a / (a + b)) * (sweep >= WARM_UP)
        return total / (SWEEPS - WARM_UP)

    def _swept(self) -> tuple[Floats, Floats]:
        chance = self.chance[:, None]
        glimpsed = self.seen * (1 - chance) / (1 - self.seen * chance)
        self.missed = self.tried.missed + self.dice.binomial(self.untold, glimpsed).sum(axis=1)
        if self.told.mean is None:
            self._move()
        a, b = self._beta(self._means(self.sender, self.receiver, self.closeness))
        a, b = a + self.tried.hits, b + self.missed
        self.chance = np.clip(self.dice.beta(a, b), 1e-9, 1 - 1e-9)
        return a, b

    def _move(self) -> None:
        """Metropolis steps for everybody's factors at once, and for closeness where it is not told."""
        now = self._likelihood(self.sender, self.receiver, self.closeness)
        self.sender, now = self._factor(
            self.tried.source, self.sender, self.model.sender_shape, now, first=True
        )
        self.receiver, now = self._factor(
            self.tried.target, self.receiver, self.model.receiver_shape, now, first=False
        )
        drawn = self._drawn_closeness()
        if self.told.closeness is not None:
            drawn = np.where(np.isfinite(self.told.closeness), self.closeness, drawn)
        better = self._likelihood(self.sender, self.receiver, drawn) - now
        taken = np.log(self.dice.random(len(drawn))) < better
        self.closeness = np.where(taken, drawn, self.closeness)

    def _factor(
        self, of: Rows, value: Floats, shape: float, now: Floats, *, first: bool
    ) -> tuple[Floats, Floats]:
        drawn = value * np.exp(STEP * self.dice.standard_normal(len(value)))
        sender, receiver = (drawn, self.receiver) if first else (self.sender, drawn)
        then = self._likelihood(sender, receiver, self.closeness)
        gain = np.bincount(of, then - now, len(value)) + shape * (np.log(drawn / value) - drawn + value)
        taken = np.log(self.dice.random(len(value))) < gain
        return np.where(taken, drawn, value), np.where(taken[of], then, now)

    def _likelihood(self, sender: Floats, receiver: Floats, closeness: Floats) -> Floats:
        """Log-likelihood of each pair, p integrated out; given one open where it was chosen for that."""
        a, b = self._beta(self._means(sender, receiver, closeness))
        hits, misses, kappa = self.tried.hits, self.missed, self.model.tie_concentration
        said = gammaln(a + hits) - gammaln(a) + gammaln(b + misses) - gammaln(b)
        none = np.exp(
            gammaln(b + hits + misses) - gammaln(b) + gammaln(kappa) - gammaln(kappa + hits + misses)
        )
        return np.asarray(said - np.where(self.tried.chosen, np.log1p(-np.minimum(none, 1 - 1e-9)), 0.0))

    def _means(self, sender: Floats, receiver: Floats, closeness: Floats) -> Floats:
        mean = (
            self.model.opens_given_seen * sender[self.tried.source] * receiver[self.tried.target] * closeness
        )
        if self.told.mean is not None:
            mean = np.where(np.isfinite(self.told.mean), self.told.mean, mean)
        return np.clip(mean, LEAST, MOST)

    def _beta(self, mean: Floats) -> tuple[Floats, Floats]:
        return self.model.tie_concentration * mean, self.model.tie_concentration * (1 - mean)

    def _drawn_closeness(self) -> Floats:
        model = self.model
        parts = [model.in_circle, model.in_community, 1 - model.in_circle - model.in_community]
        return np.asarray(self.dice.choice(model.closeness, len(self.tried), p=parts))
