"""Who may see what: the table, and a walk through everything that a thief would try."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    build_client_schema,
    get_introspection_query,
    parse,
)
from hypothesis import given
from hypothesis import strategies as st

from api.auth.caller import Caller, Role
from api.ids import global_id, plain
from api.request import Asked
from api.rights.guard import WHOSE, beyond
from api.rights.page import printed
from api.rights.suppress import told as told_of
from api.rights.table import ALLOWED, EVERYTHING, OWN, TABLE, sees
from api.schema import core_schema
from api.service import Service
from api.settings import Records, Settings
from api.trusted import Trusted
from graph.errors import InvalidInput
from graph.events import Product, User
from tests.api.conftest import Shop
from tests.questions import each_of, everything, ways

TOY = "ana>bea,cy:tea  bea>ana,dan:mug  cy>eve:pot  ana$tea:59  bea$tea:59"

ROLES = [role for role in Role if role is not Role.DEV]


def fields() -> Iterator[str]:
    for kind in core_schema.type_map.values():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and not kind.name.startswith("__"):
            yield from (f"{kind.name}.{name}" for name in kind.fields)


def test_every_field_of_the_schema_is_in_the_table() -> None:
    assert sorted({*fields()} - {*ALLOWED}) == []


def test_the_page_of_roles_is_what_the_table_says() -> None:
    assert Path("docs/roles.md").read_text("utf-8") == printed()


def test_no_field_is_in_two_rows() -> None:
    for kind, rows in TABLE.items():
        named = [name for names in rows for name in names.split()]
        assert len(named) == len({*named}), kind


def test_whatever_is_answered_of_oneself_only_is_of_a_type_that_says_whose_it_is() -> None:
    assert {coordinate.partition(".")[0] for coordinate in OWN} == {*WHOSE}


async def ask(
    shop: Shop, role: Role, document: str, me: str | None = None, purse: str = "test", **variables: Any
) -> Any:
    """The reply to a caller in a role; a member says who they are. purse: whose minute it is."""
    caller = Caller(role, f"{purse}:{role}", me)
    return await shop.service.answer(Asked(document, variables, caller=caller))


async def as_member(shop: Shop, me: str, document: str, **variables: Any) -> Any:
    return await ask(shop, Role.MEMBER, document, me, **variables)


@pytest.fixture
def told(shop: Shop) -> Shop:
    shop.tell(TOY)
    names = [User("ana", "Ana"), User("bea", "Bea"), User("cy", "Cy"), User("dan", "Dan"), User("eve", "Eve")]
    shop.store.upsert_users(names)
    return shop


NAMES = {"person": "ana", "people": ["ana"], "product": "tea", "products": ["tea"], "link": {}, "first": 1}
WAYS = ways()


def test_every_type_of_the_table_is_reached_by_some_way() -> None:
    assert {*TABLE} == {*WAYS}


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_is_refused_every_field_of_every_type_that_is_not_its_own_and_no_other(
    told: Shop, role: Role
) -> None:
    """A type is asked for all of its fields at once, and then for those that the role may ask for: these run,
    if the way to them is open too; mutations without what is to be done. Of a way that is shut the first step
    is told alone.
    """
    me = "ana" if role is Role.MEMBER else None
    for kind, way in WAYS.items():
        whole = each_of(kind, way, everything)
        shut = [one for one in way if not may(role, one)][:1]
        refused = {*shut} or {one for name in fields_of(kind) if not may(role, one := f"{kind}.{name}")}
        reply = await ask(told, role, whole, me, kind, **values(whole, kind))
        if refused:
            assert (reply.ran, reply.code) == (False, "FORBIDDEN"), whole
            assert {one["message"].partition(" ")[0] for one in reply.errors} == refused, whole
        if shut:
            continue
        rest = each_of(kind, way, lambda _, coordinate: may(role, coordinate))
        reply = await ask(told, role, rest, me, kind, **values(rest, kind))
        assert reply.ran if rest.startswith("query") else reply.code != "FORBIDDEN", (rest, reply.errors)


def may(role: Role, coordinate: str) -> bool:
    return role in ALLOWED[coordinate]


def fields_of(kind: str) -> list[str]:
    return [coordinate.partition(".")[2] for coordinate in fields() if coordinate.startswith(f"{kind}.")]


def values(document: str, kind: str) -> dict[str, Any]:
    """What a document needs to run."""
    known = {**NAMES, "id": global_id(kind, "ana" if kind == "User" else "tea")}
    return {name: known[name] for name in known if f"${name}:" in document}


async def test_a_member_sees_themselves(told: Shop) -> None:
    document = """{ viewer { key name friends { nodes { from { key name } } }
        suggestions { nodes { product { key } reasons { ... on FriendReason { friend { name } } } } }
        shares { nodes { product { key } opens } } } user(key: "bea") { key } }"""
    reply = await as_member(told, "bea", document)
    assert not reply.errors
    own = reply.data["viewer"]
    assert (own["key"], own["name"], reply.data["user"]["key"]) == ("bea", "Bea", "bea")
    friends = [tie["from"] for tie in own["friends"]["nodes"]]
    assert "Ana" in {friend["name"] for friend in friends}
    assert all(friend["key"].startswith("~") for friend in friends)


async def test_a_member_can_ask_nobody_elses_anything_by_any_route(told: Shop) -> None:
    """Ana is a friend of bea's: what she bought, shared and is shown is her own all the same."""
    private = ["suggestions { nodes { rank } }", "shares { nodes { id } }", "friends { nodes { strength } }"]
    private += ("listeners { nodes { strength } }", "region", "influence { pageRank }", "community { id }")
    private += ('recipients(product: "tea") { nodes { rank } }', 'socialProof(products: ["tea"]) { friends }')
    for field in private:
        friend = await as_member(
            told, "bea", f"{{ viewer {{ friends {{ nodes {{ from {{ {field} }} }} }} }} }}"
        )
        assert friend.code == "FORBIDDEN", field
        assert "ana" not in str(friend.errors).replace("answered", "")
        mine = await as_member(told, "bea", f"{{ viewer {{ {field} }} }}")
        assert not mine.errors, (field, mine.errors)
    for key in ("ana", "dan", "nobody"):
        other = await as_member(told, "bea", "query($k: String!) { user(key: $k) { id } }", k=key)
        assert (other.data, other.errors) == ({"user": None}, ())
        document = "query($i: ID!) { node(id: $i) { id } }"
        node = await as_member(told, "bea", document, i=global_id("User", key))
        assert (node.data, node.errors) == ({"node": None}, ())


