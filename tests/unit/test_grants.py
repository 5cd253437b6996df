"""Grants: a product gets what it lacks to be shown to the three nearest to it, and nothing if too far."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from graph.analysis import Analysis
from graph.events import Kind
from graph.live.refit import after
from graph.log import EventColumns
from graph.snapshot import Snapshot
from graph.suggest import BEST_FIRST, ORDER, Ask, Order, suggest
from graph.suggest.grants import ENOUGH, PLACES, WANT, fronts, granted, grants
from graph.suggest.order import POOL, Front, wanted
from graph.suggest.popularity import BANDS
from tests.toy import events, log_of, snapshot

COVERING = replace(BEST_FIRST, coverage=0.5)


def up_to(most: float) -> Order:
    return replace(BEST_FIRST, coverage=most)


def front(scores: NDArray[np.float64], *, known: bool = True) -> Front:
    """A list of all that is scored above 0, best first, nothing else being told of it."""
    by = np.argsort(-scores, kind="stable")[: min(np.count_nonzero(scores > 0), POOL)].astype(np.int32)
    none, mix = np.full(len(by), -1, np.int32), wanted(np.zeros(0, np.int8), np.zeros(0))
    band, own = np.full(len(by), BANDS - 1, np.int8), np.zeros(len(by), np.int64)
    return Front(by, scores[by], none, none, band, own, mix, known)


def beside_the_popular(last: list[float]) -> list[Front]:
    """Lists of ten that everybody gives 1 to 0.5, and one more that the first few give this."""
    popular = np.linspace(1, 0.5, PLACES)
    given_ = [*last, *[0.0] * (ENOUGH - len(last))]
    return [front(np.append(popular, one)) for one in given_]


def crowd(seed: int, people: int = ENOUGH, products: int = 400) -> list[Front]:
    dice = np.random.default_rng(seed)
    return [front(row) for row in dice.random((people, products)) + 2 * dice.random(products)]


def several(lists: list[Front], granted_: NDArray[np.float64] | None, order: Order = COVERING) -> int:
    """How many products are shown to three people or more."""
    shown = np.concatenate([one.product[one.ordered(order, granted_)[:PLACES]] for one in lists])
    return int((np.bincount(shown) >= WANT).sum())


def test_a_product_is_granted_what_its_third_reader_lacks():
    lists = beside_the_popular([0.45, 0.4, 0.3, 0.1])
    found = grants(lists, PLACES + 1, COVERING)
    assert found is not None
    assert found[:PLACES].tolist() == [0] * PLACES
    assert found[PLACES] == pytest.approx(0.2, abs=0.01)
    assert several(lists, found) == PLACES + 1


def test_a_product_too_far_from_everybody_is_granted_nothing():
    found = grants(beside_the_popular([0.2] * 6), PLACES + 1, up_to(0.25))
    assert found is not None
    assert not found.any()


def test_nothing_is_granted_where_nothing_may_be_or_too_few_are_asked():
    assert grants(crowd(1), 400, BEST_FIRST) is None
    assert grants(crowd(1)[: ENOUGH - 1], 400, COVERING) is None


@pytest.mark.parametrize("seed", range(3))
def test_more_is_shown_to_three_people_the_more_may_be_granted(seed: int):
    lists = crowd(seed)
    shown = [several(lists, grants(lists, 400, up_to(most))) for most in (0.0, 0.1, 0.3, 1.0)]
    assert shown == sorted(shown)
    assert shown[-1] > shown[0]


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 500), most=st.floats(0.01, 1))
def test_no_grant_is_below_nothing_or_above_the_most(seed: int, most: float):
    found = grants(crowd(seed, products=30), 30, up_to(most))
    assert found is not None
    assert (found >= 0).all()
    assert (found <= most * 1.0001).all()


@pytest.mark.parametrize("seed", range(3))
def test_other_knobs_take_back_nothing_of_what_is_granted(seed: int):
    """Grants are found for the lists that are shown: each brings its product before three people."""
    dice, order = np.random.default_rng(seed), Order(0.4, 0.0, 0.0, 0.3)
    of = dice.integers(0, 5, 400).astype(np.int32)
    lists = [replace(one, kind=of[one.product]) for one in crowd(seed)]
    found = grants(lists, 400, order)
    assert found is not None
    shown = np.concatenate([one.product[one.ordered(order, found)[:PLACES]] for one in lists])
    assert (np.bincount(shown, minlength=400)[found > 0] >= WANT).all()
    assert several(lists, found, order) > several(lists, None, order)


def test_strangers_are_granted_nothing_for_all_of_them_see_one_list():
    scores = np.array([1.0, 0.5, 0.4])
    granted_ = np.array([0.0, 0.0, 0.3])
    assert front(scores).ordered(COVERING, granted_).tolist() == [0, 2, 1]
    assert front(scores, known=False).ordered(COVERING, granted_).tolist() == [0, 1, 2]


def shop(seed: int = 3) -> str:
    """Eleven hundred people who opened a few of four hundred things each, some of them much liked."""
    dice = np.random.default_rng(seed)
    things = (dice.random((1_100, 4)) ** 3 * 400).astype(int)
    acts = [f"b{person // 40}>u{person}:p{thing}" for person, own in enumerate(things) for thing in own]
    return " ".join(acts)


@pytest.fixture(scope="module")
def fit() -> Analysis:
    return Analysis.of(snapshot(shop()))


def test_a_fit_grants_and_an_answer_keeps_its_scores(fit: Analysis):
    assert fit.shelf.grants is not None
    assert fit.shelf.grants.any()
    asks = [Ask(person) for person in range(100, 140)]
    plain, covering = (
        suggest(replace(fit.shelf, order=order, grants=granted_), asks, limit=400)
        for order, granted_ in ((BEST_FIRST, None), (COVERING, fit.shelf.grants))
    )
    assert [one.suggestions for one in plain] != [one.suggestions for one in covering]
    for best, found in zip(plain, covering, strict=True):
        assert {(one.product, one.score) for one in best.suggestions} == {
            (one.product, one.score) for one in found.suggestions
        }


def test_more_of_a_shop_is_shown_by_what_its_fit_granted(fit: Analysis):
    lists = fronts(fit.shelf)
    assert several(lists, fit.shelf.grants, ORDER) > several(lists, None, ORDER)


def test_the_same_snapshot_grants_the_same(fit: Analysis):
    again = granted(fit.shelf)
    assert fit.shelf.grants is not None
    np.testing.assert_array_equal(again.grants, fit.shelf.grants)


def test_who_allows_no_personal_answer_bids_for_nothing(fit: Analysis):
    nobody = replace(fit.shelf, personal=np.zeros(len(fit.shelf.personal), np.bool_))
    assert granted(nobody).grants is None


def test_without_the_knob_nothing_is_granted(fit: Analysis):
    assert granted(replace(fit.shelf, order=BEST_FIRST)).grants is None


def test_what_came_since_a_fit_is_granted_nothing_until_the_next_one():
    told = events("ana>bea:tea ana>bea:mug")
    more = events("ana>bea:tea ana>bea:mug ana>bea:pot")
    then, whole = Snapshot.of(log_of(told)), log_of(more)
    learned = Analysis.of(then)
    learned = replace(learned, shelf=replace(learned.shelf, grants=np.array([0.1, 0.2])))
    columns = {field.name: getattr(whole.events, field.name)[len(told) :] for field in fields(EventColumns)}
    ids = [event.id for event in more[len(told) :] if event.kind is Kind.SHARE]
    live = after(learned, replace(whole, since=then.version, share_ids=ids, events=EventColumns(**columns)))
    assert live.shelf.grants is not None
    assert live.shelf.grants.tolist() == [0.1, 0.2, 0.0]
    (answer,) = suggest(live.shelf, [Ask(None)], limit=3)
    assert all(
        one.score == pytest.approx(sum(why.weight for why in one.reasons)) for one in answer.suggestions
    )
