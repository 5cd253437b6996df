"""NetworkX's graphs and SciPy's matrices to a ShareGraph, and back."""

from collections.abc import Mapping, Sequence
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import DTypeLike
from scipy.sparse import csr_array

from graph.kernels.csr import Longs, frozen, induced, is_symmetric
from graph.nx.labels import Label, weighed
from graph.sharegraph import AnyGraph, ShareGraph

ADDS_UP = frozenset(
    {
        "leiden_communities",
        "leiden_partitions",
        "louvain_communities",
        "louvain_partitions",
        "modularity",
        "pagerank",
        "to_scipy_sparse_array",
    }
)
"""Functions for which NetworkX adds up the weights of a multigraph's parallel ties."""


def convert_from_nx(
    graph: AnyGraph,
    *,
    edge_attrs: Mapping[str, Any] | None = None,
    preserve_edge_attrs: bool = False,
    name: str = "",
    **_: object,
) -> ShareGraph:
    """A ShareGraph for NetworkX's dispatcher.

    edge_attrs: the attribute that the function reads, and its value where it is missing. NotImplementedError
    for a graph that says more than one number a tie, where the function would have to keep it.
    """
    attributes = _everything(graph) if preserve_edge_attrs else dict(edge_attrs or {})
    if len(attributes) > 1 or any(default != 1 for default in attributes.values()):
        raise NotImplementedError(
            f"a ShareGraph keeps one number a tie, 1 where it is missing, not {attributes}"
        )
    if graph.is_multigraph() and not (attributes and name in ADDS_UP):
        raise NotImplementedError("a ShareGraph has one tie from one user to another")
    try:
        return ShareGraph.from_networkx(graph, next(iter(attributes), None))
    except (TypeError, ValueError) as error:
        raise NotImplementedError("a ShareGraph's weights are real numbers") from error


def _everything(graph: AnyGraph) -> dict[str, int]:
    """The one attribute that every tie carries, if nothing else in the graph carries any."""
    carried = {frozenset(attributes) for _, _, attributes in graph.edges(data=True)}
    if len(carried) > 1 or graph.graph or any(attributes for _, attributes in graph.nodes(data=True)):
        raise NotImplementedError("a ShareGraph keeps no attributes but one number on every tie")
    return {name: 1 for names in carried for name in names}


def convert_to_nx(found: object, **_: object) -> object:
    """What a function gave back, as NetworkX knows it."""
    return found.to_networkx() if isinstance(found, ShareGraph) else found


def reverse(G: ShareGraph, copy: bool = True) -> ShareGraph:
    if not G.directed:
        raise nx.NetworkXError("Cannot reverse an undirected graph.")
    return G.reverse(copy)


def to_scipy_sparse_array(
    G: ShareGraph,
    nodelist: Sequence[Label] | None = None,
    dtype: DTypeLike | None = None,
    weight: str | None = "weight",
    format: Any = "csr",  # noqa: A002 - NetworkX's name
) -> Any:
    if len(G) == 0:
        raise nx.NetworkXError("Graph has no nodes or edges")
    ties = weighed(G, G.out, weight)
    if nodelist is not None:
        ties = induced(ties, _rows(G, nodelist))
    weights = np.ones(len(ties.indices), np.int64) if ties.weights is None else ties.weights
    shape = (ties.users, ties.users)
    # A copy: the matrix is the caller's to change, the graph is not.
    matrix = csr_array((weights.astype(dtype or weights.dtype), ties.indices, ties.indptr), shape, copy=True)
    try:
        return matrix.asformat(format)
    except ValueError as error:
        raise nx.NetworkXError(f"Unknown sparse matrix format: {format}") from error


def _rows(G: ShareGraph, nodelist: Sequence[Label]) -> Longs:
    if len(nodelist) == 0:
        raise nx.NetworkXError("nodelist has no nodes")
    for label in nodelist:
        if label not in G:
            raise nx.NetworkXError(f"Node {label} in nodelist is not in G")
    rows = np.array([G.row(label) for label in nodelist], np.int64)
    if len(np.unique(rows)) < len(rows):
        raise nx.NetworkXError("nodelist contains duplicates.")
    return rows


def from_scipy_sparse_array(
    A: Any,
    parallel_edges: bool = False,  # noqa: ARG001 - only for multigraphs, which can_run keeps out
    create_using: type[AnyGraph] | None = None,
    edge_attribute: str = "weight",
) -> ShareGraph:
    if A.shape[0] != A.shape[1]:
        raise nx.NetworkXError(f"Adjacency matrix not square: nx,ny={A.shape}")
    if A.dtype.kind not in "biuf":
        raise NotImplementedError("a ShareGraph's weights are real numbers")
    matrix = csr_array(A, copy=True)
    matrix.sum_duplicates()
    ties = frozen(matrix.indptr, matrix.indices, matrix.data)
    directed = create_using is nx.DiGraph
    G = ShareGraph(ties, directed=directed, weight_name=edge_attribute)
    if not directed and not is_symmetric(G.out):
        raise NotImplementedError("an undirected graph from a matrix that is not symmetric")
    return G
