"""Our simulations beside those of others, on one small graph."""

from array import array

import networkx as nx
import numpy as np
import pytest

from graph.spread.edges import Chance, network_of
from graph.spread.forward import Enough, Network, spread
from graph.spread.sampling import Sample

SEEDS = np.array([0, 5, 33], np.int32)
NOBODY = np.empty(0, np.int32)


def karate(chance: str) -> Network:
    """Zachary's club, each friendship both ways."""
    ends = np.array([*nx.karate_club_graph().edges], np.int32)
    source, target = np.concatenate([ends, ends[:, ::-1]]).T
    return network_of(source, target, None, 34, Chance.read(chance))


def agree(network: Network, reached: list[int]) -> None:
    """Forward and backward alike find the mean of these runs, within five standard errors."""
    enough, group = Enough(error=0, runs=40_000), np.zeros(34, np.int32)
    forward = spread(network, SEEDS, weights=np.ones(34), group=group, seed=1, enough=enough)
    sample = Sample.of(network, np.ones(34), seed=1, sets=1 << 16)
    (backward,) = sample.reached(sample.measured(SEEDS, NOBODY))
    theirs, error = np.mean(reached), np.std(reached) / np.sqrt(len(reached))
    assert forward.reached[0].value == pytest.approx(theirs, abs=5 * error)
    assert backward.value == pytest.approx(theirs, abs=5 * error)


@pytest.mark.parametrize(
    ("model", "theirs", "chance"),
    [
        ("weighted-cascade", "IndependentCascadeModel", "activation_probs"),
        ("linear-threshold", "LinearThresholdModel", "influence"),
    ],
)
def test_cynetdiff_reaches_as_many(model: str, theirs: str, chance: str):
    network = karate(model)
    indptr, target, probability, *_ = network.out
    starts, ends = (array("I", column.astype(np.uint32).tobytes()) for column in (indptr[:-1], target))
    chances = array("f", probability.astype(np.float32).tobytes())
    peer = getattr(pytest.importorskip("cynetdiff.models"), theirs)(starts, ends, **{chance: chances})
    peer.set_rng(7)
    reached = []
    for _ in range(20_000):
        peer.set_seeds(SEEDS.tolist())
        peer.advance_until_completion()
        reached.append(peer.get_num_activated_nodes())
    agree(network, reached)


def test_ndlib_reaches_as_many_in_independent_cascades():
    epidemics = pytest.importorskip("ndlib.models.epidemics")
    config = pytest.importorskip("ndlib.models.ModelConfig")
    network = karate("uniform:0.2")
    club = nx.karate_club_graph().to_directed()
    reached = []
    for run in range(300):
        # A model remembers where it was: each run takes a fresh one.
        model = epidemics.IndependentCascadesModel(club, seed=run)
        asked = config.Configuration()
        asked.add_model_initial_configuration("Infected", SEEDS.tolist())
        for tie in club.edges:
            asked.add_edge_configuration("threshold", tie, 0.2)
        model.set_initial_status(asked)
        counts = model.iteration_bunch(34)[-1]["node_count"]
        reached.append(counts[1] + counts[2])
    agree(network, reached)
