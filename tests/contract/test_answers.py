"""Answers that were given out, kept by every store."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from graph.answers import FORGOTTEN, Given, Place
from graph.store import Store
from loaders.ingest import ingest_events
from tests import toy
from tests.loads import NOW


def given(name: str, *products: str, person: str | None = "ana", at: int = 10) -> Given:
    places = tuple(Place(rank, product, 0.1, "friend") for rank, product in enumerate(products, start=1))
    return Given(name, "v", person, "home", at, places)


def tell(store: Store, text: str) -> None:
    assert not ingest_events(toy.events(text), store, now=NOW).rejected


def test_what_was_answered_comes_back_as_it_was_in_order_of_time(store: Store):
    answers = [
        given("~b", "tea", "茶", at=20),
        replace(given("~a", "mug", person=None, at=10), surface=None),
        given("~c", at=30),
    ]
    assert store.keep_answers(answers) == 3
    assert list(store.answers()) == [answers[1], answers[0], answers[2]]
    assert [answer.id for answer in store.answers(20)] == ["~b", "~c"]


def test_an_answer_that_is_given_again_is_kept_once_and_as_it_was_first(store: Store):
    first = given("~a", "tea", "mug")
    assert store.keep_answers([first, first]) == 1
    assert store.keep_answers([replace(given("~a", "cup"), at=99, version="w"), given("~b", "tea")]) == 1
    assert list(store.answers()) == [first, given("~b", "tea")]


def test_pages_of_one_answer_are_one_answer_in_whatever_order_they_come(store: Store):
    whole = given("~a", "tea", "mug", "cup")
    first, rest = replace(whole, places=whole.places[:2]), replace(whole, places=whole.places[1:])
    assert store.keep_answers([rest]) == 1
    assert store.keep_answers([first]) == 0
    assert list(store.answers()) == [whole]
    store.keep_answers([replace(first, id="~b"), replace(rest, id="~b")])
    assert list(store.answers()) == [whole, replace(whole, id="~b")]


def test_chances_come_back_to_the_last_bit(store: Store):
    chances = [0.1 + 0.2, 1e-9, 1.0]
    places = tuple(Place(rank, "tea", chance) for rank, chance in enumerate(chances, start=1))
    store.keep_answers([replace(given("~a"), places=places)])
    assert [place.propensity for answer in store.answers() for place in answer.places] == chances


def test_keeping_answers_is_no_new_version(store: Store):
    tell(store, "ana>bea:tea")
    before = store.version()
    store.keep_answers([given("~a", "tea")])
    store.drop_answers(100, 10)
    assert store.version() == before
    assert store.continues(before)


def test_old_answers_go_the_oldest_first_and_whole(store: Store):
    store.keep_answers([given(f"~{at}", "tea", "mug", at=at) for at in (10, 20, 30, 40)])
    assert store.drop_answers(40, 2) == 2
    assert [answer.id for answer in store.answers()] == ["~30", "~40"]
    assert store.drop_answers(40, 2) == 1
    assert store.drop_answers(40, 2) == 0
    store.keep_answers([given("~10", "cup", at=50)])
    assert [[place.product for place in answer.places] for answer in store.answers()] == [
        ["tea", "mug"],
        ["cup"],
    ]


def test_of_whom_is_forgotten_the_figures_alone_stay(store: Store):
    tell(store, "ana>bea:tea  ana=?phone")
    kept = given("~b", "tea", person="bea")
    store.keep_answers([given("~a", "tea", "mug"), kept, given("~c", "cup", person="phone", at=30)])
    assert store.forget("ana")
    one, *left = store.answers()
    hers = sorted((one, *left), key=lambda answer: answer.person == "bea")[:2]
    assert [answer.person for answer in hers] == [FORGOTTEN, FORGOTTEN]
    assert not {"~a", "~c"} & {answer.id for answer in hers}
    assert {place.product for answer in hers for place in answer.places} == {FORGOTTEN}
    assert sorted(len(answer.places) for answer in hers) == [1, 2]
    assert hers[0].places[0] == Place(1, FORGOTTEN, 0.1, "friend")
    assert kept in (one, *left)


def test_an_answer_that_comes_after_the_forgetting_names_nobody(store: Store):
    tell(store, "ana>bea:tea")
    store.forget("ana")
    store.keep_answers([given("~a", "tea")])
    (left,) = store.answers()
    assert left.person == FORGOTTEN
    assert left.id != "~a"
    assert left.places[0].product == FORGOTTEN


def test_answers_outlive_the_store_that_was_open(
    store_url: str, opened: Callable[[str], Store], store: Store
):
    store.keep_answers([given("~a", "tea")])
    again = opened(store_url)
    assert list(again.answers()) == [given("~a", "tea")]


@pytest.mark.parametrize("count", [5_000])
def test_thousands_are_read_each_once(store: Store, count: int):
    store.keep_answers([given(f"~{number:05}", "tea", at=number // 7) for number in range(count)])
    assert [answer.id for answer in store.answers(100)] == [f"~{number:05}" for number in range(700, count)]
