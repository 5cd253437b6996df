"""The chance that what is shown is opened, by its score: rising, and no surer than what was seen.

Showings of the past are sorted by the score that they would have had at that moment
(graph.suggest.learning.showings) and cut into bins of at least `AT_LEAST`. A bin knows little by itself, so
each is helped by showings of the common sort, of which as large a share was opened as of all: as many as make
what was opened in the bins likeliest (beta-binomial, Griffiths 1973), few where the score tells much; where
it tells nothing they are all that were shown, and one chance is told for all. Neighbours are pooled until the
share rises everywhere (pool adjacent violators; Zadrozny & Elkan 2002). Each pool is a Beta posterior. Which
of many lists a showing was in, its place there, and who saw it are not told apart.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import betaln

from graph.estimate import Estimate

Floats = NDArray[np.float64]

AT_LEAST, BINS = 100, 50
"""Showings in a bin, and the most bins there are."""

MOST = 1e5
"""Common showings that help a bin, at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """begins: (k,), the lowest score of each step, rising. steps: its chance, rising with the score. common:
    the share of all that was opened. exposed: learned from what a log tells was shown, else from what people
    turned to by themselves, which is less.
    """

    begins: Floats
    steps: tuple[Estimate, ...]
    common: float
    exposed: bool = False

    def of(self, score: float) -> Estimate:
        """Of a score; one below all has the chance of the lowest."""
        return self.steps[max(int(np.searchsorted(self.begins, score, side="right")) - 1, 0)]


def chances(score: Floats, opened: NDArray[np.bool_], *, exposed: bool = False) -> Chances | None:
    """Learned from showings: what each scored, and whether it was opened; both (n,). exposed: the log told
    them. None for fewer than `AT_LEAST`, or where nothing was opened.

    >>> found = chances(np.repeat([1.0, 2.0], 200), np.arange(400) % 20 < np.repeat([1, 4], 200))
    >>> [round(found.of(score).value, 3) for score in (0.5, 1.5, 2.5)]
    [0.057, 0.057, 0.193]
    """
    if len(score) < AT_LEAST or not opened.any():
        return None
    common = float((opened.sum() + 0.5) / (len(opened) + 1))
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
    return Chances(np.array([step.begin for step in steps]), tuple(map(prior.told, steps)), common, exposed)


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

    def told(self, step: _Step) -> Estimate:
        """That share, no surer than the step's own showings make it: what is believed was learned too."""
        share, own = self.share(step), step.shown + 1
        return Estimate.of_beta(share * own, (1 - share) * own)


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
