"""People, products and what connects them, by key and by id."""

from decimal import Decimal

import pytest

from graph.events import Money, Product, User
from tests.api.conftest import Shop

SHOP = "ana>bea,cy:tea  bea>dan:mug  ana>:pot  ana~dan  bea=?phone"


async def test_a_person_is_found_by_key_and_by_a_visitors_id(shop: Shop) -> None:
    shop.tell(SHOP)
    shop.store.upsert_users([User("bea", name="Bea", region="Lyon")])
    document = "query($key: String!) { user(key: $key) { id key name region } }"
    bea = (await shop.ask(document, key="bea"))["user"]
    assert (bea["key"], bea["name"], bea["region"]) == ("bea", "Bea", "Lyon")
    assert (await shop.ask(document, key="phone"))["user"] == bea
    assert (await shop.ask(document, key="nobody"))["user"] is None


async def test_somebody_forgotten_is_nobody_by_key_and_by_id(shop: Shop) -> None:
    shop.tell(SHOP)
    bea = (await shop.ask('{ user(key: "bea") { id } }'))["user"]
    shop.store.forget("bea")
    document = (
        'query($id: ID!) { node(id: $id) { id } user(key: "bea") { id } phone: user(key: "phone") { id } }'
    )
    assert await shop.ask(document, id=bea["id"]) == {"node": None, "user": None, "phone": None}


async def test_nobody_has_a_forgotten_friend(shop: Shop) -> None:
    shop.tell("ana>bea,cy:tea  bea>cy:mug")
    shop.store.forget("bea")
    document = """query($key: String!) { user(key: $key) {
        friends { totalCount nodes { from { key } } } listeners { totalCount nodes { to { key } } } } }"""
    cy = (await shop.ask(document, key="cy"))["user"]
    assert cy["friends"] == {"totalCount": 1, "nodes": [{"from": {"key": "ana"}}]}
    ana = (await shop.ask(document, key="ana"))["user"]
    assert ana["listeners"] == {"totalCount": 1, "nodes": [{"to": {"key": "cy"}}]}


async def test_a_forgotten_persons_place_in_a_cascade_is_empty(shop: Shop) -> None:
    shop.tell("ana>bea>cy:tea")
    shop.store.forget("bea")
    (cascade,) = (
        await shop.ask(
            """{ cascades { nodes { size participants {
                nodes { user { key } parent share { user { key } } } } } } }"""
        )
    )["cascades"]["nodes"]
    assert cascade["size"] == 3
    assert [person["user"] for person in cascade["participants"]["nodes"]] == [
        {"key": "ana"},
        None,
        {"key": "cy"},
    ]
    assert cascade["participants"]["nodes"][1]["share"] == {"user": None}


async def test_friends_are_those_whose_shares_reach_and_listeners_those_they_reach(shop: Shop) -> None:
    shop.tell(SHOP)
    document = """query($key: String!) { user(key: $key) {
        friends { totalCount nodes { from { key } to { key } strength lastActiveAt
            transmission { value low high confidence } } }
        listeners { totalCount nodes { from { key } to { key } } } } }"""
    bea = (await shop.ask(document, key="bea"))["user"]
    assert (bea["friends"]["nodes"][0]["from"], bea["friends"]["nodes"][0]["to"]) == (
        {"key": "ana"},
        {"key": "bea"},
    )
    assert ("bea", "dan") in [(tie["from"]["key"], tie["to"]["key"]) for tie in bea["listeners"]["nodes"]]
    strengths = [tie["strength"] for tie in bea["friends"]["nodes"]]
    assert strengths == sorted(strengths, reverse=True)
    for tie in bea["friends"]["nodes"]:
        chance = tie["transmission"]
        assert 0 <= chance["low"] <= chance["value"] <= chance["high"] <= 1


async def test_a_bare_follow_was_never_active(shop: Shop) -> None:
    shop.tell("ana~dan  bea>cy:tea")
    (tie,) = (await shop.ask('{ user(key: "dan") { friends { nodes { lastActiveAt } } } }'))["user"][
        "friends"
    ]["nodes"]
    assert tie == {"lastActiveAt": None}


