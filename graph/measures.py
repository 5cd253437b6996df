"""What a graph says of a user, in NetworkX's words.

Measures call NetworkX's functions and nothing else, so they run on a ShareGraph as on a plain `nx.DiGraph`,
which is their oracle. Arrays come out in the order in which the graph iterates over its users.
"""

from collections.abc import Iterator
from typing import Any, Protocol, cast

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

TOLERANCE = 1e-10
"""Largest sum of absolute changes in the last round of PageRank."""


class NxGraph(Protocol):
    """A graph that NetworkX's functions take."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Any]: ...
    def is_directed(self) -> bool:
        """Whether A→B says nothing of B→A."""
        ...


def rank(G: NxGraph, *, damping: float = 0.85, weight: str | None = "weight") -> NDArray[np.float64]:
    """PageRank against the ties: each user's part of the credit that flows back to sharers; shape (n,), sums
    to 1.

    A tie A→B carries what A shares to B, so B's credit goes to A, and on to those who reach A. damping: how
    much of it is passed on, the rest is spread evenly; so is that of a user whom no tie reaches (Page et al.
    1999).

    >>> star = nx.DiGraph([("ana", "bea"), ("ana", "cy")])
    >>> rank(star).round(3)
    array([0.574, 0.213, 0.213])
    """
    if len(G) == 0:
        return np.empty(0)
    back = nx.reverse(cast("nx.DiGraph[Any]", G))
    # NetworkX stops once a round changes less than n·tol in all: for a million users, by default, the first.
    scores = nx.pagerank(back, alpha=damping, tol=TOLERANCE / len(G), max_iter=1000, weight=weight)
    return np.fromiter(scores.values(), np.float64, len(G))


def mutual(G: NxGraph, *, weight: str | None = "weight") -> NxGraph:
    """The ties without their direction, over row numbers: what flows either way between two users, added up.

    The graph is of the same backend as G. (NetworkX's own `to_undirected` keeps one direction's weight at
    random.)

    >>> pair = nx.DiGraph([("ana", "bea", {"weight": 0.5}), ("bea", "ana", {"weight": 0.25})])
    >>> mutual(pair)[0][1]
    {'weight': 0.75}
    """
    return _drawn(_both_ways(G, weight), G)


def tied(G: NxGraph, *, weight: str | None = "weight") -> tuple[NDArray[np.int64], NxGraph]:
    """The rows of those who have ties, rising, and their `mutual` graph over positions among them: what there
    is to look at where most have none.

    >>> few = nx.DiGraph([("bea", "dan")])
    >>> few.add_nodes_from(["ana", "cy"])
    >>> rows, pair = tied(few)
    >>> rows, list(pair.edges)
    (array([0, 1]), [(0, 1)])
    """
    if len(G) == 0:
        return np.empty(0, np.int64), G
    both = _both_ways(G, weight)
    rows = np.flatnonzero(np.diff(both.indptr))
    return rows, _drawn(both if len(rows) == len(G) else both[rows][:, rows], G)


def _both_ways(G: NxGraph, weight: str | None) -> csr_array:
    ties = nx.to_scipy_sparse_array(cast("nx.DiGraph[Any]", G), weight=weight)
    return csr_array(ties + ties.T if G.is_directed() else ties)


def _drawn(ties: csr_array, like: NxGraph) -> NxGraph:
    backend = getattr(like, "__networkx_backend__", "networkx")
    return cast("NxGraph", nx.from_scipy_sparse_array(ties, backend=backend))
