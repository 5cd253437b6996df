"""All that is held about a person comes out, from every store, and ends with them."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from graph.answers import Given, Place
from graph.estimate import Estimate
from graph.events import Event, Kind, Reject, User, micros
from graph.promises.promise import PEOPLE, Promise
from graph.promises.promise import Kind as Forecast
from graph.store import Store
from loaders.exported import exported
from loaders.ingest import ingest_events
from loaders.rejects import Rejects, beside
from tests.contract.test_forget import HERS, OTHERS, ROWS
from tests.toy import START


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
            Promise.of((Forecast.SPREAD, PEOPLE), {"users": users}, "v1", (0, 7), told)
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


def test_an_event_says_among_which_lines_it_stood_or_that_it_was_said_in_a_call(store: Store):
    rows = [replace(row, file="log.csv", line=line) for line, row in enumerate(ROWS, 2)]
    store.append(rows, micros(START))
    call = [Event(f"v{n}", Kind.VIEW, START, user="ana", product="tea") for n in (1, 2)]
    for minutes, event in enumerate(call):
        ingest_events([event], store, now=START + timedelta(days=9, minutes=5 * minutes))
    came = {event["id"]: (event["from"], event["received"][:16]) for event in held(store, "ana")["did"]}
    lines = f"log.csv, lines 2 to {len(ROWS) + 1}"
    assert {came[event.id] for event in HERS if not event.implied} == {(lines, START.isoformat()[:16])}
    assert [came[event.id] for event in call] == [
        (
            "a call of the API; `id` is the event's",
            (START + timedelta(days=9, minutes=minutes)).isoformat()[:16],
        )
        for minutes in (0, 5)
    ]


def test_calls_within_a_minute_are_noted_as_one(store: Store):
    for second in (0, 1, 2):
        event = Event(f"v{second}", Kind.VIEW, START, user="ana", product="tea")
        ingest_events([event], store, now=START + timedelta(days=1, seconds=second))
    received = {event["received"] for event in held(store, "ana")["did"]}
    assert received == {(START + timedelta(days=1)).isoformat()}


def test_a_forecast_says_what_was_asked_where_it_names_nobody_else(told: Store):
    asked = [forecast["asked"] for forecast in held(told, "ana")["forecasts"]]
    assert len(asked) == 2
    assert [one is None for one in asked] == [False, True]


def test_others_are_called_as_the_reader_may_call_them(told: Store):
    found = str(held(told, "ana", called=lambda key: f"~{len(key)}"))
    assert "'bea'" not in found
    assert "only-ana-knows" not in found
    assert "'ana'" in found


def test_what_somebody_else_did_says_neither_where_nor_how_they_did_it(store: Store):
    sent = Event(
        "s", Kind.SHARE, START, user="bea", product="tea", recipient="ana", region="Hebei", device="d"
    )
    ingest_events([sent], store, now=START)
    (named,) = held(store, "ana")["namedIn"]
    assert {"product": "tea", "recipient": "ana", "user": "bea"}.items() <= named.items()
    assert not {"region", "device"} & {*named}
    assert held(store, "bea")["did"][0]["region"] == "Hebei"


def test_what_others_do_with_the_shop_is_nobodys_to_a_reader_who_may_not_know_them(store: Store):
    """Bea bought by ana's link: that somebody did is ana's to know, and who it was bea's to tell."""
    share = Event("s", Kind.SHARE, START, user="ana", product="tea")
    came: dict[str, Any] = {"user": "bea", "visitor": "bea-phone", "product": "tea", "sharer": "ana"}
    acts = [
        Event(kind.name, kind, START, **came) for kind in (Kind.OPEN, Kind.VIEW, Kind.CART, Kind.PURCHASE)
    ]
    ingest_events([share, *acts], store, now=START)
    named = {event["kind"]: event for event in held(store, "ana", called=lambda key: f"~{key}")["namedIn"]}
    assert named["OPEN"]["user"] == "~bea"
    assert all("bea" not in str(named[kind]) for kind in ("VIEW", "CART", "PURCHASE"))
    assert named["PURCHASE"]["product"] == "tea"
    assert {event["user"] for event in held(store, "ana")["namedIn"]} == {"bea"}


def test_nothing_ties_what_somebody_did_with_the_shop_to_how_they_came(store: Store):
    """Who opened is ana's to know; an answer, a place in it or the row's own id would say that the same one
    bought.
    """
    share = Event("s", Kind.SHARE, START, user="ana", product="tea")
    came: dict[str, Any] = {"user": "bea", "product": "tea", "sharer": "ana", "answer": "a-7", "rank": 2}
    came |= {"propensity": 0.5, "variant": "arm-b", "channel": "by-sms", "campaign": "for-few"}
    acts = [Event(f"row-of-bea-{kind.name}", kind, START, **came) for kind in (Kind.OPEN, Kind.PURCHASE)]
    ingest_events([share, *acts], store, now=START)
    found = held(store, "ana", called=lambda key: f"~{key}")["namedIn"]
    opened, bought = (next(one for one in found if one["kind"] == kind) for kind in ("OPEN", "PURCHASE"))
    assert {opened["user"], opened["channel"]} == {"~bea", "by-sms"}
    assert bought.keys() == {"kind", "at", "product", "sharer", "from", "received"}
    assert not {"answer", "rank", "propensity", "variant"} & opened.keys()


def test_of_nobody_and_of_the_forgotten_nothing_is_held(told: Store):
    assert exported(told, "eve") is None
    told.forget("ana")
    assert exported(told, "ana") is None
    assert exported(told, "ana-phone") is None
    assert "ana" not in str(exported(told, "bea"))


def test_rows_that_were_refused_come_out_by_file_and_line(
    told: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    with Rejects(beside(told.url)) as list_:
        list_.add(Reject(7, "self", "'ana-phone' and 'bea'", "log.csv", "x1"))
        list_.add(Reject(8, "unknown share", "'s99'", "log.csv", "anabel"))
        list_.add(Reject(9, "unknown share", "'anabel'", "log.csv", "x3"))
    assert held(told, "ana")["refused"] == [
        {"from": "log.csv, line 7", "reason": "self", "detail": "'ana-phone' and 'bea'", "id": "x1"}
    ]
    assert held(told, "ana", called=lambda key: f"~{len(key)}")["refused"] == [
        {"from": "log.csv, line 7", "reason": "self"}
    ]


def test_who_stands_in_a_refused_row_alone_is_held_too(
    told: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    with Rejects(beside(told.url)) as list_:
        list_.add(Reject(7, "self", "'eve'", "log.csv", "x1"))
    assert [row["from"] for row in held(told, "eve")["refused"]] == ["log.csv, line 7"]


class LeftError(Exception):
    """Nobody waits any more."""


def test_a_search_that_nobody_waits_for_ends_and_the_store_goes_on(told: Store):
    def stop() -> bool:
        raise LeftError

    for search in (lambda: told.held(["ana"], stop), lambda: told.promises(stop)):
        with pytest.raises(LeftError):
            search()
    assert told.held(["ana"]).events
    assert len(told.promises()) == 3