async def test_what_a_member_may_not_see_looks_like_what_is_not_there(told: Shop) -> None:
    shares = told.service.answers.latest
    assert shares is None
    ids = (await told.ask("{ cascades(first: 50) { nodes { id root { id user { key } } } } }"))["cascades"]
    by_sharer = {node["root"]["user"]["key"]: node for node in ids["nodes"]}
    document = "query($i: ID!) { node(id: $i) { id } }"
    nothing = (await as_member(told, "dan", document, i=global_id("Share", "nothing"))).body()
    for hidden in (by_sharer["cy"]["root"]["id"], by_sharer["cy"]["id"], global_id("Cascade", "nothing")):
        seen = (await as_member(told, "dan", document, i=hidden)).body()
        assert {**seen, "extensions": None} == {**nothing, "extensions": None}
    friend = (await as_member(told, "dan", document, i=by_sharer["bea"]["root"]["id"])).data
    assert friend["node"] is not None


async def test_a_member_learns_nothing_of_a_stranger_by_saying_that_they_opened_their_link(
    told: Shop,
) -> None:
    """What is suggested on a link tells of its sharer's acts: dan is no friend of cy's."""
    document = """query($link: SuggestionContext!) { suggestions(context: $link) {
        nodes { product { key } score reasons { __typename weight } } } }"""
    listed = (await told.ask("{ cascades { nodes { root { id user { key } } } } }"))["cascades"]["nodes"]
    shares = {
        node["root"]["user"]["key"]: (plain(node["root"]["id"]) or "").partition(":")[2] for node in listed
    }
    nothing = (await as_member(told, "dan", document, link={})).data
    for stranger in ("cy", "eve", "nobody"):
        assert (await as_member(told, "dan", document, link={"sharer": stranger})).data == nothing
    hidden = {"share": shares["cy"]}
    assert (await as_member(told, "dan", document, link=hidden)).data == nothing
    assert (await ask(told, Role.STOREFRONT, document, link={"sharer": "cy"})).data != nothing
    assert (await as_member(told, "dan", document, link={"sharer": "bea"})).data != nothing
    friend = {"share": shares["bea"]}
    assert (await as_member(told, "dan", document, link=friend)).data != nothing


