"""What is told when something goes wrong, and what is not."""

from base64 import urlsafe_b64encode
from typing import Any

import pytest

from api.documents import MOST_TOLD
from api.types import people
from graph.errors import SnapshotTorn, StoreUnavailable
from tests.api.conftest import Shop

NODE = "query($id: ID!) { node(id: $id) { id } }"


def letters(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ana",
        "User:ana",
        letters("User:ana") + "=",
        letters("User"),
        letters("User:"),
        letters(":ana"),
        "\x00",
        "💣",
    ],
)
async def test_what_is_no_id_is_refused_by_name(shop: Shop, text: str) -> None:
    shop.tell("ana>bea:tea")
    ((code, message),) = await shop.refused(NODE, id=text)
    assert code == "BAD_USER_INPUT"
    assert message.startswith("id: ")
    assert "is no id of this API" in message


async def test_an_id_of_a_type_we_do_not_have_is_refused(shop: Shop) -> None:
    ((code, message),) = await shop.refused(NODE, id=letters("Order:7"))
    assert (code, "names no type of this API" in message) == ("BAD_USER_INPUT", True)


@pytest.mark.parametrize("kind", ["User", "Product", "Share", "Cascade", "Community"])
@pytest.mark.parametrize("key", ["none", "-1", "99999999999999999999", "²", "a:b", "\x00000000001"])
async def test_a_good_id_of_nothing_is_null(shop: Shop, kind: str, key: str) -> None:
    shop.tell("ana>bea:tea")
    assert await shop.ask(NODE, id=letters(f"{kind}:{key}")) == {"node": None}


async def test_an_id_of_another_type_is_told_apart(shop: Shop) -> None:
    ((_, message),) = await shop.refused(
        "query($id: ID!) { cascade(id: $id) { id } }", id=letters("User:ana")
    )
    assert message == f"id: {letters('User:ana')!r} is the id of a User, and a Cascade's is asked for"


@pytest.mark.parametrize("fault", [ZeroDivisionError("secret"), KeyError("bea"), SnapshotTorn("/var/secret")])
async def test_a_fault_of_ours_is_told_by_the_requests_id_alone(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fault: Exception
) -> None:
    shop.tell("ana>bea:tea")

    def broken(*_: Any) -> Any:
        raise fault

    monkeypatch.setattr(people, "social_proof", broken)
    document = '{ user(key: "bea") { key socialProof(products: ["tea"]) { friends } } dataset { users } }'
    assert await shop.refused(document) == [
        ("INTERNAL_SERVER_ERROR", "internal error; ask us about request r1")
    ]
    written = "".join(capsys.readouterr())
    assert type(fault).__name__ in written
    assert "secret" not in written


async def test_what_a_store_says_of_itself_is_for_the_log(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.tell("ana>bea:tea")
    reason = "neo4j://db.internal:7687 refused a statement: syntax error in `MATCH`"

    def away(*_: Any) -> Any:
        raise StoreUnavailable(reason)

    shop.store.read = away
    assert await shop.refused("{ dataset { users } }") == [
        ("STORE_UNAVAILABLE", "the store cannot be used now; try again")
    ]
    written = "".join(capsys.readouterr())
    (line,) = [line for line in written.splitlines() if "store away" in line]
    assert reason in line
    assert "r1" in line


async def test_one_field_that_fails_leaves_the_others(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    async with shop.client() as client:
        document = '{ a: node(id: "x") { id } b: user(key: "ana") { key } }'
        answer = (await client.post("/graphql", json={"query": document})).json()
    assert answer["data"] == {"a": None, "b": {"key": "ana"}}
    (error,) = answer["errors"]
    assert error["path"] == ["a"]
    assert error["locations"] == [{"line": 1, "column": 3}]


async def test_a_document_too_deep_to_be_read_is_the_callers_fault(shop: Shop) -> None:
    ((code, _),) = await shop.refused("{a" * 100_000)
    assert code == "GRAPHQL_PARSE_FAILED"


@pytest.mark.parametrize("depth", [10, 30, 50, 70, 90, 150, 300])
async def test_a_valid_document_that_goes_very_deep_harms_nobody(shop: Shop, depth: int) -> None:
    shop.tell("ana>bea:tea bea>ana:mug")
    deep = '{ user(key: "ana") ' + "{ friends { nodes { from " * depth + "{ key }" + " } } }" * depth + " }"
    told = {code for code, _ in await shop.refused(deep)}
    assert told <= {"INTERNAL_SERVER_ERROR", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"}
    assert await shop.ask('{ user(key: "ana") { key } }') == {"user": {"key": "ana"}}


async def test_null_where_a_default_stands_is_the_default(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    document = """query($n: Int, $o: CascadeOrder, $f: CascadeFilter) {
        cascades(first: $n, orderBy: $o, filter: $f) { totalCount } }"""
    assert await shop.ask(document, n=None, o=None, f=None) == {"cascades": {"totalCount": 1}}


@pytest.mark.parametrize("faults", [1, MOST_TOLD, MOST_TOLD + 1, 50])
async def test_of_a_document_with_many_faults_the_first_are_told(shop: Shop, faults: int) -> None:
    """Ten unknown directives are no ten errors."""
    told = await shop.refused("{ __typename " + "@aa" * faults + " }")
    assert {code for code, _ in told} == {"GRAPHQL_VALIDATION_FAILED"}
    unknown = [message for _, message in told if message == "Unknown directive '@aa'."]
    assert len(unknown) == min(faults, MOST_TOLD)
    assert len(told) == len(unknown) + (faults > MOST_TOLD)
