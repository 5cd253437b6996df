"""What travelled, and who belongs together."""

from datetime import timedelta
from typing import Any

import pytest

from graph.events import Event, Kind
from tests import toy
from tests.api.conftest import Shop

SHOP = "ana>bea,cy:tea  bea>dan:tea  ana>bea:mug  dan>cy:pot  dan>ed:pot  cy>fay:pot"
SIZES = """
query($filter: CascadeFilter, $order: CascadeOrder) {
  cascades(filter: $filter, orderBy: $order) { totalCount nodes { product { key } size depth } }
}
"""


async def listed(shop: Shop, **asked: Any) -> list[tuple[str, int]]:
    found = (await shop.ask(SIZES, **asked))["cascades"]
    assert found["totalCount"] == len(found["nodes"])
    return [(cascade["product"]["key"], cascade["size"]) for cascade in found["nodes"]]


async def test_the_largest_cascade_comes_first(shop: Shop) -> None:
    shop.tell(SHOP)
    assert await listed(shop) == [("tea", 4), ("pot", 4), ("mug", 2)]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"product": "pot"}, [("pot", 4)]),
        ({"product": "none"}, []),
        ({"user": "bea"}, [("tea", 4), ("mug", 2)]),
        ({"user": "nobody"}, []),
        ({"campaign": "spring"}, []),
        ({"minSize": 3}, [("tea", 4), ("pot", 4)]),
        ({"startedAfter": "2026-05-01T08:05:00+08:00"}, [("pot", 4), ("mug", 2)]),
        ({"startedBefore": "2026-05-01T00:01:00Z", "includeNoise": True}, [("tea", 4)]),
    ],
)
async def test_cascades_are_chosen_by_what_they_are(
    shop: Shop, chosen: dict[str, object], expected: list[tuple[str, int]]
) -> None:
    shop.tell(SHOP)
    assert await listed(shop, filter=chosen) == expected


