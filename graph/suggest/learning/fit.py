"""Weights under which what was chosen is likely, among all that could have been told.

A question's candidates are chosen with chances proportional to exp(w · votes) (conditional logit, McFadden
1974); w ≥ 0 maximises the log-likelihood of what was chosen. It is drawn towards the sources' own weights
times the one factor that suits them best, first for everybody, then for each activity level towards
everybody's: each pull is worth so many chosen products, in units of how much a source's votes vary. So there
is no number of examples from which on something is learned: from none the sources' own weights follow, and
the more there are, the less those count. A source that is silent in all examples keeps its own weight; one
whose votes lie beside what is chosen falls to a `WHISPER` of it, which decides between equals and nothing
more. The likelihood is concave, so there is one answer.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar

from graph.suggest.learning.examples import Examples
from graph.suggest.sources import SOURCES
from graph.suggest.weights import LEVELS

Floats = NDArray[np.float64]

PULL = LEVEL_PULL = 20.0
"""How many chosen products the sources' own weights are worth, and everybody's against one level's: chosen
once, where ten to eighty products teach, by what made likeliest what strangers chose, on a generated shop and
on the part of taobao-share that comes before anything it is evaluated by. Ten to fifty did alike. No command
repeats that.
"""

WHISPER = 0.01
"""Of a source's own weight: the least it counts."""

ROUNDED = 1e-9
"""Votes that are no larger in the mean square say nothing: what they differ by is rounding."""

NAMES = tuple(source.name for source in SOURCES)
OWN = np.array([source.weight for source in SOURCES])


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """by_level: (levels, sources), in the unit in which a difference of one makes a product e times as
    likely. unit: (sources,), what a source's own unit is in it.
    """

    by_level: Floats
    unit: Floats


def own(examples: Examples) -> Weights:
    """The sources' own weights, times the factor under which the chosen are likeliest."""
    found = minimize_scalar(
        lambda log: -log_likelihood(examples, np.exp(log) * OWN), bounds=(-8, 8), method="bounded"
    )
    factor = float(np.exp(found.x))
    return Weights(np.tile(factor * OWN, (len(LEVELS) + 1, 1)), np.full(len(OWN), factor))


def fitted(examples: Examples, silent: Collection[str] = ()) -> Weights:
    """The likeliest weights. silent: sources that may but whisper."""
    begin = own(examples)
    speaks, least = ~np.isin(NAMES, list(silent)), WHISPER * begin.by_level[0]
    spread = np.sqrt((examples.votes**2).mean(axis=0)) if len(examples.votes) else np.zeros(len(OWN))
    spread = np.where(spread > ROUNDED, spread, 0.0)
    everybody = _likeliest(
        examples, np.where(speaks, begin.by_level[0], least), least, PULL * spread**2 * speaks
    )
    by_level = []
    for level in range(len(LEVELS) + 1):
        mine = examples.among(examples.level == level)
        by_level.append(_likeliest(mine, everybody, least, LEVEL_PULL * spread**2 * speaks))
    heard = spread > 0
    size = float((everybody * spread).sum() / max(float((OWN * spread).sum()), 1e-300))
    return Weights(np.stack(by_level), np.where(heard, max(size, 1e-300), begin.unit))


def log_likelihood(examples: Examples, weights: Floats) -> float:
    """Of what was chosen, in nats. weights: (sources,)."""
    return _objective(weights, examples)[0]


def log_likelihoods(examples: Examples, by_level: Floats) -> Floats:
    """Of what was chosen in each question, in nats; (q,), 0 where no level's weights answer. by_level:
    (levels, sources).
    """
    logs = np.zeros(len(examples))
    for level, weights in enumerate(by_level):
        mine = examples.level == level
        logs[mine] = _chosen(examples.among(mine), weights)
    return logs


def _chosen(examples: Examples, weights: Floats) -> Floats:
    """The log-likelihood of what was chosen in each question, every one of which has candidates."""
    if not len(examples):
        return np.zeros(0)
    logs, _ = _logs(examples, weights)
    return np.asarray(np.add.reduceat(np.where(examples.chosen, logs, 0.0), examples.begins[:-1]))


def _likeliest(examples: Examples, centre: Floats, least: Floats, pull: Floats) -> Floats:
    """Weights no less than `least`, drawn towards a centre; where nothing pulls they stay there."""
    if not len(examples.votes):
        return centre

    free = pull > 0
    # In units of how much each source's votes vary the slopes are alike, and few steps lead there.
    unit = np.where(free, 1 / np.sqrt(np.where(free, pull, 1.0)), 1.0)

    def lost(scaled: Floats) -> tuple[float, Floats]:
        weights = scaled * unit
        value, slope = _objective(weights, examples)
        off = weights - centre
        return -value + 0.5 * float((pull * off**2).sum()), (-slope + pull * off) * unit

    ranges = zip(free, least / unit, centre / unit, strict=True)
    bounds = [(low, None) if loose else (one, one) for loose, low, one in ranges]
    found = minimize(lost, centre / unit, jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x * unit, np.float64)


def _objective(weights: Floats, examples: Examples) -> tuple[float, Floats]:
    """The log-likelihood and its slope."""
    if not len(examples.votes):
        return 0.0, np.zeros(len(weights))
    logs, chance = _logs(examples, weights)
    begins, sizes = examples.begins[:-1], np.diff(examples.begins)
    chosen = np.add.reduceat(examples.chosen.astype(np.float64), begins)
    slope = np.einsum("i,ij->j", examples.chosen - chance * np.repeat(chosen, sizes), examples.votes)
    return float(logs[examples.chosen].sum()), slope


def _logs(examples: Examples, weights: Floats) -> tuple[Floats, Floats]:
    """The logarithm of each candidate's chance, and the chances of all that it stands for; (n,) each."""
    begins, sizes = examples.begins[:-1], np.diff(examples.begins)
    # A product so narrow is no work for a matrix library's threads, which wait for each other.
    score = np.einsum("ij,j->i", examples.votes, weights)
    highest = np.repeat(np.maximum.reduceat(score, begins), sizes)
    likely = examples.stands_for * np.exp(score - highest)
    total = np.repeat(np.add.reduceat(likely, begins), sizes)
    return score - highest - np.log(total), likely / total
