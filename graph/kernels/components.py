"""Parts of a graph that hang together.

Weakly: one can be reached from the other when directions are ignored. Strongly: each can be reached from the
other along the directions. Both by SciPy: breadth first search, and Pearce's form of Tarjan's algorithm.
"""

from typing import Literal

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from graph.kernels.csr import Csr, Ints
from graph.kernels.labels import renumbered


def weak_components(out: Csr) -> Ints:
    """The number of each user's weakly connected component, shape (n,), numbered by their first users.

    >>> from graph.kernels.csr import grouped
    >>> weak_components(grouped(np.array([3], np.int32), np.array([1], np.int32), None, 4))
    array([0, 1, 2, 1], dtype=int32)
    """
    return renumbered(_components(out, "weak"))


def strong_components(out: Csr) -> Ints:
    """The number of each user's strongly connected component, shape (n,): a tie never leads to a higher
    number.

    >>> from graph.kernels.csr import grouped
    >>> ring = grouped(np.array([0, 1, 2, 2], np.int32), np.array([1, 2, 0, 3], np.int32), None, 4)
    >>> strong_components(ring)
    array([1, 1, 1, 0], dtype=int32)
    """
    return _components(out, "strong")


def _components(out: Csr, connection: Literal["weak", "strong"]) -> Ints:
    if out.users == 0:
        return np.empty(0, np.int32)
    ties = csr_array((np.ones(len(out.indices)), out.indices, out.indptr), shape=(out.users, out.users))
    _, labels = connected_components(ties, directed=True, connection=connection)
    return labels
