"""Lists measured: by hand, by an independent library, and by the laws that figures of lists obey."""

import numpy as np
import pytest

from graph.errors import InvalidInput
from graph.evaluate.suggestions.held import dealt
from graph.evaluate.suggestions.lists import Lists, lists
from graph.evaluate.suggestions.metrics import breadth, gains
from graph.evaluate.suggestions.offpolicy import off_policy
from graph.evaluate.suggestions.sure import Draws
from graph.kernels.top import top
from graph.taste import Interactions, Popularity, interactions
from graph.taste.model import facts

NOBODY = np.zeros(0, np.intp)
MEASURES = tuple(f"{name}@{k}" for name in ("precision", "recall", "ndcg") for k in (5, 10, 20, 50))


def known_of(*choices: list[int], items: int) -> Interactions:
    """What each user chose."""
    user = np.repeat(np.arange(len(choices)), [len(own) for own in choices])
    item = np.array([item for own in choices for item in own], np.intp)
    return interactions((user, item), (NOBODY, NOBODY), (len(choices), items))


@pytest.fixture
def crowd() -> Interactions:
    dice = np.random.default_rng(5)
    user, item = dice.integers(0, 60, 900), (dice.random(900) ** 2 * 200).astype(np.intp)
    return interactions((user, item), (NOBODY, NOBODY), (60, 200))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # theirs, while numba compiles them
def test_the_measures_are_those_of_an_independent_library(crowd: Interactions):
    ranx = pytest.importorskip("ranx")
    held = dealt(crowd, (8, 2), seed=1)
    found = lists(Popularity().fit(held.known), held.users, held.taken)
    ours = gains(found, held.asked)
    wanted = {
        f"u{user}": {f"i{item}": 1 for item in held.asked[[user]].indices} for user in held.users.tolist()
    }
    listed = {
        f"u{user}": {f"i{item}": 1.0 / (place + 1) for place, item in enumerate(row)}
        for user, row in zip(found.users.tolist(), found.items.tolist(), strict=True)
    }
    qrels, run = ranx.Qrels(wanted), ranx.Run(listed)
    theirs = ranx.evaluate(qrels, run, [*MEASURES, "mrr"], return_mean=False)
    order = [list(qrels.qrels).index(f"u{user}") for user in held.users.tolist()]
    for name, values in theirs.items():
        np.testing.assert_allclose(ours[name], np.asarray(values)[order], atol=1e-6, err_msg=name)


def test_a_list_leaves_out_what_was_known_and_breaks_ties_by_the_smaller_row():
    known = known_of([3], [3, 1], [1], items=5)
    found = lists(Popularity().fit(known), np.array([0, 2]), known.chosen, k=4)
    assert found.items.tolist() == [[1, 0, 2, 4], [3, 0, 2, 4]]


def test_lists_do_not_depend_on_how_many_are_made_at_a_time(crowd: Interactions, monkeypatch):
    fitted, users = Popularity().fit(crowd), np.arange(60)
    whole = lists(fitted, users, crowd.chosen)
    monkeypatch.setattr("graph.evaluate.suggestions.lists.CELLS", 1_000)
    np.testing.assert_array_equal(lists(fitted, users, crowd.chosen).items, whole.items)


def test_what_has_no_number_for_a_score_is_not_listed():
    scores = np.array([[np.nan, 1.0, -np.inf, 3.0]], np.float32)
    assert top(scores, np.zeros(2, np.int64), np.zeros(0, np.int64), 3).tolist() == [[3, 1, -1]]


def test_everybody_with_three_choices_is_asked_about_and_nothing_is_lost(crowd: Interactions):
    held = dealt(crowd, (8, 1, 1), seed=2)
    assert held.validation is not None
    again = held.known.chosen + held.validation + held.asked
    np.testing.assert_array_equal(again.toarray(), crowd.chosen.toarray())
    assert held.taken.nnz == held.known.chosen.nnz + held.validation.nnz
    counts = np.diff(crowd.chosen.indptr)
    assert set(held.users) == set(np.flatnonzero(counts >= 2))


def test_on_the_validation_part_what_is_held_out_is_neither_asked_nor_known(crowd: Interactions):
    held = dealt(crowd, (8, 1, 1), seed=1)
    asked = held.on_validation()
    assert held.validation is not None
    assert asked.known is held.known
    np.testing.assert_array_equal(asked.asked.toarray(), held.validation.toarray())
    np.testing.assert_array_equal(asked.taken.toarray(), held.known.chosen.toarray())
    with pytest.raises(InvalidInput, match="8:1:1"):
        dealt(crowd, (8, 2), seed=1).on_validation()


