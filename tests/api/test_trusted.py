"""Trusted documents: sent by their ids, and nothing else taken where a server was told so."""

from pathlib import Path

import pytest

from api.trusted import Trusted, id_of
from graph.errors import InvalidInput
from tests.api.conftest import Shop

WHO = "query($key: String!) { user(key: $key) { key } }"
TRUSTED = Trusted.read(Trusted.manifest([WHO]))
ONLY = Trusted.read(Trusted.manifest([WHO]), only=True)
ANA = {"variables": {"key": "ana"}}
APOLLO = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": id_of(WHO).removeprefix("sha256:")}}}
RESPONSE = {"accept": "application/graphql-response+json"}


@pytest.mark.parametrize("trusted", [TRUSTED, ONLY], ids=["beside others", "alone"])
@pytest.mark.parametrize(
    "asked", [{"documentId": id_of(WHO)}, APOLLO, {"query": WHO}, {"query": WHO, "documentId": id_of(WHO)}]
)
async def test_a_trusted_document_is_answered_by_its_id_and_by_its_text(
    shop: Shop, trusted: Trusted, asked: dict[str, object]
) -> None:
    shop.tell("ana>bea:tea")
    async with shop.client(trusted=trusted) as client:
        answer = await client.post("/graphql", json={**asked, **ANA})
    assert answer.json()["data"] == {"user": {"key": "ana"}}


async def test_where_only_trusted_documents_are_taken_no_other_is(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    others = ["{ __schema { types { name } } }", "{ __typename }", WHO + " ", "{ usr }", "{"]
    async with shop.client(trusted=ONLY) as client:
        for query in others:
            refused = await client.post("/graphql", json={"query": query})
            assert refused.status_code == 403
            assert [error["extensions"]["code"] for error in refused.json()["errors"]] == ["NOT_TRUSTED"]
        assert (await client.post("/graphql", json={"documentId": id_of(WHO), **ANA})).status_code == 200
        page = await client.get("/graphql", headers={"accept": "text/html"})
        part = await client.get("/static/graphiql/graphiql.min.js")
    assert (page.status_code, part.status_code) == (406, 404)
    assert "data" not in page.text


async def test_an_id_that_nobody_knows_asks_for_the_text(shop: Shop) -> None:
    async with shop.client(trusted=TRUSTED) as client:
        unknown = await client.post("/graphql", json={"documentId": id_of("{ viewer }")}, headers=RESPONSE)
        assert unknown.status_code == 400
        (error,) = unknown.json()["errors"]
        assert error == {
            "message": "PersistedQueryNotFound",
            "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"},
        }
        crossed = {"query": "{ __typename }", "documentId": id_of(WHO)}
        assert (await client.post("/graphql", json=crossed)).status_code == 400


async def test_no_error_suggests_a_name_where_only_trusted_documents_are_taken(shop: Shop) -> None:
    ordered = "query($by: CascadeOrder) { cascades(orderBy: $by) { totalCount } }"
    wrong = {"query": ordered, "variables": {"by": "SIZE_DESK"}}
    async with shop.client(trusted=Trusted.read(Trusted.manifest([ordered]), only=True)) as client:
        quiet = (await client.post("/graphql", json=wrong)).json()
    async with shop.client() as client:
        loud = (await client.post("/graphql", json=wrong)).json()
    assert "SIZE_DESC" in str(loud)
    assert "SIZE_DESC" not in str(quiet)
    assert quiet["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "written", [b"", b"{", b"[]", b"{}", b'{"sha256:00": "{ __typename }"}', b'{"a": 1}']
)
def test_a_file_of_trusted_documents_has_to_be_whole(written: bytes) -> None:
    with pytest.raises(InvalidInput):
        Trusted.read(written)


async def test_a_page_of_a_listed_origin_may_ask_and_no_other(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    asks = {"query": WHO, **ANA}
    listed = {"origin": "https://shop.example", "sec-fetch-site": "cross-site"}
    async with shop.client(origins=frozenset({"https://shop.example"})) as client:
        welcome = await client.post("/graphql", json=asks, headers=listed)
        assert welcome.status_code == 200
        assert welcome.headers["access-control-allow-origin"] == "https://shop.example"
        asking = {**listed, "access-control-request-method": "POST"}
        asking["access-control-request-headers"] = "content-type,authorization"
        assert (await client.options("/graphql", headers=asking)).status_code == 200
        other = await client.post("/graphql", json=asks, headers={"origin": "https://evil.example"})
        assert other.status_code == 403
        assert "access-control-allow-origin" not in other.headers


async def test_no_answer_may_be_framed_kept_or_guessed_at(shop: Shop) -> None:
    async with shop.client() as client:
        for answer in (
            await client.post("/graphql", json={"query": "{ __typename }"}),
            await client.get("/healthz"),
        ):
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cache-control"] == "no-store"
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_the_examples_can_be_trusted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from api import cli

    files = [str(path) for path in sorted(Path("examples/frontend").glob("*.graphql"))]
    assert cli.main(["trust", *files, "--out", str(tmp_path / "trusted.json")]) == 0
    assert f"{len(files)} documents" in capsys.readouterr().out
    assert len(Trusted.read((tmp_path / "trusted.json").read_bytes()).texts) == len(files)


def test_a_document_that_is_wrong_is_named_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from api import cli

    wrong = tmp_path / "wrong.graphql"
    wrong.write_text("{\n  nonsense\n}")
    assert cli.main(["trust", str(wrong), "--out", str(tmp_path / "trusted.json")]) == 2
    assert "wrong.graphql:2" in capsys.readouterr().err
    assert not (tmp_path / "trusted.json").exists()
