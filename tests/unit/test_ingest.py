"""Ingest: every row stored, repeated or rejected; references settled after the last row."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from graph.errors import UnreadableSource
from graph.events import Event, Kind, Money, Product, Reject, User
from graph.store import Store
from loaders.ingest import BrokenOff, Progress, ingest, ingest_events
from loaders.intake import CLOCK_SKEW
from loaders.sources import open_source
from loaders.stores import open_store
from tests.loads import NOW, lines, load, reasons, said
from tests.toy import MINUTE, START

Row = dict[str, object]
Loading = Callable[..., list[tuple[int, str]]]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(f"sqlite:///{tmp_path}/shop.db")) as store:
        yield store


@pytest.fixture
def loading(store: Store, tmp_path: Path) -> Loading:
    """Loads rows of our own format; the lines and reasons of those rejected."""

    def load_rows(*rows: Row) -> list[tuple[int, str]]:
        file = tmp_path / "log.jsonl"
        file.write_text(lines(*rows))
        receipt, rejects = load(store, file)
        assert receipt.read == len(rows) == receipt.stored + receipt.repeated + receipt.rejected
        assert receipt.rejected == sum(receipt.rejects.values()) == len(rejects)
        return reasons(rejects)

    return load_rows


def row(id_: str, kind: str, user: str, minute: float = 0, **said: object) -> Row:
    at = START + minute * MINUTE
    return {"id": id_, "kind": kind, "at": at.isoformat(), "user": user} | said


def share(id_: str, user: str, minute: float = 0, **said: object) -> Row:
    return row(id_, "SHARE", user, minute, product="tea") | said


def opened(id_: str, user: str, minute: float, **said: object) -> Row:
    return row(id_, "OPEN", user, minute, product="tea") | said


def found(store: Store) -> dict[str, str | None]:
    """The share each event came from, said or found."""
    return {event.id: event.through for event in store.events() if event.kind is not Kind.SHARE}


def test_references_are_settled_after_the_last_row(loading: Loading, store: Store):
    rows = (opened("o1", "cy", 2, share="s2"), share("s2", "bea", 1, parentShare="s1"), share("s1", "ana", 0))
    assert loading(*rows) == []
    assert {event.id for event in store.events()} == {"s1", "s2", "o1"}


def test_shares_of_one_instant_may_come_in_any_order(loading: Loading, store: Store):
    chain = [share(f"s{n}", f"u{n}", 0, parentShare=f"s{n - 1}" if n else None) for n in range(30)]
    assert loading(*reversed(chain)) == []
    assert len(list(store.events())) == 30


def test_a_chain_of_thousands_is_settled_whatever_its_order(loading: Loading, store: Store):
    chain = [share(f"s{n}", f"u{n}", n, parentShare=f"s{n - 1}" if n else None) for n in range(3_000)]
    assert loading(*reversed(chain)) == []
    assert store.counts().events == 3_000


def test_what_names_a_share_that_never_comes_is_rejected(loading: Loading):
    assert loading(
        opened("o1", "bea", 1, share="nowhere"),
        row("p1", "PURCHASE", "bea", 1, product="tea", share="nowhere"),
        share("s1", "ana", 1, parentShare="nowhere"),
        share("s2", "ana", 1, parentShare="s2"),
        share("s3", "ana", 1, parentShare="s4"),
        share("s4", "ana", 1, parentShare="s3"),
        opened("o2", "bea", 2, share="s3"),
    ) == [
        (1, "unknown share"),
        (2, "unknown share"),
        (3, "unknown parent"),
        (4, "unknown parent"),
        (5, "unknown parent"),
        (6, "unknown parent"),
        (7, "unknown share"),
    ]


def test_what_cannot_have_been_is_rejected(loading: Loading):
    assert loading(
        share("s1", "ana", 10),
        opened("o1", "bea", 9.99, share="s1"),
        opened("o2", "bea", 10, share="s1"),
        share("s2", "bea", 9.99, parentShare="s1"),
        share("s3", "bea", 11, parentShare="s1", product="mug"),
        row("p1", "PURCHASE", "bea", 9, product="tea", share="s1"),
    ) == [
        (2, "opened before it was shared"),
        (4, "shared before its parent"),
        (5, "parent of another product"),
        (6, "opened before it was shared"),
    ]


def test_an_open_is_of_what_was_shared_and_other_acts_of_anything(loading: Loading, store: Store):
    assert loading(
        share("s1", "ana"),
        opened("o1", "bea", 1, share="s1", product="mug"),
        row("x1", "EXPOSURE", "bea", 1, share="s1", product="mug"),
        opened("o2", "bea", 1, share="s1", product=None),
        row("p1", "PURCHASE", "bea", 2, share="s1", product="mug"),
        row("v1", "VIEW", "bea", 2, share="s1", product="mug"),
    ) == [(2, "share of another product"), (3, "share of another product")]
    assert found(store) == {"o2": "s1", "p1": "s1", "v1": "s1"}


def test_a_page_of_another_product_that_still_carries_a_share_was_seen_not_opened(
    store: Store, tmp_path: Path
):
    def seen(id_: str, minute: float, product: str, **properties: object) -> Row:
        return {
            "type": "track", "event": "Product Viewed", "messageId": id_, "userId": "bea",
            "timestamp": (START + minute * MINUTE).isoformat(),
            "properties": {"product_id": product} | properties,
        }  # fmt: skip

    shared = seen("m1", 0, "tea", share_id="s1") | {"event": "Product Shared", "userId": "ana"}
    calls = [seen("m2", 1, "tea", share_id="s1"), seen("m3", 2, "mug", share_id="s1"), shared]
    log = tmp_path / "calls.jsonl"
    log.write_text(lines(*calls, seen("m4", -1, "mug", share_id="s1")))
    for stored, repeated in ((3, 0), (0, 3)):
        receipt, rejects = load(store, log, format_="segment")
        assert (receipt.stored, receipt.repeated) == (stored, repeated)
        assert reasons(rejects) == [(4, "opened before it was shared")]
    assert {(event.id, event.kind.name, event.product, event.share) for event in store.events()} == {
        ("s1", "SHARE", "tea", None),
        ("m2", "OPEN", "tea", "s1"),
        ("m3", "VIEW", "mug", "s1"),
    }


def call(event: str, id_: str, minute: float, user: str, query: str = "", **others: object) -> Row:
    """A call of Segment's about tea, on a page whose URL has this query."""
    said: Row = {
        "type": "track", "event": event, "messageId": id_, "userId": user,
        "timestamp": (START + minute * MINUTE).isoformat(), "properties": {"product_id": "tea"},
        "context": {"page": {"url": f"https://shop.example/tea{query}"}},
    }  # fmt: skip
    return said | others


