"""What bare ties are worth under each model."""

import numpy as np
import pytest

from graph.errors import InvalidInput
from graph.spread.edges import Chance, network_of
from graph.spread.forward import Network

# ana>bea twice, cy>bea, ana>cy, bea to herself.
SOURCE, TARGET = np.array([0, 0, 2, 0, 1], np.int32), np.array([1, 1, 1, 2, 1], np.int32)
GIVEN = np.array([0.5, 0.2, 0.3, 1.0, 0.9])


def chances(network: Network) -> dict[tuple[int, int], float]:
    indptr, target, probability, *_ = network.out
    source = np.repeat(np.arange(len(network)), np.diff(indptr))
    return dict(
        zip(zip(source.tolist(), target.tolist(), strict=True), probability.round(9).tolist(), strict=True)
    )


def made(model: str, given: np.ndarray | None = GIVEN) -> Network:
    return network_of(SOURCE, TARGET, given, 3, Chance.read(model))


def test_weighted_cascade_divides_one_among_those_heard():
    assert chances(made("weighted-cascade")) == {(0, 1): 0.5, (2, 1): 0.5, (0, 2): 1.0}


def test_of_equal_ties_with_chances_any_may_transmit():
    assert chances(made("given")) == {(0, 1): 0.6, (2, 1): 0.3, (0, 2): 1.0}


def test_uniform_is_one_chance_for_all():
    assert set(chances(made("uniform:0.01")).values()) == {0.01}


def test_weights_of_equal_ties_add_up_under_thresholds():
    assert chances(made("linear-threshold")) == {(0, 1): 0.7, (2, 1): 0.3, (0, 2): 1.0}
    assert chances(made("linear-threshold", None))[0, 1] == 0.5


def test_weights_above_one_are_refused_under_thresholds():
    with pytest.raises(InvalidInput, match=r"1 people weigh more than 1, up to 1\.3"):
        made("linear-threshold", np.array([0.5, 0.5, 0.3, 1.0, 0.9]))


def test_given_needs_chances():
    with pytest.raises(InvalidInput, match="there is no p"):
        made("given", None)


def test_the_order_of_ties_changes_nothing():
    turned = network_of(SOURCE[::-1], TARGET[::-1], GIVEN[::-1], 3, Chance.read("given"))
    assert chances(turned) == chances(made("given"))


@pytest.mark.parametrize("text", ["wc", "uniform", "uniform:2", "uniform:x", "given:0.1", "uniform:nan"])
def test_models_that_there_are_not_are_refused(text: str):
    with pytest.raises(InvalidInput, match="one of weighted-cascade"):
        Chance.read(text)
