"""What analysts are told of people by the number: no small group, neither plainly nor by subtraction."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import Enum
from itertools import pairwise
from typing import Any

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, get_named_type, is_list_type, is_non_null_type

from api.auth.caller import Caller, Role
from api.request import Asked
from api.rights.table import allowed
from api.schema import core_schema
from graph.events import Event, Kind, Product, User
from tests.api.conftest import Shop
from tests.toy import MINUTE, START


class Figure(Enum):
    """What a number is of."""

    SPLIT = "people by region, category, community, channel, campaign, product or time: none of few, and tens"
    WHOLE = "everything together"
    ONE = "one cascade, one share or one person, under a pseudonym"
    THINGS = "no people, or a page of what is listed one by one"


FIGURES = {
    Figure.SPLIT: {
        "Community": "size cohesion topCategories",
        "CommunityConnection": "edges nodes totalCount",
        "CategoryFraction": "fraction",
        "Headcount": "people",
        "HeadcountReport": "groups keptBack",
        "KFactor": "people invites converted invitesPerPerson conversion factor",
        "KFactorGroup": "overTime",
        "KFactorReport": "groups",
        "Product": "related",
        "RelatedProduct": "support score lift",
    },
    Figure.WHOLE: {
        "CommunityConnection": "modularity",
        "Dataset": "users products ties shares opens purchases noise rejected",
        "RejectCount": "rows",
    },
    Figure.ONE: {
        "Cascade": "size depth levels structuralVirality reproductionNumber inferredFraction shares opens"
        " purchases revenue timeToHalf forecast",
        "Community": "leaders",
        "Influence": "pageRank reach opensCredited purchasesCredited revenueCredited",
        "Participant": "parent depth",
        "ParticipantConnection": "edges nodes totalCount",
        "Share": "opens purchases",
    },
    Figure.THINGS: {
        "CascadeConnection": "edges nodes totalCount inferredFraction",
        "DifferentialPrivacy": "epsilon delta groupsEach threshold spent budget",
        "Product": "price",
    },
}
"""Every number and every list that an analyst may ask for; what an Estimate or Money says is its owner's."""

NUMBERS = {"Int", "Float", "Decimal", "Estimate", "Money", "MoneyEstimate"}
VALUES = {"Estimate", "Money", "MoneyEstimate"}


def numbers() -> Iterator[str]:
    """The coordinates of every number and list that an analyst may ask for."""
    query, subscription = core_schema.query_type, core_schema.subscription_type
    assert query
    assert subscription
    reached, ahead = set[str](), [query.name, subscription.name]
    while ahead:
        kind = core_schema.type_map[ahead.pop()]
        if isinstance(kind, GraphQLInterfaceType):
            ahead += [one.name for one in core_schema.get_possible_types(kind)]
        if not isinstance(kind, GraphQLObjectType) or kind.name in reached | VALUES:
            continue
        reached.add(kind.name)
        for name, field in kind.fields.items():
            if allowed(Role.ANALYST, f"{kind.name}.{name}"):
                bare = field.type.of_type if is_non_null_type(field.type) else field.type
                ahead.append(get_named_type(bare).name)
                if is_list_type(bare) or ahead[-1] in NUMBERS:
                    yield f"{kind.name}.{name}"


def test_every_number_that_an_analyst_may_ask_for_stands_in_a_row() -> None:
    rows = [
        f"{kind}.{name}"
        for table in FIGURES.values()
        for kind, names in table.items()
        for name in names.split()
    ]
    assert sorted(rows) == sorted(numbers())


LARGEST = 30


def crowd() -> tuple[list[Event], list[User], list[Product]]:
    """For each size from 1 to 30 so many people of one region, who all open and buy one thing, of a category,
    a channel and a campaign of its own, and are nobody else's friends.
    """
    told, users, shelf, at = list[Event](), list[User](), list[Product](), START
    for size in range(1, LARGEST + 1):
        shelf.append(Product(f"p{size}", category=f"c{size}"))
        told.append(
            Event(f"s{size}", Kind.SHARE, at, user=f"h{size}", product=f"p{size}",
                  channel=f"by{size}", campaign=f"for{size}")
        )  # fmt: skip
        users.append(User(f"h{size}", region=f"r{size}"))
        for number in range(size):
            who, at = f"u{size}-{number}", at + MINUTE
            users.append(User(who, region=f"r{size}"))
            told.append(Event(f"o-{who}", Kind.OPEN, at, user=who, share=f"s{size}"))
            told.append(Event(f"b-{who}", Kind.PURCHASE, at, user=who, product=f"p{size}", share=f"s{size}"))
        at += timedelta(hours=12)
    return told, users, shelf


