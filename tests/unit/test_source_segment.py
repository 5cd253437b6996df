"""Segment's and RudderStack's calls: which event each becomes."""

import gzip
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from graph.errors import UnreadableSource
from graph.events import Event, Kind, Money, Product, User
from loaders.sources import Reading, open_source
from loaders.sources.records import Record
from tests.loads import lines, read, reasons

AT = datetime(2026, 5, 1, 8, tzinfo=UTC)
Said = dict[str, Any]
TEA: Said = {"product_id": "tea"}


def call(event: str, properties: Said | None = None, **others: object) -> Said:
    """A track call by bea."""
    return {
        "type": "track", "event": event, "messageId": "m1", "timestamp": "2026-05-01T08:00:00.000Z",
        "userId": "bea", "properties": properties or {},
    } | others  # fmt: skip


def page(url: str) -> Said:
    return {"context": {"page": {"url": url}}}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "calls.jsonl"


def events(log: Path, *calls: Said, reading: Reading | None = None) -> list[Event]:
    log.write_text(lines(*calls))
    told, rejects = read(log, format_="segment", reading=reading)
    assert rejects == []
    return told


def refused(log: Path, *calls: Said) -> list[tuple[int, str]]:
    log.write_text(lines(*calls))
    told, rejects = read(log, format_="segment")
    assert told == []
    return reasons(rejects)


def bea(id_: str, kind: Kind, **said: Any) -> Event:
    return Event(id_, kind, AT, user="bea", **said)


def test_a_share_has_the_id_that_its_link_carries(log: Path):
    properties = TEA | {"share_id": "s1", "share_via": "wechat", "parent_share_id": "s0", "recipient": "cy"}
    assert events(log, call("Product Shared", properties)) == [
        bea("s1", Kind.SHARE, product="tea", channel="wechat", parent_share="s0", recipient="cy")
    ]


def test_a_share_without_an_id_has_its_calls_and_forgets_mail_addresses(log: Path):
    properties = TEA | {"recipient": "cy@example.com"}
    assert events(log, call("Product Shared", properties)) == [bea("m1", Kind.SHARE, product="tea")]


@pytest.mark.parametrize("name", ["Product Viewed", "Product Clicked"])
def test_a_view_or_click_that_carries_a_share_is_an_open(name: str, log: Path):
    opened = bea("m1", Kind.OPEN, product="tea", share="s1")
    assert events(log, call(name, TEA | {"share_id": "s1"})) == [opened]
    assert events(log, call(name, TEA, **page("https://shop.example/tea?utm=x&share_id=s1#top"))) == [opened]
    assert events(log, call(name, TEA, context={"page": {"search": "?share_id=s1"}})) == [opened]
    assert events(log, call(name, TEA, **page("https://shop.example/tea?sharer=ana"))) == [
        bea("m1", Kind.OPEN, product="tea", sharer="ana")
    ]
    assert events(log, call(name, TEA, **page("https://shop.example/tea?utm=x"))) == [
        bea("m1", Kind.VIEW, product="tea")
    ]


def test_a_share_is_found_behind_the_hash_of_a_url_too(log: Path):
    urls = (
        "https://shop.example/#/tea?share_id=s1",
        "https://shop.example/#!/tea?utm=x&share_id=s1",
        "https://shop.example/?share_id=s1#/tea?share_id=s2",
    )
    viewed = [call("Product Viewed", TEA, **page(url)) for url in urls]
    assert events(log, *viewed) == 3 * [bea("m1", Kind.OPEN, product="tea", share="s1")]
    of_a_sharer = call("Product Viewed", TEA, **page("https://shop.example/?utm=x#/tea?sharer=ana"))
    assert events(log, of_a_sharer) == [bea("m1", Kind.OPEN, product="tea", sharer="ana")]


def test_the_names_that_carry_shares_and_sharers_are_configurable(log: Path):
    reading = Reading(share_names=("sid",), sharer_names=("from",))
    by_url = call("Product Viewed", TEA, **page("https://shop.example/tea?sid=s1&ref=ana"))
    by_property = call("Product Viewed", TEA | {"from": "ana", "share_id": "s1"})
    assert events(log, by_url, by_property, reading=reading) == [
        bea("m1", Kind.OPEN, product="tea", share="s1"),
        bea("m1", Kind.OPEN, product="tea", sharer="ana"),
    ]


def test_an_order_is_a_purchase_a_line(log: Path):
    order = {
        "order_id": "o7",
        "currency": "cny",
        "products": [{"product_id": "tea", "price": 12.5, "quantity": 2}, {"sku": "mug", "price": "30"}],
    }
    tea: Said = {"product": "tea", "order": "o7", "quantity": 2, "amount": Money(Decimal(25), "CNY")}
    mug: Said = {"product": "mug", "order": "o7", "quantity": 1, "amount": Money(Decimal(30), "CNY")}
    assert events(log, call("Order Completed", order), call("Order Refunded", order, messageId="m2")) == [
        bea("m1:1", Kind.PURCHASE, **tea),
        bea("m1:2", Kind.PURCHASE, **mug),
        bea("m2:1", Kind.REFUND, **tea),
        bea("m2:2", Kind.REFUND, **mug),
    ]


def test_a_refund_without_products_is_of_the_whole_order(log: Path):
    refund = call("Order Refunded", {"order_id": "o7", "total": 55, "currency": "CNY"})
    assert events(log, refund) == [bea("m1", Kind.REFUND, order="o7", amount=Money(Decimal(55), "CNY"))]


