"""What a request may cost, and what it did; every refusal beside a request that is answered."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    OperationDefinitionNode,
    get_introspection_query,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    parse,
)

from api.auth.caller import Caller, Role
from api.cost.allowance import ALLOWANCES, Allowance
from api.cost.plan import Plan, Shape, plan_of
from api.cost.prices import ARGUED, AS_MANY_AS, EACH, ITEMS, LEAST, PRICES, ROWS, SIZES
from api.cost.purse import Purses
from api.documents import Document, Documents
from api.request import Asked, Reply
from api.schema import core_schema
from tests.api.conftest import Shop

TOY = "ana>bea,cy:tea  bea>dan:mug  ana$tea:59"
EXAMPLES = sorted(Path("examples/frontend").glob("*.graphql"))


def planned(document: str) -> Plan:
    ast = parse(document)
    (operation,) = [node for node in ast.definitions if isinstance(node, OperationDefinitionNode)]
    return plan_of(core_schema, ast, operation)


def cost(document: str, **variables: Any) -> float:
    return planned(document).requested(variables)


async def asked(
    shop: Shop, document: str, allowance: Allowance, payer: str = "ana", **variables: Any
) -> Reply:
    return await shop.service.answer(
        Asked(document, variables, caller=Caller(Role.DEV, payer), bounds=allowance)
    )


def test_every_price_and_size_names_a_field_of_the_schema() -> None:
    known = {
        f"{kind.name}.{name}"
        for kind in core_schema.type_map.values()
        for name in getattr(kind, "fields", {})
    }
    assert {*PRICES, *SIZES, *AS_MANY_AS, *ROWS, *EACH, *ARGUED} <= known


def test_every_list_of_objects_says_how_many_there_may_be() -> None:
    silent = {
        f"{kind.name}.{name}"
        for kind in core_schema.type_map.values()
        for name, field in getattr(kind, "fields", {}).items()
        if hasattr(field, "args") and "first" not in field.args and name not in ITEMS
        if is_list_type(get_nullable_type(field.type)) and is_composite_type(get_named_type(field.type))
    }
    assert silent == {*SIZES, *AS_MANY_AS}


def test_what_is_asked_of_the_schema_is_charged_for_however_often_it_is_said() -> None:
    """Code generators' question fits into a member's request, and a hundred of them do not."""
    once = cost(get_introspection_query())
    assert 1_000 < once < ALLOWANCES["member"].cost
    assert cost('{ __type(name: "User") { name } }') == 1
    types = "__schema { types { fields { name } } }"
    assert cost(f"{{ {types} a: {types} }}") == 2 * cost(f"{{ {types} }}") > 0


@pytest.mark.parametrize(
    "word",
    [
        'giveFeedback(input: { user: "ana", product: "tea", verdict: CLEAR })',
        'setConsent(input: { user: "ana", location: false })',
    ],
)
def test_one_member_keeps_no_store_busy_with_words_that_everybody_waits_for(word: str) -> None:
    """Each is written for good and brought in before the next answer: some ten milliseconds."""
    a_minute = ALLOWANCES["member"].a_minute
    assert a_minute is not None
    assert 40 < a_minute / cost(f"mutation {{ {word} {{ userErrors {{ code }} }} }}") < 600


def test_a_list_multiplies_what_is_asked_of_its_items() -> None:
    assert cost("{ cascades(first: 4) { nodes { size } } }") == 50 + 4
    assert cost("{ cascades(first: 4) { nodes { root { id } } } }") == 50 + 4 * 2
    assert cost("{ cascades { nodes { size } pageInfo { hasNextPage } } }") == 50 + 10 + 1


def test_a_variable_says_how_many_and_without_it_the_default_does() -> None:
    document = "query($n: Int) { cascades(first: $n) { nodes { size } } }"
    assert cost(document, n=7) == 57
    assert cost(document) == 60


def test_a_list_that_answers_to_a_list_has_as_many_items() -> None:
    said = '{ user(key: "a") { socialProof(products: ["x", "y", "z"]) { friends } } }'
    assert cost(said) == 1 + 3
    asks = 'query($of: [String!]!) { user(key: "a") { socialProof(products: $of) { friends } } }'
    assert cost(asks, of=["x", "y"]) == 1 + 2


def test_a_list_of_suggestions_costs_by_how_long_it_is_though_nothing_is_asked_of_its_items() -> None:
    def listed(arguments: str) -> str:
        return f"query($n: Int, $c: String) {{ suggestions({arguments}) {{ answerId }} }}"

    one, all_, later = (cost(listed(said)) for said in ("first: 1", "first: 100", 'first: 1, after: "x"'))
    assert one < cost(listed("locale: $c")) < all_ < later
    assert cost(listed("first: $n"), n=100) == all_
    assert cost(listed("first: 1, after: $c"), c="x") == later
    assert cost(listed("first: 1, after: $c")) == cost(listed("first: 1, after: null")) == one


def test_candidates_for_money_cost_more() -> None:
    def listed(arguments: str) -> str:
        return f"query($b: MoneyInput) {{ kolCandidates(first: 1{arguments}) {{ leftOut }} }}"

    money = {"amount": "100", "currency": "CNY"}
    plain, paid = cost(listed("")), cost(listed(', budget: { amount: "100", currency: "CNY" }'))
    assert plain < paid == cost(listed(", budget: $b"), b=money)
    assert cost(listed(", budget: $b")) == plain


@pytest.mark.parametrize("document", ["{ __typename }", "{ nonsense }", "{"])
async def test_no_request_costs_less_than_it_takes_to_answer_nothing(shop: Shop, document: str) -> None:
    shop.tell(TOY)
    allowance = Allowance(a_minute=3 * LEAST)
    codes = [(await asked(shop, document, allowance)).code for _ in range(4)]
    assert "RATE_LIMITED" not in codes[:3]
    assert codes[3] == "RATE_LIMITED"


def test_what_is_asked_twice_under_one_name_costs_once() -> None:
    once = '{ user(key: "a") { community { id } } }'
    more = "fragment More on User { community { id } }"
    twice = '{ user(key: "a") { community { id } ...More ...More } } ' + more
    assert cost(once) == cost(twice) == 2


def test_rows_that_are_sent_cost_too() -> None:
    document = "mutation($e: [EventInput!]!) { recordEvents(input: { events: $e }) { stored } }"
    assert cost(document, e=[{}] * 200) == 10 + 500
    whole = "mutation($i: RecordEventsInput!) { recordEvents(input: $i) { stored } }"
    assert cost(whole, i={"events": [{}] * 200}) == 10 + 500


def test_fragments_within_fragments_are_measured_and_not_unfolded_for_ever() -> None:
    laughs = "".join(
        f"fragment F{n} on User {{ a: friends {{ nodes {{ from {{ ...F{n + 1} }} }} }}"
        f" b: friends {{ nodes {{ from {{ ...F{n + 1} }} }} }} }} "
        for n in range(40)
    )
    document = '{ user(key: "a") { ...F0 } } ' + laughs + "fragment F40 on User { id }"
    with pytest.raises(Exception, match="more than 5,000 fields"):
        planned(document)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_well_within_what_anybody_may_ask(example: Path) -> None:
    ast = parse(example.read_text("utf-8"))
    for node in ast.definitions:
        if isinstance(node, OperationDefinitionNode):
            plan = plan_of(core_schema, ast, node)
            for allowance in ALLOWANCES.values():
                assert allowance.beyond(Shape.of(ast), plan) is None
                assert plan.requested({}) < allowance.cost / 3


async def test_what_is_paid_for_reading_and_for_arguments_has_actually_been_paid(shop: Shop) -> None:
    shop.tell(TOY)
    short, long = "{ __typename }", "{ suggestions(first: 10) { answerId } }"
    for document, actual in ((short, LEAST), (long, 300 + 6 * 10)):
        said: Any = (await asked(shop, document, ALLOWANCES["storefront"])).body()["extensions"]
        assert (said["cost"]["requested"], said["cost"]["actual"]) == (actual, actual)


async def test_a_long_body_is_no_dear_question(shop: Shop) -> None:
    shop.tell(TOY)
    document = "{ __typename }" + " " * 10_000
    reply = await asked(shop, document, Allowance(cost=100.0))
    assert reply.ran


async def test_what_it_cost_is_told_and_is_no_more_than_what_was_asked_for(shop: Shop) -> None:
    shop.tell(TOY)
    document = """{
        cascades(first: 5) { totalCount nodes { root { user { key } } participants { nodes { depth } } } }
        user(key: "bea") { friends { edges { node { from { key } strength } } } suggestions { nodes {
            product { key } reasons { weight } } } }
    }"""
    reply = await asked(shop, document, ALLOWANCES["storefront"])
    assert reply.ran
    said: Any = reply.body()["extensions"]
    told = said["cost"]
    assert 0 < told["actual"] < told["requested"]
    assert told["remaining"] == 2_000_000 - told["requested"]
    assert 0 < told["resetSeconds"] <= 120


DEEP = '{ user(key: "ana") { friends { nodes { from { key } } } } }'
WIDE = '{ a: user(key: "ana") { key } b: user(key: "bea") { key } }'


@pytest.mark.parametrize(
    ("document", "exact"),
    [
        (DEEP, {"depth": 5}),
        (DEEP, {"tokens": 20}),
        (WIDE, {"aliases": 2}),
        (WIDE, {"fields": 4}),
        ('{ user(key: "ana") @include(if: true) { key @skip(if: false) } }', {"directives": 2}),
        ('{ user(key: "ana") { key key id key } }', {"repeats": 2}),
        ('{ user(key: "ana") { ...K ...K } } fragment K on User { key }', {"spreads": 2}),
    ],
)
async def test_a_document_may_go_up_to_each_bound_and_no_further(
    shop: Shop, document: str, exact: dict[str, Any]
) -> None:
    shop.tell(TOY)
    fits = await asked(shop, document, replace(Allowance(), **exact))
    assert fits.ran
    assert not fits.errors
    over = await asked(shop, document, replace(Allowance(), **{name: n - 1 for name, n in exact.items()}))
    assert (over.ran, over.code) == (False, "TOO_COMPLEX")
    assert f"{next(iter(exact.values()))}" in str(over.errors[0]["message"])


async def test_a_request_may_cost_so_much_and_no_more(shop: Shop) -> None:
    shop.tell(TOY)
    document = "query($n: Int!) { cascades(first: $n) { nodes { size } } }"
    allowance = Allowance(cost=60.0)
    assert (await asked(shop, document, allowance, n=10)).ran
    assert (await asked(shop, document, allowance, n=11)).code == "TOO_COSTLY"


async def test_a_minute_holds_so_much_for_each_caller(shop: Shop) -> None:
    shop.tell(TOY)
    document = "{ cascades(first: 100) { nodes { root { id } } } }"
    allowance = Allowance(a_minute=2 * 250 + 3 * LEAST)
    assert [(await asked(shop, document, allowance)).code for _ in range(3)] == ["OK", "OK", "RATE_LIMITED"]
    assert (await asked(shop, document, allowance, "bea")).ran
    late = await asked(shop, document, allowance)
    assert late.wait is not None
    assert 0 < late.wait <= 120
    assert (await asked(shop, '{ user(key: "ana") { key } }', allowance)).ran


async def test_over_http_a_spent_minute_is_429_and_says_when_to_come_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.tell(TOY)
    monkeypatch.setattr("api.auth.caller.ALLOWANCES", {"dev": Allowance(a_minute=60)})
    async with shop.client() as client:
        asks = {"query": "{ cascades { nodes { size } } }"}
        assert (await client.post("/graphql", json=asks)).status_code == 200
        refused = await client.post("/graphql", json=asks)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert refused.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"


async def test_what_is_too_complex_is_refused_before_it_is_validated(shop: Shop) -> None:
    allowance = ALLOWANCES["member"]
    many = " ".join(f"a{n}: nonsense" for n in range(allowance.aliases + 1))
    assert (await asked(shop, f"{{ {many} }}", allowance)).code == "TOO_COMPLEX"
    few = " ".join(f"a{n}: nonsense" for n in range(allowance.aliases))
    assert (await asked(shop, f"{{ {few} }}", allowance)).code == "GRAPHQL_VALIDATION_FAILED"


def long_list(number: int) -> str:
    """A document of some six thousand letters that is too dear for a member."""
    words = " ".join(f'"{number}-{word:03d}"' for word in range(800))
    return f"{{ viewer {{ socialProof(products: [{words}]) {{ friends }} }} }}"


@pytest.mark.parametrize(
    ("letters", "code"), [(long_list, "TOO_COSTLY"), (lambda n: f"#{n}" * 2_000, "GRAPHQL_PARSE_FAILED")]
)
async def test_what_is_refused_is_paid_for_and_not_even_read_once_the_minute_is_spent(
    shop: Shop, letters: Callable[[int], str], code: str
) -> None:
    allowance = Allowance(cost=500.0, a_minute=1_000)
    documents = [letters(number) for number in range(9)]
    codes = [(await asked(shop, one, allowance)).code for one in documents]
    assert codes[0] == code
    assert codes[-1] == "RATE_LIMITED"
    assert not shop.service._documents.knows(documents[-1])
    assert (await asked(shop, documents[0], allowance, "bea")).code == code


async def test_a_document_that_is_known_costs_its_price_alone(shop: Shop) -> None:
    shop.tell(TOY)
    document, allowance = "#" * 1_000 + "\n{ cascades { nodes { size } } }", Allowance(a_minute=10_000)
    left = [(await asked(shop, document, allowance)).body()["extensions"] for _ in range(3)]
    remaining: list[Any] = [said["cost"]["remaining"] for said in left]  # type: ignore[index]
    assert remaining[0] == 10_000 - 60
    assert remaining[1] == remaining[0] - 60 == remaining[2] + 60


async def test_bytes_are_paid_for_where_nothing_is_answered(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.auth.caller.ALLOWANCES", {"dev": Allowance(a_minute=600)})
    wrong = {"query": "query($p: [String!]!) { viewer { id } }", "variables": {"p": [1] * 50_000}}
    async with shop.client() as client:
        codes = [
            (await client.post("/graphql", json=wrong)).json()["errors"][0]["extensions"]["code"]
            for _ in range(3)
        ]
    assert codes[0] != "RATE_LIMITED" == codes[-1]


def test_of_the_documents_that_are_kept_the_earliest_go_where_all_are_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("api.documents.TOKENS_KEPT", 3_000)
    documents = Documents(core_schema)
    for number in range(5):
        assert isinstance(documents.of(long_list(number), Allowance()), Document)
    assert [documents.knows(long_list(number)) for number in range(5)] == [False, False, True, True, True]


def test_a_purse_without_bound_is_never_empty() -> None:
    purses = Purses()
    assert all(purses.charge("ana", Allowance(), 1e9).enough for _ in range(3))


def test_a_standing_costs_what_the_list_does_that_it_is_read_from() -> None:
    assert PRICES["Query.kolStanding"] == PRICES["Query.kolCandidates"]
