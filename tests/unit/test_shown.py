"""What was shown often enough rests for a while."""

from dataclasses import replace

import numpy as np
import pytest

from graph.errors import InvalidInput
from graph.suggest.shown import CAP, Cap, LiveShown, Shown, shown
from tests import toy

DAY = 24 * 3600 * 10**6


def showings(text: str) -> tuple[Shown, list[str], list[str]]:
    snapshot = toy.snapshot(text)
    return shown(snapshot), list(snapshot.people.keys), list(snapshot.products.keys)


def resting(text: str, person: str = "bea", cap: Cap = CAP) -> set[str]:
    found, people, products = showings(text)
    return {products[row] for row in found.resting(people.index(person), cap).tolist()}


def seen(person: str, product: str, *days: float) -> str:
    return " ".join(f"@{day}d {person}.exposure:{product}" for day in days)


def test_what_was_shown_three_times_in_a_week_rests():
    assert resting(seen("bea", "tea", 0, 2, 4)) == {"tea"}
    assert resting(seen("bea", "tea", 0, 2)) == set()


def test_three_times_in_a_month_is_not_often():
    assert resting(seen("bea", "tea", 0, 8, 16)) == set()


def test_it_rests_for_a_fortnight_after_the_last_time_and_may_then_come_again():
    often = seen("bea", "tea", 0, 1, 2)
    assert resting(f"{often} @15.9d cy.view:mug") == {"tea"}
    assert resting(f"{often} @16.1d cy.view:mug") == set()
    assert resting(f"{often} {seen('bea', 'tea', 17, 18)}") == set()
    assert resting(f"{often} {seen('bea', 'tea', 17, 18, 19)}") == {"tea"}


def test_a_page_that_is_drawn_again_within_the_sitting_shows_nothing_new():
    assert resting("bea.exposure:tea " * 10) == set()
    assert resting(seen("bea", "tea", 0, 0.001, 1, 1.001, 2)) == {"tea"}


def test_others_and_other_products_do_not_count():
    text = f"{seen('bea', 'tea', 0, 1)} {seen('cy', 'tea', 2)} {seen('bea', 'mug', 3)}"
    assert resting(text) == resting(text, "cy") == set()


def test_a_share_that_reached_somebody_was_not_shown_by_us():
    told = toy.events("ana>:tea " + seen("bea", "tea", 1, 2, 3))
    reached = [told[0], *(replace(event, share="ana/tea") for event in told[1:])]
    snapshot = toy.snapshot(reached)
    assert not len(shown(snapshot).resting(1, CAP))


def test_who_opened_nothing_of_a_hundred_gets_a_new_list():
    many = " ".join(f"@{5 + n / 100}d bea.exposure:p{n:03}" for n in range(100))
    assert len(resting(many)) == 100
    assert resting(f"{many} @6.5d bea.view:cup") == set()
    assert resting(f"{many} @12.5d cy.view:cup") != resting(many)
    assert resting(many, cap=Cap(in_a_row=101)) == set()


def test_nobody_else_and_nothing_shown_is_nothing_that_rests():
    assert resting("ana>bea:tea") == set()
    assert resting(seen("bea", "tea", 0, 1, 2) + " ana.view:mug", "ana") == set()


@pytest.mark.parametrize("times", [0, 1, 2, 5])
def test_how_often_is_enough_may_be_said(times: int):
    for count in range(1, 7):
        text = seen("bea", "tea", *range(count))
        assert resting(text, cap=Cap(times=times)) == ({"tea"} if 0 < times <= count else set())


def test_what_came_since_a_fit_counts_and_the_clock_goes_on_for_everybody():
    before = f"{seen('ana', 'tea', 0, 1, 2)} {seen('bea', 'tea', 0, 1)}"
    base, people, _ = showings(before)
    fresh, _, _ = showings(f"{before} {seen('bea', 'tea', 5)}")
    renewed = np.array([key == "bea" for key in people])
    live = LiveShown(base, fresh, renewed)
    assert [live.resting(row, CAP).tolist() for row in range(2)] == [[0], [0]]
    later = LiveShown(base, replace(fresh, as_of=fresh.as_of + 12 * DAY), renewed)
    assert [later.resting(row, CAP).tolist() for row in range(2)] == [[], [0]]


@pytest.mark.parametrize("said", [(-1, 14, 100), (3, 0, 100), (3, 54, 100), (3, 14, -1)])
def test_a_cap_that_makes_no_sense_is_refused(said: tuple[int, int, int]):
    with pytest.raises(InvalidInput, match="a rest lasts 1 to 53 days"):
        Cap.said(*said)
