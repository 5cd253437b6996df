"""The NetworkX backend: NetworkX's names on our kernels.

NetworkX finds `backend` by the entry point `networkx.backends: sharegraph` once a ShareGraph is handed to one
of its functions; nobody imports this package. Every function takes NetworkX's arguments and gives NetworkX's
types: labels for rows, dicts and sets for arrays, its own exceptions. FUNCTIONS is all there is; what is not
in it is refused, never run on a copy.
"""

from collections.abc import Callable, Mapping, Sequence
from inspect import signature
from types import SimpleNamespace
from typing import Any

import networkx as nx

from graph.nx import convert, parts, paths, rank

FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        rank.pagerank,
        rank.voterank,
        rank.degree_centrality,
        rank.in_degree_centrality,
        rank.out_degree_centrality,
        rank.core_number,
        rank.clustering,
        parts.connected_components,
        parts.number_connected_components,
        parts.is_connected,
        parts.node_connected_component,
        parts.weakly_connected_components,
        parts.number_weakly_connected_components,
        parts.is_weakly_connected,
        parts.strongly_connected_components,
        parts.number_strongly_connected_components,
        parts.is_strongly_connected,
        parts.modularity,
        parts.louvain_partitions,
        parts.louvain_communities,
        parts.leiden_partitions,
        parts.leiden_communities,
        paths.single_source_shortest_path_length,
        paths.single_target_shortest_path_length,
        paths.all_pairs_shortest_path_length,
        paths.shortest_path_length,
        paths.ego_graph,
        convert.reverse,
        convert.to_scipy_sparse_array,
        convert.from_scipy_sparse_array,
    )
}

SIMPLE_GRAPHS = (None, nx.Graph, nx.DiGraph)


def can_run(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool | str:
    """Whether these arguments are within reach, else a sentence that says which is not."""
    given = signature(FUNCTIONS[name]).bind(*args, **kwargs).arguments
    if name == "shortest_path_length" and given.get("weight") is not None:
        return "paths are measured in ties, not in weights"
    if name == "ego_graph" and given.get("distance") is not None:
        return "circles are measured in ties, not in distances"
    if name == "from_scipy_sparse_array" and given.get("create_using") not in SIMPLE_GRAPHS:
        return "only create_using=nx.Graph or nx.DiGraph: there is one tie from one user to another"
    return True


def should_run(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:  # noqa: ARG001 - NetworkX's
    """True: a plain NetworkX graph comes here only where somebody configured it so."""
    return True


backend = SimpleNamespace(
    convert_from_nx=convert.convert_from_nx,
    convert_to_nx=convert.convert_to_nx,
    can_run=can_run,
    should_run=should_run,
    **FUNCTIONS,
)