COUNTS = "{ people { value low high confidence } region category channel community { size } }"
K = """{ people invites converted invitesPerPerson { value } conversion { value } factor { value } }"""
DOCUMENTS = [
    f"{{ headcounts(of: {of}, by: {by}) {{ keptBack groups {COUNTS} }} }}"
    for of in ("OPENERS", "BUYERS", "SHARERS")
    for by in ("REGION", "CATEGORY", "COMMUNITY", "CHANNEL")
]
DOCUMENTS += [
    f"""{{ kFactor(by: {by}, every: {every}, first: 20, conversion: OPENED) {{
        overall {K} groups {{ product {{ key }} channel campaign community {{ size }}
            kFactor {K} overTime {{ kFactor {K} }} }} }} }}"""
    for by, every in (("CHANNEL", "DAY"), ("CAMPAIGN", "WEEK"), ("COMMUNITY", "MONTH"), ("PRODUCT", "DAY"))
]
DOCUMENTS.append("{ communities(first: 50) { nodes { size cohesion topCategories { category fraction } } } }")


async def asked(shop: Shop, document: str, role: Role = Role.ANALYST) -> Any:
    """The only field of the answer to somebody in a role."""
    reply = await shop.service.answer(Asked(document, caller=Caller(role, "a")))
    assert not reply.errors, reply.errors
    (found,) = (reply.data or {}).values()
    return found


def everywhere(answer: Any, name: str) -> Iterator[Any]:
    """What stands under a name, wherever it is in an answer."""
    for key, value in answer.items() if isinstance(answer, dict) else enumerate(answer):
        if key == name:
            yield value
        if isinstance(value, dict | list):
            yield from everywhere(value, name)


@pytest.fixture
def crowded(shop: Shop) -> Shop:
    """A shop of that crowd."""
    told, users, shelf = crowd()
    shop.store.upsert_users(users)
    shop.store.upsert_products(shelf)
    shop.take(told)
    return shop


async def test_no_number_of_few_people_comes_out_by_any_split(crowded: Shop) -> None:
    counted = 0
    for document in DOCUMENTS:
        found = await asked(crowded, document)
        for people in everywhere(found, "people"):
            told = people if isinstance(people, dict) else {"value": people, "low": people}
            assert told["value"] >= 10 <= told["low"], document
            assert told["value"] % 10 == 0
            counted += 1
        for one in [*everywhere(found, "kFactor"), *everywhere(found, "overall")]:
            assert not {one["invites"] % 10, one["converted"] % 10} - {0}
            assert one["factor"]["value"] == one["converted"] / one["people"]
            assert (one["conversion"] is None) == (one["invites"] == 0)
        assert all(size >= 10 for size in everywhere(found, "size"))
    assert counted > 100


async def test_what_is_kept_back_is_together_of_ten_at_least(crowded: Shop) -> None:
    for by in ("REGION", "CATEGORY", "CHANNEL"):
        found = await asked(
            crowded, f"{{ headcounts(of: OPENERS, by: {by}) {{ keptBack groups {COUNTS} }} }}"
        )
        told = {int(group[by.lower()].lstrip("rcby")) for group in found["groups"]}
        hidden = {*range(1, LARGEST + 1)} - told
        assert len(hidden) == found["keptBack"]
        assert max(hidden) == 9
        assert sum(hidden) >= 10


async def test_a_category_that_few_of_a_community_chose_is_not_among_its_own(shop: Shop) -> None:
    crowd = [f"p{number}" for number in range(20)]
    shop.store.upsert_products([Product("tea", category="drinks"), Product("balm", category="remedies")])
    shop.tell(f"ana>{','.join(crowd)}:tea  {' '.join(f'{who}$balm' for who in crowd[:4])}")
    document = "{ communities { nodes { topCategories { category fraction } } } }"
    (whole,) = (await asked(shop, document, Role.GROWTH))["nodes"]
    assert [part["category"] for part in whole["topCategories"]] == ["drinks", "remedies"]
    (told,) = (await asked(shop, document))["nodes"]
    assert told["topCategories"] == []  # of two parts the one tells the other


HUNAN = "{ headcounts(of: OPENERS, by: REGION) { groups { region people { value } } } }"


def openers(shop: Shop, region: str, keys: range, at: datetime) -> None:
    """So many people of a region open ana's tea, a minute apart."""
    names = [f"{region}{number}" for number in keys]
    shop.store.upsert_users([User(name, region=region) for name in names])
    shop.take(
        [
            Event(f"o-{name}", Kind.OPEN, at + number * MINUTE, user=name, share="tea")
            for number, name in enumerate(names)
        ]
    )