async def test_a_member_does_not_learn_from_a_small_circle_what_a_friend_in_it_takes_to(shop: Shop) -> None:
    """Who knows what they did themselves takes it away from what two people did together."""
    shop.store.upsert_products([Product("tea", category="drinks"), Product("balm", category="remedies")])
    shop.tell("ana>bea:tea  bea$balm")
    document = "{ viewer { community { id size cohesion topCategories { category fraction } } } }"
    own = (await as_member(shop, "ana", document)).data["viewer"]["community"]
    assert (own["size"], own["topCategories"]) == (2, [])
    again = "query($i: ID!) { node(id: $i) { ... on Community { topCategories { category } } } }"
    assert (await as_member(shop, "ana", again, i=own["id"])).data["node"] == {"topCategories": []}


async def test_of_communities_a_member_is_told_of_their_own_and_of_those_of_friends_they_know(
    shop: Shop,
) -> None:
    """As by every other path: a reason names one's own, or a link's sharer's. Numbers can be counted."""
    shop.tell("ana>bea,cy:tea  bea>cy,ana:tea  fay>gus,hal:mug  gus>hal,fay:mug  ana>gus:mug")
    listed = (await shop.ask("{ communities { nodes { id size } } }"))["communities"]["nodes"]
    homes = {
        key: (await shop.ask(f'{{ user(key: "{key}") {{ community {{ id }} }} }}'))["user"]["community"]["id"]
        for key in ("bea", "gus", "hal")
    }
    assert homes["bea"] != homes["gus"] == homes["hal"]
    assert len(listed) == 2
    document = "query($i: ID!) { node(id: $i) { ... on Community { id size } } }"
    seen = {
        (who, of): (await as_member(shop, who, document, i=homes[of])).data["node"]
        for who in ("bea", "gus", "hal")
        for of in ("bea", "gus")
    }
    assert (
        seen["bea", "bea"]
        == (await as_member(shop, "bea", "{ viewer { community { id size } } }")).data["viewer"]["community"]
    )
    assert seen["gus", "bea"] is not None  # Ana's, whose shares reach gus
    assert seen["hal", "gus"] is not None
    nothing = await as_member(shop, "bea", document, i=global_id("Community", "999"))
    assert seen["bea", "gus"] is seen["hal", "bea"] is nothing.data["node"] is None
    await shop.ask('mutation { setConsent(input: { user: "ana", namedToFriends: false }) { user { id } } }')
    assert (await as_member(shop, "gus", document, i=homes["bea"])).data["node"] is None


async def test_a_member_is_told_what_ten_of_their_circle_take_to(shop: Shop) -> None:
    shop.store.upsert_products([Product("tea", category="drinks")])
    shop.tell(f"ana>{','.join(f'p{number}' for number in range(12))}:tea")
    document = "{ viewer { community { topCategories { category fraction } } } }"
    own = (await as_member(shop, "ana", document)).data["viewer"]["community"]
    assert own["topCategories"] == [{"category": "drinks", "fraction": 1.0}]


async def test_a_member_gives_feedback_for_nobody_else(told: Shop) -> None:
    document = """mutation($u: String!) {
        giveFeedback(input: { user: $u, product: "pot", verdict: NOT_INTERESTED }) {
            user { key } userErrors { code } } }"""
    own = (await as_member(told, "bea", document, u="bea")).data["giveFeedback"]
    assert own == {"user": {"key": "bea"}, "userErrors": []}
    other = (await as_member(told, "bea", document, u="ana")).data["giveFeedback"]
    nobody = (await as_member(told, "bea", document, u="nobody")).data["giveFeedback"]
    assert other == nobody == {"user": None, "userErrors": [{"code": "NOT_FOUND"}]}


async def test_under_a_pseudonym_nothing_is_said_for_anybody(told: Shop) -> None:
    """It would be stored as the word of somebody whose key it is, and that is nobody."""
    no = 'mutation { setConsent(input: { user: "ana", namedToFriends: false }) { userErrors { code } } }'
    await told.ask(no)
    veil = told.service._veil.of(Caller(Role.STOREFRONT, "key:s"))
    assert veil is not None
    before = told.store.version()
    for name, more in (
        ("setConsent", "personalisation: false"),
        ("giveFeedback", 'product: "pot", verdict: CLEAR'),
    ):
        document = (
            f"mutation($u: String!) {{ {name}(input: {{ user: $u, {more} }}) {{ userErrors {{ code }} }} }}"
        )
        for whom in ("ana", "bea"):
            said = (await ask(told, Role.STOREFRONT, document, u=veil.of(whom))).data
            assert said == {name: {"userErrors": [{"code": "NOT_FOUND"}]}}
        assert told.store.version() == before
    for name, more in (
        ("setConsent", "personalisation: false"),
        ("giveFeedback", 'product: "pot", verdict: CLEAR'),
    ):
        document = (
            f"mutation($u: String!) {{ {name}(input: {{ user: $u, {more} }}) {{ userErrors {{ code }} }} }}"
        )
        assert (await ask(told, Role.STOREFRONT, document, u="ana")).data == {name: {"userErrors": []}}


