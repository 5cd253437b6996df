"""ShareGraph: arrays that speak NetworkX."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from graph.errors import InvalidInput, UnknownKey
from graph.kernels.csr import Csr
from graph.sharegraph import AnyGraph, ShareGraph

USERS = ["ana", "bea", "cy", "dan"]


def drawn(ties: str, *, directed: bool = True, loops: bool = False) -> Any:
    """`ana>bea:0.5 bea>cy:1` as a ShareGraph of the four users; `ana>bea` without weights.

    Any, since NetworkX's stubs know no graph of a backend.
    """
    pairs = [tie.partition(":")[0].split(">") for tie in ties.split()]
    weights = [float(tie.partition(":")[2]) for tie in ties.split()] if ":" in ties else None
    src, dst = ([USERS.index(pair[end]) for pair in pairs] for end in (0, 1))
    return ShareGraph.from_arrays(src, dst, weights, USERS, directed=directed, loops=loops)


def edges(G: ShareGraph) -> set[tuple[object, ...]]:
    return (
        set(G.to_networkx().edges(data=G.weight_name))
        if G.out.weights is not None
        else set(G.to_networkx().edges())
    )


def test_a_tie_given_twice_adds_its_weights_up():
    assert edges(drawn("ana>bea:0.5 cy>dan:1 ana>bea:0.25")) == {("ana", "bea", 0.75), ("cy", "dan", 1.0)}


def test_without_weights_a_tie_given_twice_is_simply_there():
    assert edges(drawn("ana>bea ana>bea bea>ana")) == {("ana", "bea"), ("bea", "ana")}


def test_an_undirected_tie_is_the_same_from_either_end():
    G = drawn("ana>bea:0.5 bea>ana:0.25", directed=False)
    assert G.number_of_edges() == 1
    assert edges(G) == {("ana", "bea", 0.75)}


def test_loops_are_left_out_unless_they_are_wanted():
    assert edges(drawn("ana>ana ana>bea")) == {("ana", "bea")}
    kept = drawn("ana>ana ana>bea", loops=True)
    assert kept.number_of_loops == 1
    assert edges(kept) == {("ana", "ana"), ("ana", "bea")}


def test_a_loop_counts_at_both_its_ends():
    assert drawn("ana>ana ana>bea", loops=True).degrees().tolist() == [3, 1, 0, 0]
    assert drawn("ana>ana ana>bea", loops=True, directed=False).degrees().tolist() == [3, 1, 0, 0]
    assert drawn("ana>ana ana>bea", loops=True, directed=False).number_of_edges() == 2


def test_rows_come_out_in_rising_order():
    G = drawn("ana>dan bea>cy ana>bea ana>cy")
    assert G.out.row(0).tolist() == [1, 2, 3]
    assert G.into.row(2).tolist() == [0, 1]


def test_users_without_ties_are_users():
    G = drawn("ana>bea")
    assert len(G) == G.number_of_nodes() == 4
    assert list(G) == USERS
    assert "dan" in G
    assert "eve" not in G
    assert [] not in G


def test_a_graph_without_labels_is_labelled_by_rows():
    G = ShareGraph.from_arrays([0], [2])
    assert list(G) == [0, 1, 2]
    assert G.row(2) == G.row(np.int64(2)) == 2
    assert -1 not in G
    assert "0" not in G


def test_a_graph_may_be_empty():
    G: Any = ShareGraph.from_arrays([], [])
    assert len(G) == G.number_of_edges() == 0
    assert nx.pagerank(G) == {}
    assert list(nx.weakly_connected_components(G)) == []


def test_an_unknown_user_is_named():
    with pytest.raises(UnknownKey, match="'eve': not among the 4 users"):
        drawn("ana>bea").row("eve")


@pytest.mark.parametrize(
    ("src", "dst", "weight", "told"),
    [
        ([0, 1], [1], None, "equal length"),
        ([0], [1], [1.0, 2.0], "equal length"),
        ([0], [4], None, "outside 0..3"),
        ([-1], [0], None, "outside 0..3"),
    ],
)
def test_what_is_no_graph_is_refused(src: list[int], dst: list[int], weight: list[float] | None, told: str):
    with pytest.raises(InvalidInput, match=told):
        ShareGraph.from_arrays(src, dst, weight, USERS)


def test_rows_that_do_not_fit_are_refused():
    with pytest.raises(InvalidInput, match="span 1 ties"):
        ShareGraph(Csr(np.array([0, 2]), np.array([0], np.int32), None))
    with pytest.raises(InvalidInput, match="1 labels for 2 users"):
        ShareGraph.from_arrays([0], [1], labels=["ana"], users=2)


def test_nothing_in_a_graph_can_be_written_to():
    G = drawn("ana>bea:0.5")
    with pytest.raises(ValueError, match="read-only"):
        G.out.indices[0] = 2
    with pytest.raises(ValueError, match="read-only"):
        G.into.indptr[0] = 2
    with pytest.raises(AttributeError):
        G.directed = False


def test_the_arrays_of_a_graph_may_lie_in_files(tmp_path: Path):
    G = drawn("ana>bea:0.5 bea>cy:0.25")
    for name, array in G.out._asdict().items():
        np.save(tmp_path / name, array)
    mapped = Csr(*(np.load(tmp_path / f"{name}.npy", mmap_mode="r") for name in Csr._fields))
    again = ShareGraph(mapped, USERS)
    assert np.shares_memory(again.out.indices, mapped.indices)
    assert edges(again) == edges(G)


def test_the_reverse_shares_its_arrays():
    G = drawn("ana>bea:0.5 bea>cy:0.25")
    back = nx.reverse(G)
    assert edges(back) == {("bea", "ana", 0.5), ("cy", "bea", 0.25)}
    assert back.out.indices.base is G.into.indices.base
    assert edges(back.reverse()) == edges(G)


def test_an_undirected_graph_has_no_reverse():
    with pytest.raises(InvalidInput, match="already go both ways"):
        drawn("ana>bea", directed=False).reverse()


def test_bytes_per_tie_are_four_or_twelve_in_each_direction():
    users, ties = 1_000, 9_000
    src, dst = np.divmod(np.arange(ties), 9)
    plain = ShareGraph.from_arrays(src, (src + dst + 1) % users)
    weighed = ShareGraph.from_arrays(src, (src + dst + 1) % users, np.ones(ties))
    assert plain.nbytes == 2 * (4 * ties + 8 * (users + 1))
    assert weighed.nbytes == 2 * (12 * ties + 8 * (users + 1))
    assert ShareGraph(plain.out).nbytes == 4 * ties + 8 * (users + 1)


def test_to_networkx_and_back_is_the_same_graph():
    G = drawn("ana>bea:0.5 bea>cy:0.25 dan>ana:1")
    again = ShareGraph.from_networkx(G.to_networkx())
    assert list(again) == USERS
    assert edges(again) == edges(G)


def test_a_missing_weight_counts_one_and_no_weights_stay_none():
    half: AnyGraph = nx.DiGraph()
    half.add_edge("ana", "bea", weight=0.5)
    half.add_edge("bea", "cy")
    assert edges(ShareGraph.from_networkx(half)) == {("ana", "bea", 0.5), ("bea", "cy", 1.0)}
    assert ShareGraph.from_networkx(half, weight=None).out.weights is None
    assert ShareGraph.from_networkx(nx.path_graph(3)).out.weights is None


def test_parallel_ties_become_one():
    many: AnyGraph = nx.MultiDiGraph()
    many.add_edge("ana", "bea", weight=0.5)
    many.add_edge("ana", "bea")
    assert edges(ShareGraph.from_networkx(many)) == {("ana", "bea", 1.5)}


def test_a_function_we_lack_is_refused_and_never_run_on_a_copy():
    with pytest.raises(NotImplementedError, match="betweenness_centrality"):
        nx.betweenness_centrality(drawn("ana>bea"))


@pytest.mark.parametrize(
    "asked",
    [
        lambda G: nx.shortest_path_length(G, "ana", weight="weight"),
        lambda G: nx.ego_graph(G, "ana", distance="weight"),
    ],
)
def test_weighted_paths_are_refused(asked: Callable[[Any], object]):
    with pytest.raises(NotImplementedError):
        asked(drawn("ana>bea:0.5"))


@pytest.mark.parametrize(
    "graph",
    [
        nx.MultiDiGraph([(0, 1), (0, 1)]),
        nx.DiGraph([(0, 1, {"weight": "heavy"})]),
    ],
)
def test_a_graph_that_says_more_than_one_number_a_tie_is_not_converted(graph: Any):
    with pytest.raises(NotImplementedError):
        nx.pagerank(graph, weight="weight" if not graph.is_multigraph() else None, backend="sharegraph")


def test_another_attribute_than_ours_counts_one():
    G = drawn("ana>bea:0.9 ana>cy:0.1")
    assert nx.pagerank(G, weight="cost") == nx.pagerank(G, weight=None)
    assert nx.pagerank(G, weight="cost") != nx.pagerank(G)


def test_a_circle_is_a_graph_of_ours():
    circle = nx.ego_graph(drawn("ana>bea:0.5 bea>cy:0.5 cy>dan:0.5 dan>ana:0.5"), "ana", radius=2)
    assert isinstance(circle, ShareGraph)
    assert edges(circle) == {("ana", "bea", 0.5), ("bea", "cy", 0.5)}
