"""Somebody is forgotten over the API: gone from the very next answer, for good."""

import asyncio
import json
from contextlib import closing
from typing import Any

import pytest

from api.answerlog import AnswerLog
from api.auth.caller import Caller, Role
from api.ids import global_id
from api.intake import Intake
from api.refresh import Answers
from api.request import Asked
from api.service import Service
from graph.answers import Given, Place
from graph.events import Event, Kind, User, micros
from loaders.snapshots import default_folder
from tests import toy
from tests.api.conftest import NOW, Shop

TOY = "ana>bea,cy:tea  bea>ana,dan:mug  cy>eve:pot  ana$tea:59  bea$tea:59"

FORGET = """mutation($u: String!) { forgetUser(input: { user: $u }) {
    forgotten userErrors { code field } } }"""
EVERYTHING = """{ cascades { nodes { root { user { key name } }
        participants { nodes { user { key name } } } } }
    bea: user(key: "bea") { friends { nodes { from { key name } } } listeners { nodes { to { key name } } }
        suggestions { nodes { explanation product { key }
            reasons { ... on FriendReason { friend { name } } } } } }
    kolCandidates { nodes { user { key name } } } }"""


@pytest.fixture
def told(shop: Shop) -> Shop:
    shop.tell(TOY)
    shop.store.upsert_users([User("ana", "Ananas"), User("bea", "Bea"), User("cy", "Cy")])
    return shop


EXPORT = "query($u: String!) { exportUser(user: $u) }"


async def forget(shop: Shop, key: str) -> Any:
    return (await shop.ask(FORGET, u=key))["forgetUser"]


async def test_who_was_forgotten_is_in_no_answer_after_it(told: Shop) -> None:
    assert "Ananas" in str(await told.ask(EVERYTHING))
    assert await forget(told, "ana") == {"forgotten": True, "userErrors": []}
    after = await told.ask(EVERYTHING)
    assert "'ana'" not in str(after)
    assert "Ananas" not in str(after)
    assert len(after["cascades"]["nodes"]) == 3
    assert (await told.ask('{ user(key: "ana") { key } }'))["user"] is None
    node = await told.ask("query($i: ID!) { node(id: $i) { id } }", i=global_id("User", "ana"))
    assert node["node"] is None


async def test_nobody_is_forgotten_twice(told: Shop) -> None:
    unknown = {"forgotten": False, "userErrors": [{"code": "NOT_FOUND", "field": ["user"]}]}
    assert await forget(told, "zoe") == unknown
    await forget(told, "ana")
    assert await forget(told, "ana") == unknown


async def test_a_process_that_was_not_asked_shows_no_earlier_page_of_them(told: Shop) -> None:
    page = (
        "query($a: String) { kolCandidates(first: 1, after: $a) { edges { cursor } nodes { user { key } } } }"
    )
    first = (await told.ask(page))["kolCandidates"]
    elsewhere = Service(told.store, clock=told.clock)
    gone = first["nodes"][0]["user"]["key"]
    cursor = first["edges"][0]["cursor"]
    everybody = "query($a: String) { kolCandidates(first: 9, after: $a) { nodes { user { key } } } }"
    second = [node["user"]["key"] for node in (await told.ask(everybody, a=cursor))["kolCandidates"]["nodes"]]
    with closing(elsewhere):
        reply = await elsewhere.answer(Asked(FORGET, {"u": second[0]}))
        assert reply.data == {"forgetUser": {"forgotten": True, "userErrors": []}}
    assert gone != second[0]
    reply = await told.service.answer(Asked(everybody, {"a": cursor}))
    assert second[0] not in str(reply.body())


async def test_only_privacy_and_who_runs_the_shop_may_forget(told: Shop) -> None:
    for role in Role:
        caller = Caller(role, f"test:{role}", "ana" if role is Role.MEMBER else None)
        reply = await told.service.answer(Asked(FORGET, {"u": "nobody"}, caller=caller))
        assert reply.ran == (role in {Role.PRIVACY, Role.ADMIN, Role.DEV}), role


async def test_the_snapshot_goes_with_them(told: Shop) -> None:
    await told.ask(EVERYTHING)
    folder = default_folder(told.store.url)
    before = {path.name for path in folder.iterdir() if path.is_dir()}
    await forget(told, "ana")
    assert before.isdisjoint(path.name for path in folder.iterdir())


async def test_a_call_that_named_them_is_not_answered_from_memory(told: Shop) -> None:
    intake = Intake(told.store)
    said = [
        {
            "id": "o9",
            "kind": "OPEN",
            "at": toy.START.isoformat(),
            "user": "ana",
            "sharer": "bea",
            "product": "mug",
        }
    ]
    first = await intake.record(said, "k1", NOW)
    assert await intake.record(said, "k1", NOW) == first
    assert await intake.forget("ana")
    (refused,) = (await intake.record(said, "k1", NOW)).taken.rejected
    assert (refused.line, refused.reason, refused.event, refused.detail) == (1, "forgotten", "", "")


