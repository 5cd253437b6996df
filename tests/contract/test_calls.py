"""A call under an idempotency key is made once, whichever process is asked; both stores remember it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import httpx
import pytest

from graph.calls import AGE, LEASE, MOST, ROOM, Call
from graph.events import User, micros
from graph.store import Store
from loaders.calls import AnotherCall, Sent, once
from tests.api.killing import RECORD, server
from tests.toy import START

NOW = micros(START)
A_LEASE, A_DAY = (span // timedelta(microseconds=1) for span in (LEASE, AGE))
SENT = Sent("k1", b"ana wants tea", b"s" * 64)


def made(store: Store, sent: Sent = SENT, at: int = NOW, answer: bytes = b"one") -> bytes | None:
    return once(store, sent, at, lambda: answer)


def test_a_call_is_made_once_and_answered_the_same_ever_after(store_url: str, opened: Callable[[str], Store]):
    store = opened(store_url)
    version = store.version()
    assert made(store) == b"one"
    store.close()
    again = opened(store_url)
    assert made(again, at=NOW + A_DAY - 1, answer=b"two") == b"one"
    assert again.version() == version


def test_the_same_key_for_something_else_is_refused_and_another_key_is_another_call(store: Store):
    made(store)
    with pytest.raises(AnotherCall):
        made(store, Sent("k1", b"bea wants tea", SENT.secret))
    assert made(store, Sent("k2", SENT.said, SENT.secret), answer=b"two") == b"two"


def test_while_one_makes_it_the_others_wait_and_take_it_over_once_it_is_given_up(store: Store):
    assert store.begin_call(SENT.name, SENT.content, NOW) is None
    assert store.begin_call(SENT.name, SENT.content, NOW + A_LEASE - 1) == Call(SENT.content, NOW)
    assert made(store, at=NOW + A_LEASE - 1) is None
    assert made(store, at=NOW + A_LEASE, answer=b"two") == b"two"
    assert SENT.opened(store.answer_call(SENT.name, SENT.content, SENT.sealed(b"late"))) == b"two"


def test_who_comes_late_answers_and_drops_nothing_of_a_call_that_took_the_key_since(store: Store):
    other = Sent("k1", b"bea wants a mug", SENT.secret)
    assert store.begin_call(SENT.name, SENT.content, NOW) is None
    assert store.begin_call(other.name, other.content, NOW + A_LEASE) is None
    assert SENT.opened(store.answer_call(SENT.name, SENT.content, SENT.sealed(b"late"))) == b"late"
    store.drop_call(SENT.name, SENT.content)
    answer = store.answer_call(other.name, other.content, other.sealed(b"one"))
    assert other.opened(answer) == made(store, other, NOW + A_LEASE) == b"one"


def test_a_call_that_failed_is_made_by_the_next(store: Store):
    with pytest.raises(ZeroDivisionError):
        once(store, SENT, NOW, lambda: b"" * (1 // 0))
    assert made(store) == b"one"


def test_a_call_is_kept_for_a_day(store: Store):
    made(store)
    assert made(store, at=NOW + A_DAY, answer=b"two") == b"two"


def test_of_too_many_calls_or_bytes_the_oldest_go(store: Store, monkeypatch: pytest.MonkeyPatch):
    for name, bound in (("MOST", 8), ("ROOM", 1_000)):
        monkeypatch.setattr("graph.calls.MOST", MOST)
        monkeypatch.setattr("graph.calls.ROOM", ROOM)
        monkeypatch.setattr(f"graph.calls.{name}", bound)
        sent = [Sent(f"{name}{n}", b"", SENT.secret) for n in range(12)]
        for n, one in enumerate(sent):
            store.begin_call(one.name, one.content, NOW + n)
            store.answer_call(one.name, one.content, bytes(150))
        assert store.begin_call(sent[-1].name, sent[-1].content, NOW + 99) is not None
        assert store.begin_call(sent[0].name, sent[0].content, NOW + 99) is None


def test_a_store_can_neither_read_what_it_keeps_nor_know_whom_it_names(store: Store):
    kept = SENT.name + SENT.content + SENT.sealed(b"ana" * 9)
    assert not any(word in kept for word in (b"ana", b"k1", b"tea"))
    assert Sent("k1", b"ana wants tea", b"t" * 64).name != SENT.name


def test_where_somebody_is_forgotten_no_call_is_remembered(store: Store):
    store.upsert_users([User("ana")])
    made(store)
    assert store.forget("ana")
    assert made(store, answer=b"two") == b"two"


def asked(client: httpx.Client, key: str = "k1") -> Any:
    at = START.isoformat()
    rows = [
        {"id": f"{key}-s", "kind": "SHARE", "at": at, "user": "ana", "product": "tea"},
        {"id": f"{key}-o", "kind": "OPEN", "at": at, "user": "bea", "share": f"{key}-s"},
    ]
    lost = {"id": "lost", "kind": "OPEN", "at": at, "user": "cy", "share": "nowhere"}
    given = {"events": [*rows, lost], "idempotencyKey": key}
    answer = client.post("/graphql", json={"query": RECORD, "variables": {"input": given}}).json()
    return answer["data"]["recordEvents"]


@pytest.mark.slow
def test_two_servers_and_one_after_kill_9_answer_a_call_as_the_first_did(
    store_url: str, opened: Callable[[str], Store]
):
    opened(store_url).close()
    with ExitStack() as servers:
        (one, first), (other, _) = (servers.enter_context(server(store_url)) for _ in range(2))
        told = asked(one)
        assert (told["stored"], [row["reason"] for row in told["rejected"]]) == (
            2,
            ["unknown share: 'nowhere'"],
        )
        assert asked(other) == told
        with ThreadPoolExecutor() as at_once:
            alike = [*at_once.map(lambda client: asked(client, "k2"), [one, other, one, other])]
        assert [answer["stored"] for answer in alike] == [2] * 4
        first.kill()
        first.wait()
        assert asked(other) == told
    with server(store_url) as (restarted, _):
        assert asked(restarted) == told
        assert asked(restarted, "k2") == alike[0]