async def test_an_analyst_sees_cascades_of_people_under_stable_pseudonyms(told: Shop) -> None:
    document = """{ cascades { nodes { participants { nodes { user { id key name } } } } } }"""
    first, again = [await ask(told, Role.ANALYST, document) for _ in range(2)]
    assert first.data == again.data
    people = [
        one["user"] for node in first.data["cascades"]["nodes"] for one in node["participants"]["nodes"]
    ]
    assert len({one["key"] for one in people}) == 5
    assert all(one["name"] is None and one["key"].startswith("~") for one in people)
    for name in ("ana", "Ana", "bea", "dan", "eve"):
        assert name not in str(first.data)


async def test_a_pseudonym_can_be_asked_with_and_a_key_cannot(told: Shop) -> None:
    document = "{ cascades { nodes { participants { nodes { user { id key } } } } } }"
    listed = (await ask(told, Role.ANALYST, document)).data["cascades"]["nodes"]
    somebody = listed[0]["participants"]["nodes"][0]["user"]
    by_id = await ask(told, Role.ANALYST, "query($i: ID!) { node(id: $i) { id } }", i=somebody["id"])
    assert by_id.data == {"node": {"id": somebody["id"]}}
    by_key = "query($k: String!) { user(key: $k) { key } cascades(filter: { user: $k }) { totalCount } }"
    found = (await ask(told, Role.ANALYST, by_key, k=somebody["key"])).data
    assert found["user"]["key"] == somebody["key"]
    assert found["cascades"]["totalCount"] > 0
    for key in ("ana", "~YW5h", "~"):
        none = (await ask(told, Role.ANALYST, by_key, k=key)).data
        assert none == {"user": None, "cascades": {"totalCount": 0}}
    plain = await ask(
        told, Role.ANALYST, "query($i: ID!) { node(id: $i) { id } }", i=global_id("User", "ana")
    )
    assert plain.data == {"node": None}


async def test_an_analyst_asks_nothing_of_one_person(told: Shop) -> None:
    for field in (
        "suggestions { nodes { rank } }",
        "friends { totalCount }",
        "shares { totalCount }",
        "region",
    ):
        reply = await ask(told, Role.ANALYST, f'{{ user(key: "ana") {{ {field} }} }}')
        assert (reply.ran, reply.code) == (False, "FORBIDDEN")


@pytest.mark.parametrize("role", ROLES)
async def test_a_node_of_a_type_that_a_role_does_not_see_is_none(told: Shop, role: Role) -> None:
    listing, me = "{ cascades(first: 1) { nodes { id } } }", "ana" if role is Role.MEMBER else None
    listed = await ask(told, role if sees(role, "Cascade") else Role.ADMIN, listing)
    (cascade,) = listed.data["cascades"]["nodes"]
    reply = await ask(told, role, "query($i: ID!) { node(id: $i) { id } }", me, i=cascade["id"])
    assert (reply.data["node"] is not None) == sees(role, "Cascade")


async def test_an_analyst_is_not_told_the_id_that_stands_in_a_link(told: Shop) -> None:
    """Whoever was sent a share has its id, and knows from whom."""
    listing = "{ cascades { nodes { id root { id user { key } } } } }"
    named = (await ask(told, Role.ADMIN, listing)).data["cascades"]["nodes"]
    veiled = (await ask(told, Role.ANALYST, listing)).data["cascades"]["nodes"]
    document = "query($i: ID!) { node(id: $i) { id } }"
    for one, other in zip(named, veiled, strict=True):
        for sent, shown in ((one["id"], other["id"]), (one["root"]["id"], other["root"]["id"])):
            assert sent != shown
            assert (await ask(told, Role.ANALYST, document, i=sent)).data == {"node": None}
            assert (await ask(told, Role.ANALYST, document, i=shown)).data == {"node": {"id": shown}}


