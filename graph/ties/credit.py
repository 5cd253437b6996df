"""Transmission by counting, as the literature divides the credit for an act among several earlier sharers.

v opened something of a product; each person v had met who shared that product before may have brought it
about. `bernoulli` gives each of them the whole act (Goyal, Bonchi & Lakshmanan 2010, static Bernoulli);
`partial` the same part each (their partial credits, and the direct credit of credit distribution, 2011); `em`
the part that fits best, p_uv / (1 − Π(1 − p_wv)), by expectation maximisation (Saito, Nakano & Kimura 2008).
A trial is a share by u. All three draw a tie's rate towards everybody's by one Beta prior (graph.pooling),
since a bare rate calls impossible whatever has not happened yet.
"""

from dataclasses import dataclass

import numpy as np

from graph.kernels.jit import njit
from graph.openings import openings
from graph.pooling import beta_prior
from graph.snapshot import Snapshot
from graph.ties.sights import Floats, Longs, Sights
from graph.ties.trials import sums
from graph.timeline import Rows

STEPS = 10
"""Of expectation maximisation; the held-out likelihood moves no more after."""


@dataclass(frozen=True, slots=True, eq=False)
class Acts:
    """Who may have brought about what: k candidates, by act. act: (k,), rising. pair: (k,), position of the
    candidate's tie. tries: (m,), shares of each tie's source.
    """

    act: Longs
    pair: Longs
    tries: Floats

    @classmethod
    def of(cls, snapshot: Snapshot, sights: Sights, pairs: Longs) -> "Acts":
        """The openings before the sights' end, and whom each might be owed to among these pairs."""
        n, shares, opened = sights.people, snapshot.shares, openings(snapshot)
        acts = np.flatnonzero(opened.first & (opened.at < sights.until))
        into = np.argsort(pairs % max(n, 1), kind="stable")
        by_product = np.lexsort((shares.at, shares.product, shares.person))
        key = shares.person[by_product].astype(np.int64) * len(snapshot.products) + shares.product[by_product]
        act, pair = _candidates(
            opened.person[acts],
            opened.product[acts],
            opened.at[acts],
            (into, np.searchsorted(pairs[into] % max(n, 1), np.arange(n + 1)), pairs // max(n, 1)),
            (key, shares.at[by_product], len(snapshot.products)),
        )
        made = np.diff(sights.begins).astype(np.float64)
        return cls(act, pair, made[pairs // max(n, 1)])

    def bernoulli(self) -> Floats:
        """Every candidate gets the whole act; (m,)."""
        return self._given(np.ones(len(self.act)))

    def partial(self) -> Floats:
        """The candidates of an act get equal parts; (m,)."""
        return self._given(1 / np.maximum(np.bincount(self.act), 1)[self.act])

    def em(self) -> Floats:
        """The candidates get the parts under which the acts are likeliest; (m,)."""
        given = self.partial()
        for _ in range(STEPS):
            chance = np.minimum(given / np.maximum(self.tries, 1), 1 - 1e-9)[self.pair]
            none = np.bincount(self.act, np.log1p(-chance))
            given = self._given(chance / np.maximum(-np.expm1(none), 1e-12)[self.act])
        return given

    def prior(self, given: Floats) -> tuple[float, float]:
        """The Beta prior that the ties' rates have in common. given: (m,), what each is credited with."""
        return beta_prior(np.minimum(given, self.tries), self.tries)

    def believed(self, given: Floats) -> tuple[Floats, Floats]:
        """Beta posteriors of the ties' rates, (m,) each. No tie is credited with more than all it tried."""
        alpha, beta = self.prior(given)
        given = np.minimum(given, self.tries)
        return alpha + given, beta + self.tries - given

    def _given(self, parts: Floats) -> Floats:
        return sums(self.pair, parts, len(self.tries))


@njit
def _candidates(
    person: Rows,
    product: Rows,
    at: Longs,
    ties: tuple[Longs, Longs, Longs],
    shared: tuple[Longs, Longs, int],
) -> tuple[Longs, Longs]:
    """Act and tie of everybody who had shared the act's product before it, to the person who acted."""
    into, begins, source = ties
    key, shared_at, products = shared
    acts, pairs = [np.int64(0) for _ in range(0)], [np.int64(0) for _ in range(0)]
    for act in range(len(person)):
        for place in range(begins[person[act]], begins[person[act] + 1]):
            pair = into[place]
            wanted = source[pair] * products + product[act]
            first = np.searchsorted(key, wanted)
            if first < len(key) and key[first] == wanted and shared_at[first] < at[act] + 1:
                acts.append(np.int64(act))
                pairs.append(pair)
    return np.array(acts, np.int64), np.array(pairs, np.int64)
