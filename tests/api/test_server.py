"""The server around the answers: whether it lives, is ready, what it counts and writes down."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from threading import Event

import httpx
import pytest
from structlog.testing import capture_logs

from api.serve import OPENLY, run, warn
from api.settings import Settings
from graph.errors import InvalidInput, StoreUnavailable
from tests.api.conftest import Shop
from tests.api.killing import PATIENCE

TOY = "ana>bea:tea  ana>cy:tea  bea>dan:mug"
ASKED = {"query": '{ user(key: "bea") { key } }'}


async def test_it_lives_before_it_is_ready(shop: Shop) -> None:
    shop.tell(TOY)
    async with shop.client() as client:
        alive, ready = await client.get("/healthz"), await client.get("/readyz")
    assert (alive.status_code, ready.status_code) == (200, 503)
    assert ready.json() == {"status": "no snapshot yet"}


async def test_it_is_not_ready_while_the_store_cannot_be_reached_but_answers_from_memory(shop: Shop) -> None:
    shop.tell(TOY)
    async with shop.client() as client:
        await client.post("/graphql", json=ASKED)
        shop.store.close()
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()) == (503, {"status": "the store cannot be reached"})
        assert (await client.post("/graphql", json=ASKED)).json()["data"] == {"user": {"key": "bea"}}


async def test_metrics_name_operations_by_the_schema_and_never_by_the_client(shop: Shop) -> None:
    shop.tell(TOY)
    async with shop.client() as client:
        await client.post("/graphql", json={"query": 'query Secret { x: user(key: "bea") { key } }'})
        await client.post("/graphql", json={"query": "{ nobody }"})
        page = (await client.get("/metrics")).text
    assert 'sharegraph_requests_total{code="OK",operation="query.user"} 1.0' in page
    assert 'sharegraph_requests_total{code="GRAPHQL_VALIDATION_FAILED",operation="none"} 1.0' in page
    assert f'sharegraph_snapshot_info{{version="{shop.store.version()}"}} 1.0' in page
    assert "sharegraph_refresh_seconds_count 1.0" in page
    assert "sharegraph_snapshot_age_seconds" in page
    assert "Secret" not in page


async def test_a_request_that_takes_too_long_is_given_up(shop: Shop) -> None:
    shop.tell(TOY)
    version, go_on = shop.store.version, Event()
    async with shop.client(request_seconds=0.5) as client:
        async with asyncio.timeout(PATIENCE):
            while (await client.get("/readyz")).status_code != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        shop.store.version = lambda: go_on.wait(60) and version()  # type: ignore[attr-defined]
        response = await client.post("/graphql", json=ASKED)
        go_on.set()
    (error,) = response.json()["errors"]
    assert (response.status_code, error["extensions"]["code"]) == (503, "TIMEOUT")
    assert "retry-after" not in response.headers


def test_without_authentication_it_serves_only_in_the_open_and_only_this_machine() -> None:
    with pytest.raises(InvalidInput, match="--dev"):
        run(Settings("sqlite:///shop.db"))
    with pytest.raises(InvalidInput, match=r"0\.0\.0\.0 is"):
        run(Settings("sqlite:///shop.db", host="0.0.0.0", dev=True))  # noqa: S104


class Terminal(StringIO):
    """Where somebody sits and reads."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("dev", [True, False])
def test_who_sits_before_a_server_that_asks_nobody_reads_so_in_red(
    monkeypatch: pytest.MonkeyPatch, *, dev: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    read = Terminal()
    monkeypatch.setattr(sys, "stderr", read)
    with capture_logs() as lines:
        warn(Settings("sqlite:///shop.db", dev=dev))
    assert [(line["log_level"], line["event"]) for line in lines] == [("warning", OPENLY)] * dev
    assert read.getvalue().startswith("\x1b[1;31m--dev: ") == dev
    assert (OPENLY in read.getvalue()) == dev


def test_it_does_not_start_on_a_store_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="there is no store yet"):
        run(Settings(f"sqlite:///{tmp_path}/none.db", dev=True))


SERVER = """
import sys
from api.serve import run
from api.settings import Settings
run(Settings(sys.argv[1], port=int(sys.argv[2]), dev=True))
"""


def test_a_real_server_answers_and_goes_when_told_with_lines_that_name_nobody(shop: Shop) -> None:
    shop.tell(TOY)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", SERVER, shop.store.url, str(port)]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            _wait_until_ready(client, server)
            answer = client.post("/graphql", json=ASKED)
            fault = client.post("/graphql", json={"query": '{ node(id: "bea") { id } }'})
    finally:
        server.send_signal(signal.SIGTERM)
        _, written = server.communicate(timeout=20)
    assert answer.json()["data"] == {"user": {"key": "bea"}}
    assert fault.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert server.returncode in {0, -signal.SIGTERM}
    lines = [json.loads(line) for line in written.splitlines()]
    assert (lines[0]["level"], lines[0]["event"], lines[0]["dev"]) == ("warning", OPENLY, True)
    answered = [line for line in lines if line["event"] == "answered"]
    assert [(line["operation"], line["code"]) for line in answered] == [
        ("query.user", "OK"),
        ("query.node", "BAD_USER_INPUT"),
    ]
    assert "bea" not in written


def _wait_until_ready(client: httpx.Client, server: "subprocess.Popen[str]") -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert server.poll() is None, "the server ended"
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    pytest.fail(f"the server was not ready within {PATIENCE:.0f} s")