async def test_shares_come_latest_first_with_what_they_set_off(shop: Shop) -> None:
    shop.tell("ana>bea,cy:tea  ana>:pot  bea$tea=4")
    document = """{ user(key: "ana") { shares { totalCount nodes {
        product { key } at opens purchases parent { id } channel } } } }"""
    shares = (await shop.ask(document))["user"]["shares"]
    assert shares["totalCount"] == 2
    told = [(share["product"]["key"], share["opens"], share["purchases"]) for share in shares["nodes"]]
    assert told == [("pot", 0, 0), ("tea", 2, 1)]


async def test_social_proof_keeps_the_order_asked_and_leaves_the_unknown_out(shop: Shop) -> None:
    shop.tell(SHOP)
    document = """query($products: [String!]!) { user(key: "dan") { socialProof(products: $products) {
        product { key } friends named { key } action latestAt } } }"""
    proofs = (await shop.ask(document, products=["pot", "none", "mug", "tea"]))["user"]["socialProof"]
    assert [(proof["product"]["key"], proof["friends"]) for proof in proofs] == [
        ("pot", 1),
        ("mug", 1),
        ("tea", 2),
    ]
    assert proofs[0]["named"] == [{"key": "ana"}]
    assert proofs[0]["action"] == "SHARE"


async def test_social_proof_is_for_a_hundred_cards_at_the_most(shop: Shop) -> None:
    shop.tell(SHOP)
    document = 'query($p: [String!]!) { user(key: "dan") { socialProof(products: $p) { friends } } }'
    assert (await shop.refused(document, p=["tea"] * 101))[0][0] == "BAD_USER_INPUT"


async def test_a_product_says_what_the_shop_said(shop: Shop) -> None:
    shop.tell(SHOP)
    told = Product("mug", "Blue mug", "cups", "Kiln", Money(Decimal("12.5"), "CNY"), available=False)
    shop.store.upsert_products([told])
    document = """query($key: String!) { product(key: $key) {
        key name category brand price { amount currency } available } }"""
    assert (await shop.ask(document, key="mug"))["product"] == {
        "key": "mug", "name": "Blue mug", "category": "cups", "brand": "Kiln",
        "price": {"amount": "12.50", "currency": "CNY"}, "available": False,
    }  # fmt: skip
    silent = {"key": "tea", "name": None, "category": None, "brand": None, "price": None, "available": True}
    assert (await shop.ask(document, key="tea"))["product"] == silent
    assert (await shop.ask(document, key="none"))["product"] is None


async def test_what_is_bought_together_is_related(shop: Shop) -> None:
    buyers = (
        " ".join(f"u{n}$tent u{n}$bag" for n in range(20)) + " " + " ".join(f"v{n}$pen" for n in range(60))
    )
    shop.tell(buyers)
    shop.store.upsert_products([Product("tent", category="tents"), Product("bag", category="bags")])
    document = """query($kind: RelationKind) { product(key: "tent") { related(kind: $kind, first: 3) {
        product { key } kind score support lift } } }"""
    (bag,) = (await shop.ask(document))["product"]["related"]
    assert (bag["product"]["key"], bag["kind"], bag["support"]) == ("bag", "COMPLEMENT", 20)
    assert bag["lift"] > 1
    assert (await shop.ask(document, kind="COMPLEMENT"))["product"]["related"] == [bag]
    assert (await shop.ask(document, kind="SUBSTITUTE"))["product"]["related"] == []


@pytest.mark.parametrize(
    ("typename", "of"),
    [
        ("User", 'user(key: "ana") { id }'),
        ("Product", 'product(key: "tea") { id }'),
        ("Share", 'user(key: "ana") { shares { nodes { id } } }'),
        ("Cascade", "cascades { nodes { id } }"),
        ("Community", 'user(key: "ana") { community { id } }'),
    ],
)
async def test_whatever_has_an_id_is_found_by_it(shop: Shop, typename: str, of: str) -> None:
    shop.tell(SHOP)
    found = await shop.ask(f"{{ {of} }}")
    while "id" not in found:
        found = found[0] if isinstance(found, list) else next(iter(found.values()))
    answer = await shop.ask("query($id: ID!) { node(id: $id) { __typename id } }", id=found["id"])
    assert answer["node"] == {"__typename": typename, "id": found["id"]}
