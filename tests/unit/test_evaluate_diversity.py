"""Showing more: curves begin at the plain lists, grants beat both controls, lists keep their proportions."""

from dataclasses import replace

import numpy as np
import pytest

from graph.evaluate.suggestions.diversity import CONTROLS, GRANTS, KNOBS, Point, at_least, diversity
from graph.evaluate.suggestions.held import Held, dealt
from graph.kernels.trades import calibrated, marginal
from graph.taste import ItemKNN, interactions
from graph.taste.exposure import MOST
from graph.taste.model import facts


@pytest.fixture(scope="module")
def held() -> Held:
    """Two hundred people, each of one of ten tastes, of which a few items are known by all."""
    dice = np.random.default_rng(4)
    user = np.repeat(np.arange(200), 16)
    own = (user % 10) * 30 + (dice.random(len(user)) ** 2 * 30).astype(np.intp)
    item = np.where(dice.random(len(user)) < 0.3, (dice.random(len(user)) ** 2 * 12).astype(np.intp), own)
    nobody = np.zeros(0, np.intp)
    content = facts(np.arange(300), np.arange(300) // 30, (300, 10))
    return dealt(interactions((user, item), (nobody, nobody), (200, 300), content), (8, 2), seed=1)


def test_every_curve_begins_with_the_plain_lists_and_has_a_point_for_each_knob(held: Held):
    found = diversity(ItemKNN().fit(held.known), held)
    assert found.curves.keys() == KNOBS.keys()
    for way, curve in found.curves.items():
        assert curve[0] == found.plain
        assert tuple(point.knob for point in curve[1:]) == KNOBS[way]


def test_grants_show_more_than_both_controls_at_no_less_accuracy(held: Held):
    found = diversity(ItemKNN().fit(held.known), held)
    assert found.default.knob == MOST
    assert found.equal(GRANTS) >= found.default.several
    assert all(found.default.several > found.equal(way) for way in CONTROLS)


def test_without_content_there_is_nothing_to_be_calibrated(held: Held):
    bare = replace(held.known, content=None)
    found = diversity(ItemKNN().fit(bare), Held(bare, None, held.asked))
    assert "calibrated" not in found.curves
    assert "mmr" in found.curves


def test_the_same_seed_gives_the_same_curves(held: Held):
    fitted = ItemKNN().fit(held.known)
    assert diversity(fitted, held, seed=3).curves == diversity(fitted, held, seed=3).curves


def test_what_a_curve_reaches_is_read_between_its_points():
    curve = Point(0, 0.20, 0, 0, 0.1), Point(1, 0.21, 0, 0, 0.2), Point(2, 0.11, 0, 0, 0.6)
    assert at_least(curve, 0.21) == 0.2
    assert at_least(curve, 0.16) == pytest.approx(0.4)
    assert at_least(curve, 0.3) == 0.0


def test_without_a_trade_lists_are_in_the_order_of_scores():
    score, like = np.array([0.2, 0.9, 0.5]), np.ones((3, 3))
    assert marginal(score, like, 3, 0.0).tolist() == [1, 2, 0]
    assert calibrated(score, np.eye(3), np.full(3, 1 / 3), 3, 0.0).tolist() == [1, 2, 0]


def test_a_calibrated_list_has_the_proportions_that_were_wanted():
    topics = np.repeat(np.eye(2), 10, axis=0)
    score = np.linspace(1, 0, 20)
    chosen = calibrated(score, topics, np.array([0.3, 0.7]), 10, 0.99)
    assert (chosen < 10).sum() == 3
