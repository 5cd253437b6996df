"""Forecasts sealed before the fact."""

from dataclasses import replace

import pytest

from graph.estimate import Estimate
from graph.promises.promise import PEOPLE, Kept, Kind, Outcome, Promise, broken_at, linked


def promise(value: float = 3.0) -> Promise:
    return Promise.of(
        (Kind.KOLS, PEOPLE), {"users": ["ana"], "product": None}, "v", (10, 20), Estimate(value, 1, 5)
    )


def chain() -> list[Kept]:
    return linked([promise(value) for value in (1, 2, 3, 4)], [bytes([n]) for n in range(4)])


def test_what_is_none_is_as_if_not_said():
    assert promise().asked == '{"users":["ana"]}'


def test_every_text_may_be_a_name():
    asked = {"users": ["ana", "bea"], "filter": {"exclude": ["cy"]}, "first": 3}
    assert Promise.of((Kind.KOLS, PEOPLE), asked, "v", (1, 2), Estimate(1, 1, 1)).names() == {
        "ana",
        "bea",
        "cy",
    }


def test_the_question_is_what_was_asked_of_which_version_not_what_was_told():
    assert promise(1).question == promise(2).question
    assert promise().question != replace(promise(), version="w").question
    assert promise().question != replace(promise(), unit="CNY").question
    assert promise().question != replace(promise(), kind=Kind.SPREAD).question


def test_a_chain_goes_on_from_its_last():
    whole = chain()
    assert [*whole[:2], *linked([kept.promise for kept in whole[2:]], [b"\2", b"\3"], whole[1])] == whole


@pytest.mark.parametrize(
    "change",
    [
        {"told": Estimate(2, 1, 6)},
        {"told": Estimate(2.0000001, 1, 5)},
        {"due": 21},
        {"as_of": 9},
        {"version": "w"},
        {"kind": Kind.SPREAD},
        {"unit": "CNY"},
        {"asked": '{"users":["bea"]}'},
    ],
)
def test_whatever_is_changed_breaks_the_chain_there(change):
    whole = chain()
    whole[1] = replace(whole[1], promise=replace(whole[1].promise, **change))
    assert broken_at(whole) == 2


def test_one_taken_out_or_put_in_breaks_it_too():
    whole = chain()
    assert broken_at(whole[:1] + whole[2:]) == 2
    assert broken_at([whole[0], whole[2], whole[1], whole[3]]) == 2
    renumbered = [replace(kept, place=place) for place, kept in enumerate(whole[:1] + whole[2:], 1)]
    assert broken_at(renumbered) == 2


def test_without_its_question_it_still_fits_and_an_outcome_is_no_part_of_it():
    whole = [kept.without_question() for kept in chain()]
    assert broken_at(whole) is None
    assert broken_at([replace(kept, outcome=Outcome(1.0, "w")) for kept in whole]) is None
