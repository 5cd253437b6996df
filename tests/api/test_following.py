"""Following a cascade while it grows, over both protocols, against a real server."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, closing
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event as Signal
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from api import refresh, shared, sockets
from api.app import create_app
from api.auth.gate import Gate
from api.ids import global_id
from api.request import Asked
from api.serve import Server
from api.service import Service
from api.settings import Settings
from graph.analysis import Analysis
from graph.store import Store
from loaders.keyring import Keyring
from loaders.stores import open_store
from tests import toy
from tests.api.conftest import NOW, Shop

GROWING = "subscription($id: ID!) { cascade(id: $id) { size shares opens participants { totalCount } } }"
SIZES = "subscription($id: ID!) { cascade(id: $id) { size } }"
TEA = {"id": global_id("Cascade", "ana/tea")}
WS = Subprotocol("graphql-transport-ws")
SSE = {"accept": "text/event-stream"}


@asynccontextmanager
async def served(shop: Shop, **told: Any) -> AsyncIterator[tuple[str, Server]]:
    """A server of a shop, at this address, until it is told to go."""
    settings = Settings(shop.store.url, **{"dev": True, "shutdown_seconds": 5, "alive_seconds": 60.0} | told)
    server = Server(create_app(settings, shop.store, clock=shop.clock), settings)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{listening.getsockname()[1]}"
        serving = asyncio.create_task(server.serve([listening]))
        while not server.started:  # noqa: ASYNC110  # uvicorn has no event to wait for
            await asyncio.sleep(0.01)
        try:
            yield address, server
        finally:
            server.should_exit = True
            await serving


@asynccontextmanager
async def talking(address: str, **told: Any) -> AsyncIterator[ClientConnection]:
    """A greeted WebSocket."""
    async with connect(f"ws://{address}/graphql", subprotocols=[WS], **told) as client:
        await say(client, type="connection_init")
        assert await hear(client) == {"type": "connection_ack"}
        yield client


async def say(client: ClientConnection, **message: Any) -> None:
    await client.send(json.dumps(message))


async def hear(client: ClientConnection) -> Any:
    text = await asyncio.wait_for(client.recv(), 60)
    assert isinstance(text, str), "a binary frame"
    message = json.loads(text)
    if isinstance(message.get("payload"), dict):
        assert message["payload"].pop("extensions")["cost"]["actual"] >= 0
    return message


async def follow(
    client: ClientConnection, document: str = GROWING, under: str = "1", **variables: Any
) -> None:
    await say(client, id=under, type="subscribe", payload={"query": document, "variables": variables or TEA})


async def _everything(client: ClientConnection) -> None:
    while True:
        await client.recv()


async def closed(client: ClientConnection) -> tuple[int, str]:
    """The code and reason that the server closes with."""
    with pytest.raises(ConnectionClosed) as gone:
        await asyncio.wait_for(_everything(client), 10)
    assert gone.value.rcvd is not None
    return gone.value.rcvd.code, gone.value.rcvd.reason


def grown(size: int, shares: int, opens: int) -> dict[str, Any]:
    return {
        "data": {
            "cascade": {
                "size": size, "shares": shares, "opens": opens, "participants": {"totalCount": size},
            }
        }
    }  # fmt: skip


@pytest.fixture(params=[False, True], ids=["fitted at once", "on top of a fit"])
def any_size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shops that are fitted at every change, and such as are too large for it."""
    if request.param:
        monkeypatch.setattr(refresh, "AT_ONCE", 0)
        monkeypatch.setattr(refresh, "OF_A_FEW", 1_000)


@pytest.fixture
def another(shop: Shop) -> Iterator[Store]:
    """The store as another process has it."""
    opened = open_store(shop.store.url)
    yield opened
    opened.close()


@pytest.mark.usefixtures("any_size")
async def test_a_cascade_is_sent_as_it_is_and_whenever_it_has_grown(shop: Shop) -> None:
    shop.tell("ana>bea:tea  ana>cy:mug")
    async with served(shop) as (address, _), talking(address) as client:
        await follow(client)
        assert await hear(client) == {"id": "1", "type": "next", "payload": grown(2, 1, 1)}
        shop.tell("ana>cy:tea")
        assert (await hear(client))["payload"] == grown(3, 1, 2)
        shop.tell("ana>ed:mug  bea.view:tea  cy$tea=5")
        shop.tell("ana>bea>dan:tea")
        assert (await hear(client))["payload"] == grown(4, 2, 3)
        await say(client, id="1", type="complete")
        shop.tell("ana>fay:tea")
        await say(client, type="ping")
        assert await hear(client) == {"type": "pong"}


