"""Nobody is waited for for ever, and nobody takes what is there for others: heads, bodies, subscriptions."""

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any

import httpx
import pytest
from graphql import get_introspection_query
from uvicorn.server import ServerState
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from api import patience
from api.app import STATIC
from api.auth.gate import Gate
from api.cost import allowance
from api.cost.allowance import Allowance
from api.documents import Documents
from api.serve import Server
from api.service import Service
from tests.api.conftest import Shop
from tests.api.test_following import SIZES, SSE, TEA, WS, follow, hear, say, served, talking

ASKED = json.dumps({"query": "{ __typename }"}).encode()
HEAD = b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "


async def answered(address: str, *parts: bytes, pause: float = 0.0) -> tuple[int, bytes]:
    """What comes back on a raw connection until it is closed: the status, 0 for none, and the body."""
    reader, writer = await asyncio.open_connection(*address.split(":"))
    for part in parts:
        writer.write(part)
        await asyncio.sleep(pause)
    text = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    head, _, body = text.partition(b"\r\n\r\n")
    return (int(head.split()[1]) if head else 0), body


async def test_a_body_that_does_not_come_is_told_and_the_connection_closed(shop: Shop) -> None:
    async with served(shop, request_seconds=0.3) as (address, _):
        head = HEAD + b"%d\r\n\r\n" % len(ASKED)
        status, body = await answered(address, head, ASKED[:5])
        assert (status, json.loads(body)["errors"][0]["extensions"]["code"]) == (408, "REQUEST_TIMEOUT")
    async with served(shop) as (address, _):
        whole = HEAD + b"%d\r\nConnection: close\r\n\r\n" % len(ASKED)
        status, body = await answered(address, whole, ASKED[:5], ASKED[5:], pause=0.05)
        assert (status, json.loads(body)["data"]) == (200, {"__typename": "Query"})


@pytest.mark.parametrize("sent", [b"", b"POST /graphql HTT", HEAD])
async def test_a_head_that_does_not_come_closes_the_connection(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.3)
    async with served(shop) as (address, _):
        assert await answered(address, sent) == (0, b"")


async def test_an_answer_waits_for_no_acknowledgement(shop: Shop) -> None:
    async with served(shop) as (address, server), httpx.AsyncClient() as client, talking(address):
        await client.post(f"http://{address}/graphql", json={"query": "{ __typename }"})
        sockets = [one.transport.get_extra_info("socket") for one in server.server_state.connections]
        assert len(sockets) == 2
        assert all(one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) for one in sockets)


async def test_a_second_head_is_waited_for_no_longer_than_the_first(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.3)
    async with served(shop) as (address, _):
        whole = HEAD + b"%d\r\n\r\n" % len(ASKED) + ASKED
        status, rest = await answered(address, whole, b"POST /gra", pause=0.1)
        assert status == 200
        assert rest.endswith(b"}")


async def test_whoever_was_let_in_is_not_let_go_by_it(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.2)
    shop.tell("ana>bea:tea")
    async with served(shop) as (address, _), httpx.AsyncClient() as client, talking(address) as socket:
        for _ in range(3):
            assert (
                await client.post(f"http://{address}/graphql", json={"query": "{ __typename }"})
            ).is_success
            await asyncio.sleep(0.3)
        await follow(socket)
        assert (await hear(socket))["type"] == "next"


PAGE = b"GET /static/graphiql/graphiql.min.js HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: %s\r\n\r\n"


@contextmanager
def narrow(address: str, server: Server) -> Iterator[socket.socket]:
    """A connection on which a page does not fit."""
    for listening in server.servers[0].sockets:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
    host, port = address.split(":")
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        client.connect((host, int(port)))
        client.setblocking(False)
        yield client


@pytest.mark.parametrize("after", [b"keep-alive", b"close"])
async def test_whoever_takes_nothing_of_what_they_are_sent_is_cut_off(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, after: bytes
) -> None:
    monkeypatch.setattr(patience, "TAKING_SECONDS", 0.2)
    async with served(shop) as (address, server), asyncio.timeout(10):
        with narrow(address, server) as client:
            client.send(PAGE % after)
            while not server.server_state.connections:  # noqa: ASYNC110  # uvicorn has no event to wait for
                await asyncio.sleep(0.01)
            while server.server_state.connections:  # noqa: ASYNC110
                await asyncio.sleep(0.05)


async def test_a_byte_now_and_then_keeps_no_connection(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "TAKING_SECONDS", 0.3)
    async with served(shop) as (address, server), asyncio.timeout(20):
        with narrow(address, server) as client:
            client.send(PAGE % b"close")
            loop = asyncio.get_running_loop()
            assert await loop.sock_recv(client, 1) == b"H"
            while server.server_state.connections:
                with suppress(ConnectionResetError):
                    await loop.sock_recv(client, 1)
                await asyncio.sleep(0.05)