def test_one_bad_line_refuses_the_whole_order(log: Path):
    products: list[Said] = [{"product_id": "tea", "price": 12}, {"product_id": "mug", "price": -1}]
    order = call("Order Completed", {"currency": "CNY", "products": products})
    none = call("Order Completed", {"products": [{"product_id": "tea", "quantity": 0}]})
    assert refused(
        log, order, call("Order Completed"), call("Order Completed", {"products": "tea"}), none
    ) == [
        (1, "impossible amount"),
        (2, "missing field"),
        (3, "wrong type"),
        (4, "impossible number"),
    ]


def test_the_other_calls_of_the_spec(log: Path):
    assert events(
        log,
        call("Product Added", TEA),
        call("Product Added to Wishlist", TEA),
        call("Product Reviewed", TEA | {"rating": "4.5", "review_body": "…"}),
        call("Products Searched", {"query": "green tea"}),
        call("Signed Up"),
    ) == [
        bea("m1", Kind.CART, product="tea"),
        bea("m1", Kind.FAVOURITE, product="tea"),
        bea("m1", Kind.RATE, product="tea", rating=4.5),
        bea("m1", Kind.SEARCH, query="green tea"),
        bea("m1", Kind.SIGNUP),
    ]


def test_what_every_call_may_say(log: Path):
    context = {"device": {"id": "d1"}, "location": {"region": "Zhejiang"}, "campaign": {"name": "spring"}}
    stranger = call("Product Viewed", TEA, userId=None, anonymousId="phone", context=context)
    assert events(log, stranger) == [
        Event(
            "m1", Kind.VIEW, AT, visitor="phone", product="tea", device="d1", region="Zhejiang",
            campaign="spring",
        )
    ]  # fmt: skip


def test_identify_and_alias_join_a_visitor_to_an_account(log: Path):
    identify: Said = {"type": "identify", "messageId": "m1", "originalTimestamp": "2026-05-01T08:00:00Z",
                "userId": "bea", "anonymousId": "phone"}  # fmt: skip
    alias: Said = {"type": "alias", "messageId": "m2", "sentAt": "2026-05-01T08:00:00Z", "userId": "bea",
             "previousId": "tablet"}  # fmt: skip
    assert events(log, identify, alias) == [
        bea("m1", Kind.VIEW, visitor="phone", surface="identify"),
        bea("m2", Kind.VIEW, visitor="tablet", surface="alias"),
    ]


def test_traits_describe_a_person_but_not_how_to_reach_them(log: Path):
    traits = {"firstName": "Bea", "lastName": "Li", "email": "bea@example.com", "vip": True, "cost": "9 CNY",
              "address": {"city": "Hangzhou"}, "region": "Zhejiang"}  # fmt: skip
    log.write_text(lines(call("", type="identify", traits=traits)))
    (item,) = open_source([str(log)], "segment").items()
    assert isinstance(item, Record)
    assert item.users == (User("bea", "Bea Li", "Zhejiang", {"vip": "true", "cost": "9 CNY"}),)


def test_calls_describe_products_as_far_as_they_can_be_read(log: Path):
    tea = TEA | {"name": "Tea", "category": "Drinks", "brand": "Kiln", "price": 12.5, "currency": "CNY"}
    lines_: list[Said] = [{"product_id": "mug", "name": "Mug", "price": "$30"}, {"product_id": "pot"}]
    order = {"currency": "CNY", "products": lines_[1:]}
    log.write_text(
        lines(call("Product Viewed", tea), call("Product Added", lines_[0]), call("Order Completed", order))
    )
    items = [item for item in open_source([str(log)], "segment").items() if isinstance(item, Record)]
    assert [item.products for item in items] == [
        (Product("tea", "Tea", "Drinks", "Kiln", Money(Decimal("12.5"), "CNY")),),
        (Product("mug", "Mug"),),
        (),
    ]


def test_calls_without_use_are_accounted_for(log: Path):
    assert refused(
        log,
        call("Checkout Started"),
        call("Home", type="page"),
        call("", type="identify", userId=None, anonymousId="phone"),
        call(""),
        call("Product Viewed", TEA, type=["track"]),
        call("Product Viewed", TEA, context="web"),
        call("Product Viewed", TEA, timestamp="2026-05-01T08:00:00"),
        call("Product Added", {}),
        {"type": "alias", "userId": "bea", "timestamp": "2026-05-01T08:00:00Z"},
    ) == [
        (1, "not used"),
        (2, "not used"),
        (3, "not used"),
        (4, "missing field"),
        (5, "not used"),
        (6, "wrong type"),
        (7, "no offset in time"),
        (8, "missing field"),
        (9, "missing field"),
    ]


def test_a_call_without_an_id_has_one_from_what_it_says_however_it_was_delivered(log: Path):
    viewed = call("Product Viewed", TEA)
    del viewed["messageId"]
    first, again, other = events(
        log, viewed, viewed | {"sentAt": "2026-05-01T08:00:09Z"}, viewed | {"userId": "cy"}
    )
    assert first == again
    assert first.id != other.id


def test_a_bucket_is_searched_to_its_depths(tmp_path: Path):
    day = tmp_path / "source" / "1777593600000"
    day.mkdir(parents=True)
    (day / "1777622400.gz").write_bytes(gzip.compress(lines(call("Signed Up")).encode()))
    assert read(tmp_path, format_="segment") == ([bea("m1", Kind.SIGNUP)], [])


def test_one_json_array_of_calls_is_told(log: Path):
    log.write_text('[{"type": "track"}]')
    with pytest.raises(UnreadableSource, match="one JSON array"):
        read(log, format_="segment")