async def test_a_growth_team_is_told_what_travelled_and_nobodys_part_in_it(told: Shop) -> None:
    """What one person sent, when and by which way, is an event of theirs."""
    listing = "{ cascades { nodes { id size product { key } } } }"
    named = (await ask(told, Role.ADMIN, "{ cascades { nodes { id root { id } } } }")).data["cascades"][
        "nodes"
    ]
    seen = (await ask(told, Role.GROWTH, listing)).data["cascades"]["nodes"]
    assert [one["product"]["key"] for one in seen] == ["tea", "mug", "pot"]
    letters = str([plain(one["id"]) for one in seen])
    assert not [one["root"]["id"] for one in named if (plain(one["root"]["id"]) or "")[6:] in letters]
    document = "query($i: ID!) { node(id: $i) { id } }"
    for one, other in zip(named, seen, strict=True):
        for hidden in (one["id"], one["root"]["id"]):
            assert (await ask(told, Role.GROWTH, document, i=hidden)).data == {"node": None}
        assert (await ask(told, Role.GROWTH, document, i=other["id"])).data == {"node": {"id": other["id"]}}
    for field in ("root { at }", "participants { totalCount }"):
        assert (await ask(told, Role.GROWTH, f"{{ cascades {{ nodes {{ {field} }} }} }}")).code == "FORBIDDEN"
    by_name = await ask(told, Role.GROWTH, '{ cascades(filter: { user: "ana" }) { totalCount } }')
    assert by_name.errors[0]["extensions"]["code"] == "FORBIDDEN"


async def test_of_what_is_refused_nothing_within_is_told_also_where_it_stands_in_fragments(
    told: Shop,
) -> None:
    document = """
      query Lists { kolCandidates { nodes { ...Candidate } } ...Own }
      fragment Candidate on KolCandidate { influence { ...Reached } }
      fragment Reached on Influence { reach { value } }
      fragment Own on Query { viewer { friends { nodes { strength } } } dataset { users } }
    """
    reply = await as_member(told, "ana", document)
    refused = {error["message"].partition(" ")[0] for error in reply.errors}
    assert (reply.ran, reply.code, refused) == (False, "FORBIDDEN", {"Query.kolCandidates", "Query.dataset"})


async def test_a_member_is_not_told_what_others_paid_who_came_by_their_link(shop: Shop) -> None:
    """Where one person opened it, that is what they paid; an export keeps it back as well."""
    shop.tell("ana>bea:tea bea$tea=59")
    asked = '{{ user(key: "ana") {{ influence {{ {} }} }} }}'
    paid = asked.format("purchasesCredited revenueCredited { amount }")
    reply = await as_member(shop, "ana", paid)
    assert (reply.ran, reply.code) == (False, "FORBIDDEN")
    assert not (await as_member(shop, "ana", asked.format("pageRank opensCredited"))).errors
    (money,) = (await ask(shop, Role.GROWTH, paid)).data["user"]["influence"]["revenueCredited"]
    assert float(money["amount"]) == 59


async def test_a_growth_team_does_not_find_when_somebody_acted_last(told: Shop) -> None:
    """Who knows the moment finds the share that was made at it, which cascades tell."""
    document = """query($at: DateTime) { product(key: "pot") { audience(filter: { activeSince: $at }) {
        nodes { user { key } } } } }"""

    async def listed(role: Role, at: str) -> set[str]:
        nodes = (await ask(told, role, document, at=at)).data["product"]["audience"]["nodes"]
        return {node["user"]["key"] for node in nodes}

    everybody = await listed(Role.GROWTH, "2026-05-01T00:00:00Z")
    assert await listed(Role.ADMIN, "2026-05-01T00:06:30Z") < everybody
    for at in ("2026-05-01T00:06:30Z", "2026-05-01T23:59:59Z", "2026-05-02T01:00:00+08:00"):
        assert await listed(Role.GROWTH, at) == everybody
    assert await listed(Role.GROWTH, "2026-05-02T00:00:00Z") == set()


async def test_a_growth_team_is_not_told_what_few_people_do_by_asking_of_their_community(shop: Shop) -> None:
    """It knows who is in it."""
    shop.store.upsert_products([Product("tea", category="drinks"), Product("pot", category="ware")])
    crowds = ",".join(f"f{n}" for n in range(14)), ",".join(f"g{n}" for n in range(12))
    shop.tell(f"ana>{crowds[0]}:tea  bea>{crowds[1]}:tea  zoe>yan,xia:pot  yan>zoe:pot")
    document = """{ communities { nodes { size leaders { key } topCategories { category } } }
        kFactor(by: COMMUNITY) { groups { community { size } kFactor { invites } } } }"""
    told = (await ask(shop, Role.GROWTH, document)).data
    told_of = {one["size"]: bool(one["topCategories"]) for one in told["communities"]["nodes"]}
    assert told_of == {15: True, 13: True, 3: False}
    # The three's, and of 13 people, since all less the others would be the three's.
    assert [group["community"]["size"] for group in told["kFactor"]["groups"]] == [15]
    whole = (await ask(shop, Role.ADMIN, document)).data
    assert all(one["topCategories"] for one in whole["communities"]["nodes"])
    assert len(whole["kFactor"]["groups"]) == 3


