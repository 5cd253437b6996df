"""Showing more: curves begin best first, what is served beats both controls, and it is what is served."""

from dataclasses import replace

import numpy as np
import pytest

from graph.evaluate.suggestions.crowds import Modelled, Served, kinds
from graph.evaluate.suggestions.diversity import (
    CONTROLS,
    KNOBS,
    POPULARITY,
    RANDOM,
    Diversity,
    Point,
    as_broad,
    diversity,
    lead,
    most_shown,
)
from graph.evaluate.suggestions.held import Held, dealt
from graph.evaluate.suggestions.logs import held_out
from graph.evaluate.suggestions.sure import Draws
from graph.suggest import BEST_FIRST, ORDER, Ask, suggest
from graph.suggest.grants import ENOUGH, PLACES
from graph.taste import ItemKNN, Popularity, interactions
from graph.taste.model import facts
from tests.toy import events, log_of


@pytest.fixture(scope="module")
def held() -> Held:
    """A thousand people, each of one of ten tastes, of which a few items are known by all."""
    dice = np.random.default_rng(4)
    user = np.repeat(np.arange(ENOUGH), 16)
    own = (user % 10) * 120 + (dice.random(len(user)) ** 2 * 120).astype(np.intp)
    item = np.where(dice.random(len(user)) < 0.3, (dice.random(len(user)) ** 2 * 12).astype(np.intp), own)
    nobody = np.zeros(0, np.intp)
    content = facts(np.arange(1_200), np.arange(1_200) // 120, (1_200, 10))
    return dealt(interactions((user, item), (nobody, nobody), (ENOUGH, 1_200), content), (8, 2), seed=1)


@pytest.fixture(scope="module")
def crowd(held: Held) -> Modelled:
    return Modelled.of(ItemKNN().fit(held.known), held)


@pytest.fixture(scope="module")
def found(crowd: Modelled) -> Diversity:
    return diversity(crowd)


def test_a_list_knows_how_many_of_each_kind_its_reader_chose():
    nobody = np.zeros(0, np.intp)
    content = facts(np.arange(6), np.array([0, 0, 1, 1, 1, 2]), (6, 3))
    chose = np.array([0, 0, 0, 1, 1]), np.array([0, 2, 3, 1, 4])
    known = interactions(chose, (nobody, nobody), (2, 6), content)
    asked = facts(np.array([0, 1]), np.array([4, 0]), (2, 6))
    one, other = Modelled.of(Popularity().fit(known), Held(known, None, asked)).lists
    assert dict(zip(one.product.tolist(), one.own.tolist(), strict=True)) == {1: 1, 4: 2, 5: 0}
    assert dict(zip(other.product.tolist(), other.own.tolist(), strict=True)) == {0: 1, 2: 1, 3: 1, 5: 0}


def test_every_curve_begins_best_first_and_has_a_point_for_each_knob(found: Diversity):
    assert found.curves.keys() == {**KNOBS, **CONTROLS}.keys()
    for way, curve in found.curves.items():
        assert curve[0] is found.plain
        assert tuple(point.knob for point in curve[1:]) == {**KNOBS, **CONTROLS}[way]


def test_what_is_served_shows_more_than_both_controls_at_equal_accuracy(found: Diversity):
    assert found.served.several > found.plain.several
    for one in found.leads.values():
        assert one.items.value > 0
        assert one.items.low <= one.items.value <= one.items.high


def test_the_same_seed_gives_the_same_curves(crowd: Modelled, found: Diversity):
    again = diversity(crowd)
    assert [point.ndcg for point in again.curves[RANDOM]] == [point.ndcg for point in found.curves[RANDOM]]
    assert again.leads == found.leads


def point(knob: float, ndcg: float, several: float) -> Point:
    return Point(knob, np.full(4, ndcg), 0, 0, several, 1)


def test_every_point_says_how_its_accuracy_changes_and_how_many_kinds_a_list_holds(found: Diversity):
    for way, curve in found.curves.items():
        for one, change in zip(curve[1:], found.changes[way], strict=True):
            assert change.value == pytest.approx(one.ndcg - found.plain.ndcg)
            assert change.low <= change.value <= change.high
    kinds = [one.kinds for one in found.curves["diversity"]]
    assert kinds == sorted(kinds)
    assert kinds[-1] > kinds[0]


def test_what_a_control_shows_is_read_between_its_points():
    ndcg, several = np.array([0.20, 0.21, 0.11]), np.array([0.1, 0.2, 0.6])
    assert most_shown(ndcg, several, 0.21) == 0.2
    assert most_shown(ndcg, several, 0.16) == pytest.approx(0.4)
    assert most_shown(ndcg, several, 0.3) == 0.2


def test_a_control_is_compared_where_it_shows_as_much_or_not_at_all():
    curve = point(0, 0.2, 0.1), point(1, 0.1, 0.3)
    beside = as_broad(curve, 0.2)
    assert beside is not None
    assert beside.tolist() == pytest.approx([0.15] * 4)
    assert as_broad(curve, 0.4) is None
    ahead = lead(point(0, 0.2, 0.2), curve, Draws.of(4, seed=1), 100)
    assert ahead.items.value == pytest.approx(10)
    assert ahead.ndcg is not None
    assert ahead.ndcg.by.value == pytest.approx(0.05)
    assert lead(point(0, 0.2, 0.2), (curve[0],), Draws.of(4, seed=1), 100).ndcg is None


def test_a_random_item_in_the_last_place_is_listed_once_and_nobody_s_own(crowd: Modelled, found: Diversity):
    assert found.curves[RANDOM][-1].coverage > found.plain.coverage
    lists = crowd.listed(replace(BEST_FIRST, exploration=1.0))
    for user, mine in zip(crowd.held.users, lists, strict=True):
        own = crowd.held.taken.indices[slice(*crowd.held.taken.indptr[user : user + 2])]
        assert len(set(mine.tolist())) == PLACES
        assert not np.isin(mine, own).any()


def test_scores_divided_by_popularity_show_what_is_less_known(found: Diversity):
    assert found.curves[POPULARITY][-1].coverage > found.plain.coverage


def test_the_commonest_feature_of_an_item_stands_for_its_category():
    nobody = np.zeros(0, np.intp)
    content = facts(np.array([0, 0, 1]), np.array([0, 1, 1]), (3, 2))
    assert kinds(interactions((nobody, nobody), (nobody, nobody), (1, 3), content)).tolist() == [1, 1, -1]
    assert kinds(interactions((nobody, nobody), (nobody, nobody), (1, 2))).tolist() == [-1, -1]


@pytest.mark.slow
def test_of_a_log_what_is_measured_is_what_is_served():
    dice = np.random.default_rng(2)
    words = [f"b{row % 30}>u{row % 1_050}:p{int(400 * dice.random() ** 3)}" for row in range(4_500)]
    cut = held_out(log_of(events(" ".join(words))), train_share=0.97)
    crowd, shelf = Served.of(cut), cut.shelf
    assert shelf.grants is not None
    users = cut.held.users.tolist()
    answers = suggest(shelf, [Ask(user, seed=user) for user in users], limit=PLACES)
    for mine, answer in zip(crowd.listed(ORDER), answers, strict=True):
        assert mine[mine >= 0].tolist() == [one.product for one in answer.suggestions]
    best = crowd.listed(BEST_FIRST)
    for (who, scores), mine in zip(crowd.scored(), best, strict=True):
        spoken = mine[mine >= 0]
        assert scores[0, spoken].tolist() == sorted(scores[0, spoken].tolist(), reverse=True)
        assert who.tolist() == [users.pop(0)]
