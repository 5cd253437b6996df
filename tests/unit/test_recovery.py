"""What was put into a generated shop is found again, as often as stated."""

import numpy as np
import pytest

from graph.errors import InvalidInput
from graph.evaluate.oracle import seen_by_channel
from graph.evaluate.recovery import LEAST, MOST, WITHIN, recovery
from graph.evaluate.transmission import reality
from graph.generate import Generated, ShopModel, generate
from graph.snapshot import Snapshot
from tests.toy import events, log_of


@pytest.fixture(scope="module")
def shop() -> tuple[Generated, Snapshot]:
    made = generate(ShopModel(users=1_000, events=30_000, seed=21))
    told = log_of(made.said(), users=list(made.said_of_users()), catalogue=list(made.said_of_products()))
    return made, Snapshot.of(told)


def test_transmission_is_found_again_as_well_as_by_who_knows_the_law(shop: tuple[Generated, Snapshot]):
    made, taken = shop
    found = recovery(made.model, made.truth, taken, oracles=1)
    assert found.coverage.high >= LEAST
    assert found.coverage.low <= MOST
    ours, oracle = found.correlation["ours"], found.correlation["knows the law"]
    assert ours.value > oracle.value - WITHIN


def test_the_oracle_knows_how_often_a_channel_is_seen():
    model = ShopModel()
    weibo, chat = seen_by_channel(model, ["weibo", "wechat"])
    assert weibo == model.reach
    assert 1 / model.ties_each < chat < model.reach


def test_a_shop_without_a_true_tie_in_its_log_is_refused(shop: tuple[Generated, Snapshot]):
    made, _ = shop
    with pytest.raises(InvalidInput, match="hardly any"):
        recovery(made.model, made.truth, Snapshot.of(log_of(events("ana>bea:tea ana>bea:mug"))))


def test_on_a_log_held_out_in_time_ours_knows_more_than_a_constant():
    made = generate(ShopModel(users=200, events=6_000, seed=3))
    found = reality(log_of(made.said()), train_share=0.7)
    assert {"ours", "constant", "in-degree", "counting", "bernoulli", "partial", "em"} == set(found.models)
    likelihoods = {name: model.log_likelihood.value for name, model in found.models.items()}
    assert likelihoods["ours"] > likelihoods["constant"]
    assert sum(step.trials for step in found.models["ours"].curve) == found.trials
    assert np.isfinite(list(likelihoods.values())).all()


def test_a_log_in_which_nothing_comes_of_the_later_shares_is_refused():
    with pytest.raises(InvalidInput):
        reality(log_of(events("ana>bea:tea @1h ana>:mug")), train_share=0.5)
