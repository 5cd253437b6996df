"""Strangers: how many people who never listened to somebody before open one share of theirs.

Ties say nothing of them, and on some logs they are nearly all who come. Whoever came once has a tie from then
on and is counted along it, so the first openings of all listeners are not what the next share brings anew: a
circle that shared everything it could brings nobody. How many are new to the next share is foretold by those
who came to one share only, whichever it was (Good 1953): over u's n shares they number Σ n·p·(1 − p)^(n−1)
for listeners who come each time with a chance p, and the next share brings Σ p·(1 − p)^n. So each of them
counts as 1 − p, p by their tie: in sum the next share of a closed circle is neither missed nor counted twice.

What a person's shares brought so is a handful of numbers, most of them 0 and now and then a great one, so no
law of counts is assumed: the next share of u brings what one of u's own shares brought, or, the less is known
of u the more often, what some share of anybody's brought,

    next of u  ~  (Σ over u's n shares of δ(x)  +  κ · everybody's shares)  /  (n + κ),

the predictive distribution of a Dirichlet process (Ferguson 1973). Its mean is the credibility formula
(Bühlmann 1967) with κ = variance within people / variance between them, by moments: κ is small where people
differ, and where they do not differ by more than chance, everybody's next share is like anybody's.

Shares that are younger than nine in ten openings take to come still gather strangers and are not counted.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.openings import Openings
from graph.pooling import credibility, shares_of_own
from graph.timeline import Shares

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Strangers:
    """For n people. brought: (s,), what the next share brings if like each that is old enough, by sharer;
    starts: (n + 1,), whose. weight: κ, how many shares everybody's count for; infinite where people do not
    differ.
    """

    brought: Floats
    starts: Longs
    weight: float

    @classmethod
    def of(
        cls, shares: Shares, opened: Openings, as_of: int, people: int, again: Floats | None = None
    ) -> "Strangers":
        """From who opened what. opened: in order of time; who opened one share of a sharer's was a stranger
        to it, also where they followed that sharer by other means before. again: for each opening the chance
        that they open the sharer's next share too, by their tie; 0 for None.
        """
        only = _only(opened, people)
        wait = opened.at[opened.first] - shares.at[opened.share[opened.first]]
        delay = int(np.quantile(wait, 0.9, method="inverted_cdf")) if len(wait) else 0
        rows = np.flatnonzero(shares.at + delay <= as_of)
        anew = np.ones(len(only)) if again is None else 1 - again[only]
        count = np.bincount(opened.share[only], anew, len(shares))[rows]
        order = np.argsort(shares.person[rows], kind="stable")
        starts = np.searchsorted(shares.person[rows][order], np.arange(people + 1)).astype(np.int64)
        brought = count[order].astype(np.float64)
        if not len(brought):
            return cls(np.zeros(1), np.zeros(people + 1, np.int64), np.inf)
        upto, squares = (np.append(0.0, np.cumsum(x)) for x in (brought, brought**2))
        return cls(
            brought,
            starts,
            credibility(np.diff(upto[starts]), np.diff(squares[starts]), np.diff(starts)),
        )

    @property
    def shares(self) -> Longs:
        """How many shares of each person are counted, shape (n,)."""
        return np.diff(self.starts)

    @property
    def expected(self) -> Floats:
        """How many come to one share of each person's, shape (n,)."""
        own, common = self._own, float(self.brought.mean())
        total = np.append(0.0, np.cumsum(self.brought))
        return np.asarray((1 - own) * common + own * np.diff(total[self.starts]) / np.maximum(self.shares, 1))

    def drawn(self, people: NDArray[np.int32], times: int, chance: np.random.Generator) -> Floats:
        """How many come to one share of each of these people, drawn so often; shape (times, k)."""
        shape = times, len(people)
        anybody = chance.integers(0, len(self.brought), shape)
        theirs = self.starts[people] + (chance.random(shape) * self.shares[people]).astype(np.int64)
        place = np.where(chance.random(shape) < self._own[people], theirs, anybody)
        return self.brought[place]

    @property
    def _own(self) -> Floats:
        """The chance that the next share is like one of a person's own."""
        return shares_of_own(self.shares, self.weight)


def _only(opened: Openings, people: int) -> NDArray[np.intp]:
    """Which openings are of people who opened one share of the sharer's and no other."""
    first = np.flatnonzero(opened.first)
    pair = opened.sharer[first].astype(np.int64) * people + opened.person[first]
    _, place, times = np.unique(pair, return_index=True, return_counts=True)
    return np.asarray(first[place[times == 1]], np.intp)