def test_another_seed_deals_otherwise_and_the_same_alike(crowd: Interactions):
    first, again, other = (dealt(crowd, (8, 2), seed=seed).asked.indices.tolist() for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize("parts", [(1,), (8, 1, 1, 1), (8, 0)])
def test_a_split_of_other_parts_is_refused(crowd: Interactions, parts):
    with pytest.raises(InvalidInput, match="8:1:1"):
        dealt(crowd, parts, seed=0)


def test_breadth_is_counted_by_hand():
    known = known_of([0, 1], [0], [0, 2], [], items=4)
    found = Lists(np.arange(3), np.array([[0, 1], [0, 3], [0, 3]], np.int32))
    said = breadth(found, known.chosen, k=2)
    assert said["coverage@2"] == 0.75
    assert said["coverage3@2"] == 0.25
    assert said["popularity@2"] == pytest.approx((3 * 3 + 1) / 6)
    cosine = 1 / np.sqrt(3)  # of items 0 and 1; item 3 is like none
    assert said["diversity@2"] == pytest.approx(1 - cosine / 3)
    surprise = (3 * np.log2(4 / 3) + np.log2(4) + 2 * np.log2(4)) / 6
    assert said["novelty@2"] == pytest.approx(surprise)


def test_an_empty_place_of_a_list_is_no_item():
    known = known_of([0, 1], [0], items=3)
    short, longer = (Lists(np.array([1]), np.array([row], np.int32)) for row in ([1, -1], [1, -1, -1, -1]))
    assert breadth(short, known.chosen, k=2)["coverage@2"] == pytest.approx(1 / 3)
    asked = facts(np.array([1]), np.array([1]), (2, 3))
    assert gains(short, asked)["ndcg@5"].tolist() == gains(longer, asked)["ndcg@5"].tolist() == [1.0]


def test_the_interval_of_a_mean_holds_it_as_often_as_it_says():
    dice = np.random.default_rng(11)
    draws = Draws.of(150, seed=4)
    inside = [
        estimate.low <= 0.3 <= estimate.high
        for estimate in draws.means((dice.random((150, 300)) < 0.3).astype(np.float64))
    ]
    assert 0.9 <= np.mean(inside) <= 0.98


def test_models_alike_differ_by_chance_and_models_apart_do_not():
    dice = np.random.default_rng(3)
    values = dice.random((200, 1))
    draws = Draws.of(200, seed=1)
    (alike,), (apart,) = draws.differences(values, values[::-1]), draws.differences(values + 0.05, values)
    assert alike.p > 0.05
    assert apart.p == pytest.approx(1 / 5000)
    assert apart.by.low == pytest.approx(0.05)


def test_a_group_of_nobody_has_no_figure():
    (nothing,) = Draws.of(3, seed=0).means(np.ones((3, 1)), np.zeros(3, np.bool_))
    assert np.isnan(nothing.value)


def test_what_a_new_policy_would_earn_is_found_from_an_explorers_log():
    dice = np.random.default_rng(8)
    arms, worth = np.array([0.2, 0.3, 0.5]), np.array([0.05, 0.1, 0.4])
    better = np.array([0.1, 0.1, 0.8])
    arm = dice.choice(3, 20_000, p=arms)
    reward = (dice.random(20_000) < worth[arm]).astype(np.float64)
    found = off_policy(reward, arms[arm], better[arm], seed=1)
    truth = float(better @ worth)
    assert found.ips.low < truth < found.ips.high
    assert found.snips.low < truth < found.snips.high
    assert found.is_sound
    assert 1_000 < found.effective < 20_000


def test_wrong_propensities_are_noticed():
    found = off_policy(np.ones(500), np.full(500, 0.9), np.full(500, 0.3))
    assert not found.is_sound
    assert found.snips.value == pytest.approx(1.0)


def test_a_chance_outside_its_range_is_refused():
    with pytest.raises(InvalidInput, match="logged chance"):
        off_policy(np.ones(1), np.zeros(1), np.ones(1))
    with pytest.raises(InvalidInput, match="no showing"):
        off_policy(np.ones(0), np.ones(0), np.ones(0))