async def test_what_another_process_wrote_is_followed(shop: Shop, another: Store) -> None:
    shop.tell("ana>bea:tea")
    async with served(shop) as (address, _), talking(address) as client:
        await follow(client)
        await hear(client)
        mine, shop.store = shop.store, another  # type: ignore[assignment]
        shop.tell("ana>cy:tea")
        shop.store = mine
        assert (await hear(client))["payload"] == grown(3, 1, 2)


async def test_queries_and_mutations_go_over_the_same_socket(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    async with served(shop) as (address, _), talking(address) as client:
        await say(client, id="q", type="subscribe", payload={"query": '{ user(key: "bea") { key } }'})
        assert await hear(client) == {
            "id": "q",
            "type": "next",
            "payload": {"data": {"user": {"key": "bea"}}},
        }
        assert await hear(client) == {"id": "q", "type": "complete"}
        upsert = 'mutation { upsertUsers(input: { users: [{ key: "eve" }] }) { stored } }'
        await say(client, id="q", type="subscribe", payload={"query": upsert})
        assert (await hear(client))["payload"] == {"data": {"upsertUsers": {"stored": 1}}}


@pytest.mark.parametrize(
    ("document", "variables", "code"),
    [
        (SIZES, {"id": global_id("Cascade", "nobody/tea")}, "NOT_FOUND"),
        (SIZES, {"id": global_id("Cascade", "bea/tea")}, "NOT_FOUND"),
        (SIZES, {"id": global_id("User", "ana")}, "BAD_USER_INPUT"),
        (SIZES, {"wrong": 1}, "BAD_USER_INPUT"),
        ("subscription {", TEA, "GRAPHQL_PARSE_FAILED"),
        ("subscription { nothing }", TEA, "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_what_cannot_be_followed_is_told_by_both_protocols(
    shop: Shop, document: str, variables: dict[str, Any], code: str
) -> None:
    shop.tell("ana>bea>cy:tea")
    async with served(shop) as (address, _):
        async with talking(address) as client:
            await follow(client, document, **variables)
            said = await hear(client)
            assert (said["id"], said["type"]) == ("1", "error")
            assert [error["extensions"]["code"] for error in said["payload"]] == [code]
        async with httpx.AsyncClient(base_url=f"http://{address}", headers=SSE) as client:
            answer = await client.post("/graphql", json={"query": document, "variables": variables})
        first, last = answer.text.split("\n\n")[:2]
        assert (
            json.loads(first.removeprefix("event: next\ndata: "))["errors"][0]["extensions"]["code"] == code
        )
        assert last == "event: complete\ndata:"


@pytest.mark.usefixtures("any_size")
async def test_it_ends_when_who_began_it_is_forgotten(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    async with served(shop) as (address, _), talking(address) as client:
        await follow(client)
        await hear(client)
        shop.store.forget("ana")
        said = await hear(client)
        assert said["type"] == "error"
        assert said["payload"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_it_goes_on_when_somebody_in_it_is_forgotten(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    document = "subscription($id: ID!) { cascade(id: $id) { participants { nodes { user { key } } } } }"
    async with served(shop) as (address, _), talking(address) as client:
        await follow(client, document)
        await hear(client)
        shop.store.forget("bea")
        shop.take([event for event in toy.events("ana>bea:tea ana>cy:tea") if event.id == "e2"])
        people = (await hear(client))["payload"]["data"]["cascade"]["participants"]["nodes"]
        assert [node["user"] and node["user"]["key"] for node in people] == ["ana", None, "cy"]


async def test_events_stream_over_http_too(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    async with served(shop) as (address, _), httpx.AsyncClient(base_url=f"http://{address}") as client:
        asked = {"query": GROWING, "variables": TEA}
        async with client.stream("POST", "/graphql", json=asked, headers=SSE) as answer:
            assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
            lines = answer.aiter_lines()
            assert await data(lines) == grown(2, 1, 1)
            shop.tell("ana>cy:tea")
            assert await data(lines) == grown(3, 1, 2)
        read = {"query": SIZES, "variables": json.dumps(TEA)}
        async with client.stream("GET", "/graphql", params=read, headers=SSE) as answer:
            assert await data(answer.aiter_lines()) == {"data": {"cascade": {"size": 3}}}
        once = await client.post("/graphql", json={"query": "{ __typename }"}, headers=SSE)
    free = '"extensions":{"cost":{"requested":50.0,"actual":50.0,"limit":100000.0}}'
    told = f'{{"data":{{"__typename":"Query"}},{free}}}'
    assert once.text == f"event: next\ndata: {told}\n\nevent: complete\ndata:\n\n"


async def data(lines: AsyncIterator[str]) -> Any:
    """What the next event `next` says."""
    async for line in lines:
        if line.startswith("data: "):
            said = json.loads(line.removeprefix("data: "))
            said.pop("extensions", None)
            return said
    return None


async def test_a_plain_post_of_a_subscription_is_told_where_to_go(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    async with shop.client() as client:
        answer = await client.post("/graphql", json={"query": GROWING, "variables": TEA})
    assert answer.status_code == 406
    assert "text/event-stream" in answer.json()["errors"][0]["message"]


async def test_a_server_that_goes_completes_what_is_followed(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    async with served(shop) as (address, server), httpx.AsyncClient(base_url=f"http://{address}") as http:
        asked = {"query": SIZES, "variables": TEA}
        async with (
            talking(address) as client,
            http.stream("POST", "/graphql", json=asked, headers=SSE) as sse,
        ):
            await follow(client)
            await hear(client)
            lines = sse.aiter_lines()
            await data(lines)
            server.should_exit = True
            assert await hear(client) == {"id": "1", "type": "complete"}
            assert (await closed(client))[0] == 1001
            assert [line async for line in lines if line] == ["event: complete", "data:"]


@pytest.mark.parametrize("protocols", [[], ["graphql-ws"], ["something"]])
async def test_an_unknown_subprotocol_is_refused(shop: Shop, protocols: list[Any]) -> None:
    async with served(shop) as (address, _):
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"ws://{address}/graphql", subprotocols=protocols or None):
                pass
    assert refused.value.response.status_code == 400


async def test_a_page_of_another_origin_is_refused_and_our_own_is_not(shop: Shop) -> None:
    async with served(shop) as (address, _):
        with pytest.raises(InvalidStatus) as refused:
            async with talking(address, origin="http://evil.example"):
                pass
        async with talking(address, origin=f"http://{address}"):
            pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        (['{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }"}}'], 4401),
        (['{"type": "connection_init"}', '{"type": "connection_init"}'], 4429),
        (["nonsense"], 4400),
        (["[]"], 4400),
        (['{"type": "unheard"}'], 4400),
        ([b'{"type": "connection_init"}'], 4400),
        (['{"type": "connection_init"}', '{"type": "subscribe", "id": "1", "payload": {}}'], 4400),
        (['{"type": "connection_init"}', '{"type": "subscribe", "id": "", "payload": {"query": ""}}'], 4400),
        ([], 4408),
    ],
)
async def test_what_breaks_the_protocol_closes_the_socket(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, messages: list[str | bytes], code: int
) -> None:
    monkeypatch.setattr(sockets, "GREETING_SECONDS", 0.2)
    async with (
        served(shop) as (address, _),
        connect(f"ws://{address}/graphql", subprotocols=[WS]) as client,
    ):
        for message in messages:
            await client.send(message)
        assert (await closed(client))[0] == code


async def test_a_greeting_that_says_in_its_own_words_what_for_closes_the_socket(
    shop: Shop, tmp_path: Path
) -> None:
    ring = tmp_path / "keys.json"
    key = Keyring(ring).make("analyst", "reports", NOW)
    async with (
        served(shop, dev=False, keys=ring) as (address, _),
        connect(f"ws://{address}/graphql", subprotocols=[WS]) as client,
    ):
        payload = {"authorization": f"Bearer {key}", "x-purpose": "to call Ana back"}
        await say(client, type="connection_init", payload=payload)
        assert (await closed(client))[0] == 4400


async def test_an_id_that_is_taken_closes_the_socket(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    async with served(shop) as (address, _), talking(address) as client:
        await follow(client)
        await hear(client)
        await follow(client)
        assert await closed(client) == (4409, "Subscriber for 1 already exists")


async def test_a_fault_of_ours_is_told_under_its_id_and_the_id_is_free_again(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    broken = [True]

    def stopped() -> datetime:
        if broken[0]:
            raise ZeroDivisionError
        return NOW

    shop.clock = stopped
    async with served(shop) as (address, _), talking(address) as client:
        await follow(client, SIZES)
        told = await hear(client)
        (error,) = told.pop("payload")
        assert told == {"type": "error", "id": "1"}
        assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR"}
        assert error["message"].startswith("internal error; ask us about request ")
        broken[0] = False
        await follow(client, SIZES)
        assert (await hear(client))["payload"] == {"data": {"cascade": {"size": 2}}}


async def test_a_client_that_is_silent_is_pinged_and_then_let_go(shop: Shop) -> None:
    async with served(shop, alive_seconds=0.2) as (address, _), talking(address) as client:
        assert await hear(client) == {"type": "ping"}
        await say(client, type="pong")
        assert await hear(client) == {"type": "ping"}
        assert (await closed(client))[0] == 4499


class Stuck:
    """The far end of a connection as a server hands it to us: it says some things and takes so many."""

    def __init__(self, said: list[dict[str, Any]], takes: int) -> None:
        self.said, self.takes = said, takes
        self.taken: list[str] = []

    async def receive(self) -> dict[str, Any]:
        if not self.said:
            await asyncio.Event().wait()
        return self.said.pop(0)

    async def send(self, message: Any) -> None:
        if len(self.taken) >= self.takes:
            await asyncio.Event().wait()
        self.taken.append(message["type"])


def text(**message: Any) -> dict[str, Any]:
    return {"type": "websocket.receive", "text": json.dumps(message)}


SLOW: dict[str, Any] = {"dev": True, "host": "shop", "alive_seconds": 0.3}
HOST = (b"host", b"shop")
SCOPE = {"path": "/graphql", "raw_path": b"/graphql", "root_path": "", "query_string": b""}


@pytest.mark.parametrize("takes", [0, 1, 2, 3])
async def test_a_socket_that_takes_nothing_any_more_is_given_up(shop: Shop, takes: int) -> None:
    shop.tell("ana>bea:tea")
    app = create_app(Settings(shop.store.url, **SLOW), shop.store, clock=shop.clock)
    asked = text(type="subscribe", id="1", payload={"query": SIZES, "variables": TEA})
    far = Stuck([{"type": "websocket.connect"}, text(type="connection_init"), asked], takes)
    scope = {"type": "websocket", "headers": [HOST], "subprotocols": [WS], "extensions": {}, **SCOPE}
    async with asyncio.timeout(10):
        await app(scope, far.receive, far.send)
    assert far.taken == ["websocket.accept", "websocket.send", "websocket.send"][:takes]
    assert 'sharegraph_subscriptions{protocol="graphql-transport-ws"} 1.0' not in await counted(app)


@pytest.mark.parametrize("takes", [0, 1, 2])
async def test_a_stream_that_takes_nothing_any_more_is_given_up(shop: Shop, takes: int) -> None:
    shop.tell("ana>bea:tea")
    app = create_app(Settings(shop.store.url, **SLOW), shop.store, clock=shop.clock)
    body = json.dumps({"query": SIZES, "variables": TEA}).encode()
    far = Stuck([{"type": "http.request", "body": body}], takes)
    headers = [HOST, (b"accept", b"text/event-stream"), (b"content-type", b"application/json")]
    async with asyncio.timeout(10):
        await app({"type": "http", "method": "POST", "headers": headers, **SCOPE}, far.receive, far.send)
    assert far.taken == ["http.response.start", "http.response.body"][:takes]
    assert 'sharegraph_subscriptions{protocol="graphql-sse"} 1.0' not in await counted(app)


async def counted(app: Any) -> str:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop") as client:
        return (await client.get("/metrics")).text


async def test_a_quiet_stream_shows_that_it_lives(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    async with served(shop, alive_seconds=0.2) as (address, _), httpx.AsyncClient() as client:
        asked = {"query": SIZES, "variables": TEA}
        async with client.stream("POST", f"http://{address}/graphql", json=asked, headers=SSE) as answer:
            lines = answer.aiter_lines()
            await data(lines)
            assert [await anext(lines) for _ in range(3)] == ["", ":", ""]


async def test_there_are_so_many_places_and_each_is_given_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "OPERATIONS", 1)
    shop.tell("ana>bea:tea")
    async with served(shop, subscriptions=2) as (address, _), httpx.AsyncClient() as http:
        url, asked = f"http://{address}/graphql", {"query": SIZES, "variables": TEA}
        async with talking(address) as client:
            await follow(client)
            await hear(client)
            await follow(client, under="2")
            assert (await hear(client))["payload"][0]["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"
            async with http.stream("POST", url, json=asked, headers=SSE) as second:
                await data(second.aiter_lines())
                third = await http.post(url, json=asked, headers=SSE)
                assert third.status_code == 503
                page = (await http.get(f"http://{address}/metrics")).text
                assert 'sharegraph_subscriptions{protocol="graphql-transport-ws"} 1.0' in page
                assert 'sharegraph_subscriptions{protocol="graphql-sse"} 1.0' in page
        for _ in range(100):
            page = (await http.get(f"http://{address}/metrics")).text
            if page.count("sharegraph_subscriptions{") == page.count("} 0.0\nsharegraph_subscriptions") + 1:
                break
            await asyncio.sleep(0.02)
        assert 'sharegraph_subscriptions{protocol="graphql-sse"} 0.0' in page
        assert 'sharegraph_subscriptions{protocol="graphql-transport-ws"} 0.0' in page
        assert 'operation="subscription.cascade",protocol="graphql-sse"} 1.0' in page


async def test_who_greeted_keeps_their_place_and_a_newcomer_gets_one_whoever_floods(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    async with served(shop, subscriptions=4) as (address, _), AsyncExitStack() as flood:
        url = f"ws://{address}/graphql"
        async with talking(address) as early:
            await follow(early, SIZES)
            await hear(early)
            for turn in range(3):
                crowd = [await flood.enter_async_context(connect(url, subprotocols=[WS])) for _ in range(5)]
                async with talking(address) as newcomer:
                    await follow(newcomer, SIZES)
                    assert (await hear(newcomer))["type"] == "next"
                assert (await closed(crowd[0]))[0] == 1013
                shop.tell(f"ana>newcomer{turn}:tea")
                assert (await hear(early))["type"] == "next"


async def test_an_operations_id_is_no_longer_than_an_id_is(shop: Shop) -> None:
    async with served(shop) as (address, _), talking(address) as client:
        await say(client, id="x" * 1_000, type="subscribe", payload={"query": "{ __typename }"})
        assert (await hear(client))["id"] == "x" * 1_000
        await say(client, id="x" * 1_001, type="subscribe", payload={"query": "{ __typename }"})
        assert (await closed(client))[0] == 4400


async def _pinging(client: ClientConnection) -> None:
    while True:
        await say(client, type="ping")
        await asyncio.sleep(0.1)


async def test_no_word_but_a_greeting_keeps_a_stranger_a_place(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "GREETING_SECONDS", 0.5)
    async with (
        served(shop) as (address, _),
        connect(f"ws://{address}/graphql", subprotocols=[WS]) as stranger,
    ):
        pinging = asyncio.create_task(_pinging(stranger))
        assert (await closed(stranger))[0] == 4408
        pinging.cancel()


async def test_where_all_who_are_connected_have_greeted_a_newcomer_is_told_to_come_again(shop: Shop) -> None:
    async with served(shop, subscriptions=1) as (address, _), talking(address):
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"ws://{address}/graphql", subprotocols=[WS]):
                pass
        assert refused.value.response.status_code == 503


async def test_whoever_talks_on_after_their_key_was_revoked_is_let_go(shop: Shop, tmp_path: Path) -> None:
    ring = Keyring(tmp_path / "keys.json")
    made = ring.make("admin", "", NOW)
    bearer = {"authorization": f"Bearer {made}"}
    async with (
        served(shop, dev=False, keys=ring.path) as (address, _),
        talking(address, additional_headers=bearer) as client,
    ):
        await say(client, type="ping")
        assert (await hear(client))["type"] == "pong"
        ring.revoke(made.split("_")[1], NOW)
        await say(client, type="ping")
        assert (await closed(client))[0] == 4403


async def test_nobody_looks_at_the_store_while_nobody_follows(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    async with served(shop) as (address, _):
        async with talking(address) as client:
            await follow(client)
            await hear(client)
        await asyncio.sleep(0.4)
        shop.store.calls.clear()
        await asyncio.sleep(0.6)
        assert shop.store.calls == []


@pytest.mark.parametrize("slow", ["cascades", "growth"])
async def test_an_event_that_takes_too_long_ends_what_is_followed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, slow: str
) -> None:
    shop.tell("ana>bea:tea")
    await shop.ask("{ dataset { version } }")
    go_on, compute = Signal(), getattr(shared, slow)

    def waiting(analysis: Analysis) -> Any:
        go_on.wait(10)
        return compute(analysis)

    monkeypatch.setattr(shared, slow, waiting)
    document = "subscription($id: ID!) { cascade(id: $id) { size forecast { value } } }"
    async with asyncio.timeout(5), aclosing(shop.service.replies(Asked(document, TEA), 0.2)) as replies:
        (reply,) = [reply async for reply in replies]
    go_on.set()
    assert not reply.ran
    assert (reply.code, reply.label) == ("TIMEOUT", "subscription.cascade")


async def test_waiting_for_news_is_not_limited(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    await shop.ask("{ dataset { version } }")
    async with aclosing(shop.service.replies(Asked(SIZES, TEA), 0.5)) as replies:
        assert (await anext(replies)).data == {"cascade": {"size": 2}}
        news = asyncio.ensure_future(anext(replies))
        await asyncio.sleep(0.7)
        shop.tell("ana>cy:tea")
        assert (await asyncio.wait_for(news, 5)).data == {"cascade": {"size": 3}}


@pytest.mark.parametrize("way", ["it expires", "it is revoked"])
async def test_what_is_followed_ends_with_the_first_event_after_its_callers_key_does(
    shop: Shop, tmp_path: Path, way: str
) -> None:
    """That event is not told any more."""
    shop.tell("ana>bea:tea")
    ring, now = Keyring(tmp_path / "keys.json"), [NOW]
    made = ring.make("admin", "", NOW, NOW + timedelta(hours=1))
    gate = Gate(keyring=ring)
    caller = await gate.caller({"authorization": f"Bearer {made}"}, lambda: now[0])
    with closing(Service(shop.store, gate=gate, clock=lambda: now[0])) as service:
        async with (
            asyncio.timeout(20),
            aclosing(service.replies(Asked(SIZES, TEA, caller=caller))) as replies,
        ):
            assert (await anext(replies)).data == {"cascade": {"size": 2}}
            shop.tell("ana>cy:tea")
            assert (await anext(replies)).data == {"cascade": {"size": 3}}
            if way == "it expires":
                now[0] += timedelta(hours=2)
            else:
                ring.revoke(made.split("_")[1], NOW)
            shop.tell("ana>dan:tea")
            last = await anext(replies)
            assert (last.ran, last.data, last.code) == (False, None, "UNAUTHENTICATED")
            assert [reply async for reply in replies] == []


async def test_a_silent_stream_ends_once_its_callers_key_is_revoked(shop: Shop, tmp_path: Path) -> None:
    shop.tell("ana>bea:tea")
    ring = Keyring(tmp_path / "keys.json")
    made = ring.make("admin", "", NOW)
    told = {"dev": False, "keys": ring.path, "alive_seconds": 0.2}
    headers = {**SSE, "authorization": f"Bearer {made}"}
    async with (
        served(shop, **told) as (address, _),
        httpx.AsyncClient() as client,
        asyncio.timeout(20),
    ):
        asked = {"query": SIZES, "variables": TEA}
        async with client.stream("POST", f"http://{address}/graphql", json=asked, headers=headers) as stream:
            lines = stream.aiter_lines()
            while '"size":2' not in await anext(lines):
                pass
            ring.revoke(made.split("_")[1], NOW)
            left = [line async for line in lines]
    assert "UNAUTHENTICATED" in str(left)
    assert "event: complete" in left
