"""What hangs together: components, communities, and how good a partition is."""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from random import Random
from typing import cast

import networkx as nx
import numpy as np
from networkx.algorithms.community.quality import NotAPartition

from graph.kernels.components import strong_components, weak_components
from graph.kernels.csr import Ints, Longs, loops_twice
from graph.kernels.hops import hops
from graph.kernels.leiden import leiden
from graph.kernels.louvain import louvain
from graph.kernels.modularity import modularity_of
from graph.nx.labels import Communities, Label, communities, count, labelled, weighed
from graph.sharegraph import AnyGraph, ShareGraph


def weakly_connected_components(G: ShareGraph) -> Iterator[set[Label]]:
    return iter(communities(G, weak_components(G.out)))


def number_weakly_connected_components(G: ShareGraph) -> int:
    return count(weak_components(G.out))


def is_weakly_connected(G: ShareGraph) -> bool:
    return _is_one(G, number_weakly_connected_components(G))


def strongly_connected_components(G: ShareGraph) -> Iterator[set[Label]]:
    return iter(communities(G, strong_components(G.out)))


def number_strongly_connected_components(G: ShareGraph) -> int:
    return count(strong_components(G.out))


def is_strongly_connected(G: ShareGraph) -> bool:
    return _is_one(G, number_strongly_connected_components(G))


def connected_components(G: ShareGraph) -> Iterator[set[Label]]:
    return weakly_connected_components(G)


def number_connected_components(G: ShareGraph) -> int:
    return number_weakly_connected_components(G)


def is_connected(G: ShareGraph) -> bool:
    return is_weakly_connected(G)


def node_connected_component(G: ShareGraph, n: Label) -> set[Label]:
    return set(labelled(G, hops(G.out, G.row(n)).users.tolist()))


def _is_one(G: ShareGraph, components: int) -> bool:
    if len(G) == 0:
        raise nx.NetworkXPointlessConcept("Connectivity is undefined for the null graph.")
    return components == 1


def modularity(
    G: ShareGraph,
    communities: Iterable[Iterable[Label]],
    weight: str | None = "weight",
    resolution: float = 1,
) -> float:
    groups = [list(community) for community in communities]
    rows = [G.row(label) for group in groups for label in group if label in G]
    if not sum(map(len, groups)) == len(set(rows)) == len(G):
        raise NotAPartition(cast("AnyGraph", G), groups)
    labels = np.empty(len(G), np.int32)
    labels[rows] = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    ties = weighed(G, G.out, weight)
    return modularity_of(ties if G.directed else loops_twice(ties), labels, len(groups), resolution)


def louvain_partitions(
    G: ShareGraph,
    weight: str | None = "weight",
    resolution: float = 1,
    threshold: float = 0.0000001,
    seed: Random | None = None,
) -> Iterator[Communities]:
    return (communities(G, labels) for labels in _louvain(G, weight, resolution, threshold, seed))


def _louvain(
    G: ShareGraph, weight: str | None, resolution: float, threshold: float, seed: Random | None
) -> Iterator[Ints]:
    chance = seed or Random()  # noqa: S311 - a shuffle, no secret

    def shuffled(users: int) -> Longs:
        order = list(range(users))
        chance.shuffle(order)
        return np.array(order, np.int64)

    ties = weighed(G, G.out, weight)
    return louvain(ties, directed=G.directed, shuffled=shuffled, resolution=resolution, threshold=threshold)


def louvain_communities(
    G: ShareGraph,
    weight: str | None = "weight",
    resolution: float = 1,
    threshold: float = 0.0000001,
    max_level: int | None = None,
    seed: Random | None = None,
) -> Communities:
    return communities(G, _last(_louvain(G, weight, resolution, threshold, seed), max_level))


def leiden_partitions(
    G: ShareGraph, weight: str | None = "weight", resolution: float = 1, seed: Random | None = None
) -> Iterator[Communities]:
    return (communities(G, labels) for labels in _leiden(G, weight, resolution, seed))


def _leiden(G: ShareGraph, weight: str | None, resolution: float, seed: Random | None) -> Iterator[Ints]:
    number = (seed or Random()).randrange(2**31)  # noqa: S311 - a shuffle, no secret
    return leiden(weighed(G, G.out, weight), seed=number, resolution=resolution)


def leiden_communities(
    G: ShareGraph,
    weight: str | None = "weight",
    resolution: float = 1,
    max_level: int | None = None,
    seed: Random | None = None,
) -> Communities:
    return communities(G, _last(_leiden(G, weight, resolution, seed), max_level))


def _last(partitions: Iterator[Ints], max_level: int | None) -> Ints:
    if max_level is not None and max_level <= 0:
        raise ValueError("max_level argument must be a positive integer or None")
    return deque(islice(partitions, max_level), maxlen=1).pop()