async def test_a_growth_team_is_not_told_what_one_person_opened(told: Shop) -> None:
    document = """{ product(key: "tea") { audience { nodes { user { key }
        reasons { __typename weight ... on InterestReason { because { key } } } } } } }"""
    reply = await ask(told, Role.GROWTH, document)
    assert (reply.code, reply.data) == ("FORBIDDEN", None)
    fine = await ask(told, Role.GROWTH, document.replace("... on InterestReason { because { key } }", ""))
    assert fine.data["product"]["audience"]["nodes"]


SHOWN = sorted(Path("examples/frontend").glob("*-*.graphql"))
OF_ROLES = [(Role(role), file) for file in SHOWN if (role := file.name.partition("-")[0]) in {*Role}]


@pytest.mark.parametrize(("role", "file"), OF_ROLES, ids=lambda one: getattr(one, "stem", ""))
def test_an_example_asks_for_nothing_that_is_not_its_roles(role: Role, file: Path) -> None:
    assert beyond(core_schema, parse(file.read_text("utf-8")), role) == ()


async def test_a_page_of_the_shop_knows_the_sharer_who_allows_to_be_named_and_nobody_else(told: Shop) -> None:
    listed = (await told.ask("{ cascades { nodes { root { id user { key } } } } }"))["cascades"]["nodes"]
    (share,) = [node["root"]["id"] for node in listed if node["root"]["user"]["key"] == "ana"]
    asked = "query($i: ID!) { node(id: $i) { ... on Share { user { id key name } } } }"
    named = (await ask(told, Role.STOREFRONT, asked, i=share)).data["node"]["user"]
    assert (named["key"], named["name"]) == ("ana", "Ana")
    no = """mutation { setConsent(input: { user: "ana", namedToFriends: false }) { userErrors { code } } }"""
    await told.ask(no)
    unnamed = (await ask(told, Role.STOREFRONT, asked, i=share)).data["node"]["user"]
    assert unnamed["key"].startswith("~")
    assert unnamed["name"] is None
    again = "query($i: ID!) { node(id: $i) { ... on User { id key name } } }"
    assert (await ask(told, Role.STOREFRONT, again, i=unnamed["id"])).data["node"] == unnamed
    by_key = (await ask(told, Role.STOREFRONT, '{ user(key: "ana") { name } }')).data["user"]
    assert by_key == {"name": "Ana"}


async def test_of_who_may_not_be_named_the_shops_pages_have_a_pseudonym_and_nothing_else_by_any_path(
    told: Shop,
) -> None:
    told.store.upsert_users([User("ana", region="Hebei"), User("bea", region="Hubei")])
    share = (await told.ask('{ user(key: "ana") { shares { nodes { id } } } }'))["user"]["shares"]["nodes"][0]
    await told.ask(
        'mutation { setConsent(input: { user: "ana", namedToFriends: false }) { userErrors { code } } }'
    )
    whom = "{ id key name region }"
    shared = f"query($i: ID!) {{ node(id: $i) {{ ... on Share {{ user {whom} }} }} }}"
    unnamed = (await ask(told, Role.STOREFRONT, shared, i=share["id"])).data["node"]["user"]
    assert unnamed["key"].startswith("~")
    by_key = await ask(
        told, Role.STOREFRONT, f"query($k: String!) {{ user(key: $k) {whom} }}", k=unnamed["key"]
    )
    by_id = await ask(
        told, Role.STOREFRONT, f"query($i: ID!) {{ node(id: $i) {{ ... on User {whom} }} }}", i=unnamed["id"]
    )
    nothing = {"id": unnamed["id"], "key": unnamed["key"], "name": None, "region": None}
    assert unnamed == by_key.data["user"] == by_id.data["node"] == nothing
    for field in ("suggestions { nodes { rank } }", 'recipients(product: "pot") { nodes { rank } }',
                  'socialProof(products: ["tea"]) { friends }', "consent { personalisation }",
                  "consentPreview(personalisation: false) { suggestions { rank } }"):  # fmt: skip
        document = f"query($k: String!) {{ user(key: $k) {{ {field} }} }}"
        assert (await ask(told, Role.STOREFRONT, document, k=unnamed["key"])).code == "FORBIDDEN", field
        assert not (await ask(told, Role.STOREFRONT, document, k="ana")).errors, field
    stranger = "query($k: String) { suggestions(user: $k) { nodes { product { key } score } } }"
    nobody = (await ask(told, Role.STOREFRONT, stranger)).data
    assert (await ask(told, Role.STOREFRONT, stranger, k=unnamed["key"])).data == nobody
    friends = """{ user(key: "bea") { recipients(product: "pot") { nodes { user { key } } }
        socialProof(products: ["tea", "pot"]) { named { key } } suggestions { nodes {
            reasons { ... on FriendReason { friend { key } via { key } } } } } } }"""
    listed = (await ask(told, Role.STOREFRONT, friends)).data
    assert {"ana", "Hebei"} & {*str(listed).replace("'", " ").split()} == set()
    named = (await ask(told, Role.STOREFRONT, f'{{ user(key: "ana") {whom} }}')).data["user"]
    assert (named["key"], named["region"]) == ("ana", "Hebei")


