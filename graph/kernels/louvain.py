"""Louvain communities, step for step as NetworkX finds them.

One level: everybody starts alone; in a shuffled order each moves to the neighbouring community that raises
modularity most, until a whole round moves nobody. Communities then become the users of a smaller graph, and
the next level begins (Blondel, Guillaume, Lambiotte & Lefebvre 2008; directed: Dugué & Perez 2015). With the
same shuffles, and rows in the order of NetworkX's adjacency, the communities and their order equal
NetworkX's: this is its twin. Leiden (graph.kernels.leiden) is the one to prefer.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from graph.kernels.csr import Csr, Floats, Ints, Longs, both_ways, grouped, loops_twice, transposed
from graph.kernels.jit import njit
from graph.kernels.modularity import modularity_of


class Ties(NamedTuple):
    """One level's graph: its ties as they start, as they arrive (the same rows if undirected), and which it
    is.
    """

    out: Csr
    into: Csr
    directed: bool


def louvain(
    out: Csr,
    *,
    directed: bool,
    shuffled: Callable[[int], Longs],
    resolution: float = 1.0,
    threshold: float = 1e-7,
) -> Iterator[Ints]:
    """The partition after each level: labels 0..k−1, shape (n,); modularity rises from one to the next.

    out: the ties; those of an undirected graph at both ends. shuffled: called once a level with its number of
    users k, gives a permutation of range(k). threshold: a level that gains no more modularity is the last.
    """
    ties = Ties(out, transposed(out) if directed else out, directed)
    membership = np.arange(out.users, dtype=np.int32)
    if len(out.indices) == 0:
        yield membership
        return
    before = _quality(ties, membership, resolution)
    while True:
        labels, moves = _one_level(ties, shuffled(ties.out.users), resolution)
        if moves == 0 and len(labels) < out.users:
            return
        membership = labels[membership]
        yield membership
        quality = _quality(ties, labels, resolution)
        if quality - before <= threshold:
            return
        before = quality
        ties = _collapsed(ties, labels)


def _quality(ties: Ties, labels: Ints, resolution: float) -> float:
    rows = ties.out if ties.directed else loops_twice(ties.out)
    return modularity_of(rows, labels, len(labels), resolution)


def _one_level(ties: Ties, order: Longs, resolution: float) -> tuple[Ints, int]:
    if ties.directed:
        rows, out, into = both_ways(ties.out, ties.into), ties.out.strengths(), ties.into.strengths()
    else:
        # Both ends of a tie stand in one row here, and in two rows of a directed graph: hence twice.
        rows, out = ties.out, loops_twice(ties.out).strengths()
        into = out
    ends = 1.0 if ties.directed else 2.0
    labels, moves = _rounds(
        rows.indptr, rows.indices, rows.weights, ends, out, into, out.sum(), order, resolution
    )
    return np.unique(labels, return_inverse=True)[1].astype(np.int32), moves


def _collapsed(ties: Ties, labels: Ints) -> Ties:
    """Communities as users: ties between them added up, each row in the order in which its ties are first
    met.
    """
    rows = ties.out
    weights = rows.each_weight()
    sources, targets, users = labels[rows.sources()], labels[rows.indices], int(labels.max()) + 1
    if ties.directed:
        return Ties(
            grouped(sources, targets, weights, users), grouped(targets, sources, weights, users), True
        )
    once = rows.sources() <= rows.indices
    pairs = np.column_stack([sources[once], targets[once]])
    back = np.column_stack([np.full(len(pairs), True), pairs[:, 0] != pairs[:, 1]]).ravel()
    both = grouped(
        pairs.ravel()[back], pairs[:, ::-1].ravel()[back], np.repeat(weights[once], 2)[back], users
    )
    return Ties(both, both, False)


@njit
def _rounds(
    indptr: Longs,
    indices: Ints,
    weights: Floats | None,
    ends: float,
    out: Floats,
    into: Floats,
    total: float,
    order: Longs,
    resolution: float,
) -> tuple[Longs, int]:
    users = len(indptr) - 1
    labels = np.arange(users)
    out_of, into_of = out.copy(), into.copy()
    tied = np.zeros(users)  # weight between the user in hand and each community of `near`
    near = np.empty(users, np.int64)
    is_near = np.zeros(users, np.bool_)
    moves, moved = 0, 1
    while moved > 0:
        moved = 0
        for user in order:
            count = 0
            for tie in range(indptr[user], indptr[user + 1]):
                if indices[tie] == user:
                    continue
                label = labels[indices[tie]]
                if not is_near[label]:
                    is_near[label] = True
                    near[count] = label
                    count += 1
                tied[label] += 1.0 if weights is None else weights[tie]
            own = labels[user]
            out_of[own] -= out[user]
            into_of[own] -= into[user]
            # Term by term as NetworkX adds them: rounding decides between equals.
            leaving = (
                -(ends * tied[own]) / total
                + resolution * (out[user] * into_of[own] + into[user] * out_of[own]) / total**2
            )
            best, best_gain = own, 0.0
            for label in near[:count]:
                gain = (
                    leaving
                    + ends * tied[label] / total
                    - resolution * (out[user] * into_of[label] + into[user] * out_of[label]) / total**2
                )
                if gain > best_gain:
                    best, best_gain = label, gain
                tied[label] = 0.0
                is_near[label] = False
            out_of[best] += out[user]
            into_of[best] += into[user]
            if best != own:
                labels[user] = best
                moved += 1
        moves += moved
    return labels, moves
