"""Laws of graphs, and a twin for every kernel: NetworkX on the same ties, drawn at random."""

from collections.abc import Callable
from importlib import import_module
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.communities import Partition, cohesion, matched, partition
from graph.measures import mutual, rank
from graph.sharegraph import ShareGraph

nx: Any = import_module("networkx")
"""NetworkX's stubs know no graph of a backend."""

WEIGHTS = (0.25, 0.5, 1.0, 2.0)
"""Sums of these are exact, so equal answers are equal bits."""


@st.composite
def graphs(draw: st.DrawFn, *, directed: bool | None = None, loops: bool = False) -> Any:
    """A ShareGraph of up to twelve users."""
    users = draw(st.integers(1, 12))
    user = st.integers(0, users - 1)
    ties = draw(st.lists(st.tuples(user, user, st.sampled_from(WEIGHTS)), max_size=40))
    src, dst, weight = np.array(ties, np.float64).reshape(-1, 3).T
    return ShareGraph.from_arrays(
        src.astype(int),
        dst.astype(int),
        draw(st.sampled_from([weight, None])),
        users=users,
        directed=draw(st.booleans()) if directed is None else directed,
        loops=loops,
    )


def sets(parts: Any) -> set[frozenset[Any]]:
    return set(map(frozenset, parts))


def scores(found: dict[Any, float]) -> Any:
    return pytest.approx(found, rel=1e-9, abs=1e-12)


@given(graphs(loops=True))
def test_out_and_into_hold_the_same_ties(G: ShareGraph):
    out = set(zip(G.out.sources().tolist(), G.out.indices.tolist(), strict=True))
    into = set(zip(G.into.indices.tolist(), G.into.sources().tolist(), strict=True))
    assert out == into
    assert G.degrees().sum() == 2 * G.number_of_edges()


@given(graphs(loops=True))
def test_a_graph_survives_the_way_to_networkx_and_back(G: ShareGraph):
    again = ShareGraph.from_networkx(G.to_networkx())
    assert again.directed == G.directed
    assert again.number_of_edges() == G.number_of_edges()
    assert sorted(again.to_networkx().edges(data=True)) == sorted(G.to_networkx().edges(data=True))


@given(graphs(loops=True), st.floats(0.05, 0.95), st.sampled_from(["weight", None]))
def test_pagerank_is_networkx_s_and_sums_to_one(G: Any, alpha: float, weight: str | None):
    ours = nx.pagerank(G, alpha=alpha, tol=1e-12, max_iter=1000, weight=weight)
    theirs = nx.pagerank(G.to_networkx(), alpha=alpha, tol=1e-12, max_iter=1000, weight=weight)
    assert ours == scores(theirs)
    assert sum(ours.values()) == pytest.approx(1)


@given(graphs(loops=True), st.data())
def test_personalised_pagerank_is_networkx_s_at_every_tolerance(G: Any, data: st.DataObject):
    amounts = st.dictionaries(
        st.sampled_from(list(G)), st.floats(0.1, 1.0, allow_nan=False), min_size=1, max_size=3
    )
    asked = {
        "personalization": data.draw(amounts),
        "dangling": data.draw(st.none() | amounts),
        "nstart": data.draw(st.none() | amounts),
        "tol": data.draw(st.sampled_from([1e-2, 1e-4, 1e-8])),
        "max_iter": data.draw(st.sampled_from([3, 200])),
    }
    try:
        theirs = nx.pagerank(G.to_networkx(), **asked)
    except nx.PowerIterationFailedConvergence:
        with pytest.raises(nx.PowerIterationFailedConvergence):
            nx.pagerank(G, **asked)
    else:
        assert nx.pagerank(G, **asked) == scores(theirs)


@given(graphs(directed=True, loops=True))
def test_components_are_networkx_s(G: Any):
    for function in (nx.weakly_connected_components, nx.strongly_connected_components):
        assert sets(function(G)) == sets(function(G.to_networkx()))
    for function in (nx.is_weakly_connected, nx.is_strongly_connected):
        assert function(G) == function(G.to_networkx())
    for function in (nx.number_weakly_connected_components, nx.number_strongly_connected_components):
        assert function(G) == function(G.to_networkx())