def told(store: Store) -> set[tuple[str, str, str | None, str | None]]:
    return {(event.id, event.kind.name, event.sharer, event.through) for event in store.events()}


def test_a_view_whose_url_names_nobody_who_shared_it_is_kept_as_a_view(store: Store, tmp_path: Path):
    log = tmp_path / "calls.jsonl"
    log.write_text(
        lines(
            call("Product Viewed", "m1", 1, "bea", "?ref=newsletter"),
            call("Product Viewed", "m2", 1, "cy", "?ref=ana"),
            call("Product Viewed", "m3", -1, "cy", "?ref=ana"),
            call("Product Viewed", "m4", 1, "dan", properties={"product_id": "tea", "sharer": "zoe"}),
            call("Product Viewed", "m5", 1, "dan", "?share_id=nowhere"),
            call("Product Shared", "s1", 0, "ana"),
        )
    )
    for stored, repeated in ((4, 0), (0, 4)):
        receipt, rejects = load(store, log, format_="segment")
        assert (receipt.stored, receipt.repeated) == (stored, repeated)
        assert reasons(rejects) == [(4, "unknown share"), (5, "unknown share")]
    assert told(store) == {
        ("m1", "VIEW", None, None),
        ("m2", "OPEN", "ana", "s1"),
        ("m3", "VIEW", None, None),
        ("s1", "SHARE", None, None),
    }


