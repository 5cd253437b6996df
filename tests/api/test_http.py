"""GraphQL over HTTP: what may be sent, and what comes back."""

from urllib.parse import urlencode

import pytest

from tests.api.conftest import Shop

PLAIN = "application/json"
RESPONSE = "application/graphql-response+json"
TOY = "ana>bea:tea  ana>cy:tea  bea>dan:mug"


def asking(accept: str) -> dict[str, str]:
    return {"accept": accept, "content-type": PLAIN}


@pytest.mark.parametrize("accept", [PLAIN, RESPONSE])
async def test_an_answer_comes_as_what_the_client_accepts(shop: Shop, accept: str) -> None:
    shop.tell(TOY)
    async with shop.client() as client:
        response = await client.post(
            "/graphql", json={"query": '{ user(key: "bea") { key } }'}, headers=asking(accept)
        )
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{accept}; charset=utf-8"
    assert response.json()["data"] == {"user": {"key": "bea"}}


@pytest.mark.parametrize("accept", ["*/*", "application/*", "text/html, */*;q=0.1"])
async def test_whoever_accepts_anything_gets_plain_json(shop: Shop, accept: str) -> None:
    async with shop.client() as client:
        response = await client.post("/graphql", json={"query": "{ __typename }"}, headers=asking(accept))
    assert response.headers["content-type"] == f"{PLAIN}; charset=utf-8"


async def test_whoever_accepts_neither_form_is_told(shop: Shop) -> None:
    async with shop.client() as client:
        response = await client.post(
            "/graphql", json={"query": "{ __typename }"}, headers=asking("image/png")
        )
    assert response.status_code == 406
    assert response.json()["errors"][0]["extensions"]["code"] == "NOT_ACCEPTABLE"


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ("{ user(", {}, "GRAPHQL_PARSE_FAILED"),
        ("{ nobody }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("query($key: String!) { user(key: $key) { key } }", {"key": 7}, "BAD_USER_INPUT"),
        ("query($key: String!) { user(key: $key) { key } }", {}, "BAD_USER_INPUT"),
        ("query A { __typename } query B { __typename }", {}, "BAD_USER_INPUT"),
    ],
)
async def test_what_cannot_run_has_no_data_and_a_status_for_those_who_read_it(
    shop: Shop, query: str, variables: dict[str, object], code: str
) -> None:
    asked = {"query": query, "variables": variables}
    async with shop.client() as client:
        plain = await client.post("/graphql", json=asked, headers=asking(PLAIN))
        spoken = await client.post("/graphql", json=asked, headers=asking(RESPONSE))
    assert (plain.status_code, spoken.status_code) == (200, 400)
    for response in (plain, spoken):
        assert "data" not in response.json()
        assert response.json()["errors"][0]["extensions"]["code"] == code


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b'"query"', b"{}", b'{"query": 1}', b'{"query": "{ __typename }", "variables": []}',
     b'{"query": "{ __typename }", "operationName": {}}',
     b'{"query": "{ __typename }", "extensions": 7}', b'[{"query": "{ __typename }"}]'],
)  # fmt: skip
async def test_what_is_no_request_is_refused_in_any_form(shop: Shop, body: bytes) -> None:
    async with shop.client() as client:
        for accept in (PLAIN, RESPONSE):
            response = await client.post("/graphql", content=body, headers=asking(accept))
            assert response.status_code == 400
            assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize(
    "media", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain", ""]
)
async def test_only_json_is_taken_so_no_form_of_another_site_can_ask(shop: Shop, media: str) -> None:
    headers = {"content-type": media} if media else {}
    async with shop.client() as client:
        response = await client.post("/graphql", content=b'{"query": "{ __typename }"}', headers=headers)
    assert response.status_code == 415


async def test_a_query_may_come_by_get(shop: Shop) -> None:
    shop.tell(TOY)
    asked = urlencode(
        {"query": "query($key: String!) { user(key: $key) { key } }", "variables": '{"key": "cy"}'}
    )
    async with shop.client() as client:
        response = await client.get(f"/graphql?{asked}", headers={"accept": RESPONSE})
    assert response.json()["data"] == {"user": {"key": "cy"}}


async def test_a_mutation_may_not_come_by_get(shop: Shop) -> None:
    asked = urlencode({"query": "mutation { upsertUsers(input: { users: [] }) { stored } }"})
    async with shop.client() as client:
        response = await client.get(f"/graphql?{asked}", headers={"accept": PLAIN})
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert "append" not in shop.store.calls
    assert "upsert_users" not in shop.store.calls


async def test_a_body_has_a_bound(shop: Shop) -> None:
    async with shop.client(body_bytes=1_000) as client:
        fits = {"query": "{ __typename }", "variables": {"x": "." * 900}}
        assert (await client.post("/graphql", json=fits)).status_code == 200
        response = await client.post("/graphql", json=fits | {"more": "." * 100})
    assert response.status_code == 413


async def test_a_request_keeps_the_id_it_came_with_and_else_gets_one(shop: Shop) -> None:
    asked = {"query": "{ __typename }"}
    async with shop.client() as client:
        kept = await client.post("/graphql", json=asked, headers={"x-request-id": "abc-1"})
        made = await client.post("/graphql", json=asked, headers={"x-request-id": "no\tid"})
    assert kept.headers["x-request-id"] == "abc-1"
    assert len(made.headers["x-request-id"]) == 32


async def test_languages_are_answered_by_argument_then_header_then_in_english(shop: Shop) -> None:
    shop.tell(TOY + "  ana>:pot")
    ask = {
        "query": """query($l: String) {
            user(key: "bea") { suggestions(locale: $l) { nodes { explanation } } } }"""
    }

    async def said(header: str, locale: str | None) -> str:
        async with shop.client() as client:
            body = ask | {"variables": {"l": locale}}
            response = await client.post("/graphql", json=body, headers={"accept-language": header})
        return str(response.json()["data"]["user"]["suggestions"]["nodes"][0]["explanation"])

    assert (await said("zh-CN,zh;q=0.9", None)).endswith("。")
    assert (await said("zh-CN", "en-GB")).endswith(".")
    assert (await said("fr", None)).endswith(".")
