"""kill -9 of a server that is recording events, or of the Neo4j below it: a client notes what was
acknowledged, then one of them dies at a random moment.

What is seen afterwards: every acknowledged event is there and none twice. The call that got no answer is sent
again to the next server, as a client would: what it had stored is a repeat, the rest is new.
"""

import random
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Any

import httpx

from loaders.stores import open_store
from tests.neo4j_server.java import Child

ROOT = Path(__file__).parents[2]
CALL = 20
"""Events in one call."""

RECORD = """
mutation($input: RecordEventsInput!) {
  recordEvents(input: $input) { stored repeated rejected { id reason } }
}
"""
SERVER = """
import sys
from api.serve import run
from api.settings import Settings
run(Settings(sys.argv[1], port=int(sys.argv[2]), dev=True))
"""


@dataclass(frozen=True, slots=True)
class Death:
    """One round. acknowledged: events of calls that were answered so far; stored: events found afterwards."""

    acknowledged: int
    stored: int


@contextmanager
def server(store_url: str) -> Iterator[tuple[httpx.Client, "subprocess.Popen[bytes]"]]:
    """A server in a process of its own, ready, and a client of it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", SERVER, store_url, str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=90) as client:
            _wait_until_ready(client, process)
            yield client, process
    finally:
        process.kill()
        process.wait()


def deaths(store_url: str, rounds: int, seed: int) -> Iterator[Death]:
    """Kill so many servers, one after the other, on one store, each some time after the first call that it
    answered; AssertionError where an event was lost or is there twice.
    """
    chance, calls = random.Random(seed), 0  # noqa: S311
    open_store(store_url).close()
    for _ in range(rounds):
        with server(store_url) as (client, process):
            assert _record(client, calls) == CALL
            calls += 1
            killer = Timer(chance.uniform(0.05, 1.0), process.kill)
            killer.start()
            try:
                while True:
                    assert _record(client, calls) == CALL
                    calls += 1
            except httpx.TransportError:
                killer.join()
        yield Death(calls * CALL, _found(store_url, calls))


def deaths_below(neo4j: Child, rounds: int, seed: int) -> Iterator[Death]:
    """Kill a server's Neo4j so many times and start it again, each some time after the first call that was
    answered; the server lives on. AssertionError as of `deaths`, and where it is told otherwise than that the
    store is away.
    """
    chance, calls = random.Random(seed), 0  # noqa: S311
    open_store(neo4j.server.url).close()
    with server(neo4j.server.url) as (client, _):
        for _ in range(rounds):
            assert _record(client, calls) == CALL
            calls += 1
            killer = Timer(chance.uniform(0.05, 1.0), neo4j.kill)
            killer.start()
            while _recorded(client, calls):
                calls += 1
            killer.join()
            neo4j.start()
            until = time.monotonic() + PATIENCE
            while not _recorded(client, calls):
                assert time.monotonic() < until, "the server did not find its store again"
                time.sleep(0.2)
            calls += 1
            yield Death(calls * CALL, _found(neo4j.server.url, calls))


def _recorded(client: httpx.Client, number: int) -> bool:
    """Whether a call was acknowledged; where not, its store was away or too slow."""
    asked = {"query": RECORD, "variables": {"input": {"events": [*_events(number)]}}}
    answer = client.post("/graphql", json=asked).json()
    if "errors" not in answer:
        assert _taken(answer) == CALL
        return True
    codes = {error["extensions"]["code"] for error in answer["errors"]}
    assert codes <= {"STORE_UNAVAILABLE", "TIMEOUT", "WARMING_UP"}, codes
    return False


def _record(client: httpx.Client, number: int) -> int:
    """How many events of a call are in the store now, stored or there already."""
    asked = {"query": RECORD, "variables": {"input": {"events": [*_events(number)]}}}
    return _taken(client.post("/graphql", json=asked).json())


def _taken(answer: dict[str, Any]) -> int:
    payload = answer["data"]["recordEvents"]
    assert payload["rejected"] == []
    return int(payload["stored"] + payload["repeated"])


def _events(number: int) -> Iterator[dict[str, Any]]:
    """The events of a call: shares, and somebody opening each."""
    for position in range(0, CALL, 2):
        share = f"s{number}-{position}"
        at = f"2026-05-01T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z"
        yield {"id": share, "kind": "SHARE", "at": at, "user": f"u{number % 50}", "product": f"p{position}"}
        yield {
            "id": f"o{number}-{position}",
            "kind": "OPEN",
            "at": at,
            "user": f"v{number % 70}",
            "share": share,
        }


def _found(store_url: str, acknowledged: int) -> int:
    with closing(open_store(store_url)) as store:
        count = Counter(event.id for event in store.events())
    assert all(times == 1 for times in count.values())
    lost = [
        event["id"] for number in range(acknowledged) for event in _events(number) if event["id"] not in count
    ]
    assert lost == []
    return len(count)


PATIENCE = 180.0
"""Seconds to a server's first answer: on a fresh clone and a busy machine it compiles its kernels first."""


def _wait_until_ready(client: httpx.Client, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert process.poll() is None, "the server ended"
        try:
            # It answers before it is warm, and is killed all the same.
            if client.get("/readyz").json()["status"] in {"ready", "warming up"}:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise TimeoutError(f"the server was not ready within {PATIENCE:.0f} s")
