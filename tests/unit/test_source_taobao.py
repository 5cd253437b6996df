"""taobao-share: one share for each inviter and item, one open a row."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graph.errors import UnreadableSource
from graph.events import Kind, Product
from graph.store import Store
from loaders.stores import open_store
from tests.loads import load, reasons, said, said_after

HEADER = "inviter_id\titem_id\tvoter_id\ttimestamp\n"
FIRST = "ana\ttea\tbea\t2022-01-01 08:00:00\n"
SECOND = "ana\ttea\tcy\t2022-01-01 09:00:00\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(f"sqlite:///{tmp_path}/shop.db")) as store:
        yield store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "taobao-share"
    folder.mkdir()
    (folder / "share_triples.tsv").write_text(HEADER + FIRST + SECOND)
    (folder / "item_info.csv").write_text(
        "item_id,cate_id,cate_level1_id,brand_id,shop_id\ntea,50013878,50013864,0,112937914\nmug,1,2,3,4\n"
    )
    return folder


def test_a_share_is_made_at_the_first_row_and_opened_at_every_row(folder: Path, store: Store):
    receipt, rejects = load(store, folder, format_="taobao-share")
    assert rejects == []
    assert (receipt.read, receipt.stored, receipt.events, receipt.users, receipt.products) == (2, 2, 3, 3, 2)
    (share,) = (event for event in store.events() if event.kind is Kind.SHARE)
    opens = [event for event in store.events() if event.kind is Kind.OPEN]
    assert (share.user, share.product, share.at) == ("ana", "tea", datetime(2022, 1, 1, tzinfo=UTC))
    assert [(open_.user, open_.share, open_.product) for open_ in opens] == [
        ("bea", share.id, "tea"),
        ("cy", share.id, "tea"),
    ]
    assert [open_.at for open_ in opens] == [share.at, datetime(2022, 1, 1, 1, tzinfo=UTC)]


def test_items_are_described_beside_the_log(folder: Path, store: Store):
    load(store, folder / "share_triples.tsv", format_="taobao-share")
    assert sorted(store.read().catalogue, key=lambda product: product.key) == [
        Product("mug", category="1", brand="3", attributes={"top_category": "2", "shop": "4"}),
        Product("tea", category="50013878", attributes={"top_category": "50013864", "shop": "112937914"}),
    ]


def test_rows_are_taken_in_order_of_time_whatever_their_order_in_the_file(folder: Path, tmp_path: Path):
    log = tmp_path / "shuffled.tsv"
    log.write_text(HEADER + SECOND + FIRST)
    whole = said_after(tmp_path, "whole", [folder], format_="taobao-share")
    assert said_after(tmp_path, "shuffled", [log], format_="taobao-share") == whole


def test_a_later_part_needs_no_header_and_adds_only_opens(tmp_path: Path, store: Store):
    first, second = tmp_path / "1.tsv", tmp_path / "2.tsv"
    first.write_text(HEADER + FIRST)
    second.write_text(SECOND)
    receipts = [load(store, part, format_="taobao-share")[0] for part in (first, second)]
    assert [(receipt.read, receipt.stored, receipt.events) for receipt in receipts] == [(1, 1, 2), (1, 1, 3)]


def test_the_stored_time_of_a_share_stands(tmp_path: Path, store: Store):
    (tmp_path / "1.tsv").write_text(SECOND)
    (tmp_path / "2.tsv").write_text(FIRST)
    load(store, tmp_path / "1.tsv", format_="taobao-share")
    before = said(store)
    _, rejects = load(store, tmp_path / "2.tsv", format_="taobao-share")
    assert reasons(rejects) == [(1, "opened before it was shared")]
    assert said(store) == before


def test_who_was_forgotten_takes_no_share_along_that_others_opened(
    folder: Path, tmp_path: Path, store: Store
):
    earlier = tmp_path / "earlier.tsv"
    earlier.write_text("zoe\tmug\tbea\t2021-12-31 08:00:00\n")
    load(store, earlier, format_="taobao-share")
    store.forget("bea")
    receipt, rejects = load(store, folder, format_="taobao-share")
    assert (receipt.stored, reasons(rejects)) == (1, [(2, "forgotten")])


def test_bad_rows_are_told_with_their_lines(tmp_path: Path, store: Store):
    log = tmp_path / "log.tsv"
    log.write_text(
        HEADER + FIRST + "ana\ttea\n" + "ana\ttea\tbea\tnoon\n" + FIRST[:-1] + "\t\n" + "\ttea" + SECOND[7:]
    )
    receipt, rejects = load(store, log, format_="taobao-share")
    assert reasons(rejects) == [
        (3, "half a line"),
        (4, "unreadable time"),
        (5, "too many fields"),
        (6, "missing field"),
    ]
    assert (receipt.read, receipt.stored) == (5, 1)


def test_items_without_their_columns_are_told(folder: Path, store: Store):
    (folder / "item_info.csv").write_text("item_id,price\ntea,12\n")
    with pytest.raises(UnreadableSource, match="no column cate_id"):
        load(store, folder, format_="taobao-share")


@pytest.mark.real_logs
def test_the_whole_log_is_accounted_for(real_logs: Path, store: Store):
    receipt, _ = load(store, real_logs / "taobao-share", format_="taobao-share")
    assert (receipt.read, receipt.stored, receipt.rejected, receipt.implied) == (24_107, 24_107, 0, 0)
    assert (receipt.users, receipt.products) == (17_686, 20_953)
