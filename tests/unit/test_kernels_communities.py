"""Communities: by citation (karate club), by recovery (planted ones), by law (nobody gains by leaving)."""

import subprocess
import sys

import networkx as nx
import numpy as np
import pytest

from graph.kernels.components import weak_components
from graph.kernels.csr import Csr, Ints, induced
from graph.kernels.leiden import leiden
from graph.kernels.modularity import modularity_of
from graph.sharegraph import ShareGraph

KARATE_BEST = 0.4197896
"""The largest modularity of any partition of the karate club (Brandes et al. 2008)."""


def karate(weight: str | None = None) -> Csr:
    return ShareGraph.from_networkx(nx.karate_club_graph(), weight=weight).out


def best(out: Csr, seed: int, resolution: float = 1.0) -> Ints:
    return list(leiden(out, seed=seed, resolution=resolution))[-1]


def agreement(found: Ints, planted: Ints) -> float:
    """Normalised mutual information of two partitions, in [0, 1]."""
    joint = np.zeros((found.max() + 1, planted.max() + 1))
    np.add.at(joint, (found, planted), 1 / len(found))
    rows, columns = joint.sum(1), joint.sum(0)
    shared = (joint[joint > 0] * np.log((joint / np.outer(rows, columns))[joint > 0])).sum()
    entropies = [-(chances * np.log(chances)).sum() for chances in (rows, columns)]
    return float(2 * shared / sum(entropies))


@pytest.mark.parametrize("seed", range(20))
def test_leiden_finds_the_best_partition_of_the_karate_club(seed: int):
    out = karate()
    labels = best(out, seed)
    assert modularity_of(out, labels, labels.max() + 1) == pytest.approx(KARATE_BEST, abs=1e-6)


def test_modularity_rises_from_level_to_level():
    out = karate("weight")
    qualities = [modularity_of(out, labels, labels.max() + 1) for labels in leiden(out, seed=3)]
    assert qualities == sorted(qualities)
    assert len(set(qualities)) == len(qualities)


@pytest.mark.parametrize("mixing", [0.1, 0.2, 0.4])
def test_leiden_recovers_the_planted_communities_of_lfr(mixing: float):
    """Lancichinetti, Fortunato & Radicchi (2008): found exactly while they are what modularity is best at."""
    G = nx.LFR_benchmark_graph(
        1000, 2.5, 1.5, mixing, average_degree=15, max_degree=50, min_community=20, seed=42
    )
    G.remove_edges_from(list(nx.selfloop_edges(G)))
    planted = np.unique([min(G.nodes[user]["community"]) for user in G], return_inverse=True)[1].astype(
        np.int32
    )
    out = ShareGraph.from_networkx(G).out
    labels = best(out, 7)
    assert agreement(labels, planted) > {0.1: 0.999, 0.2: 0.98, 0.4: 0.85}[mixing]
    assert modularity_of(out, labels, out.users) >= modularity_of(out, planted, out.users) - 1e-12


@pytest.mark.parametrize("seed", range(5))
def test_no_community_falls_apart_when_its_ties_are_followed(seed: int):
    out = ShareGraph.from_networkx(nx.gnp_random_graph(300, 0.01, seed=seed)).out
    labels = best(out, seed)
    for community in range(labels.max() + 1):
        among = induced(out, np.flatnonzero(labels == community))
        assert weak_components(among).max() == 0


@pytest.mark.parametrize("seed", range(5))
def test_nobody_gains_by_moving_alone(seed: int):
    out = ShareGraph.from_networkx(nx.gnp_random_graph(60, 0.1, seed=seed)).out
    labels = best(out, seed)
    found = modularity_of(out, labels, out.users)
    for user in range(out.users):
        for community in range(labels.max() + 2):
            moved = labels.copy()
            moved[user] = community
            assert modularity_of(out, moved, out.users) <= found + 1e-9


def test_a_higher_resolution_makes_more_communities():
    out = karate()
    counts = [best(out, 1, resolution).max() + 1 for resolution in (0.2, 1.0, 3.0, 1000.0)]
    assert counts == sorted(counts)
    assert counts[-1] == out.users


def test_ties_that_all_weigh_nothing_leave_everybody_alone():
    G = ShareGraph.from_arrays([0, 1], [1, 2], [0.0, 0.0], directed=False)
    assert best(G.out, 0).tolist() == [0, 1, 2]


def test_equal_seeds_give_equal_communities_in_another_process():
    program = (
        "import networkx as nx;"
        "from graph.sharegraph import ShareGraph;"
        "from graph.kernels.leiden import leiden;"
        "G = ShareGraph.from_networkx(nx.gnp_random_graph(300, 0.02, seed=1));"
        "print(list(leiden(G.out, seed=5))[-1].tolist())"
    )
    there = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    here = best(ShareGraph.from_networkx(nx.gnp_random_graph(300, 0.02, seed=1)).out, 5)
    assert there.stdout.strip() == str(here.tolist())


def test_other_seeds_may_give_other_communities():
    out = ShareGraph.from_networkx(nx.gnp_random_graph(300, 0.02, seed=1)).out
    assert len({best(out, seed).tobytes() for seed in range(5)}) > 1


def test_modularity_without_a_tie_is_undefined():
    with pytest.raises(ZeroDivisionError, match="without ties"):
        modularity_of(ShareGraph.from_arrays([], [], users=2).out, np.zeros(2, np.int32), 1)