def test_a_view_kept_without_its_sharer_is_the_same_row_when_the_share_has_come(store: Store, tmp_path: Path):
    views, shared = tmp_path / "views.jsonl", tmp_path / "shared.jsonl"
    views.write_text(lines(call("Product Viewed", "m1", 1, "bea", "?ref=ana")))
    shared.write_text(lines(call("Product Shared", "s1", 0, "ana")))
    for log, counted in ((views, (1, 0)), (shared, (1, 0)), (views, (0, 1))):
        receipt, rejects = load(store, log, format_="segment")
        assert ((receipt.stored, receipt.repeated), rejects) == (counted, [])
    assert told(store) == {("m1", "VIEW", None, None), ("s1", "SHARE", None, None)}
    views.write_text(lines(call("Product Viewed", "m1", 2, "bea", "?ref=ana")))
    _, rejects = load(store, views, format_="segment")
    assert reasons(rejects) == [(1, "conflict")]


def test_a_view_kept_without_its_sharer_may_tell_who_another_sharer_is(store: Store, tmp_path: Path):
    log = tmp_path / "calls.jsonl"
    log.write_text(
        lines(
            call("Product Viewed", "m1", 1, "bea", "?ref=phone"),
            call("Product Viewed", "m2", 2, "ana", "?ref=newsletter", anonymousId="phone"),
            call("Product Viewed", "m3", 2, "cy", "?ref=newsletter"),
            call("Product Shared", "s1", 0, "ana"),
        )
    )
    for stored, repeated in ((4, 0), (0, 4)):
        receipt, rejects = load(store, log, format_="segment")
        assert ((receipt.stored, receipt.repeated), rejects) == ((stored, repeated), [])
    assert told(store) == {
        ("m1", "OPEN", "phone", "s1"),
        ("m2", "VIEW", None, None),
        ("m3", "VIEW", None, None),
        ("s1", "SHARE", None, None),
    }


def test_a_sharer_stands_for_their_latest_share_of_the_product(loading: Loading, store: Store):
    assert loading(
        opened("o0", "bea", 0.5, sharer="ana"),
        opened("o1", "bea", 1, sharer="ana"),
        opened("o2", "bea", 5, sharer="ana"),
        opened("o3", "bea", 5, sharer="ana", product="mug"),
        opened("o4", "bea", 5, sharer="zoe"),
        row("u1", "SIGNUP", "bea", 5, sharer="ana"),
        share("s1", "ana", 1),
        share("s2", "ana", 3),
        share("s3", "ana", 6),
    ) == [(1, "unknown share"), (4, "unknown share"), (5, "unknown share")]
    assert found(store) == {"o1": "s1", "o2": "s2", "u1": None}


def test_a_share_passed_on_from_a_sharers_link_waits_for_it(loading: Loading, store: Store):
    assert loading(
        opened("o1", "cy", 3, sharer="bea"),
        share("s2", "bea", 2, sharer="ana"),
        share("s1", "ana", 1),
        share("s3", "dan", 2, sharer="zoe"),
    ) == [(4, "unknown parent")]
    assert found(store) == {"o1": "s2"}
    assert {event.found_share for event in store.events() if event.id == "s2"} == {"s1"}


def test_ones_own_share_can_be_opened(loading: Loading, store: Store):
    assert loading(share("s1", "ana"), opened("o1", "ana", 1, share="s1")) == []
    assert store.counts().events == 2