async def test_how_slowly_somebody_may_read_is_the_shops_to_say(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some ten thousand bytes a second: enough for one shop, and not for another."""
    monkeypatch.setattr(patience, "TAKING_SECONDS", 0.5)
    for slowest, stays in ((1, True), (10_000_000, False)):
        async with served(shop, slowest=slowest) as (address, server), asyncio.timeout(30):
            with narrow(address, server) as client:
                client.send(PAGE % b"close")
                loop, began = asyncio.get_running_loop(), monotonic()
                with suppress(ConnectionResetError):
                    while monotonic() - began < 4 * patience.TAKING_SECONDS:
                        await loop.sock_recv(client, 8_192)
                        await asyncio.sleep(0.05)
                assert bool(server.server_state.connections) is stays


async def test_a_socket_that_takes_nothing_is_cut_off_too(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "TAKING_SECONDS", 0.3)
    async with served(shop, alive_seconds=0.5) as (address, server), asyncio.timeout(20):
        with narrow(address, server) as client:
            async with connect(f"ws://{address}/graphql", subprotocols=[WS], sock=client) as socket:
                await say(socket, type="connection_init")
                await hear(socket)
                socket.transport.pause_reading()
                asked = {"query": get_introspection_query()}
                for number in range(8):
                    await say(socket, id=str(number), type="subscribe", payload=asked)
                while server.server_state.connections:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)


async def test_whoever_takes_little_at_a_time_gets_everything(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "TAKING_SECONDS", 1.0)
    async with served(shop) as (address, server), asyncio.timeout(60):
        with narrow(address, server) as client:
            client.send(PAGE % b"close")
            loop, taken, began = asyncio.get_running_loop(), 0, monotonic()
            while part := await loop.sock_recv(client, 16_384):
                taken += len(part)
                await asyncio.sleep(0.04)
    assert taken > (STATIC / "graphiql" / "graphiql.min.js").stat().st_size
    assert monotonic() - began > 2 * patience.TAKING_SECONDS


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_other_methods_are_refused_with_a_code(shop: Shop, method: str) -> None:
    async with shop.client() as client:
        response = await client.request(method, "/graphql")
        assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")
        assert response.json()["errors"][0]["extensions"]["code"] == "METHOD_NOT_ALLOWED"


STAGES = [(Gate, "caller"), (Documents, "of"), (Service, "_context")]


@pytest.mark.parametrize(("owner", "stage"), STAGES, ids=[name for _, name in STAGES])
async def test_a_fault_before_anything_runs_has_a_code_too(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, owner: type, stage: str
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("secret")

    shop.tell("ana>bea:tea")
    async with served(shop) as (address, _), httpx.AsyncClient() as client:
        url, asked = f"http://{address}/graphql", {"query": SIZES, "variables": TEA}
        assert (await client.post(url, json={"query": "{ __typename }"})).json()["data"]
        monkeypatch.setattr(owner, stage, broken)
        for accepts in ({}, SSE):
            response = await client.post(url, json=asked, headers=accepts)
            assert '"code":"INTERNAL_SERVER_ERROR"' in response.text.replace(" ", "")
            assert "secret" not in response.text
        if stage == "caller":
            assert (await client.get(f"http://{address}/metrics")).status_code == 500
            with pytest.raises(ConnectionClosed) as gone:
                async with talking(address):
                    pass
            assert gone.value.rcvd is not None
            assert (gone.value.rcvd.code, "secret" in gone.value.rcvd.reason) == (1011, False)


async def test_one_caller_takes_no_more_places_than_their_own(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = allowance.ALLOWANCES | {"dev": Allowance(followed=1)}
    monkeypatch.setattr("api.auth.caller.ALLOWANCES", narrow)
    shop.tell("ana>bea:tea")
    async with served(shop) as (address, _), talking(address) as socket:
        await follow(socket)
        assert (await hear(socket))["type"] == "next"
        await follow(socket, under="2")
        told = (await hear(socket))["payload"][0]
        assert told["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"
        assert told["message"] == "you follow 1 already; complete one first"
        with pytest.raises(ConnectionClosed) as gone:
            async with talking(address):
                pass
        assert gone.value.rcvd is not None
        assert gone.value.rcvd.code == 1013


async def test_each_event_is_taken_from_the_minute(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.tell("ana>bea:tea")
    async with served(shop) as (address, _), talking(address) as socket:
        await follow(socket, SIZES)
        first = json.loads(await socket.recv())["payload"]["extensions"]["cost"]["requested"]
        narrow = allowance.ALLOWANCES | {"dev": Allowance(a_minute=int(first * 2.5))}
        monkeypatch.setattr("api.auth.caller.ALLOWANCES", narrow)
        shop.tell("bea>cy:tea")
        second = json.loads(await socket.recv())
        assert second["payload"]["extensions"]["cost"]["remaining"] == int(first * 2.5) - first
        shop.tell("cy>dan:tea")
        assert (await hear(socket))["type"] == "next"
        shop.tell("dan>eve:tea")
        last = await hear(socket)
        assert (last["type"], last["payload"][0]["extensions"]["code"]) == ("error", "RATE_LIMITED")


async def test_whoever_reads_slowly_stays_though_there_is_ever_more_for_them(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "TAKING_SECONDS", 1.5)
    shop.tell("ana>bea:tea")
    async with served(shop, alive_seconds=1.5, slowest=1) as (address, server), asyncio.timeout(60):
        with narrow(address, server) as client:
            async with connect(
                f"ws://{address}/graphql", subprotocols=[WS], sock=client, compression=None, max_queue=1
            ) as socket:
                await say(socket, type="connection_init")
                await hear(socket)
                asked = {"query": get_introspection_query()}
                for number in range(6):
                    await say(socket, id=str(number), type="subscribe", payload=asked)
                answered, began = 0, monotonic()
                while answered < 6 or monotonic() - began <= 2 * patience.TAKING_SECONDS:
                    socket.transport.pause_reading()
                    await asyncio.sleep(0.02)
                    socket.transport.resume_reading()
                    with suppress(TimeoutError):
                        async with asyncio.timeout(0.01):
                            heard = json.loads(await socket.recv())["type"]
                            if heard == "complete":
                                answered += 1
                                await say(socket, id=f"more-{answered}", type="subscribe", payload=asked)
                            elif heard == "ping":
                                await say(socket, type="pong")


async def test_a_stream_that_is_read_slowly_goes_on(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "TAKING_SECONDS", 0.7)
    body = json.dumps({"query": get_introspection_query()}).encode()
    head = b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
    head += b"Content-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    async with served(shop, alive_seconds=0.7) as (address, server), asyncio.timeout(60):
        with narrow(address, server) as client:
            client.send(head + body)
            loop, text, began = asyncio.get_running_loop(), b"", monotonic()
            while part := await loop.sock_recv(client, 4_096):
                text += part
                await asyncio.sleep(0.1)
    assert monotonic() - began > patience.TAKING_SECONDS
    assert b"event: complete" in text


SMALL = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


async def test_whoever_takes_less_than_comes_is_not_cut_off(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "TAKING_SECONDS", 1.0)
    async with served(shop) as (address, server), asyncio.timeout(60):
        with narrow(address, server) as client:
            loop, text, began, asked = asyncio.get_running_loop(), b"", monotonic(), 0
            while monotonic() - began < 2.5:
                await loop.sock_sendall(client, 12 * SMALL)
                asked += 12
                text += await loop.sock_recv(client, 2_048)
                await asyncio.sleep(0.1)
            while text.count(b"HTTP/1.1 200") < asked:
                part = await loop.sock_recv(client, 65_536)
                assert part, "cut off"
                text += part


class Sealing(asyncio.Transport):
    """Sends more than it is given, as TLS does, and holds it until it is taken."""

    def __init__(self, through: socket.socket) -> None:
        super().__init__({"socket": through, "ssl_object": object(), "sslcontext": object()})
        self.held = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.held += len(data) + 22

    def get_write_buffer_size(self) -> int:
        return self.held

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self.protocol

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = protocol

    def is_closing(self) -> bool:
        return False

    def close(self) -> None:
        """It was cut off before."""

    def abort(self) -> None:
        self.protocol.connection_lost(None)


async def test_over_tls_a_word_under_way_is_no_sign_of_a_slow_reader(shop: Shop) -> None:
    """At each look one word has just been said, and all that was said before is taken; then it is not."""
    async with served(shop) as (_, server):
        config, state = server.config, ServerState()
        with socket.socket() as through:
            wire, line = Sealing(through), patience.Patient(config, state, {})
            wire.set_protocol(line)
            line.connection_made(wire)
            for held in (0, 1, 1, 1, 0, 1, 1):
                wire.held = 0
                for _ in range(held):
                    line.transport.write(b"a word")
                line._look_at_taking()
                assert line in state.connections
            line._look_at_taking()
            assert line not in state.connections
