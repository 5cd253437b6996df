"""All that is held about a person comes out, from every store, and ends with them."""

import json
from typing import Any

import pytest

from graph.answers import Given, Place
from graph.estimate import Estimate
from graph.events import User
from graph.promises.promise import PEOPLE, Kind, Promise
from graph.store import Store
from loaders.exported import exported
from tests.contract.test_forget import HERS, OTHERS, ROWS


@pytest.fixture
def told(store: Store) -> Store:
    """A store in which ana is named in every way there is, was shown something, and was asked about."""
    store.append(ROWS)
    store.upsert_users([User("ana", name="Ana", attributes={"city": "Shanghai"}), User("bea", name="Bea")])
    store.keep_answers(
        [Given(f"~{whom}", "v1", whom, "home", 7, (Place(1, "tea"),)) for whom in ("ana", "ana-phone", "bea")]
    )
    told = Estimate(3, 1, 5)
    store.promise(
        [
            Promise.of((Kind.SPREAD, PEOPLE), {"users": users}, "v1", (0, 7), told)
            for users in (["ana"], ["ana", "bea"], ["bea"])
        ]
    )
    return store


def held(store: Store, key: str, **called: Any) -> dict[str, Any]:
    found = exported(store, key, **called)
    assert json.loads(json.dumps(found)) == found
    assert found is not None
    return found


@pytest.mark.parametrize("key", ["ana", "ana-phone"])
def test_everything_that_names_her_comes_out_whichever_key_is_asked(told: Store, key: str):
    found = held(told, key)
    assert found["keys"] == ["ana", "ana-phone"]
    assert {event["id"] for event in found["did"]} == {event.id for event in HERS}
    named = {event.id for event in OTHERS if "ana" in {event.other, event.recipient, event.sharer}}
    assert {event["id"] for event in found["namedIn"]} == named
    assert [user["name"] for user in found["described"]] == ["Ana"]
    assert {answer["id"] for answer in found["shown"]} == {"~ana", "~ana-phone"}


def test_each_thing_says_where_it_came_from(told: Store):
    found = held(told, "ana")
    lists = ("described", "did", "namedIn", "shown", "forecasts")
    assert all(thing["from"] for name in lists for thing in found[name])
    (allowed,) = (event for event in found["did"] if event["kind"] == "CONSENT")
    assert (allowed["personalisation"], allowed["notice"]) == (True, "ana-notice")


def test_a_forecast_says_what_was_asked_where_it_names_nobody_else(told: Store):
    asked = [forecast["asked"] for forecast in held(told, "ana")["forecasts"]]
    assert len(asked) == 2
    assert [one is None for one in asked] == [False, True]


def test_others_are_called_as_the_reader_may_call_them(told: Store):
    found = str(held(told, "ana", called=lambda key: f"~{len(key)}"))
    assert "'bea'" not in found
    assert "only-ana-knows" not in found
    assert "'ana'" in found


def test_of_nobody_and_of_the_forgotten_nothing_is_held(told: Store):
    assert exported(told, "eve") is None
    told.forget("ana")
    assert exported(told, "ana") is None
    assert exported(told, "ana-phone") is None
    assert "ana" not in str(exported(told, "bea"))
