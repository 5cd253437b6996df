"""Who may ask: this machine under its own names, and no page of another origin."""

import json

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.api.conftest import Shop
from tests.api.test_following import SIZES, SSE, TEA, WS, served, talking

ASKED = {"query": "{ __typename }"}
OURS = ["localhost", "localhost:8000", "LOCALHOST:1", "127.0.0.1:8000", "[::1]", "[::1]:8000"]
OTHERS = ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example:80",
          "localhost:80@evil.example", "0.0.0.0:8000", "192.168.1.7:8000", "[::2]:8000", ""]  # fmt: skip
FOREIGN = [
    {"origin": "https://evil.example"},
    {"origin": "http://localhost:3000"},
    {"origin": "null"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "http://shop", "sec-fetch-site": "cross-site"},
]
OWN = [
    {},
    {"origin": "http://shop"},
    {"origin": "http://shop", "sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "none"},
]


@pytest.mark.parametrize("path", ["/graphql?query={__typename}", "/healthz", "/metrics"])
@pytest.mark.parametrize("host", OURS)
async def test_without_authentication_this_machine_is_served_by_its_own_names(
    shop: Shop, host: str, path: str
) -> None:
    async with shop.client(dev=True) as client:
        assert (await client.get(path, headers={"host": host})).status_code == 200


@pytest.mark.parametrize("path", ["/graphql?query={__typename}", "/graphql", "/healthz", "/metrics"])
@pytest.mark.parametrize("host", OTHERS)
async def test_a_name_that_was_made_to_point_here_is_not_served(shop: Shop, host: str, path: str) -> None:
    async with shop.client(dev=True) as client:
        page = await client.get(path, headers={"host": host, "accept": "text/html, */*"})
        sent = await client.post(path, headers={"host": host}, json=ASKED)
    assert (page.status_code, sent.status_code) == (421, 421)


async def test_a_server_is_also_known_by_the_name_it_was_told_to_listen_on(shop: Shop) -> None:
    async with shop.client(dev=True, host="shop.local") as client:
        for host, status in (("shop.local:8000", 200), ("localhost", 200), ("shop.example", 421)):
            assert (await client.get("/healthz", headers={"host": host})).status_code == status


async def test_a_socket_under_a_name_that_was_made_to_point_here_is_refused(shop: Shop) -> None:
    async with served(shop, dev=True) as (address, _):
        port = int(address.rpartition(":")[2])
        evil = f"evil.example:{port}"
        with pytest.raises(InvalidStatus) as refused:
            async with connect(
                f"ws://{evil}/graphql",
                subprotocols=[WS],
                origin=f"http://{evil}",  # type: ignore[arg-type]
                host="127.0.0.1",
                port=port,
            ):
                pass
        async with talking(address, origin=f"http://{address}"):
            pass
    assert refused.value.response.status_code == 421


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
@pytest.mark.parametrize("told", FOREIGN)
async def test_a_page_of_another_origin_may_not_ask(shop: Shop, told: dict[str, str], accept: str) -> None:
    shop.tell("ana>bea:tea")
    headers = told | {"accept": accept}
    async with shop.client() as client:
        answers = [
            await client.get("/graphql", params=ASKED, headers=headers),
            await client.post("/graphql", json=ASKED, headers=headers),
        ]
    for answer in answers:
        assert answer.status_code == 403
        assert answer.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert "data" not in answer.json()


@pytest.mark.parametrize("told", OWN)
async def test_programs_and_our_own_page_may(shop: Shop, told: dict[str, str]) -> None:
    async with shop.client() as client:
        read = await client.get("/graphql", params=ASKED, headers=told)
        sent = await client.post("/graphql", json=ASKED, headers=told)
    assert read.json()["data"] == sent.json()["data"] == {"__typename": "Query"}


async def test_a_link_from_elsewhere_leads_to_graphiql_but_asks_nothing(shop: Shop) -> None:
    headers = {"accept": "text/html", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    async with shop.client() as client:
        page = await client.get("/graphql", headers=headers)
        asked = await client.get("/graphql", params=ASKED, headers=headers | {"accept": "text/html,*/*"})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert asked.status_code == 403


async def test_a_foreign_page_takes_no_place_of_those_who_follow(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    asked = {"query": SIZES, "variables": json.dumps(TEA)}
    async with served(shop, subscriptions=1) as (address, _), httpx.AsyncClient() as http:
        url = f"http://{address}/graphql"
        refused = await http.get(url, params=asked, headers=SSE | {"origin": "https://evil.example"})
        assert refused.status_code == 403
        async with http.stream("GET", url, params=asked, headers=SSE) as answer:
            assert answer.status_code == 200