def test_what_was_rejected_may_come_again(loading: Loading, store: Store):
    late = opened("o1", "bea", 1, share="s1")
    assert loading(late) == [(1, "unknown share")]
    assert loading(share("s1", "ana"), late) == []
    assert loading(late) == []
    assert store.counts().events == 2


def test_the_same_id_with_other_content_is_a_conflict(loading: Loading, store: Store):
    assert loading(share("s1", "ana"), share("s1", "ana"), share("s1", "bea")) == [(3, "conflict")]
    assert [event.user for event in store.events()] == ["ana"]


def test_who_leans_on_a_refused_share_is_refused_with_it(loading: Loading, store: Store):
    assert loading(row("e1", "VIEW", "ana", 0)) == []
    assert loading(share("e1", "ana", 1), opened("o1", "bea", 2, share="e1")) == [
        (1, "conflict"),
        (2, "conflict"),
    ]


def test_the_forgotten_do_not_come_back(loading: Loading, store: Store):
    rows = share("s1", "ana"), share("s2", "bea", 1)
    assert loading(*rows) == []
    store.forget("ana")
    assert loading(*rows) == [(1, "forgotten")]


def test_a_device_may_be_a_little_ahead_of_time_but_not_more(store: Store):
    ahead = [
        Event(f"e{n}", Kind.SIGNUP, NOW + CLOCK_SKEW + n * timedelta(microseconds=1), user="ana")
        for n in (0, 1)
    ]
    taken = ingest_events(ahead, store, now=NOW)
    assert taken.stored == 1
    assert [(reject.line, reject.reason, reject.event) for reject in taken.rejected] == [
        (2, "time in the future", "e1")
    ]


def test_events_of_one_call_are_taken_each_on_its_own(store: Store):
    at = START
    given: list[Event | Reject] = [
        Event("o1", Kind.OPEN, at + MINUTE, user="bea", product="tea", sharer="ana"),
        Reject(2, "wrong type", event="o2"),
        Event("s1", Kind.SHARE, at, user="ana", product="tea"),
        Event("o3", Kind.OPEN, at, user="bea", share="nowhere"),
        Event("s1", Kind.SHARE, at, user="ana", product="tea"),
    ]
    taken = ingest_events(given, store, now=NOW)
    assert (taken.stored, taken.repeated) == (2, 1)
    assert [(reject.line, reject.event, reject.reason) for reject in taken.rejected] == [
        (2, "o2", "wrong type"),
        (4, "o3", "unknown share"),
    ]
    assert found(store) == {"o1": "s1"}


def test_a_call_describes_its_product_only_where_it_is_taken(store: Store, tmp_path: Path):
    log = tmp_path / "calls.jsonl"

    def viewed(id_: str, year: int, **properties: object) -> Row:
        about: Row = {"product_id": "tea", "currency": "CNY"} | properties
        return {
            "type": "track", "event": "Product Viewed", "messageId": id_, "userId": "bea",
            "timestamp": f"{year}-05-01T08:00:00Z", "properties": about,
        }  # fmt: skip

    calls = (
        viewed("m2", 2026, price=12),
        viewed("m1", 2025, price=9, name="Tea"),
        viewed("m3", 2126, brand="Kiln"),
    )
    log.write_text(lines(*calls))
    receipt, _ = load(store, log, format_="segment")
    assert receipt.rejects == {"time in the future": 1}
    version = store.version()
    assert store.read().catalogue == [Product("tea", "Tea", price=Money(Decimal(12), "CNY"))]
    load(store, log, format_="segment")
    assert store.version() == version


def test_rows_of_attribute_files_are_no_rows_of_the_log(store: Store, tmp_path: Path):
    (tmp_path / "users.csv").write_text("key,name\nana,Ana\n,Bea\n")
    (tmp_path / "events.jsonl").write_text(lines(share("s1", "ana")))
    receipt, rejects = load(store, tmp_path)
    assert (receipt.read, receipt.stored, receipt.rejected, receipt.unread_attributes) == (1, 1, 0, 1)
    assert reasons(rejects) == [(3, "missing field")]
    assert store.read().users == [User("ana", "Ana")]


