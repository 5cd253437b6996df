"""Modularity: how much more of the tie weight stays inside communities than chance would put there."""

from typing import NamedTuple

import numpy as np

from graph.kernels.csr import Csr, Floats, Ints, Longs
from graph.kernels.jit import njit


class Volumes(NamedTuple):
    """What each community holds, each shape (k,): the weight of ties inside it, leaving and arriving."""

    inside: Floats
    out: Floats
    into: Floats


def volumes(out: Csr, labels: Ints, communities: int) -> Volumes:
    """Sums of tie weight by community; a tie inside one counts in all three.

    labels: shape (n,), each in [0, communities).
    """
    return Volumes(*_volumes(out.indptr, out.indices, out.weights, labels, communities))


def modularity_of(out: Csr, labels: Ints, communities: int, resolution: float = 1.0) -> float:
    """Σ over communities of inside/m − resolution · out·into/m², in [−½, 1) at resolution 1.

    m is the total weight of the rows. For an undirected graph the rows hold both ends of every tie, a loop at
    twice its weight, and the same formula is Newman's (2004); for a directed graph it is that of Leicht &
    Newman (2008). ZeroDivisionError where there is no tie.

    >>> from graph.kernels.csr import grouped
    >>> pairs = grouped(np.array([0, 1, 2, 3], np.int32), np.array([1, 0, 3, 2], np.int32), None, 4)
    >>> modularity_of(pairs, np.array([0, 0, 1, 1], np.int32), 2)
    0.5
    """
    held = volumes(out, labels, communities)
    total = float(held.out.sum())
    if total == 0:
        raise ZeroDivisionError("modularity of a graph without ties")
    return float((held.inside / total - resolution * held.out * held.into / total**2).sum())


@njit
def _volumes(
    indptr: Longs, indices: Ints, weights: Floats | None, labels: Ints, communities: int
) -> tuple[Floats, Floats, Floats]:
    inside = np.zeros(communities)
    out = np.zeros(communities)
    into = np.zeros(communities)
    for user in range(len(indptr) - 1):
        for tie in range(indptr[user], indptr[user + 1]):
            weight = 1.0 if weights is None else weights[tie]
            out[labels[user]] += weight
            into[labels[indices[tie]]] += weight
            if labels[user] == labels[indices[tie]]:
                inside[labels[user]] += weight
    return inside, out, into