async def test_nothing_is_hidden_from_who_runs_the_shop(told: Shop) -> None:
    assert {Role.ADMIN, Role.DEV} == EVERYTHING
    document = (
        '{ user(key: "ana") { key name shares { totalCount } friends { totalCount } } dataset { users } }'
    )
    for role in EVERYTHING:
        reply = await ask(told, role, document)
        assert not reply.errors
        assert reply.data["user"]["name"] == "Ana"


async def test_an_analyst_is_told_of_no_group_of_few_people(shop: Shop) -> None:
    crowd = ",".join(f"f{n}" for n in range(14))
    shop.tell(f"ana>{crowd}:tea  zoe>yan,xia:pot  f0>f1,f2:tea  yan>zoe:pot")
    asked = (
        "{ communities { totalCount nodes { id size } } kFactor(by: PRODUCT) { groups { product { key } } } }"
    )
    whole = (await ask(shop, Role.GROWTH, asked)).data
    told = (await ask(shop, Role.ANALYST, asked)).data
    small = [one for one in whole["communities"]["nodes"] if one["size"] < 10]
    assert small
    assert all(one["size"] >= 10 for one in told["communities"]["nodes"])
    assert told["communities"]["totalCount"] == len(told["communities"]["nodes"])
    by_id = "query($i: ID!) { node(id: $i) { id } }"
    for one in small:
        assert (await ask(shop, Role.ANALYST, by_id, i=one["id"])).data == {"node": None}
        assert (await ask(shop, Role.GROWTH, by_id, i=one["id"])).data["node"] is not None
    assert {group["product"]["key"] for group in whole["kFactor"]["groups"]} == {"tea", "pot"}
    assert told["kFactor"]["groups"] == []  # the pot's three, and the tea's, since one of two tells the other


KFACTOR = """query($first: Int, $every: Every, $since: DateTime) {
  kFactor(by: PRODUCT, first: $first, every: $every, since: $since) {
    overall { people } groups { product { key } overTime { kFactor { people } } } } }"""


async def test_an_analyst_has_no_small_group_by_a_short_list_a_period_or_a_window(shop: Shop) -> None:
    tea, mug = (",".join(f"{letter}{n}" for n in range(14)) for letter in "tm")
    shop.tell(f"ana>{tea}:tea  bea>{mug}:mug  zoe>yan,xia:pot  @20d ana>{tea}:tea  @21d zoe>yan:tea")
    whole = (await ask(shop, Role.GROWTH, KFACTOR, first=2, every="WEEK")).data["kFactor"]
    assert [group["product"]["key"] for group in whole["groups"]] == ["tea", "mug"]
    told = (await ask(shop, Role.ANALYST, KFACTOR, first=2, every="WEEK")).data["kFactor"]
    assert [group["product"]["key"] for group in told["groups"]] == [
        "tea"
    ]  # else all less these is the pot's
    (group,) = told["groups"]
    assert all(period["kFactor"]["people"] >= 10 for period in group["overTime"])
    late = "2026-05-21T12:00:00Z"
    assert (await ask(shop, Role.GROWTH, KFACTOR, since=late)).data["kFactor"]["overall"] == {"people": 2}
    reply = await ask(shop, Role.ANALYST, KFACTOR, since=late)
    assert reply.code == "FORBIDDEN"
    assert not (reply.data or {}).get("kFactor")


@given(st.lists(st.integers(1, 60), max_size=12))
def test_what_is_kept_back_cannot_be_had_by_subtraction(sizes: list[int]) -> None:
    shown = told_of(sizes)
    hidden = sum(size for size, told in zip(sizes, shown, strict=True) if not told)
    assert all(size >= 10 for size, told in zip(sizes, shown, strict=True) if told)
    assert hidden == 0 or hidden >= 10 or not shown.any()