@given(graphs(directed=False, loops=True))
def test_undirected_components_are_networkx_s(G: Any):
    assert sets(nx.connected_components(G)) == sets(nx.connected_components(G.to_networkx()))
    assert nx.node_connected_component(G, 0) == nx.node_connected_component(G.to_networkx(), 0)
    assert nx.is_connected(G) == nx.is_connected(G.to_networkx())


@given(graphs())
def test_cores_degrees_and_votes_are_networkx_s(G: Any):
    twin = G.to_networkx()
    for function in (nx.core_number, nx.degree_centrality, nx.voterank):
        assert function(G) == function(twin)
    if G.is_directed():
        for function in (nx.in_degree_centrality, nx.out_degree_centrality):
            assert function(G) == function(twin)


@given(graphs(loops=True), st.sampled_from(["weight", None]), st.data())
def test_clustering_is_networkx_s(G: Any, weight: str | None, data: st.DataObject):
    twin = G.to_networkx()
    assert nx.clustering(G, weight=weight) == scores(nx.clustering(twin, weight=weight))
    some = data.draw(st.lists(st.sampled_from(list(G))))
    assert nx.clustering(G, some, weight) == scores(nx.clustering(twin, some, weight))
    assert nx.clustering(G, 0, weight) == pytest.approx(nx.clustering(twin, 0, weight))


@given(graphs(loops=True), st.none() | st.integers(0, 4))
def test_path_lengths_are_networkx_s(G: Any, cutoff: int | None):
    twin = G.to_networkx()
    for function in (nx.single_source_shortest_path_length, nx.single_target_shortest_path_length):
        assert function(G, 0, cutoff) == function(twin, 0, cutoff)
    ours, theirs = (dict(nx.all_pairs_shortest_path_length(graph, cutoff)) for graph in (G, twin))
    assert ours == theirs
    assert dict(nx.shortest_path_length(G)) == dict(nx.shortest_path_length(twin))
    assert nx.shortest_path_length(G, target=0) == nx.shortest_path_length(twin, target=0)


circles = st.fixed_dictionaries(
    {"radius": st.integers(0, 3), "center": st.booleans(), "undirected": st.booleans()}
)


@given(graphs(loops=True), circles)
def test_ego_graphs_are_networkx_s(G: Any, circle: dict[str, int]):
    ours, theirs = nx.ego_graph(G, 0, **circle), nx.ego_graph(G.to_networkx(), 0, **circle)
    assert nx.utils.graphs_equal(ours.to_networkx(), theirs)


@given(graphs(loops=True), st.integers(0, 1000), st.sampled_from(["weight", None]))
def test_louvain_takes_the_steps_that_networkx_takes(G: Any, seed: int, weight: str | None):
    ours, theirs = (
        list(nx.community.louvain_partitions(graph, weight=weight, seed=seed))
        for graph in (G, G.to_networkx())
    )
    assert ours == theirs


@given(graphs(loops=True), st.floats(0.1, 3.0), st.data())
def test_modularity_is_networkx_s(G: Any, resolution: float, data: st.DataObject):
    labels = data.draw(st.lists(st.integers(0, 3), min_size=len(G), max_size=len(G)))
    parts = [{user for user in G if labels[user] == label} for label in range(4)]
    try:
        theirs = nx.community.modularity(G.to_networkx(), parts, resolution=resolution)
    except ZeroDivisionError:
        with pytest.raises(ZeroDivisionError):
            nx.community.modularity(G, parts, resolution=resolution)
    else:
        found = nx.community.modularity(G, parts, resolution=resolution)
        assert found == pytest.approx(theirs, abs=1e-12)


