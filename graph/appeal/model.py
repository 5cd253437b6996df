"""What each person's shares will bring, as of one time."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from graph.appeal.acts import Acts
from graph.appeal.crowd import crowd
from graph.appeal.memory import Memory, chosen, learned
from graph.errors import InvalidInput
from graph.estimate import CONFIDENCE, Estimate
from graph.kernels.csr import Csr
from graph.timeline import Rows

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Appeal:
    """Different people expected to open shares of each of n people in the horizon.

    expected: (n,), known ones and strangers; 0 for who was never opened. pairs: row u holds those who opened
    shares of u, each weighing what of `expected` they stand for, so that rows sum to it. memory: what all
    this rests on. doubt: the variance of every sum because nobody came lately or the log is young, as a
    multiple of its square (graph.appeal.crowd).
    """

    expected: Floats
    pairs: Csr
    memory: Memory
    doubt: float

    def known(self) -> Floats:
        """For each of `pairs` the chance that they open a share of u again in the horizon, in [0, 1)."""
        return np.asarray(-np.expm1(-self.memory.returning * self.pairs.each_weight()))

    def strangers(self) -> Floats:
        """How many are expected who never opened a share of u, shape (n,)."""
        known = np.bincount(self.pairs.sources(), self.known(), minlength=len(self.expected))
        return np.maximum(self.expected - known, 0.0)

    def of(self, person: int) -> Estimate:
        """One person's audience, with the interval that errors at earlier cuts of the log suggest: a gamma
        law whose variance is a Poisson's and `memory.spread + doubt` times the expectation squared.
        """
        mean = float(self.expected[person])
        if mean <= 0:
            return Estimate(0.0, 0.0, 0.0)
        scale = 1 + (self.memory.spread + self.doubt) * mean
        tail = (1 - CONFIDENCE) / 2
        low, high = (scale * float(gammaincinv(mean / scale, side)) for side in (tail, 1 - tail))
        return Estimate(mean, low, high)

    def seeds(self, most: int, candidates: NDArray[np.bool_] | None = None) -> Rows:
        """Up to so many people whose audiences are together the largest, best first.

        candidates: (n,), who may be chosen; else everybody. Who adds nothing is left out.
        """
        allowed = np.ones(len(self.expected), np.bool_) if candidates is None else candidates
        return chosen(self.pairs, allowed, self.memory.alike, most)


def appeal(
    acts: Acts, *, at: int, horizon: timedelta, memory: Memory | None = None, whole: Acts | None = None
) -> Appeal:
    """Everybody's appeal at a time (µs since 1970), from the acts before it, the last of each pair.

    In all as many pairs are expected to come together in the horizon as did in the last stretch as long, of a
    younger log or after a gap what graph.appeal.crowd says; whether that holds is what `Estimate`s are
    widened by. memory: one learned already, else it is learned. whole: all that was watched, where these acts
    are a part of it. InvalidInput for a horizon that is not positive.

    >>> from graph.openings import openings
    >>> from tests.toy import snapshot
    >>> shop = snapshot("ana>bea,cy:tea dan>bea:mug")
    >>> acts = Acts.of(openings(shop), len(shop.people))
    >>> told = appeal(acts, at=shop.as_of + 1, horizon=timedelta(minutes=10))
    >>> [shop.people.keys[row] for row in told.seeds(2)]
    ['dan', 'ana']
    """
    length = horizon // timedelta(microseconds=1)
    if length <= 0:
        raise InvalidInput(f"a horizon of {horizon} is not positive")
    acts = acts.before(at)
    memory = learned(acts) if memory is None else memory
    last = acts.last()
    coming = crowd(acts, at, length, whole=whole)
    pairs = last.pairs(memory(last, at) * coming.pairs)
    return Appeal(pairs.strengths(), pairs, memory, coming.doubt)