@pytest.mark.parametrize("role", ROLES)
async def test_whoever_is_let_in_may_read_the_schema(told: Shop, role: Role) -> None:
    """As code generators and GraphiQL ask for it, within everybody's limits."""
    asked = get_introspection_query(schema_description=True, input_value_deprecation=True)
    reply = await ask(told, role, asked, "ana" if role is Role.MEMBER else None)
    assert not reply.errors
    assert {*build_client_schema(reply.data).type_map} == {*core_schema.type_map}


async def test_where_only_trusted_documents_are_taken_the_schema_is_not_told(told: Shop) -> None:
    only = Service(told.store, trusted=Trusted({"sha256:x": "{ __typename }"}, only=True), clock=told.clock)
    with closing(only):
        caller = Caller(Role.ADMIN, "test:admin")
        reply = await only.answer(Asked(get_introspection_query(), caller=caller))
        assert (reply.ran, reply.code) == (False, "NOT_TRUSTED")
        fine = await only.answer(Asked("", document="sha256:x", caller=caller))
        assert fine.data == {"__typename": "Query"}


async def test_what_is_refused_for_each_item_of_a_list_is_told_once(told: Shop) -> None:
    told.tell("cy>bea:pan  eve>bea:cup")
    body: Any = (await as_member(told, "bea", "{ viewer { friends { nodes { from { region } } } } }")).body()
    (refused,) = body["errors"]
    assert refused["path"] == ["viewer", "friends", "nodes", 0, "from", "region"]
    assert refused["extensions"] == {"code": "FORBIDDEN", "times": 4}
    assert body["data"]["viewer"]["friends"]["nodes"] == [{"from": {"region": None}}] * 4


@pytest.mark.parametrize(("buyers", "told"), [(1, 0), (4, 0), (16, 20)])
async def test_members_are_told_in_tens_in_how_many_people_two_products_were_seen(
    shop: Shop, buyers: int, told: int
) -> None:
    pairs = [f"u{n}$tent u{n}$bag" for n in range(buyers)]
    shop.tell(" ".join([*pairs, *(f"v{n}$pen" for n in range(60))]))
    shop.store.upsert_products([Product("tent", category="tents"), Product("bag", category="bags")])
    document = '{ product(key: "tent") { related { support } } }'
    for role, support in ((Role.MEMBER, told), (Role.STOREFRONT, buyers)):
        (bag,) = (await ask(shop, role, document, "v1" if role is Role.MEMBER else None)).data["product"][
            "related"
        ]
        assert bag["support"] == support


async def test_by_one_buyer_more_the_figures_of_two_products_do_not_move(shop: Shop) -> None:
    """Lift and score are made of the same counts: told exactly, they would say what the tens do not."""
    shop.store.upsert_products([Product("tent", category="tents"), Product("bag", category="bags")])
    document = '{ product(key: "tent") { related { support score lift } } }'
    told: dict[Role, list[Any]] = {Role.MEMBER: [], Role.ANALYST: [], Role.ADMIN: []}
    pairs = [f"u{n}$tent u{n}$bag" for n in range(12)]
    for came in (" ".join([*pairs[:11], *(f"v{n}$pen" for n in range(60))]), pairs[11]):
        shop.tell(came)
        for role, rows in told.items():
            reply = await ask(shop, role, document, "v1" if role is Role.MEMBER else None)
            rows.append(reply.data["product"]["related"])
    for role, (before, after) in told.items():
        assert (before == after) == (role is not Role.ADMIN), role


async def test_a_server_may_be_told_to_keep_more_people_together_and_openly_fewer(shop: Shop) -> None:
    crowd = ",".join(f"f{n}" for n in range(14))
    shop.tell(f"ana>{crowd}:tea")
    told: dict[int, int] = {}
    for k in (3, 10, 16):
        service = Service(shop.store, clock=shop.clock, records=Records(k=k))
        reply = await service.answer(
            Asked("{ communities { totalCount } }", caller=Caller(Role.ANALYST, "key:a"))
        )
        assert reply.data is not None
        told[k] = reply.data["communities"]["totalCount"]
        service.close()
    assert told == {3: 1, 10: 1, 16: 0}
    with pytest.raises(InvalidInput, match="--allow-small-k"):
        Settings("sqlite:///x.db", dev=True, k=9).check()
    Settings("sqlite:///x.db", dev=True, k=9, small_k=True).check()
    Settings("sqlite:///x.db", dev=True, k=25).check()
