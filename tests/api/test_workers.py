"""Two processes that answer on one port, as `serve --workers 2` begins them."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.commons import Commons
from api.cost.allowance import ALLOWANCES, Allowance
from api.cost.purse import Purses
from api.trusted import Trusted, id_of
from graph.events import User
from loaders.audited import parts, verify
from loaders.ingest import ingest_events
from loaders.keyring import Keyring
from loaders.stores import open_store
from tests import toy

TOY = "ana>bea:mug  ana>:tea  bea>cy:mug  dan>bea:pot  cy$pot"
"""Ana's shares reach bea, who has not seen the tea yet."""

PATIENCE = 180.0
"""Seconds to a first answer: on a fresh clone and a busy machine each process compiles its kernels first."""

SERVER = """
import sys
from pathlib import Path
from api.serve import run
from api.settings import Settings
from api.trusted import Trusted
folder, port = Path(sys.argv[1]), int(sys.argv[2])
trusted = Trusted.read((folder / "trusted.json").read_bytes())
run(Settings(f"sqlite:///{folder}/shop.db", port=port, workers=2, keys=folder / "keys.json",
    audit=folder / "audit.jsonl", trusted=trusted))
"""
NAMES = "query($k: String!) { user(key: $k) { suggestions { nodes { explanation } } } }"
OPT_OUT = """mutation($k: String!) { setConsent(input: { user: $k, namedToFriends: false }) {
    userErrors { code } } }"""
FORGET = "mutation($k: String!) { forgetUser(input: { user: $k }) { forgotten } }"
RECORD = "mutation($e: [EventInput!]!) { recordEvents(input: { events: $e }) { stored repeated } }"
ONCE = """mutation($k: String!, $e: [EventInput!]!) {
    recordEvents(input: { idempotencyKey: $k, events: $e }) {
    stored repeated version rejected { id reason } userErrors { code } } }"""
KNOWN = "query Known($k: String!) { user(key: $k) { key } }"
VERSION = "{ dataset { version } }"
COUNTED = r'requests_total\{code="OK",operation="query.user"\} ([\d.]+)'


@dataclass(slots=True)
class Served:
    """A server of two workers. clients: each with a connection of its own, which stays with one worker."""

    folder: Path
    process: "subprocess.Popen[bytes]"
    clients: list[httpx.Client]
    keys: dict[str, str]

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What it has logged."""
        return [json.loads(line) for line in (self.folder / "log").read_text().splitlines()]

    @property
    def workers(self) -> set[int]:
        """Processes that answered so far."""
        return {line["process"] for line in self.lines if line["event"] == "answered"}

    def ask(
        self, document: str, client: int = 0, role: str = "admin", status: int = 200, **variables: Any
    ) -> Any:
        """The answer that one client gets."""
        sent = {"query": document, "variables": variables}
        answer = self.clients[client].post("/graphql", json=sent, headers=self.bearer(role))
        assert answer.status_code == status, answer.text
        assert status != 200 or "errors" not in answer.json(), answer.text
        return answer.json().get("data")

    def worker_of(self, client: int) -> int:
        """The process at the other end of a client's connection."""
        before = sum(line["event"] == "answered" for line in self.lines)
        self.ask(VERSION, client)
        until = time.monotonic() + PATIENCE
        while len(answered := [line for line in self.lines if line["event"] == "answered"]) == before:
            assert time.monotonic() < until, "an answer was not put on record"
        return int(answered[-1]["process"])

    def bearer(self, role: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.keys[role]}"}

    def everywhere(self, document: str, **variables: Any) -> list[Any]:
        """The answers that all clients get, one after the other."""
        return [self.ask(document, client, **variables) for client in range(len(self.clients))]


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    ring, now = Keyring(folder / "keys.json"), datetime.now(UTC)
    keys = {role: ring.make(role, role, now) for role in ("admin", "storefront", "privacy")}
    (folder / "trusted.json").write_bytes(Trusted.manifest([KNOWN]))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", SERVER, str(folder), str(port)]
    with (folder / "log").open("wb") as log, ExitStack() as closing:
        process = subprocess.Popen(command, stderr=log, cwd=Path(__file__).parents[2])
        try:
            base = f"http://127.0.0.1:{port}"
            # A connection that was silent for five seconds is closed, maybe while something is on its way.
            how: Any = {"base_url": base, "timeout": 60, "limits": httpx.Limits(keepalive_expiry=3)}
            clients = [closing.enter_context(httpx.Client(**how)) for _ in range(12)]
            served = Served(folder, process, clients, keys)
            until = time.monotonic() + PATIENCE
            while len(served.workers) < 2:
                assert process.poll() is None, "the server ended"
                assert time.monotonic() < until, "two workers did not answer in time"
                _spread(served)
            yield served
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _spread(served: Served) -> None:
    """Give every client a new connection, until both workers have some."""
    for client in served.clients:
        client._transport.close()
        client._transport = httpx.HTTPTransport()
        try:
            client.post("/graphql", json={"query": VERSION}, headers=served.bearer("admin"))
        except httpx.TransportError:
            time.sleep(0.1)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("workers")
    store = open_store(f"sqlite:///{folder}/shop.db")
    store.allow_by_default(allowed=True)
    ingest_events(toy.events(TOY), store, now=datetime.now(UTC))
    store.upsert_users([User("ana", "Ananas"), User("dan", "Daniel")])
    store.close()
    with serving(folder) as two:
        yield two