@given(graphs(directed=False, loops=True), st.integers(0, 100), st.floats(0.2, 3.0))
def test_leiden_covers_each_user_once_and_is_no_worse_than_all_alone(G: Any, seed: int, resolution: float):
    found = nx.community.leiden_communities(G, resolution=resolution, seed=seed)
    assert found == nx.community.leiden_communities(G, resolution=resolution, seed=seed)
    assert sorted(user for members in found for user in members) == list(G)
    if G.number_of_edges():
        alone = [{user} for user in G]
        qualities = [nx.community.modularity(G, parts, resolution=resolution) for parts in (found, alone)]
        assert qualities[0] >= qualities[1] - 1e-12


@given(graphs(loops=True), st.sampled_from(["weight", None]))
def test_matrices_are_networkx_s(G: Any, weight: str | None):
    ours, theirs = (
        nx.to_scipy_sparse_array(graph, weight=weight).toarray() for graph in (G, G.to_networkx())
    )
    assert np.array_equal(ours, theirs)
    kind = nx.DiGraph if G.is_directed() else nx.Graph
    matrix = nx.to_scipy_sparse_array(G)
    again: Any = nx.from_scipy_sparse_array(matrix, create_using=kind, backend="sharegraph")
    assert nx.utils.graphs_equal(again.to_networkx(), nx.from_scipy_sparse_array(matrix, create_using=kind))


@pytest.mark.parametrize(
    "function",
    [nx.pagerank, nx.core_number, nx.degree_centrality, nx.clustering],
    ids=lambda function: str(function.__name__),
)
@given(G=graphs(), seed=st.integers(0, 1000))
def test_relabelling_users_permutes_answers(function: Callable[..., Any], G: Any, seed: int):
    place = list(range(len(G)))
    Random(seed).shuffle(place)  # noqa: S311 - a shuffle, no secret
    row = np.array(place)
    sources, targets, weights = G.out.sources(), G.out.indices, G.out.weights
    once = np.full(len(sources), True) if G.directed else sources <= targets
    moved: Any = ShareGraph.from_arrays(
        row[sources[once]],
        row[targets[once]],
        None if weights is None else weights[once],
        users=len(G),
        directed=G.directed,
    )
    answers = function(moved)
    assert {user: answers[place[user]] for user in G} == scores(function(G))


@given(graphs(directed=True))
def test_rank_flows_back_on_ours_as_on_networkx_s(G: Any):
    assert rank(G) == pytest.approx(rank(G.to_networkx()), abs=1e-9)
    assert rank(G).sum() == pytest.approx(1)


@given(graphs(directed=True))
def test_mutual_ties_are_the_same_on_ours_as_on_networkx_s(G: Any):
    ours: Any = mutual(G)
    theirs: Any = mutual(G.to_networkx())
    assert isinstance(ours, ShareGraph)
    assert nx.utils.graphs_equal(ours.to_networkx(), theirs)


@given(graphs(directed=True), st.integers(0, 100))
def test_a_partition_covers_each_user_once_and_its_facts_are_fractions(G: Any, seed: int):
    found = partition(G, seed=seed)
    assert cohesion(G, found) == pytest.approx(cohesion(G.to_networkx(), found))
    for graph in (G, G.to_networkx()):
        found = partition(graph, seed=seed)
        assert found.sizes.sum() == len(found.labels) == len(G)
        assert (np.diff(found.sizes) <= 0).all()
        kept = cohesion(graph, found)
        assert ((kept >= 0) & (kept <= 1)).all()


@given(st.data())
def test_an_id_is_never_given_to_another_community(data: st.DataObject):
    keys, known = list(range(12)), dict[int, frozenset[int]]()
    found = Partition.of(np.array(data.draw(st.lists(st.integers(0, 3), min_size=12, max_size=12))))
    for _ in range(4):
        members = {int(found.ids[k]): frozenset(found.members(k).tolist()) for k in range(len(found))}
        assert len(members) == len(found)
        for identity in members.keys() & known.keys():
            assert members[identity] & known[identity]
        assert max(members) < found.next_id
        gone = known.keys() - members.keys()
        known |= members
        refit = Partition.of(np.array(data.draw(st.lists(st.integers(0, 3), min_size=12, max_size=12))))
        found = matched(found, keys, refit, keys)
        assert not gone & set(found.ids.tolist())
