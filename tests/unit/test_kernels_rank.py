"""Ranks, cores, votes and triangles: by citation, and where NetworkX has nothing to compare with."""

from typing import Any

import networkx as nx
import numpy as np
import pytest

from graph.kernels.cores import core_numbers
from graph.kernels.csr import Csr, both_ways, grouped, transposed
from graph.kernels.hops import hops
from graph.kernels.pagerank import PageRank, power_iteration
from graph.kernels.triangles import clustering_coefficients
from graph.kernels.voterank import elected
from graph.sharegraph import ShareGraph


def rows(*ties: tuple[int, int], users: int | None = None) -> Csr:
    return ShareGraph.from_arrays(*np.array(ties).T, users=users).out


def surfed(out: Csr, **limits: Any) -> PageRank:
    even = np.full(out.users, 1 / out.users)
    return power_iteration(
        transposed(out), out.strengths(), restart=even, dangling=even, start=even, **limits
    )


def test_pagerank_of_the_six_pages_of_langville_and_meyer():
    """Langville & Meyer (2006), "Google's PageRank and Beyond", section 4.5, at α = 0.9."""
    web = rows((0, 1), (0, 2), (2, 0), (2, 1), (2, 4), (3, 4), (3, 5), (4, 3), (4, 5), (5, 3))
    scores = surfed(web, alpha=0.9).scores
    assert scores == pytest.approx([0.03721, 0.05396, 0.04151, 0.3751, 0.206, 0.2862], abs=5e-5)


def test_pagerank_stops_at_the_tolerance_asked_for():
    ring = rows((0, 1), (1, 2), (2, 0), (2, 1))
    coarse, fine = surfed(ring, tolerance=1e-3), surfed(ring, tolerance=1e-12)
    assert coarse.rounds < fine.rounds
    assert np.abs(coarse.scores - fine.scores).sum() < 1e-3 / (1 - 0.85)


def test_pagerank_that_does_not_come_to_rest_says_so():
    assert not surfed(rows((0, 1), (1, 2), (2, 0), (2, 1)), max_rounds=3).converged


def test_the_cores_of_a_clique_with_a_tail():
    clique = [(a, b) for a in range(4) for b in range(4) if a != b]
    tail = [(3, 4), (4, 3), (4, 5), (5, 4)]
    assert core_numbers(rows(*clique, *tail)).tolist() == [3, 3, 3, 3, 1, 1]


def test_a_tie_both_ways_counts_twice_in_a_directed_core():
    out = rows((0, 1), (1, 0), (1, 2))
    assert core_numbers(both_ways(out, transposed(out))).tolist() == [2, 2, 1]


def test_voterank_elects_the_spreaders_of_zhang_et_al():
    """The example network of Zhang et al. (2016), figure 1: users 0 and 7 first, not 0 and its neighbours."""
    ties = [(7, 8), (7, 5), (7, 9), (5, 0), (0, 1), (0, 2), (0, 3), (0, 4), (1, 6), (2, 6), (3, 6), (4, 6)]
    assert elected(rows(*ties, *((b, a) for a, b in ties)), 10).tolist() == [0, 7, 6]


def test_nobody_is_elected_twice_or_without_a_vote():
    assert elected(rows((0, 1), (1, 0), users=5), 5).tolist() == [0]
    assert elected(rows((0, 1), users=3), 0).tolist() == []
    assert elected(grouped(np.empty(0, np.int32), np.empty(0, np.int32), None, 3), 3).tolist() == []


def test_clustering_of_watts_and_strogatz_ring():
    """A ring where everybody knows the k nearest has 3(k−2) / 4(k−1) (Watts & Strogatz 1998): 1/2 for k =
    4.
    """
    ring = ShareGraph.from_networkx(nx.watts_strogatz_graph(20, 4, 0.0))
    assert clustering_coefficients(ring.out) == pytest.approx(0.5)


def test_a_directed_cycle_closes_one_of_its_two_possible_triangles():
    """Fagiolo (2007): of the eight ways to direct a triangle, each user of a 3-cycle sees one of two."""
    cycle = rows((0, 1), (1, 2), (2, 0))
    assert clustering_coefficients(cycle, transposed(cycle)) == pytest.approx(0.5)


def test_breadth_first_search_stops_at_the_cutoff():
    path = rows((0, 1), (1, 2), (2, 3))
    assert hops(path, 0, 2).users.tolist() == [0, 1, 2]
    assert hops(path, 0, 0).users.tolist() == [0]
    assert hops(path, 3).distances.tolist() == [0]
