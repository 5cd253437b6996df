"""Chances of suggestions, held against what came later."""

from itertools import pairwise

import numpy as np
import pytest

from api.cli.evaluate.chances import shown, told
from api.cli.loads import made_up
from graph.errors import InvalidInput
from graph.evaluate.chances import evaluate
from graph.events import Kind
from graph.log import NONE, Log
from graph.snapshot import Snapshot
from graph.suggest.learning import showings
from graph.suggest.weights import spans
from loaders.aside import log_of
from tests.toy import events
from tests.toy import log_of as log_told


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Log:
    """A generated one, which tells what it showed."""
    folder = tmp_path_factory.mktemp("made") / "shop"
    made_up(folder, users=600, events=20_000, seed=3, noise=1.0, shape="csv")
    return log_of([str(folder)], "sharegraph")


def test_chances_of_a_generated_shop_are_held_against_what_came_later(shop: Log):
    found = evaluate(shop, train_share=0.7, most=2_000)
    assert sum(bin_.trials for bin_ in found.ours.curve) == found.ours.trials
    opened = [bin_.happened.value for bin_ in found.ours.curve]
    intervals = [bin_.happened for bin_ in found.ours.curve]
    assert all(below.low <= above.high for below, above in pairwise(intervals)), "it rises, but for luck"
    assert opened[-1] > 3 * opened[0]
    assert found.ours.ece.value < 0.2 * found.same.curve[0].foretold
    assert found.ours.log_likelihood.value > found.same.log_likelihood.value
    assert sum(level.showings for level in found.levels.values()) == found.ours.trials
    foretold = sum(level.said.value * level.showings for level in found.levels.values())
    assert foretold == pytest.approx(sum(bin_.foretold * bin_.trials for bin_ in found.ours.curve))
    assert all(
        level.said.low <= level.happened.high and level.happened.low <= level.said.high
        for level in found.levels.values()
    )
    every = found.every
    assert every.opened == sum(level.opened for level in found.levels.values())
    assert every.said.value * every.showings == pytest.approx(foretold)
    assert every.happened.low * every.showings <= every.opened <= every.happened.high * every.showings
    assert told(found)["all"]["trials"] == found.ours.trials
    assert {*told(found)["levels"]} == {*found.levels} <= {*spans()}
    assert set(told(found)["models"]) == {"ours", "one for all"}
    assert "showings to" in shown(found)
    assert "products of their own" in shown(found)


def test_chances_learned_where_too_little_was_told_to_be_shown_are_held_against_the_like(
    shop: Log, monkeypatch: pytest.MonkeyPatch
):
    """The part that teaches has an eighth of what the shop says it showed, the one that is asked about a
    quarter.
    """
    told_of = Snapshot.of(shop).events
    ours = np.count_nonzero((told_of.kind == Kind.EXPOSURE) & (told_of.share == NONE))
    monkeypatch.setattr(showings, "ENOUGH", ours // 6)
    found = evaluate(shop, train_share=0.7, most=200)
    assert not found.exposed
    assert "what people then turned to by themselves" in " ".join(shown(found).split())


def test_a_log_too_small_to_tell_chances_says_so():
    with pytest.raises(InvalidInput, match="too small"):
        evaluate(log_told(events("ana>bea:tea cy$mug dan$tea")))