APRIL = START - timedelta(days=20)


@pytest.fixture
def regions(shop: Shop) -> Shop:
    """Thirty openers in Hebei, then 22 in Hunan, in April."""
    shop.take([Event("tea", Kind.SHARE, APRIL, user="ana", product="tea")])
    openers(shop, "Hebei", range(30), APRIL + MINUTE)
    openers(shop, "Hunan", range(22), APRIL + timedelta(hours=1))
    return shop


async def by_region(shop: Shop, document: str = HUNAN, role: Role = Role.ANALYST) -> dict[str, int]:
    groups = (await asked(shop, document, role))["groups"]
    return {group["region"]: group["people"]["value"] for group in groups}


async def test_who_asks_before_and_after_one_act_does_not_learn_where_its_person_lives(regions: Shop) -> None:
    """An analyst who follows the cascade sees that somebody came, and asks at once what became more."""
    openers(regions, "Hunan", range(22, 23), START)
    assert await by_region(regions, role=Role.ADMIN) == {"Hebei": 30, "Hunan": 23}
    assert await by_region(regions) == {"Hebei": 30, "Hunan": 20}
    openers(regions, "Hunan", range(23, 24), START + MINUTE)
    assert await by_region(regions, role=Role.ADMIN) == {"Hebei": 30, "Hunan": 24}
    assert await by_region(regions) == {"Hebei": 30, "Hunan": 20}
    openers(regions, "Hunan", range(24, 36), START + timedelta(hours=3))
    assert await by_region(regions) == {"Hebei": 30, "Hunan": 30}


async def test_a_month_taken_from_all_leaves_no_few(regions: Shop) -> None:
    openers(regions, "Hunan", range(22, 25), START)
    openers(regions, "Hebei", range(30, 48), START + timedelta(days=1))
    april = HUNAN.replace("REGION", 'REGION, month: "2026-04"')
    whole, part = await by_region(regions, HUNAN, Role.ADMIN), await by_region(regions, april, Role.ADMIN)
    assert whole["Hunan"] - part["Hunan"] == 3
    whole, part = await by_region(regions), await by_region(regions, april)
    assert {whole[region] - part[region] for region in part} <= {0, 10, 20}


WINDOW = """{{ kFactor({edge}: "{at}", conversion: OPENED, within: {within}) {{
    overall {{ people invites converted factor {{ value high }} }} }} }}"""


@pytest.mark.parametrize("edge", ["since", "until"])
async def test_a_window_moved_by_one_act_moves_by_nobody_or_by_ten(shop: Shop, edge: str) -> None:
    """Forty people share one after the other, each to one of forty others."""
    shop.tell("  ".join(f"a{number}>b{number}:tea" for number in range(40)))
    told = []
    for step in range(16, 64, 3):
        at = (START + step * MINUTE).isoformat()
        told.append((await asked(shop, WINDOW.format(edge=edge, at=at, within=7)))["overall"])
    assert len({str(one) for one in told}) > 2
    for one, other in pairwise(told):
        assert one == other or abs(one["people"] - other["people"]) in {10, 20}
        assert {one[name] % 10 for name in ("people", "invites", "converted")} == {0}


async def test_all_less_all_groups_but_one_is_no_small_group(shop: Shop) -> None:
    groups = "  ".join(f"a{n}>{','.join(f'b{n}-{m}' for m in range(11 + n))}:t{n}" for n in range(4))
    shop.tell(groups + "  zoe>yan,yve:rare  " + "  ".join(f"q{n}>r{n}:t0" for n in range(6)))
    found = await asked(
        shop,
        "{ kFactor(by: PRODUCT, conversion: OPENED) { overall { people } groups { kFactor { people } } } }",
    )
    rest = found["overall"]["people"] - sum(group["kFactor"]["people"] for group in found["groups"])
    assert rest % 10 == 0
    assert rest >= 10


async def test_the_order_of_groups_tells_no_more_than_their_counts(shop: Shop) -> None:
    told = [f"{who}>{','.join(f'{who}{n}' for n in range(size))}:{who}" for who, size in SIZES]
    shop.tell("  ".join([*told, *(f"x{n}>y{n}:z" for n in range(6))]))
    found = await asked(shop, "{ kFactor(by: PRODUCT) { groups { product { key } kFactor { people } } } }")
    listed = [(-group["kFactor"]["people"], group["product"]["key"]) for group in found["groups"]]
    assert listed == sorted(listed)
    assert len(listed) == 3


SIZES = (("a", 15), ("b", 17), ("c", 16), ("d", 12))