def _explained(answers: list[Any]) -> list[str]:
    return [str(answer["user"]["suggestions"]) for answer in answers]


def test_who_opts_out_in_one_worker_is_named_in_no_answer_of_any(served: Served) -> None:
    assert all("Ananas" in text for text in _explained(served.everywhere(NAMES, k="bea")))
    served.ask(OPT_OUT, k="ana")
    assert not any("Ananas" in text for text in _explained(served.everywhere(NAMES, k="bea")))
    assert len(served.workers) == 2


def test_who_is_forgotten_in_one_worker_is_known_in_none(served: Served) -> None:
    assert all(answer["user"] for answer in served.everywhere(KNOWN, k="dan"))
    served.ask(FORGET, client=1, k="dan")
    assert not any(answer["user"] for answer in served.everywhere(KNOWN, k="dan"))


def test_each_worker_has_the_trusted_documents(served: Served) -> None:
    for client in served.clients:
        sent = {"documentId": id_of(KNOWN), "variables": {"k": "bea"}}
        answer = client.post("/graphql", json=sent, headers=served.bearer("storefront"))
        assert answer.json()["data"] == {"user": {"key": "bea"}}


def test_a_key_that_is_revoked_opens_nothing_in_any_worker(served: Served) -> None:
    sent = {"query": KNOWN, "variables": {"k": "bea"}}
    id_ = served.keys["storefront"].split("_")[1]
    Keyring(served.folder / "keys.json").revoke(id_, datetime.now(UTC))
    bearer = served.bearer("storefront")
    answers = [client.post("/graphql", json=sent, headers=bearer) for client in served.clients]
    assert {answer.status_code for answer in answers} == {401}


def test_a_callers_minute_is_one_whichever_worker_is_asked(served: Served) -> None:
    sent, bearer = {"query": '{ exportUser(user: "nobody") }'}, served.bearer("privacy")
    answers = [client.post("/graphql", json=sent, headers=bearer) for client in served.clients * 6]
    taken = [answer for answer in answers if answer.status_code == 200]
    assert {answer.status_code for answer in answers} == {200, 429}
    spent = sum(answer.json()["extensions"]["cost"]["requested"] for answer in taken)
    assert 0 < spent <= (ALLOWANCES["privacy"].a_minute or 0)


def test_whichever_worker_is_asked_tells_the_sums_of_all(served: Served) -> None:
    served.everywhere(KNOWN, k="bea")
    pages = [client.get("/metrics", headers=served.bearer("admin")).text for client in served.clients]
    counts = {float(found[1]) for page in pages if (found := re.search(COUNTED, page))}
    assert len(counts) == 1
    answered = [line for line in served.lines if line["event"] == "answered" and line["code"] == "OK"]
    assert counts.pop() == sum(line["operation"] == "query.user" for line in answered)


