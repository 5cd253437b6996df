"""How far from whom: path lengths in ties, and the circle around one user."""

from collections.abc import Iterator

import networkx as nx
import numpy as np

from graph.kernels.csr import Csr, both_ways
from graph.kernels.hops import hops
from graph.nx.labels import Label, labelled
from graph.sharegraph import ShareGraph


def single_source_shortest_path_length(
    G: ShareGraph, source: Label, cutoff: float | None = None
) -> dict[Label, int]:
    if source not in G:
        raise nx.NodeNotFound(f"Source {source} is not in G")
    return _distances(G, G.out, source, cutoff)


def single_target_shortest_path_length(
    G: ShareGraph, target: Label, cutoff: float | None = None
) -> dict[Label, int]:
    if target not in G:
        raise nx.NodeNotFound(f"Target {target} is not in G")
    return _distances(G, G.into, target, cutoff)


def all_pairs_shortest_path_length(
    G: ShareGraph, cutoff: float | None = None
) -> Iterator[tuple[Label, dict[Label, int]]]:
    return ((label, _distances(G, G.out, label, cutoff)) for label in G)


def shortest_path_length(
    G: ShareGraph,
    source: Label | None = None,
    target: Label | None = None,
    weight: None = None,  # noqa: ARG001 - can_run lets nothing else in
    method: str = "dijkstra",
) -> int | dict[Label, int] | Iterator[tuple[Label, dict[Label, int]]]:
    if method not in {"dijkstra", "bellman-ford"}:
        raise ValueError(f"method not supported: {method}")
    if source is None:
        if target is None:
            return all_pairs_shortest_path_length(G)
        return single_target_shortest_path_length(G, target)
    distances = single_source_shortest_path_length(G, source)
    if target is None:
        return distances
    if target not in G:
        raise nx.NodeNotFound(f"Target {target} is not in G")
    if target not in distances:
        raise nx.NetworkXNoPath(f"No path between {source} and {target}.")
    return distances[target]


def ego_graph(
    G: ShareGraph,
    n: Label,
    radius: float | None = 1,
    center: bool = True,
    undirected: bool = False,
    distance: None = None,  # noqa: ARG001 - can_run lets nothing else in
) -> ShareGraph:
    if n not in G:
        raise nx.NodeNotFound(f"Source {n} is not in G")
    ties = both_ways(G.out, G.into) if undirected and G.directed else G.out
    return G.subgraph(label for label in _distances(G, ties, n, radius) if center or label != n)


def _distances(G: ShareGraph, ties: Csr, start: Label, cutoff: float | None) -> dict[Label, int]:
    found = hops(ties, G.row(start), np.inf if cutoff is None else cutoff)
    return dict(zip(labelled(G, found.users.tolist()), found.distances.tolist(), strict=True))