def test_a_gzip_cut_in_half_keeps_everything_before_the_cut(store: Store, tmp_path: Path):
    whole = lines(*(row(f"e{n}", "SIGNUP", f"u{n}", n / 7) for n in range(20_000)))
    packed = gzip.compress(whole.encode())
    log = tmp_path / "log.jsonl.gz"
    log.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(BrokenOff, match=r"log\.jsonl\.gz, line \d+: the file breaks off here") as broken:
        load(store, log)
    receipt = broken.value.receipt
    assert f"line {receipt.read + 1}:" in str(broken.value)
    assert 5_000 < receipt.read == receipt.stored == store.counts().events < 15_000


def test_a_gzip_cut_within_its_first_lines_keeps_them_too(store: Store, tmp_path: Path):
    packed = gzip.compress(lines(share("s1", "ana"), share("s2", "bea")).encode())
    log = tmp_path / "log.jsonl.gz"
    log.write_bytes(packed[:-8])
    with pytest.raises(BrokenOff) as broken:
        load(store, log)
    assert broken.value.receipt.stored == 2


def test_a_quote_left_open_before_the_cut_takes_no_row_along(store: Store, tmp_path: Path):
    log = tmp_path / "log.csv.gz"
    text = 'id,kind,at,user\ne1,SIGNUP,2026-05-01T08:00:00Z,"ana\ne2,SIGNUP,2026-05-01T08:00:00Z,bea\n'
    log.write_bytes(gzip.compress(text.encode())[:-8])
    with pytest.raises(BrokenOff, match="line 4") as broken:
        load(store, log)
    receipt = broken.value.receipt
    assert (receipt.read, receipt.stored, receipt.rejects) == (2, 1, {"half a line": 1})


def test_a_line_without_an_end_costs_no_memory_and_one_reject(store: Store, tmp_path: Path):
    log = tmp_path / "log.jsonl"
    good = lines(share("s1", "ana"))
    log.write_text(good + '{"id": "' + "x" * 5_000_000 + '"}\n' + good)
    receipt, rejects = load(store, log)
    assert reasons(rejects) == [(2, "too long")]
    assert (receipt.stored, receipt.repeated) == (1, 1)


def test_progress_is_told_with_the_fraction_read(store: Store, tmp_path: Path):
    log = tmp_path / "log.jsonl"
    log.write_text(
        lines(*(row(f"e{n}", "SIGNUP", f"u{n}") for n in range(10)), opened("o1", "bea", 1, sharer="ana"))
    )
    steps: list[Progress] = []
    ingest(open_source([str(log)], "sharegraph"), store, now=NOW, progress=steps.append)
    assert steps == [Progress(11, 1.0, 1), Progress(11, 1.0, 0)]


def test_a_missing_file_is_told_when_the_source_is_opened(store: Store, tmp_path: Path):
    with pytest.raises(UnreadableSource, match="no such file"):
        load(store, tmp_path / "log.csv")
    assert said(store) == set()


def test_rows_that_are_large_are_stored_in_smaller_batches(store: Store, tmp_path: Path):
    file = tmp_path / "log.jsonl"
    said = {f"a{number}": "x" * 9_999 for number in range(20)}
    large = [{"kind": "USER", "key": f"u{number}"} | said for number in range(10)]
    unread = [{"kind": "VIEW", "id": f"e{number}", "nonsense": "x" * 200_000} for number in range(10)]
    file.write_text(lines(*large, *unread))
    told: list[int] = []
    source = open_source([str(file)], "sharegraph")
    ingest(source, store, now=NOW, batch=1_000, progress=lambda step: told.append(step.rows))
    assert told == [0, 0, 5, 10, 10]
