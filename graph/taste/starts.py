"""What somebody would start a group for: what sells, lifted by what goes with their past.

    score(u, i) = popularity(i) · lift(u, i)^w  +  b if u joined a group for i

popularity: groups for i that worked, over the most of any item. lift: how much more often i is in a history
that has j than by chance, the mean over the history of u: what u started, joined, or tried to start in vain;
pairs of items that were seen together too seldom to tell borrow from their kinds, which are communities of
items met in the same histories. w and b are chosen where the answer is known: on the last part of what is
known, by NDCG at ten.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graph.kernels.csr import frozen
from graph.kernels.leiden import leiden
from graph.kernels.lifts import mean_lifts
from graph.taste.model import Kind, Parts, Rows, Scores, Sparse, joined, parts_of

DOUBT = 1.0
"""Meetings of two items that are expected beside what was seen; between kinds `DOUBT_OF_KINDS`."""
DOUBT_OF_KINDS = 5.0

POWERS = (0.0, 0.25, 0.5, 0.75, 1.0)
BONUSES = (0.0, 1.0, 100.0)
"""What w and b are chosen from; the last b is above any other score."""


@dataclass(frozen=True, slots=True, eq=False)
class Pasts:
    """started, joined, tried: (n, m) each, ones: groups that worked, by who started and by who joined them,
    and those that failed, by who tried.
    """

    started: Sparse
    joined: Sparse
    tried: Sparse

    def past(self) -> Sparse:
        """What is in everybody's history, ones."""
        every: Sparse = csr_array(self.started + self.joined + self.tried)
        return csr_array((np.ones(every.nnz, np.float32), every.indices, every.indptr), shape=every.shape)


@dataclass(frozen=True, slots=True, eq=False)
class Lifts:
    """What goes with what. met: (m, m), histories that have both. size: row sums. kind: (m,). closeness:
    (kinds, kinds).
    """

    met: Sparse
    size: NDArray[np.float32]
    kind: NDArray[np.int32]
    closeness: NDArray[np.float32]

    @classmethod
    def of(cls, past: Sparse) -> "Lifts":
        """Counted, and items gathered into kinds."""
        met = csr_array(csr_array(past.T) @ past)
        met.setdiag(0)
        met.eliminate_zeros()
        met.sort_indices()
        size = np.asarray(met.sum(axis=1), np.float64).ravel()
        kind = _kinds(met)
        group = csr_array((np.ones(len(kind)), (np.arange(len(kind)), kind)))
        together = (group.T @ met @ group).toarray()
        parts = np.asarray(group.T @ size)
        expected = np.outer(parts, parts) / max(size.sum(), 1.0)
        closeness = (together + DOUBT_OF_KINDS) / (expected + DOUBT_OF_KINDS)
        return cls(met, size.astype(np.float32), kind, closeness.astype(np.float32))

    def mean(self, past: Sparse, users: Rows) -> Scores:
        """The lift of every item for some users, (q, m)."""
        return mean_lifts(
            users.astype(np.int64), past.indptr.astype(np.int64), past.indices.astype(np.int32),
            self.met.indptr.astype(np.int64), self.met.indices.astype(np.int32), self.met.data,
            self.size, max(float(self.size.sum(dtype=np.float64)), 1.0), self.kind, self.closeness, DOUBT,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Starts:
    """The model, fitted; power: w, bonus: b."""

    pasts: Pasts
    past: Sparse
    lifts: Lifts
    popularity: NDArray[np.float32]
    power: float = 0.5
    bonus: float = BONUSES[-1]

    @classmethod
    def of(cls, pasts: Pasts) -> "Starts":
        """Learn what goes with what."""
        past = pasts.past()
        worked = np.asarray(pasts.started.sum(axis=0), np.float32).ravel()
        return cls(pasts, past, Lifts.of(past), worked / max(float(worked.max(initial=0)), 1.0))

    def scores(self, users: Rows) -> Scores:
        """As above, (q, m)."""
        scores = self.lifts.mean(self.past, users)
        np.power(scores, np.float32(self.power), out=scores)
        scores *= self.popularity
        mine = self.pasts.joined[users]
        scores[np.repeat(np.arange(len(users)), np.diff(mine.indptr)), mine.indices] += np.float32(self.bonus)
        return scores

    def parts(self, user: int, item: int) -> Parts:
        """Popularity, shared out over the history as each of it lifts the item, and what was joined."""
        own = self.past.indices[self.past.indptr[user] : self.past.indptr[user + 1]]
        score = float(self.scores(np.array([user]))[0, item])
        bonus = self.bonus * float(self.pasts.joined[user, item])
        gone = parts_of(Kind.OWN, [item], [bonus])
        if not len(own) or not self.power:
            return joined([gone, parts_of(Kind.POPULARITY, [-1], [score - bonus])])
        alone = csr_array(
            (np.ones(len(own), np.float32), own, np.arange(len(own) + 1)),
            shape=(len(own), len(self.popularity)),
        )
        each = self.lifts.mean(alone, np.arange(len(own)))[:, item].astype(np.float64)
        return joined([gone, parts_of(Kind.OWN, own, (score - bonus) * each / each.sum())])


def _kinds(met: Sparse) -> NDArray[np.int32]:
    """Communities of items, by how often they meet."""
    rows = frozen(met.indptr.astype(np.int64), met.indices.astype(np.int32), met.data.astype(np.float64))
    *_, labels = leiden(rows, seed=0)
    return np.asarray(labels, np.int32)