def test_a_killed_worker_is_replaced_and_nothing_acknowledged_is_lost(
    served: Served,
) -> None:
    victim = served.worker_of(0)
    acknowledged = []
    for turn in range(60):
        ids = [f"k{turn}-{place}" for place in range(5)]
        events = [
            {"id": one, "kind": "VIEW", "at": "2026-05-01T00:00:00Z", "user": f"u{turn}", "product": "tea"}
            for one in ids
        ]
        with suppress(httpx.TransportError):
            served.ask(RECORD, client=turn % len(served.clients), e=events)
            acknowledged += ids
        if turn in {10, 30}:
            audit = served.folder / "audit.jsonl"
            audit.rename(served.folder / f"audit.jsonl-{turn}")
        if turn == 20:
            os.kill(victim, signal.SIGKILL)
    answers = [line for line in served.lines if line["event"] == "answered" and line["process"] == victim]
    assert any("recordEvents" in line["operation"] for line in answers), "who was killed acknowledged nothing"
    until = time.monotonic() + PATIENCE
    while len(served.workers - {victim}) < 2:
        assert time.monotonic() < until, "nobody took the place of the worker that was killed"
        _spread(served)
    ended = next(line for line in served.lines if line["event"] == "worker ended")
    assert (ended["exit"], ended["ended"]) == (-signal.SIGKILL, victim)
    store = open_store(f"sqlite:///{served.folder}/shop.db")
    stored = {event.id for event in store.events()}
    store.close()
    assert stored >= set(acknowledged)
    looked = verify(served.folder / "audit.jsonl")
    assert looked.fault == ""
    assert looked.rows >= len(acknowledged) // 5
    assert len(parts(served.folder / "audit.jsonl")) == 3


def test_a_call_with_a_key_is_answered_the_same_by_every_worker(served: Served) -> None:
    one = {"id": "once", "kind": "VIEW", "at": "2026-05-01T00:00:00Z", "user": "bea", "product": "tea"}
    lost = {"id": "lost", "kind": "OPEN", "at": "2026-05-01T00:00:00Z", "user": "bea", "share": "nowhere"}
    answers = [answer["recordEvents"] for answer in served.everywhere(ONCE, k="call-1", e=[one, lost])]
    assert (answers[0]["stored"], len(answers[0]["rejected"])) == (1, 1)
    assert answers == [answers[0]] * len(served.clients)
    for refused in served.everywhere(ONCE, k="call-1", e=[one]):
        assert [error["code"] for error in refused["recordEvents"]["userErrors"]] == ["CONFLICT"]


def test_the_log_says_where_it_answers_and_names_nobody(served: Served) -> None:
    serving = next(line for line in served.lines if line["event"] == "serving")
    assert serving["graphql"].startswith("http://127.0.0.1:")
    assert serving["graphql"].endswith("/graphql")
    assert "ana" not in (served.folder / "log").read_text()


def test_purses_of_several_processes_are_one(tmp_path: Path) -> None:
    commons = Commons(tmp_path, b"secret" * 5)
    here, there = Purses(commons), Purses(commons)
    minute = Allowance(a_minute=100)
    assert here.charge("ana", minute, 60).left == 40
    assert not there.charge("ana", minute, 60).enough
    assert there.charge("ana", minute, 40).left == 0
    assert there.charge("bea", minute, 100).enough
    assert b"ana" not in commons.minutes.read_bytes()


def test_the_shops_own_servers_may_keep_each_worker_busy_and_others_one(tmp_path: Path) -> None:
    purses = Purses(Commons(tmp_path, b"secret" * 5, workers=3))
    assert purses.charge("ana", Allowance(a_minute=100), 0).left == 100
    assert purses.charge("shop", Allowance(a_minute=100, each_worker=True), 250).left == 50
    assert [role for role, may in ALLOWANCES.items() if may.each_worker] == ["storefront", "ingest"]