async def test_the_caller_is_told_which_of_its_events_was_refused(told: Shop) -> None:
    await forget(told, "ana")
    document = """mutation($e: [EventInput!]!) { recordEvents(input: { events: $e }) {
        stored rejected { id reason } } }"""
    at = toy.START.isoformat()
    events = [
        {"id": "new-1", "kind": "VIEW", "at": at, "user": "bea", "product": "tea"},
        {"id": "new-2", "kind": "VIEW", "at": at, "user": "ana", "product": "tea"},
        {"id": "new-3", "kind": "SHARE", "at": at, "user": "ana"},
    ]
    taken = (await told.ask(document, e=events))["recordEvents"]
    assert taken["stored"] == 1
    assert taken["rejected"] == [
        {"id": "new-2", "reason": "forgotten"},
        {"id": "new-3", "reason": "forgotten"},
    ]


async def test_an_answer_that_waits_to_be_kept_is_kept_without_them(told: Shop) -> None:
    log = AnswerLog(told.store, told.clock)
    log.give([Given("~a1", "v1", "ana", "home", micros(NOW), (Place(1, "tea"),))])
    told.store.forget("ana")
    log.let_go()
    await log.close()
    assert [(given.person, given.places[0].product) for given in told.store.answers()] == [("", "")]


async def test_nothing_is_held_of_what_was_read_before(told: Shop) -> None:
    broken: list[bool] = []
    answers = Answers(told.store, on_break=lambda: broken.append(True))
    before = (await answers.current()).version
    told.store.forget("ana")
    assert await answers.still(before) is None
    answers.begin_anew()
    assert (answers.latest, broken) == (None, [True, True])
    after = await answers.current()
    assert after.version != before
    await asyncio.sleep(0)


async def test_what_is_held_of_a_person_comes_out_until_they_are_forgotten(told: Shop) -> None:
    held = json.loads((await told.ask(EXPORT, u="ana"))["exportUser"])
    assert held["described"][0]["name"] == "Ananas"
    assert {"SHARE", "PURCHASE"} <= {event["kind"] for event in held["did"]}
    await forget(told, "ana")
    assert (await told.ask(EXPORT, u="ana"))["exportUser"] is None


async def test_a_member_reads_what_is_held_of_themselves_and_nobodys_key(told: Shop) -> None:
    told.take([Event("tie-1", Kind.TIE, NOW, user="bea", other="ana")])
    bea = Caller(Role.MEMBER, "test:bea", "bea")
    own = await told.service.answer(Asked(EXPORT, {"u": "bea"}, caller=bea))
    assert own.data is not None
    held = json.loads(own.data["exportUser"])
    assert held["keys"] == ["bea"]
    (other,) = (event["other"] for event in held["did"] if event["kind"] == "TIE")
    assert other.startswith("~")
    for somebody in ("ana", "nobody"):
        reply = await told.service.answer(Asked(EXPORT, {"u": somebody}, caller=bea))
        assert (reply.data, reply.errors) == ({"exportUser": None}, ())


async def test_whoever_turned_out_to_be_a_friend_is_called_as_that_friend_is(shop: Shop) -> None:
    shop.tell("ana>:tea  bea=?phone")
    came: dict[str, Any] = {"product": "tea", "sharer": "ana"}
    shop.take(
        [
            Event("o1", Kind.OPEN, NOW, user="bea", **came),
            Event("o2", Kind.OPEN, NOW, visitor="phone", **came),
        ]
    )
    ana = Caller(Role.MEMBER, "test:ana", "ana")
    document = '{ exportUser(user: "ana") viewer { listeners { nodes { to { key } } } } }'
    own = await shop.service.answer(Asked(document, caller=ana))
    assert own.data is not None
    (bea,) = (tie["to"]["key"] for tie in own.data["viewer"]["listeners"]["nodes"])
    named = json.loads(own.data["exportUser"])["namedIn"]
    opened = [event.get("user", event.get("visitor")) for event in named if event["kind"] == "OPEN"]
    assert opened == [bea, bea]


async def test_only_privacy_members_and_who_runs_the_shop_may_export(told: Shop) -> None:
    for role in Role:
        caller = Caller(role, f"test:{role}", "ana" if role is Role.MEMBER else None)
        reply = await told.service.answer(Asked(EXPORT, {"u": "ana"}, caller=caller))
        assert reply.ran == (role in {Role.PRIVACY, Role.MEMBER, Role.ADMIN, Role.DEV}), role


async def test_a_row_about_somebody_forgotten_is_told_by_its_place_alone(told: Shop) -> None:
    await forget(told, "ana")
    said = """mutation($u: [UserInput!]!) { upsertUsers(input: { users: $u }) {
        stored userErrors { code message field } } }"""
    users = [
        {"key": "new", "name": "New"},
        {"key": "ana", "name": "Ananas"},
        {"key": "bea", "name": "Beatrix"},
    ]
    became = (await told.ask(said, u=users))["upsertUsers"]
    assert became["stored"] == 2
    assert became["userErrors"] == [{"code": "INVALID", "message": "forgotten", "field": ["users", "1"]}]
    assert (await told.ask('{ user(key: "ana") { name } }'))["user"] is None
