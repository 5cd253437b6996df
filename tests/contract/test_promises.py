"""Forecasts that were given out, kept by every store."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from graph.estimate import Estimate
from graph.promises.promise import PEOPLE, Kind, Outcome, Promise, broken_at
from graph.store import Store
from loaders.ingest import ingest_events
from tests import toy
from tests.loads import NOW


def told(value: float, version: str = "v", **asked: object) -> Promise:
    return Promise.of((Kind.SPREAD, PEOPLE), asked, version, (10, 20), Estimate(value, value / 2, value * 2))


def tell(store: Store, text: str) -> None:
    assert not ingest_events(toy.events(text), store, now=NOW).rejected


def test_what_was_promised_is_kept_in_order_and_sealed(store: Store):
    promises = [told(3, users=["ana"]), told(4, users=["bea"], product="茶"), told(5)]
    assert store.promise(promises[:2]) == 2
    assert store.promise(promises[2:]) == 1
    chain = store.promises()
    assert [kept.promise for kept in chain] == promises
    assert [kept.place for kept in chain] == [1, 2, 3]
    assert broken_at(chain) is None


def test_the_same_question_of_the_same_version_is_one_promise(store: Store):
    promise = told(3, users=["ana"])
    assert store.promise([promise, promise]) == 1
    assert store.promise([promise, replace(promise, told=Estimate(9, 8, 10))]) == 0
    assert store.promise([replace(promise, version="w")]) == 1
    assert [kept.promise.told.value for kept in store.promises()] == [3, 3]


def test_keeping_one_is_no_new_version(store: Store):
    tell(store, "ana>bea:tea")
    before = store.version()
    store.promise([told(3, users=["ana"])])
    store.settle({1: Outcome(2.0, before)})
    assert store.version() == before
    assert store.continues(before)


def test_what_became_of_one_is_said_once(store: Store):
    store.promise([told(3, users=["ana"]), told(4), told(5, users=[])])
    store.settle({1: Outcome(2.0, "w"), 2: Outcome(None, "w")})
    store.settle({1: Outcome(7.0, "x")})
    outcomes = [kept.outcome for kept in store.promises()]
    assert outcomes == [Outcome(2.0, "w"), Outcome(None, "w"), None]
    assert broken_at(store.promises()) is None


def test_of_whom_is_forgotten_the_figures_alone_stay(store: Store):
    tell(store, "ana>bea:tea  bea>cy:tea  ana=?phone")
    asked = [
        told(3, users=["ana"]),
        told(4, users=["phone", "cy"]),
        told(5, cascade="ana/tea"),
        told(6, users=["bea"], exclude={"of": ["ana"]}),
        told(7, users=["bea"]),
    ]
    store.promise(asked)
    store.settle({1: Outcome(2.0, "w")})
    assert store.forget("ana")
    chain = store.promises()
    assert [kept.promise.asked for kept in chain] == ["", "", "", "", asked[4].asked]
    assert [kept.promise.told for kept in chain] == [promise.told for promise in asked]
    assert [kept.nonce == b"" for kept in chain] == [True, True, True, True, False]
    assert chain[0].outcome == Outcome(2.0, "w")
    assert broken_at(chain) is None


def test_a_promise_that_comes_after_the_forgetting_names_nobody_either(store: Store):
    tell(store, "ana>bea:tea")
    store.forget("ana")
    store.promise([told(3, users=["ana"]), told(4, cascade="ana/tea")])
    assert [kept.promise.asked for kept in store.promises()] == ["", ""]
    assert broken_at(store.promises()) is None


def test_promises_outlive_the_store_that_was_open(
    store_url: str, opened: Callable[[str], Store], store: Store
):
    store.promise([told(3, users=["ana"])])
    again = opened(store_url)
    assert again.promises() == store.promises()
    assert again.promise([told(4)]) == 1
    assert broken_at(store.promises()) is None


@pytest.mark.parametrize("value", [0.1 + 0.2, 1e-9, 123456789.123, 0.0])
def test_figures_come_back_to_the_last_bit(store: Store, value: float):
    store.promise([told(value)])
    assert store.promises()[0].promise.told.value == value
    assert broken_at(store.promises()) is None
