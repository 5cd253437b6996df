"""What was shown, as of when it was shown: the score that it had then, and whether it was opened."""

from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from graph.suggest import Shelf
from graph.suggest.learning import showings
from graph.suggest.learning.moments import Moments
from graph.suggest.learning.past import before
from graph.suggest.learning.showings import Showings, lately
from graph.suggest.usual import USUAL, Usual
from graph.suggest.weights import level
from graph.ties import strengths
from tests.toy import START, snapshot

BEFORE = "ana>bea:tea ana>bea:mug dan$pen dan$cup eve$cup"


def shown(told: str, *, most: int = 9, exposed: bool | None = None) -> Showings:
    """What people were shown from the second day on."""
    return Showings.of(after_a_day(told), most, exposed=exposed)


def after_a_day(told: str) -> Moments:
    """The moments from the second day on."""
    whole = snapshot(f"{BEFORE} @2d {told}")
    cut = int((START + timedelta(days=1)).timestamp() * 1e6)
    past = before(whole, cut)
    shelf = Shelf.of(past, strengths(past), np.zeros(len(past.people), np.int32))
    return Moments.after(shelf, past, cut, whole, strengths(whole))


@pytest.fixture
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(showings, "ENOUGH", 1)


@pytest.mark.usefixtures("few_are_enough")
def test_a_showing_has_the_score_of_its_moment_and_each_product_of_a_sitting_one():
    heard = shown("ana>:pen bea.exposure:pen bea.exposure:cup bea.view:pen bea.exposure:pen")
    unheard = shown("bea.exposure:pen bea.exposure:cup bea.view:pen bea.exposure:pen ana>:pen")
    assert heard.exposed
    assert heard.opened.tolist() == unheard.opened.tolist() == [False, True]
    (cup, pen), (cup_alone, pen_alone) = heard.score, unheard.score
    assert pen > cup > 0
    assert pen_alone < cup_alone


@pytest.mark.usefixtures("few_are_enough")
def test_what_was_looked_at_an_hour_later_was_not_opened():
    found = shown("bea.exposure:pen @2.1d bea.view:pen")
    assert found.opened.tolist() == [False]


@pytest.mark.usefixtures("few_are_enough")
def test_what_may_be_shown_and_nobody_speaks_for_scores_nothing_and_what_one_has_is_no_showing():
    found = shown("fay.view:new bea.exposure:new bea.exposure:tea")
    assert found.score.tolist() == [0.0]


@pytest.mark.usefixtures("few_are_enough")
def test_a_showing_is_to_somebody_of_the_level_that_they_had_then():
    found = shown("bea.exposure:pen bea.exposure:cup @3d bea$pen eve.exposure:mug @4d bea.exposure:cup")
    by_person = sorted(zip(found.person.tolist(), found.level.tolist(), strict=True))
    bea, eve = min(by_person)[0], max(by_person)[0]
    # Bea has tea and mug, then a pen as well; Eve one cup.
    assert by_person == [(bea, level(2)), (bea, level(2)), (bea, level(3)), (eve, level(1))]
    assert level(2) < level(3)


@pytest.mark.usefixtures("few_are_enough")
def test_no_more_sittings_are_asked_about_than_wanted():
    told = " ".join(f"@{day}d bea.exposure:{('pen', 'cup')[day % 2]}" for day in range(2, 6))
    every = shown(told)
    some = shown(told, most=2)
    assert (len(every.score), len(some.score)) == (4, 2)


def test_where_the_log_tells_no_showing_it_is_what_was_best_when_somebody_came():
    found = shown("ana>:pen ana>bea:pen")
    assert not found.exposed
    assert found.opened.sum() == 1
    assert found.opened[np.argmax(found.score)]


def test_chances_that_were_learned_from_what_was_shown_are_held_against_that_and_others_against_theirs():
    told = "ana>:pen bea.exposure:pen ana>bea:pen"
    assert not shown(told).exposed, "one exposure is too few to learn from"
    seen, turned = shown(told, exposed=True), shown(told, exposed=False)
    assert (len(seen.score), seen.opened.tolist()) == (1, [True])
    assert len(turned.score) > 1


def test_what_somebody_was_shown_at_once_is_known():
    found = shown("bea.exposure:pen bea.exposure:cup @3d eve.exposure:mug bea.exposure:cup", exposed=True)
    by_sitting = sorted(zip(found.sitting.tolist(), found.person.tolist(), strict=True))
    assert [sitting for sitting, _ in by_sitting] == [0, 0, 1, 2]
    assert len(set(by_sitting)) == 3


Heard = list[tuple[list[bool], list[bool]]]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    """Of all that was ever shown whether it was opened, and whether it taught, as often as that is asked."""
    heard: Heard = []

    def kept(opened: NDArray[np.bool_], taught: NDArray[np.bool_]) -> Usual:
        heard.append((opened.tolist(), taught.tolist()))
        return USUAL

    monkeypatch.setattr(showings, "usual", kept)
    return heard


def test_what_was_shown_before_anything_was_learned_tells_how_often_it_is_opened(heard: Heard):
    """A page drawn again is no showing more, a look long after no opening."""
    before = "bea.exposure:pen bea.exposure:pen bea.view:pen dan.exposure:mug @1.9d dan.view:mug"
    lately(after_a_day(f"@0.5d {before} @2d eve.exposure:tea eve.exposure:pen eve.view:tea"))
    assert heard == [([True, False, True, False], [False, False, True, True])]


def test_of_very_much_that_was_shown_what_every_second_person_was_is_enough(
    heard: Heard, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(showings, "MANY", 6)
    each = " ".join(f"p{who}.exposure:tea p{who}.exposure:pen p{who}.view:pen" for who in range(6))
    lately(after_a_day(each))
    assert heard == [([False, True] * 3, [True] * 6)]
