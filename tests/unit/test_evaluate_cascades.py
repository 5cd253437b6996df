"""Held out in time: nothing after the cut is learned from, and baselines are what their papers say."""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pytest

from graph.errors import InvalidInput
from graph.evaluate.cascades import BASELINES, CLASSES, OURS, Seen, evaluate
from graph.events import Event, Kind
from graph.log import Log
from tests.toy import START, log_of

MINUTE = 60_000_000


def crowd(cascades: int) -> Iterator[Event]:
    """First shares a minute apart, each opened by a geometric number of people at growing distances."""
    chance = np.random.default_rng(3)
    for number in range(cascades):
        at, share = START + timedelta(minutes=number), f"s{number}"
        yield Event(share, Kind.SHARE, at, user=f"sharer{number}", product="tea")
        for place in range(chance.geometric(0.4) - 1):
            at += timedelta(minutes=float(chance.exponential(2 + place)))
            yield Event(
                f"{share}.{place}", Kind.OPEN, at, user=f"u{number}.{place}", product="tea", share=share
            )


@pytest.fixture(scope="module")
def log() -> Log:
    """Of four hundred cascades."""
    return log_of(crowd(400))


def test_every_model_is_asked_of_the_same_cascades_which_began_after_the_cut(log: Log):
    found = evaluate(log, end=60 * MINUTE, ages=[10 * MINUTE])
    whole = next(cell for cell in found.cells if cell.people == CLASSES[0])
    assert found.trained == 239
    assert found.asked < 161
    assert whole.cascades == found.asked
    assert whole.scores.keys() == {OURS, *BASELINES}
    assert (whole.scores[OURS].coverage or 0) > 0.9


def test_baselines_are_what_their_papers_say():
    past = Seen(np.array([2, 4]), np.array([4, 4]))
    told = {name: model(past, np.array([10])) for name, model in BASELINES.items()}
    assert told["current-size"].value[0] == 10
    assert told["mean-growth"].value[0] == pytest.approx(15)
    growth = np.log([2, 1])
    assert told["log-linear"].value[0] == pytest.approx(10 * np.exp(growth.mean() + growth.var(ddof=1) / 2))
    assert told["constant-scaling"].value[0] == pytest.approx(10 * 1.5 / 1.25)
    assert told["log-log"].value[0] == pytest.approx(4)
    assert np.isnan(told["current-size"].low[0])
    assert told["log-linear"].low[0] < 10 < told["log-linear"].high[0]


def test_too_small_a_part_is_refused_with_a_sentence(log: Log):
    with pytest.raises(InvalidInput, match="reached the end before the cut"):
        evaluate(log, end=10_000 * MINUTE, ages=[MINUTE])
    with pytest.raises(InvalidInput, match="between 0 and the end"):
        evaluate(log, end=MINUTE, ages=[MINUTE])
