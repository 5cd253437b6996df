"""Who matters: ranks, votes, degrees, cores, closed circles."""

from collections.abc import Hashable, Iterable

import networkx as nx
import numpy as np

from graph.kernels.cores import core_numbers
from graph.kernels.csr import Floats, Longs, both_ways
from graph.kernels.pagerank import power_iteration
from graph.kernels.triangles import clustering_coefficients
from graph.kernels.voterank import elected
from graph.nx.labels import Amounts, Label, by_label, distribution, labelled, weighed
from graph.sharegraph import ShareGraph


def pagerank(
    G: ShareGraph,
    alpha: float = 0.85,
    personalization: Amounts | None = None,
    max_iter: int = 100,
    tol: float = 1.0e-6,
    nstart: Amounts | None = None,
    weight: str | None = "weight",
    dangling: Amounts | None = None,
) -> dict[Label, float]:
    if len(G) == 0:
        return {}
    even = np.full(len(G), 1 / len(G))
    restart = even if personalization is None else distribution(G, personalization)
    found = power_iteration(
        weighed(G, G.into, weight),
        weighed(G, G.out, weight).strengths(),
        restart=restart,
        dangling=restart if dangling is None else distribution(G, dangling),
        start=even if nstart is None else distribution(G, nstart),
        alpha=alpha,
        tolerance=len(G) * tol,
        max_rounds=max_iter,
    )
    if not found.converged:
        raise nx.PowerIterationFailedConvergence(max_iter)
    return by_label(G, found.scores)


def voterank(G: ShareGraph, number_of_nodes: int | None = None) -> list[Label]:
    if not G.directed and G.number_of_loops:
        raise NotImplementedError("voterank of an undirected graph with loops")
    seats = len(G) if number_of_nodes is None else number_of_nodes
    return labelled(G, elected(G.out, seats).tolist())


def degree_centrality(G: ShareGraph) -> dict[Label, float]:
    return _centrality(G, G.degrees())


def in_degree_centrality(G: ShareGraph) -> dict[Label, float]:
    return _centrality(G, G.into.degrees())


def out_degree_centrality(G: ShareGraph) -> dict[Label, float]:
    return _centrality(G, G.out.degrees())


def _centrality(G: ShareGraph, degrees: Longs) -> dict[Label, float]:
    if len(G) <= 1:
        return dict.fromkeys(G, 1)
    return by_label(G, degrees * (1.0 / (len(G) - 1.0)))


def core_number(G: ShareGraph) -> dict[Label, int]:
    if G.number_of_loops:
        raise nx.NetworkXNotImplemented("Input graph has self loops; leave them out for core_number")
    return by_label(G, core_numbers(both_ways(G.out, G.into) if G.directed else G.out))


def clustering(
    G: ShareGraph, nodes: Label | Iterable[Label] | None = None, weight: str | None = None
) -> dict[Label, float] | float:
    if nodes is None:
        return by_label(G, _clustering(G, weight) / _heaviest(G, weight))
    if isinstance(nodes, Hashable) and nodes in G:
        return _clustering_of(G, [nodes], weight)[nodes]
    if not isinstance(nodes, Iterable):
        raise nx.NetworkXError(f"Node {nodes} is not in the graph")
    return _clustering_of(G, [label for label in nodes if label in G], weight)


def _clustering_of(G: ShareGraph, asked: list[Label], weight: str | None) -> dict[Label, float]:
    """Of some users only, from the ties among them and their neighbours."""
    rows = [G.row(label) for label in asked]
    around = {end for row in rows for end in (row, *G.out.row(row).tolist(), *G.into.row(row).tolist())}
    near = G.subgraph(labelled(G, around))
    found = by_label(near, _clustering(near, weight) / _heaviest(G, weight))
    return {label: found[label] for label in asked}


def _clustering(G: ShareGraph, weight: str | None) -> Floats:
    return clustering_coefficients(
        weighed(G, G.out, weight), weighed(G, G.into, weight) if G.directed else None
    )


def _heaviest(G: ShareGraph, weight: str | None) -> float:
    weights = weighed(G, G.out, weight).weights
    return 1.0 if weights is None or len(weights) == 0 else float(weights.max())