async def test_noise_is_counted_only_if_asked_for(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    minute = timedelta(minutes=1)
    crowd = [
        Event(
            f"c{n}", Kind.OPEN, toy.START + minute + n * minute / 10, f"u{n}", share="ana/tea", device="farm"
        )
        for n in range(201)
    ]
    shop.take(crowd)
    assert await listed(shop) == [("tea", 2)]
    assert await listed(shop, filter={"includeNoise": True}) == [("tea", 203)]
    assert (await shop.ask("{ dataset { noise } }"))["dataset"] == {"noise": 201}


async def test_a_cascade_tells_its_shape_and_everybody_in_it(shop: Shop) -> None:
    shop.tell(SHOP + "  bea$tea=4USD  dan$tea=5")
    document = """{ cascades(first: 1) { nodes {
        id inferred levels structuralVirality reproductionNumber { value } shares opens purchases
        revenue { amount currency } root { product { key } user { key } } startedAt lastActivityAt
        participants(first: 3) { totalCount pageInfo { hasNextPage }
            nodes { user { key } parent depth at bought share { opens } } } } } }"""
    (cascade,) = (await shop.ask(document))["cascades"]["nodes"]
    assert cascade["levels"] == [1, 2, 1]
    assert cascade["inferred"] is True
    assert cascade["reproductionNumber"] is None
    assert cascade["structuralVirality"] == pytest.approx(10 / 6)
    assert (cascade["shares"], cascade["opens"], cascade["purchases"]) == (2, 3, 2)
    assert cascade["revenue"] == [
        {"amount": "5.00", "currency": "CNY"},
        {"amount": "4.00", "currency": "USD"},
    ]
    people = cascade["participants"]
    assert people["totalCount"] == 4
    assert people["pageInfo"]["hasNextPage"]
    told = [
        (person["user"]["key"], person["parent"], person["depth"], person["bought"])
        for person in people["nodes"]
    ]
    assert told == [("ana", None, 0, False), ("bea", 0, 1, True), ("cy", 0, 1, False)]
    assert [person["share"] for person in people["nodes"]] == [{"opens": 2}, {"opens": 1}, None]


async def test_a_cascade_tells_when_half_of_it_was_in_and_is_forecast_where_there_is_enough_to_learn_from(
    shop: Shop,
) -> None:
    document = "{ cascades(first: 3) { nodes { size timeToHalf forecast { value low high confidence } } } }"
    shop.tell("ana>bea,cy,dan:tea ana>:mug")
    large, small = (await shop.ask(document))["cascades"]["nodes"]
    assert large == {"size": 4, "timeToHalf": 60.0, "forecast": None}
    assert small == {"size": 1, "timeToHalf": None, "forecast": None}
    shop.tell(" ".join(f"u{n}>{','.join(f'v{n}x{m}' for m in range(n % 5))}:p{n}" for n in range(300)))
    found = (await shop.ask(document))["cascades"]["nodes"]
    for cascade in found:
        told = cascade["forecast"]
        assert cascade["size"] <= told["low"] <= told["value"] <= told["high"]


async def test_parents_are_inferred_by_the_rule_asked_for_and_told_how_many(shop: Shop) -> None:
    shop.tell("ana>cy:tea  bea>cy:tea  cy>dan:tea")
    document = """query($rule: ParentRule) { cascades(filter: {parents: $rule}) {
        inferredFraction nodes { inferredFraction root { user { key } } size } } }"""
    for rule, root in ((None, "bea"), ("LATEST", "bea"), ("FIRST", "ana"), ("LIKELIEST", "bea")):
        found = (await shop.ask(document, rule=rule))["cascades"]
        assert found["inferredFraction"] == 1
        told = {(c["root"]["user"]["key"], c["size"], c["inferredFraction"]) for c in found["nodes"]}
        other = {"ana": "bea", "bea": "ana"}[root]
        assert told == {(root, 3, 1), (other, 2, 0)}


async def test_one_cascade_by_its_id(shop: Shop) -> None:
    shop.tell(SHOP)
    (largest, *_) = (await shop.ask("{ cascades { nodes { id } } }"))["cascades"]["nodes"]
    document = "query($id: ID!) { cascade(id: $id) { id size } }"
    assert (await shop.ask(document, id=largest["id"]))["cascade"] == largest | {"size": 4}


async def test_a_products_cascades(shop: Shop) -> None:
    shop.tell(SHOP)
    found = (await shop.ask('{ product(key: "tea") { cascades { totalCount nodes { size } } } }'))["product"]
    assert found == {"cascades": {"totalCount": 1, "nodes": [{"size": 4}]}}


async def test_a_page_of_participants_holds_up_to_a_thousand(shop: Shop) -> None:
    shop.tell(SHOP)
    document = "query($n: Int) { cascades { nodes { participants(first: $n) { totalCount } } } }"
    await shop.ask(document, n=1_000)
    assert (await shop.refused(document, n=1_001))[0][0] == "BAD_USER_INPUT"


async def test_everybody_is_in_one_community(shop: Shop) -> None:
    shop.tell("ana>bea:tea bea>cy:tea cy>ana:mug  dan>ed:pot ed>fay:pot fay>dan:cup")
    document = """{ communities { totalCount modularity nodes {
        id size cohesion topCategories { category fraction } leaders { key community { id } } } }
        dataset { users } }"""
    answer = await shop.ask(document)
    found = answer["communities"]
    assert [community["size"] for community in found["nodes"]] == [3, 3]
    assert sum(community["size"] for community in found["nodes"]) == answer["dataset"]["users"]
    assert found["modularity"] == pytest.approx(0.5)
    for community in found["nodes"]:
        assert community["cohesion"] == 1
        assert {leader["community"]["id"] for leader in community["leaders"]} == {community["id"]}


async def test_communities_keep_their_ids_when_more_happens(shop: Shop) -> None:
    shop.tell("ana>bea:tea bea>cy:tea cy>ana:mug  dan>ed:pot ed>fay:pot fay>dan:cup")
    document = '{ ana: user(key: "ana") { community { id } } dan: user(key: "dan") { community { id } } }'
    before = await shop.ask(document)
    shop.tell("dan>gus:pot dan>hal:pot")
    assert await shop.ask(document) == before


async def test_the_dataset_says_what_it_is(shop: Shop) -> None:
    shop.tell("ana>bea:tea bea=?phone ?tablet.view:mug  bea$tea=3  bea$tea=2  bea$tea=-2")
    dataset = (
        await shop.ask(
            "{ dataset { version asOf users products ties shares opens purchases noise creditRule } }"
        )
    )["dataset"]
    assert dataset["version"] == shop.store.version()
    assert dataset["asOf"] == "2026-05-01T00:06:00Z"
    assert (dataset["users"], dataset["products"], dataset["shares"]) == (3, 2, 1)
    assert (dataset["opens"], dataset["purchases"], dataset["noise"]) == (1, 1, 0)
    assert "30 days" in dataset["creditRule"]
