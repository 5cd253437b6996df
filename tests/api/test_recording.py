"""What clients tell us, and that it counts in the next answer."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Semaphore
from typing import Any

import pytest

from api.auth.caller import Caller, Role
from api.ids import global_id
from api.intake import WAITING, Fault, Intake, Recorded, why
from api.request import Asked
from graph.calls import LEASE
from graph.errors import StoreUnavailable
from loaders.stores.embedded import EmbeddedStore
from tests.api.conftest import NOW, Counting, Shop

RECORD = """
mutation($input: RecordEventsInput!) {
  recordEvents(input: $input) {
    stored repeated version
    rejected { id reason }
    userErrors { code message field }
  }
}
"""
FEEDBACK = """
mutation($input: GiveFeedbackInput!) {
  giveFeedback(input: $input) {
    user { key suggestions { nodes { product { key } } } }
    userErrors { code field }
  }
}
"""
AT = "2026-05-02T08:00:00+08:00"


def event(name: str, kind: str, user: str, **said: Any) -> dict[str, Any]:
    return {"id": name, "kind": kind, "at": AT, "user": user} | said


async def record(shop: Shop, *events: dict[str, Any], key: str | None = None) -> Any:
    given = {"events": list(events)} | ({"idempotencyKey": key} if key else {})
    return (await shop.ask(RECORD, input=given))["recordEvents"]


async def test_what_was_recorded_is_in_the_next_answer(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    document = '{ user(key: "ana") { listeners { nodes { to { key } } } } dataset { version } }'
    await shop.ask(document)
    payload = await record(
        shop, event("s1", "SHARE", "ana", product="mug"), event("o1", "OPEN", "cy", share="s1")
    )
    assert (payload["stored"], payload["repeated"], payload["rejected"], payload["userErrors"]) == (
        2,
        0,
        [],
        [],
    )
    answer = await shop.ask(document)
    assert {"to": {"key": "cy"}} in answer["user"]["listeners"]["nodes"]
    assert answer["dataset"]["version"] == payload["version"] == shop.store.version()


async def test_every_field_of_an_event_is_kept(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    said = event(
        "p1", "PURCHASE", "bea", visitor="phone", product="tea", share="ana/tea", answer="a1", rank=2,
        propensity=0.5, variant="B", order="o7", quantity=2, amount={"amount": "12.50", "currency": "CNY"},
        surface="home", channel="chat", campaign="spring", device="d1", region="Lyon",
    )  # fmt: skip
    assert (await record(shop, said))["stored"] == 1
    kept = next(event for event in shop.store.events() if event.id == "p1")
    assert (kept.answer, kept.rank, kept.propensity, kept.variant) == ("a1", 2, 0.5, "B")
    assert (kept.order, kept.quantity, str(kept.amount.amount), kept.amount.currency) == (
        "o7",
        2,
        "12.50",
        "CNY",
    )
    assert (kept.visitor, kept.surface, kept.channel, kept.campaign) == ("phone", "home", "chat", "spring")
    assert kept.at.isoformat() == "2026-05-02T00:00:00+00:00"


async def test_each_event_is_taken_or_not_on_its_own(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    payload = await record(
        shop,
        event("e-new", "OPEN", "cy", share="ana/tea"),
        event("ana/tea", "SHARE", "ana", product="mug"),
        event("e-lost", "OPEN", "cy", share="none"),
        event("e-empty", "SHARE", "cy"),
        event("e-late", "VIEW", "cy", product="tea") | {"at": "2036-01-01T00:00:00Z"},
        event("e-cheap", "PURCHASE", "cy", product="tea", amount={"amount": "-1", "currency": "CNY"}),
    )
    assert (payload["stored"], payload["repeated"]) == (1, 0)
    assert [(one["id"], one["reason"].partition(":")[0]) for one in payload["rejected"]] == [
        ("ana/tea", "conflict"),
        ("e-lost", "unknown share"),
        ("e-empty", "missing field"),
        ("e-late", "time in the future"),
        ("e-cheap", "impossible amount"),
    ]


async def test_what_was_refused_is_counted_by_reason(shop: Shop) -> None:
    lost = event("e-lost", "OPEN", "cy", share="none")
    empty = [event(f"e-{n}", "SHARE", "cy") for n in range(2)]
    await record(shop, lost, *empty, key="k1")
    await record(shop, lost, *empty, key="k1")
    answer = await shop.ask("{ dataset { rejected { reason rows } } }")
    assert answer["dataset"]["rejected"] == [
        {"reason": "missing field", "rows": 2},
        {"reason": "unknown share", "rows": 1},
    ]


async def test_the_same_event_again_is_a_repeat(shop: Shop) -> None:
    one = event("v1", "VIEW", "ana", product="tea")
    assert (await record(shop, one))["stored"] == 1
    payload = await record(shop, one)
    assert (payload["stored"], payload["repeated"]) == (0, 1)


async def test_the_same_key_is_answered_from_memory_and_other_content_conflicts(shop: Shop) -> None:
    one, other = event("v1", "VIEW", "ana", product="tea"), event("v2", "VIEW", "ana", product="tea")
    first = await record(shop, one, key="k1")
    shop.store.calls.clear()
    assert await record(shop, one, key="k1") == first
    assert "append" not in shop.store.calls
    (error,) = (await record(shop, other, key="k1"))["userErrors"]
    assert (error["code"], error["field"]) == ("CONFLICT", ["idempotencyKey"])
    assert (await record(shop, other, key="k2"))["stored"] == 1


async def test_a_key_is_its_callers_and_nobody_else_can_take_it_or_be_answered_by_it(shop: Shop) -> None:
    one, other = event("v1", "VIEW", "ana", product="tea"), event("v2", "VIEW", "ana", product="tea")

    async def recorded(whose: str, said: dict[str, Any]) -> Any:
        asked = {"input": {"events": [said], "idempotencyKey": "batch-1"}}
        reply = await shop.service.answer(Asked(RECORD, asked, caller=Caller(Role.INGEST, whose)))
        assert reply.data is not None
        return reply.data["recordEvents"]

    till = await recorded("key:till", one)
    page, till_again = await asyncio.gather(recorded("key:page", other), recorded("key:till", one))
    assert (page["stored"], page["userErrors"], till_again) == (1, [], till)
    assert (await recorded("key:page", one))["userErrors"][0]["code"] == "CONFLICT"
    assert (await recorded("key:desk", one))["repeated"] == 1


async def test_two_calls_at_once_with_one_key_are_one_call(shop: Shop) -> None:
    one = event("v1", "VIEW", "ana", product="tea")
    answers = await asyncio.gather(*(record(shop, one, key="k1") for _ in range(5)))
    assert all(answer["stored"] == 1 for answer in answers)
    assert shop.store.calls.count("append") == 1


async def test_a_thousand_events_are_one_call_and_more_are_too_many(shop: Shop) -> None:
    many = [event(f"v{n}", "VIEW", "ana", product="tea") for n in range(1_001)]
    payload = await record(shop, *many)
    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [("TOO_LARGE", ["events"])]
    assert payload["stored"] == 0
    assert (await record(shop, *many[:1_000]))["stored"] == 1_000


@pytest.mark.parametrize("at", ["2026-05-02T08:00:00", "2026-05-02", "yesterday", "2026-02-30T00:00:00Z", 7])
async def test_a_time_that_is_none_or_has_no_offset_is_refused(shop: Shop, at: object) -> None:
    ((code, message),) = await shop.refused(
        RECORD, input={"events": [event("v1", "VIEW", "ana") | {"at": at}]}
    )
    assert code == "BAD_USER_INPUT"
    assert str(at) in message


@pytest.mark.parametrize("amount", ["1e3", "NaN", "Infinity", "1,5", "", 12.5, "１２"])
async def test_an_amount_is_plain_digits_in_a_string(shop: Shop, amount: object) -> None:
    said = event("p1", "PURCHASE", "ana", product="tea", amount={"amount": amount, "currency": "CNY"})
    assert (await shop.refused(RECORD, input={"events": [said]}))[0][0] == "BAD_USER_INPUT"


async def test_users_and_products_are_added_and_changed(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    users = """mutation($u: [UserInput!]!) {
        upsertUsers(input: { users: $u }) { stored userErrors { code field } } }"""
    products = """mutation($p: [ProductInput!]!) {
        upsertProducts(input: { products: $p }) { stored userErrors { code field } } }"""
    cost = [{"name": "cost", "value": "120.00 CNY"}]
    payload = (await shop.ask(users, u=[{"key": "ana", "name": "Ana", "attributes": cost}, {"key": "\0"}]))[
        "upsertUsers"
    ]
    assert payload["stored"] == 1
    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [
        ("INVALID", ["users", "1"])
    ]
    price = {"amount": "9.90", "currency": "CNY"}
    payload = (await shop.ask(products, p=[{"key": "tea", "price": price, "available": False}]))[
        "upsertProducts"
    ]
    assert payload == {"stored": 1, "userErrors": []}
    answer = await shop.ask(
        '{ user(key: "ana") { name } product(key: "tea") { price { amount } available } }'
    )
    assert answer == {"user": {"name": "Ana"}, "product": {"price": {"amount": "9.90"}, "available": False}}


async def give(shop: Shop, verdict: str, user: str = "bea", product: str = "pot") -> Any:
    given = {"user": user, "product": product, "verdict": verdict}
    return (await shop.ask(FEEDBACK, input=given))["giveFeedback"]


def shown(payload: Any) -> set[str]:
    return {node["product"]["key"] for node in payload["user"]["suggestions"]["nodes"]}


async def test_feedback_counts_in_its_own_payload_and_can_be_taken_back(shop: Shop) -> None:
    shop.tell("ana>bea:tea  ana>cy:pot  ana>cy:mug")
    assert "pot" not in shown(await give(shop, "NOT_INTERESTED"))
    assert "pot" in shown(await give(shop, "CLEAR"))
    assert "pot" not in shown(await give(shop, "ALREADY_OWNED"))


async def test_feedback_about_the_unknown_is_not_found(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    for given, field in (({"user": "nobody"}, "user"), ({"product": "none"}, "product")):
        payload = await give(shop, "LIKE", **({"product": "tea"} | given))
        assert payload == {"user": None, "userErrors": [{"code": "NOT_FOUND", "field": [field]}]}


async def test_a_share_may_be_named_by_the_id_that_the_api_gives_it(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    listed = await shop.ask("{ cascades { nodes { size root { id } } } }")
    (share,) = [cascade["root"]["id"] for cascade in listed["cascades"]["nodes"]]
    payload = await record(
        shop,
        event("o1", "OPEN", "cy", share=share),
        event("s1", "SHARE", "bea", product="tea", parentShare=share),
        event("o2", "OPEN", "dan", share=global_id("Share", "nowhere")),
    )
    assert payload["stored"] == 2
    assert [refused["id"] for refused in payload["rejected"]] == ["o2"]
    again = await record(shop, event("o1", "OPEN", "cy", share="ana/tea"))
    assert (again["stored"], again["repeated"]) == (0, 1)
    assert (await shop.ask("{ cascades { nodes { size } } }"))["cascades"]["nodes"] == [{"size": 3}]


@contextmanager
def written_by_another(shop: Shop) -> Iterator[None]:
    """The store's file locked, as by a load that takes long."""
    with closing(sqlite3.connect(shop.store.url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


async def test_while_another_writes_a_call_is_told_when_to_come_again_and_nothing_is_lost(
    shop: Shop,
) -> None:
    shop.store.close()
    file = Path(shop.store.url.removeprefix("sqlite:///"))
    shop.store = Counting(EmbeddedStore(file, patience=0.05))
    body = {"query": RECORD, "variables": {"input": {"events": [event("v1", "VIEW", "ana")]}}}
    async with shop.client() as client:
        with written_by_another(shop):
            refused = await client.post("/graphql", json=body)
        taken = await client.post("/graphql", json=body)
    assert refused.headers["retry-after"] == "5"
    assert refused.json()["errors"][0]["extensions"] == {"code": "STORE_UNAVAILABLE"}
    assert "retry-after" not in taken.headers
    assert taken.json()["data"]["recordEvents"]["stored"] == 1


async def test_more_calls_than_may_wait_are_sent_away_at_once(shop: Shop) -> None:
    calls = [[event(f"v{n}", "VIEW", "ana")] for n in range(WAITING + 5)]
    intake = Intake(shop.store)
    answers = await asyncio.gather(
        *(intake.record(call, None, NOW) for call in calls), return_exceptions=True
    )
    assert [type(answer) for answer in answers[WAITING:]] == [StoreUnavailable] * 5
    assert all(isinstance(answer, Recorded) for answer in answers[:WAITING])
    again = await intake.record(calls[-1], None, NOW)
    assert again.taken.stored == 1


async def test_after_a_restart_a_call_that_is_sent_again_is_answered_the_same(shop: Shop) -> None:
    one, lost = event("v1", "VIEW", "ana"), event("o1", "OPEN", "ana", share="none")
    first = await Intake(shop.store).record([one, lost], "k1", NOW)
    await Intake(shop.store).record([event("v2", "VIEW", "bea")], None, NOW)
    assert await Intake(shop.store).record([one, lost], "k1", NOW) == first
    with pytest.raises(Fault) as other:
        await Intake(shop.store).record([one], "k1", NOW)
    assert other.value.code == "CONFLICT"
    assert (first.taken.stored, [*map(why, first.taken.rejected)]) == (1, ["unknown share: 'none'"])


async def test_a_call_that_another_process_makes_is_waited_for(shop: Shop) -> None:
    one = event("v1", "VIEW", "ana")
    held, may_go = asyncio.Event(), Semaphore(0)

    class Slow(Counting):
        def append(self, *args: Any) -> Any:
            loop.call_soon_threadsafe(held.set)
            may_go.acquire()
            return shop.store.append(*args)

    loop = asyncio.get_running_loop()
    first = asyncio.create_task(Intake(Slow(shop.store)).record([one], "k1", NOW))
    await held.wait()
    again = asyncio.create_task(Intake(shop.store).record([one], "k1", NOW))
    await asyncio.sleep(0.2)
    assert not again.done()
    may_go.release()
    assert await again == await first
    assert (await first).taken.stored == 1


async def test_a_call_whose_process_died_is_made_again_once_it_is_given_up(shop: Shop) -> None:
    one = event("v1", "VIEW", "ana")

    class Dying(Counting):
        def answer_call(self, *_: object) -> bytes:
            raise SystemError("killed")

        def drop_call(self, *_: object) -> None:
            """A process that is killed drops nothing."""

    with pytest.raises(SystemError):
        await Intake(Dying(shop.store)).record([one], "k1", NOW)
    again = await Intake(shop.store).record([one], "k1", NOW + LEASE)
    assert (again.taken.stored, again.taken.repeated) == (0, 1)
    assert await Intake(shop.store).record([one], "k1", NOW + LEASE) == again


async def test_a_call_that_failed_may_be_sent_again_at_once(shop: Shop) -> None:
    one = event("v1", "VIEW", "ana")

    class Away(Counting):
        def append(self, *_: object) -> Any:
            raise StoreUnavailable("away")

    with pytest.raises(StoreUnavailable):
        await Intake(Away(shop.store)).record([one], "k1", NOW)
    assert (await Intake(shop.store).record([one], "k1", NOW)).taken.stored == 1
