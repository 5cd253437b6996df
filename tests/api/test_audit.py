"""Every request is on record: who asked what about whom, what for; and nobody can be read in it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLObjectType,
    OperationDefinitionNode,
    get_named_type,
    parse,
)

from api.audit import NAMING
from api.auth.caller import Caller, Role
from api.ids import global_id
from api.request import Asked
from api.schema import core_schema
from api.service import Service
from api.settings import Records
from graph.events import Event, Kind, User
from loaders.aliases import Aliases, lines
from loaders.audited import verify
from tests.api.conftest import NOW, Shop

TOY = "ana>bea,cy:tea  bea>ana,dan:mug  cy>eve:pot  ana$tea:59"

TWO = '{ a: user(key: "ana") { ...f } b: user(key: "bea") { ...f } } fragment f on User { name }'

STAFF = Caller(Role.PRIVACY, "token:privacy:olga", purpose="rights-of-persons")
ADMIN = Caller(Role.ADMIN, "key:k9", purpose="administration")
SHOP = Caller(Role.STOREFRONT, "key:k1", purpose="suggestions")


class Recorded:
    """A shop whose requests are on record."""

    def __init__(self, shop: Shop, path: Path) -> None:
        self.shop = shop
        self.path = path
        self.service = Service(shop.store, clock=shop.clock, records=Records(audit=path))

    async def ask(self, document: str, caller: Caller = SHOP, **variables: Any) -> Any:
        reply = await self.service.answer(Asked(document, variables, caller=caller))
        assert not reply.errors, reply.errors
        return reply.data

    @property
    def rows(self) -> list[dict[str, Any]]:
        assert verify(self.path).fault == ""
        return [json.loads(line) for line in self.path.read_text().splitlines()]

    @property
    def people(self) -> dict[str, str]:
        return {line.id: line.key for line in lines(Aliases.of_log(self.path).path)}


@pytest.fixture
def recorded(shop: Shop, tmp_path: Path) -> Iterator[Recorded]:
    shop.tell(TOY)
    shop.take([Event("up", Kind.SIGNUP, NOW, user="ana", visitor="ana-phone")])
    shop.store.upsert_users([User("ana", "Ananas")])
    recorded = Recorded(shop, tmp_path / "audit.jsonl")
    yield recorded
    recorded.service.close()


async def test_a_row_says_who_asked_what_about_whom_and_what_for(recorded: Recorded) -> None:
    await recorded.ask('{ user(key: "ana") { name region } }', STAFF)
    (row,) = recorded.rows
    assert (row["role"], row["purpose"], row["place"]) == ("privacy", "rights-of-persons", 1)
    assert row["what"] == ["Query.user", "User.name", "User.region"]
    assert [recorded.people[id_] for id_ in row["about"]] == ["ana"]
    assert recorded.people[row["caller"]] == "token:privacy:olga"
    assert row["at"].startswith(NOW.date().isoformat())


@pytest.mark.parametrize(
    ("document", "variables", "about"),
    [
        ("query($k: String!) { user(key: $k) { name } }", {"k": "ana-phone"}, ["ana"]),
        ("query($i: ID!) { node(id: $i) { id } }", {"i": global_id("User", "bea")}, ["bea"]),
        ('{ product(key: "tea") { key } node(id: "VXNlcjp6b2U") { id } }', {}, [None]),
        (TWO, {}, ["ana", "bea"]),
        ('{ product(key: "tea") { name } }', {}, []),
    ],
)  # fmt: skip
async def test_people_are_named_by_every_argument_that_names_them(
    recorded: Recorded, document: str, variables: dict[str, Any], about: list[str | None]
) -> None:
    await recorded.ask(document, **variables)
    (row,) = recorded.rows
    assert [recorded.people.get(id_) if about else id_ for id_ in row["about"]] == about


CONDITIONS = """query Asked($yes: Boolean! = true, $no: Boolean!) {
  user(key: "ana") { key name @include(if: $no) region @skip(if: $yes) ...Consent @skip(if: false) }
  user(key: "ana") { ...Friends @include(if: false) ... @skip(if: $yes) { community { id } } }
  other: user(key: "bea") @include(if: $no) { key }
}
query Other { user(key: "cy") { ...Elsewhere } }
fragment Consent on User { consent @include(if: $yes) { research } }
fragment Friends on User { friends { totalCount } }
fragment Elsewhere on User { shares { totalCount } }
"""


async def test_what_is_left_out_of_a_question_is_not_on_record(recorded: Recorded) -> None:
    await recorded.service.answer(Asked(CONDITIONS, {"no": False}, operation="Asked", caller=ADMIN))
    (row,) = recorded.rows
    assert row["what"] == ["Query.user", "User.consent", "User.key"]
    assert [recorded.people[id_] for id_ in row["about"]] == ["ana"]


async def test_an_input_object_names_them_too(recorded: Recorded) -> None:
    set_consent = "mutation($i: SetConsentInput!) { setConsent(input: $i) { userErrors { code } } }"
    await recorded.ask(set_consent, i={"user": "bea", "research": False})
    await recorded.ask(
        '{ spread(users: ["ana", "cy"]) { reach { value } } }',
        Caller(Role.GROWTH, "key:k2", purpose="campaigns"),
    )
    consent, spread = recorded.rows
    assert consent["what"] == ["Mutation.setConsent"]
    assert [recorded.people[id_] for row in (consent, spread) for id_ in row["about"]] == ["bea", "ana", "cy"]


GROWTH = Caller(Role.GROWTH, "key:k2", purpose="campaigns")


KOLS = "query($f: KolFilter) { kolCandidates(filter: $f) { nodes { rank } } }"
AUDIENCE = 'query($f: AudienceFilter) { product(key: "tea") { audience(filter: $f) { nodes { rank } } } }'
LINK = "query($f: SuggestionContext) { suggestions(context: $f) { answerId } }"


@pytest.mark.parametrize(
    ("caller", "document", "given", "about"),
    [
        (GROWTH, KOLS, {"candidates": ["ana", "bea"]}, ["ana", "bea"]),
        (GROWTH, KOLS, {"alreadyChosen": ["ana"], "exclude": ["bea"]}, ["ana", "bea"]),
        (GROWTH, KOLS, {"costs": [{"user": "cy", "amount": "1", "currency": "CNY"}]}, ["cy"]),
        (GROWTH, AUDIENCE, {"exclude": "ana"}, ["ana"]),
        (SHOP, LINK, {"sharer": "ana", "exclude": "bea"}, ["ana"]),
    ],
)
async def test_whom_a_filter_or_a_context_names_is_asked_about(
    recorded: Recorded, caller: Caller, document: str, given: dict[str, Any], about: list[str]
) -> None:
    await recorded.ask(document, caller, f=given)
    (row,) = recorded.rows
    assert sorted(recorded.people[id_] for id_ in row["about"]) == about


async def test_somebody_stands_in_a_row_once_and_so_do_all_who_are_unknown(recorded: Recorded) -> None:
    keys = ["ana", "ana-phone", "bea", *(f"nobody-{number}" for number in range(500))]
    spread = "query($k: [String!]!) { spread(users: $k) { reach { value } } }"
    await recorded.service.answer(Asked(spread, {"k": keys}, caller=GROWTH))
    (row,) = recorded.rows
    assert [recorded.people.get(id_, id_) for id_ in row["about"]] == ["ana", "bea", "unknown"]


NOBODYS = {
    *(
        "after",
        "amount",
        "audienceRegion",
        "campaign",
        "category",
        "currency",
        "idempotencyKey",
        "key",
        "locale",
        "month",
    ),
    *("notice", "product", "products", "region", "scene", "share", "surface"),
}
"""Words of arguments and inputs that name no people; the key of `user(key:)` is looked at by itself."""


OF_NEWS = {"EventInput", "UserInput", "ProductInput", "AttributeInput"}


def words() -> Iterator[tuple[str, str]]:
    """Every argument and input field that takes words, but for those of news."""
    for kind in core_schema.type_map.values():
        fields = getattr(kind, "fields", {}).items()
        if isinstance(kind, GraphQLInputObjectType) and kind.name not in OF_NEWS:
            yield from ((f"{kind.name}.{name}", name) for name, field in fields if takes_words(field))
        elif isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            for field_name, field in fields:
                arguments = field.args.items()
                yield from (
                    (f"{kind.name}.{field_name}", name) for name, one in arguments if takes_words(one)
                )


def takes_words(one: Any) -> bool:
    return bool(get_named_type(one.type).name == "String")


def test_whatever_takes_words_names_people_who_are_put_on_record_or_nobody() -> None:
    apart = {"KolFilter.exclude", "AudienceFilter.exclude", "SuggestionContext.exclude"}
    unknown = {
        (where, name) for where, name in words() if name not in NAMING | NOBODYS and where not in apart
    }
    assert not unknown


async def test_a_member_is_the_person_they_are(recorded: Recorded) -> None:
    await recorded.ask("{ viewer { name } }", Caller(Role.MEMBER, "token:member:ana", "ana", "own-use"))
    await recorded.ask("{ viewer { key } }", Caller(Role.MEMBER, "token:member:zoe", "zoe", "own-use"))
    known, unknown = recorded.rows
    assert recorded.people[known["caller"]] == "ana"
    assert unknown["caller"] == "unknown"


@pytest.mark.parametrize("role", [Role.ANALYST, Role.STOREFRONT])
async def test_who_asks_by_a_pseudonym_is_on_record_about_the_person_behind_it(
    recorded: Recorded, role: Role
) -> None:
    caller = Caller(role, "key:k3", purpose="analysis")
    veil = recorded.service._veil.of(caller)
    assert veil is not None
    await recorded.ask("query($k: String!) { user(key: $k) { key } }", caller, k=veil.of("bea"))
    (row,) = recorded.rows
    assert [recorded.people[id_] for id_ in row["about"]] == ["bea"]


async def test_what_is_recorded_speaks_of_nobody_once_they_are_forgotten(recorded: Recorded) -> None:
    await recorded.ask('{ user(key: "ana") { name } }')
    await recorded.ask('{ user(key: "ana-phone") { name } }')
    await recorded.ask('mutation { forgetUser(input: { user: "ana" }) { forgotten } }', STAFF)
    await recorded.ask('{ user(key: "ana") { name } }')
    *before, after = recorded.rows
    assert len({id_ for row in before for id_ in row["about"]}) == 1
    assert after["about"] == ["unknown"]
    assert {*recorded.people.values()} == {"token:privacy:olga", "bea", "cy", "dan", "eve"}
    for path in recorded.path.parent.glob("audit.jsonl*"):
        assert b"ana" not in path.read_bytes()


async def test_who_is_forgotten_while_they_are_asked_about_is_not_written_down(recorded: Recorded) -> None:
    """The request is pinned to a version that knew them, and comes to be recorded after they went."""
    document = parse('{ user(key: "ana") { name } b: user(key: "bea") { name } }')
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    context = recorded.service._context(Asked("", caller=SHOP), None)
    await context.pin()
    recorded.shop.store.forget("ana")
    audit = recorded.service._audit
    assert audit is not None
    await audit.note(context, document, operation, {})
    (row,) = recorded.rows
    assert [recorded.people.get(id_, id_) for id_ in row["about"]] == ["unknown", "bea"]
    assert "ana" not in {*recorded.people.values()}


async def test_what_cannot_be_put_on_record_is_not_answered(recorded: Recorded, tmp_path: Path) -> None:
    recorded.path.unlink()
    recorded.path.mkdir()
    reply = await recorded.service.answer(Asked('{ user(key: "ana") { name } }', caller=STAFF))
    assert reply.data is None
    assert str(tmp_path) not in str(reply.errors)


async def test_a_call_that_brings_news_is_on_record_without_whom(recorded: Recorded) -> None:
    call = "mutation($i: RecordEventsInput!) { recordEvents(input: $i) { stored } }"
    view = {"id": "v1", "kind": "VIEW", "at": NOW.isoformat(), "user": "ana", "product": "tea"}
    await recorded.ask(call, Caller(Role.INGEST, "key:k4", purpose="campaigns"), i={"events": [view]})
    (row,) = recorded.rows
    assert (row["what"], row["about"], row["caller"]) == (["Mutation.recordEvents"], [], "key:k4")


@pytest.mark.parametrize("role", [Role.MEMBER, Role.STOREFRONT, Role.PRIVACY])
async def test_a_question_about_somebody_does_what_one_about_nobody_does(
    recorded: Recorded, role: Role
) -> None:
    """Nobody is given an id by being asked about, and the store is asked the same; bench/oracle_timing.py
    takes the time.
    """
    caller = Caller(role, "key:k9", "cy" if role is Role.MEMBER else None, "suggestions")
    await recorded.ask('{ user(key: "cy") { key } }', caller)
    held, done = recorded.people, []
    for key in ("eve", "nobody", "bea", "eve"):
        recorded.shop.store.calls.clear()
        await recorded.ask("query($k: String!) { user(key: $k) { key } }", caller, k=key)
        done.append([*recorded.shop.store.calls])
    assert recorded.people == held
    assert {"ana", "bea", "cy", "dan", "eve"} <= {*held.values()}
    assert done == [done[0]] * 4


async def test_newcomers_have_an_id_before_anybody_asks_about_them(recorded: Recorded) -> None:
    await recorded.ask('{ user(key: "ana") { key } }')
    before = recorded.people
    recorded.shop.tell("zoe>yan:tea")
    await recorded.ask('{ user(key: "ana") { key } }')
    assert {*recorded.people.values()} - {*before.values()} == {"zoe", "yan"}
    assert before.items() <= recorded.people.items()


async def test_who_was_forgotten_by_a_program_that_knows_no_log_leaves_it_at_the_next_question(
    recorded: Recorded,
) -> None:
    await recorded.ask('{ user(key: "ana") { key } }')
    recorded.shop.store.forget("ana")
    assert "ana" in {*recorded.people.values()}
    await recorded.ask('{ user(key: "bea") { key } }')
    assert not {"ana", "ana-phone"} & {*recorded.people.values()}


async def test_who_was_forgotten_while_no_server_ran_leaves_the_log_when_one_starts(
    recorded: Recorded,
) -> None:
    await recorded.ask('{ user(key: "ana") { key } }')
    recorded.shop.store.forget("ana")
    next_day = Service(recorded.shop.store, records=Records(audit=recorded.path))
    await next_day.begin()
    await next_day.end()
    assert "ana" not in {*recorded.people.values()}
    assert b"ana" not in recorded.path.with_name("audit.jsonl.people").read_bytes()


async def test_an_export_says_who_asked_about_somebody_what_for_and_when(recorded: Recorded) -> None:
    await recorded.ask('{ user(key: "ana-phone") { name } }')
    await recorded.ask("{ viewer { key } }", Caller(Role.MEMBER, "token:member:ana", "ana", "own-use"))
    await recorded.ask('{ user(key: "bea") { name } }')
    held = json.loads((await recorded.ask('{ exportUser(user: "ana") }', STAFF))["exportUser"])
    shop, herself, export = held["askedAbout"]
    assert (shop["who"], shop["role"], shop["purpose"], shop["from"]) == (
        "key:k1", "storefront", "suggestions", "audit.jsonl, row 1",
    )  # fmt: skip
    assert shop["at"].startswith(NOW.date().isoformat())
    assert (herself["who"], herself["what"]) == ("themselves", ["Query.viewer", "User.key"])
    assert export["what"] == ["Query.exportUser"]
    own = Caller(Role.MEMBER, "token:member:ana", "ana", "own-use")
    told = json.loads((await recorded.ask('{ exportUser(user: "ana") }', own))["exportUser"])["askedAbout"]
    assert [asking["who"] for asking in told] == [None, "themselves", None, "themselves"]


async def test_what_is_followed_is_on_record_before_its_first_event(recorded: Recorded) -> None:
    analyst = Caller(Role.ANALYST, "key:k5", purpose="analysis")
    (one, *_) = (await recorded.ask("{ cascades { nodes { id } } }", analyst))["cascades"]["nodes"]
    asked = Asked("subscription($i: ID!) { cascade(id: $i) { size } }", {"i": one["id"]}, caller=analyst)
    replies = recorded.service.replies(asked)
    reply = await anext(replies)
    await replies.aclose()
    assert reply.data is not None
    assert recorded.rows[-1]["what"] == ["Subscription.cascade"]
    assert recorded.rows[-1]["caller"] == "key:k5"
