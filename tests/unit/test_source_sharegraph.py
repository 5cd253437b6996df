"""Our own format: what rows say, and how each bad row is told with its line."""

import gzip
import io
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graph.errors import InvalidInput, UnreadableSource
from graph.events import Consent, Event, Kind, Money, Product, User, Verdict
from loaders.sources import Reading, open_source
from loaders.sources.records import Attributes
from loaders.sources.streams import MAX_LINE
from tests.loads import lines, read, reasons

AT = datetime(2026, 5, 1, 8, tzinfo=UTC)
HEADER = "id,kind,at,user,product,share,amount,currency\n"
SHARE = "s1,SHARE,2026-05-01T08:00:00Z,ana,tea,,,\n"


@pytest.fixture
def log(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        file = tmp_path / "events.csv"
        file.write_text(text)
        return file

    return write


def told(**said: object) -> str:
    """A line in which ana shares tea, or says something else."""
    row = {"kind": "SHARE", "at": "2026-05-01T08:00:00Z", "user": "ana", "product": "tea"}
    return lines(row | said).strip()


def everything() -> dict[str, object]:
    """A row that says all there is to say of an event."""
    return {
        "id": "e1", "kind": "PURCHASE", "at": "2026-05-01T16:00:00+08:00", "user": "bea", "visitor": "phone",
        "product": "tea", "share": "s1", "sharer": "ana", "parentShare": "s0", "recipient": "cy",
        "other": "dan", "answer": "a1", "rank": 3, "propensity": 0.25, "variant": "B", "order": "o7",
        "quantity": 2, "amount": {"amount": "12.50", "currency": "cny"}, "surface": "home", "rating": 4.5,
        "query": "green tea", "channel": "wechat", "campaign": "spring",
        "incentive": {"amount": "1", "currency": "CNY"}, "device": "d1", "region": "Zhejiang",
        "verdict": "LIKE", "personalisation": True, "namedToFriends": False, "location": None,
        "research": False, "notice": "We would like to …",
    }  # fmt: skip


EVERYTHING = Event(
    "e1", Kind.PURCHASE, AT, user="bea", visitor="phone", product="tea", share="s1",
    parent_share="s0", recipient="cy", other="dan", answer="a1", rank=3, propensity=0.25, variant="B",
    order="o7", quantity=2, amount=Money(Decimal("12.50"), "CNY"), surface="home", rating=4.5,
    query="green tea", channel="wechat", campaign="spring", incentive=Money(Decimal(1), "CNY"), device="d1",
    region="Zhejiang", verdict=Verdict.LIKE, consent=Consent(True, False, None, False, "We would like to …"),
)  # fmt: skip


def flat(row: dict[str, Any]) -> dict[str, Any]:
    """The same row with money in two columns, as CSV and Parquet have it."""
    amount, incentive = row["amount"], row["incentive"]
    return row | {
        "amount": amount["amount"], "currency": amount["currency"],
        "incentive": incentive["amount"], "incentiveCurrency": incentive["currency"],
    }  # fmt: skip


def as_csv(row: dict[str, Any]) -> bytes:
    row = flat(row)
    fields = ("" if value is None else str(value) for value in row.values())
    return f"{','.join(row)}\n{','.join(fields)}\n".encode()


def as_json(row: dict[str, Any]) -> bytes:
    return lines(row).encode()


def as_flat_json(row: dict[str, Any]) -> bytes:
    return lines(flat(row)).encode()


def as_parquet(row: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([flat(row)]), file)
    return file.getvalue()


def as_nested_parquet(row: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([row | {"at": AT.astimezone(timezone(timedelta(hours=8)))}]), file)
    return file.getvalue()


Shape = Callable[[dict[str, Any]], bytes]
Packing = Callable[[bytes], bytes]
SHAPES = [as_csv, as_json, as_flat_json, as_parquet, as_nested_parquet]


@pytest.mark.parametrize("packed", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_field_is_read_from_every_shape(shape: Shape, packed: Packing, tmp_path: Path):
    file = tmp_path / "log"
    file.write_bytes(packed(shape(everything())))
    assert read(file) == ([EVERYTHING], [])


@pytest.mark.parametrize("packed", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_read_from_stdin(shape: Shape, packed: Packing, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(packed(shape(everything())))))
    assert read(Path("-")) == ([EVERYTHING], [])


def test_a_share_says_whose_it_is_and_a_sharer_beside_it_is_not_kept(log: Callable[[str], Path]):
    events, _ = read(log(told(kind="OPEN", share="s1", sharer="ana")))
    assert [(event.share, event.sharer) for event in events] == [("s1", None)]


def test_a_row_without_an_id_gets_one_from_what_it_says(tmp_path: Path):
    row = everything() | {"id": ""}
    files = [tmp_path / shape.__name__ for shape in SHAPES]
    for file, shape in zip(files, SHAPES, strict=True):
        file.write_bytes(shape(row))
    same, _ = read(*files)
    assert len({event.id for event in same}) == 1
    files[0].write_bytes(as_json(row | {"rank": 4}))
    assert read(files[0])[0][0].id != same[0].id


def test_a_folder_is_read_by_name_with_its_attribute_files(tmp_path: Path):
    (tmp_path / "2.csv").write_text(HEADER + "s2" + SHARE[2:])
    (tmp_path / "1.csv.gz").write_bytes(gzip.compress((HEADER + SHARE).encode()))
    (tmp_path / "users.csv").write_text(
        "key,name,region,cost,vip\nana,Ana,,120.00 CNY,\nbea,,Zhejiang,,yes\n"
    )
    (tmp_path / "products.jsonl").write_text(
        lines(
            {"key": "tea", "price": {"amount": 9, "currency": "CNY"}, "available": False, "weight": 0.5},
            {"key": "mug", "brand": "Kiln", "attributes": [{"name": "colour", "value": "blue"}]},
        )
    )
    (tmp_path / "README.md").write_text("no log")
    (tmp_path / "truth").mkdir()
    (tmp_path / "truth" / "people.csv").write_text("no log either\n")
    items = list(open_source([str(tmp_path)], "sharegraph").items())
    assert [event.id for event in read(tmp_path)[0]] == ["s1", "s2"]
    assert [user for item in items if isinstance(item, Attributes) for user in item.users] == [
        User("ana", "Ana", attributes={"cost": "120.00 CNY"}),
        User("bea", region="Zhejiang", attributes={"vip": "yes"}),
    ]
    assert [product for item in items if isinstance(item, Attributes) for product in item.products] == [
        Product("tea", price=Money(Decimal(9), "CNY"), available=False, attributes={"weight": "0.5"}),
        Product("mug", brand="Kiln", attributes={"colour": "blue"}),
    ]


def test_lines_of_people_and_products_in_a_log_are_no_rows_of_it(tmp_path: Path):
    file = tmp_path / "log.jsonl"
    file.write_text(
        lines(
            {"kind": "USER", "key": "ana", "name": "Ana"},
            {"kind": "PRODUCT", "key": "tea", "price": 9},
            {"kind": "PRODUCT"},
        )
    )
    first, second, third = open_source([str(file)], "sharegraph").items()
    assert first == Attributes(users=(User("ana", "Ana"),))
    assert isinstance(second, Attributes)
    assert reasons(second.rejects) == [(2, "missing field")]
    assert not isinstance(third, Attributes)


def test_a_quoted_field_may_hold_commas_quotes_and_line_ends(log: Callable[[str], Path]):
    file = log('kind,at,user,query\nSEARCH,2026-05-01T08:00:00Z,ana,"tea, ""green""\nor black"\n' + "x\n")
    events, rejects = read(file)
    assert [event.query for event in events] == ['tea, "green"\nor black']
    assert reasons(rejects) == [(4, "half a line")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("s2,SHARE,2026-05-", "half a line"),
        ('s2,SHARE,2026-05-01T08:00:00Z,"ana,tea,,,', "half a line"),
        ('s2,SHARE,2026-05-01T08:00:00Z,"ana"s,tea,,,', "stray quotes"),
        (SHARE.strip() + ",", "too many fields"),
        ("s2,SHARE,2026-05-01T08:00:00Z,an\0a,tea,,,", "not text"),
        ("s2,SHARE,2026-05-01T08:00:00Z," + "a" * MAX_LINE + ",tea,,,", "too long"),
        ('s2,SHARE,2026-05-01T08:00:00Z,"' + "a" * 200_000 + '",tea,,,', "too long"),
        ("s2,SHARE,2026-05-01T08:00:00Z," + "a" * 1001 + ",tea,,,", "too long"),
        ("s2,GIFT,2026-05-01T08:00:00Z,ana,tea,,,", "unknown kind"),
        ("s2,,2026-05-01T08:00:00Z,ana,tea,,,", "missing field"),
        ("s2,SHARE,,ana,tea,,,", "missing field"),
        ("s2,SHARE,2026-05-01T08:00:00Z,,tea,,,", "missing field"),
        ("s2,SHARE,2026-05-01T08:00:00Z,ana,,,,", "missing field"),
        ("o1,OPEN,2026-05-01T08:00:00Z,ana,tea,,,", "missing field"),
        ("s2,SHARE,2026-05-01T08:00:00,ana,tea,,,", "no offset in time"),
        ("s2,SHARE,yesterday,ana,tea,,,", "unreadable time"),
        ("s2,SHARE,0001-01-01T00:00:00+14:00,ana,tea,,,", "unreadable time"),
        ("p1,PURCHASE,2026-05-01T08:00:00Z,ana,tea,,-1,CNY", "impossible amount"),
        ("p1,PURCHASE,2026-05-01T08:00:00Z,ana,tea,,NaN,CNY", "impossible amount"),
        ("p1,PURCHASE,2026-05-01T08:00:00Z,ana,tea,,1e99,CNY", "impossible amount"),
        ("p1,PURCHASE,2026-05-01T08:00:00Z,ana,tea,,12,renminbi", "impossible amount"),
        ("p1,PURCHASE,2026-05-01T08:00:00Z,ana,tea,,12,", "missing field"),
        ("p1,PURCHASE,2026-05-01T08:00:00Z,ana,tea,,a lot,CNY", "wrong type"),
    ],
)
def test_a_bad_row_is_told_with_its_line_and_costs_no_other(
    row: str, reason: str, log: Callable[[str], Path]
):
    events, rejects = read(log(HEADER + SHARE + row + "\n" + SHARE + SHARE))
    assert [event.id for event in events] == ["s1", "s1", "s1"]
    assert reasons(rejects) == [(3, reason)]


def test_bytes_that_are_no_text_cost_their_row(tmp_path: Path):
    file = tmp_path / "log.csv"
    file.write_bytes(
        (HEADER + SHARE).encode() + b"s2,SHARE,2026-05-01T08:00:00Z,an\xff,tea,,,\n" + SHARE.encode()
    )
    events, rejects = read(file)
    assert len(events) == 2
    assert reasons(rejects) == [(3, "not text")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('{"id": "s2", "ki', "half a line"),
        ("hello", "not JSON"),
        ("12", "wrong type"),
        ('["SHARE"]', "wrong type"),
        (told(kind=["SHARE"]), "wrong type"),
        (told(at=1777622400), "wrong type"),
        (told(user={}), "wrong type"),
        (told(user=1.5), "wrong type"),
        (told(user=None), "missing field"),
        (told(prodct="mug"), "unknown field"),
        (told(user="\0"), "not text"),
        (told(user="ana").replace("ana", "\\ud800"), "not JSON"),
        (told(user="ana").replace('"ana"', "[" * 900 + "]" * 900), "wrong type"),
        (told(kind="TIE", other="ana"), "self"),
        (told(kind="CART", quantity=0), "impossible number"),
        (told(kind="CART", quantity="two"), "wrong type"),
        (told(kind="EXPOSURE", propensity=1.5), "impossible number"),
        (told(kind="RATE"), "missing field"),
        (told(kind="FEEDBACK", verdict="MEH"), "wrong type"),
        (told(kind="CONSENT"), "missing field"),
        (told(kind="CONSENT", research="so so"), "wrong type"),
    ],
)
def test_a_bad_line_of_json_is_told_with_its_line_and_costs_no_other(row: str, reason: str, tmp_path: Path):
    good = told(id="s1") + "\n"
    file = tmp_path / "log.jsonl"
    file.write_text(good + "\n" + row + "\n" + good)
    events, rejects = read(file)
    assert [event.id for event in events] == ["s1", "s1"]
    assert reasons(rejects) == [(3, reason)]


def test_a_time_without_an_offset_is_local_to_the_zone_that_is_told(log: Callable[[str], Path]):
    file = log(HEADER + SHARE.replace("08:00:00Z", "16:00:00"))
    events, _ = read(file, reading=Reading(timezone=timezone(timedelta(hours=8))))
    assert [event.at for event in events] == [AT]


def test_an_amount_without_a_currency_takes_the_one_that_is_told(log: Callable[[str], Path]):
    file = log(HEADER + "p1,PURCHASE,2026-05-01T08:00:00Z,ana,tea,,12.345678,\n")
    events, _ = read(file, reading=Reading(currency="CNY"))
    assert [event.amount for event in events] == [Money(Decimal("12.3457"), "CNY")]


def test_what_a_share_came_from_is_its_parent(tmp_path: Path):
    row = {"id": "s2", "kind": "SHARE", "at": "2026-05-01T08:00:00Z", "user": "bea", "product": "tea"}
    file = tmp_path / "log.jsonl"
    file.write_text(
        lines(row | {"share": "s1"}, row | {"share": "s2"}, row | {"share": "s1", "parentShare": "s0"})
    )
    events, rejects = read(file)
    assert [(event.share, event.parent_share) for event in events] == [(None, "s1"), (None, None)]
    assert reasons(rejects) == [(3, "two parents")]


def test_whole_numbers_are_keys(tmp_path: Path):
    file = tmp_path / "log.jsonl"
    file.write_text(lines({"id": 7, "kind": "SHARE", "at": "2026-05-01T08:00:00Z", "user": 1, "product": 2}))
    events, _ = read(file)
    assert [(event.id, event.user, event.product) for event in events] == [("7", "1", "2")]


def test_parquet_counts_its_rows_and_leaves_nulls_out(tmp_path: Path):
    file = tmp_path / "log.parquet"
    table = pa.table(
        {
            "kind": ["PURCHASE", "PURCHASE", "PURCHASE"],
            "at": pa.array(
                [1777622400_000000000, 1777622400_000000001, None], pa.timestamp("ns", "Asia/Shanghai")
            ),
            "user": ["ana", "ana", "ana"],
            "product": ["tea", "tea", "tea"],
            "quantity": [1.0, float("nan"), 2.5],
        }
    )
    pq.write_table(table, file)
    events, rejects = read(file)
    assert [(event.at, event.quantity) for event in events] == [(AT, 1), (AT, None)]
    assert reasons(rejects) == [(3, "impossible number")]


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        (b"id,kind,at,userr\n", "'userr'"),
        (b"id,kind,user\n", "no column at"),
        (b"id,kind,at,id\n", "more than one column is named id"),
        (b"id,kind,at,user,\n", "column 5 has no name"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "binary"),
        ("id,kind,at\n".encode("utf-16"), "UTF-16"),
        (b'[\n{"kind": "SHARE"}\n]\n', "JSON array"),
        (b"PAR1 and no more", "log.csv, after row 0"),
    ],
)
def test_a_file_that_is_no_log_is_told_by_name(written: bytes, sentence: str, tmp_path: Path):
    file = tmp_path / "log.csv"
    file.write_bytes(written)
    with pytest.raises(UnreadableSource, match=r"log\.csv") as told:
        read(file)
    assert sentence in str(told.value)


def test_a_source_that_is_not_there_is_told_before_anything_is_read(tmp_path: Path):
    with pytest.raises(UnreadableSource, match="no such file"):
        open_source([str(tmp_path / "log.csv")], "sharegraph")
    with pytest.raises(UnreadableSource, match="there is no file in this folder"):
        open_source([str(tmp_path)], "sharegraph")
    (tmp_path / "notes.txt").touch()
    with pytest.raises(UnreadableSource, match="of what is in this folder nothing is a log"):
        open_source([str(tmp_path)], "sharegraph")
    with pytest.raises(InvalidInput, match="there are sharegraph, segment"):
        open_source([str(tmp_path)], "excel")
    with pytest.raises(InvalidInput, match="no source"):
        open_source([], "sharegraph")


def test_an_empty_file_has_no_rows(tmp_path: Path):
    (tmp_path / "log.csv").touch()
    assert read(tmp_path) == ([], [])


@pytest.mark.parametrize("separator", [";", "\t"])
def test_semicolons_and_tabs_separate_where_the_header_has_no_comma(separator: str, tmp_path: Path):
    file = tmp_path / "log.csv"
    quoted = 's2,SHARE,2026-05-01T08:00:00Z,"ana,",tea,,,\n'
    decimal_comma = "p1,PURCHASE,2026-05-01T08:00:00Z,bea,tea,,25~50,EUR\n"
    rows = HEADER + SHARE + quoted.replace('"ana,"', '"ana~"') + decimal_comma
    file.write_text(rows.replace(",", separator).replace("~", ","))
    events, rejects = read(file)
    assert [(event.id, event.user) for event in events] == [("s1", "ana"), ("s2", "ana,")]
    assert reasons(rejects) == [(4, "wrong type")]


def test_blank_lines_before_the_header_count_and_do_no_harm(tmp_path: Path):
    file = tmp_path / "log.csv"
    file.write_text("\n  \n" + HEADER + SHARE + "half\n")
    events, rejects = read(file)
    assert ([event.id for event in events], reasons(rejects)) == (["s1"], [(5, "half a line")])


def test_a_parquet_column_that_is_there_twice_is_told(tmp_path: Path):
    file = tmp_path / "log.parquet"
    columns = [pa.array([text]) for text in ("SHARE", "2026-05-01T08:00:00Z", "ana", "bea", "tea")]
    pq.write_table(pa.Table.from_arrays(columns, names=["kind", "at", "user", "user", "product"]), file)
    with pytest.raises(UnreadableSource, match="more than one column is named user"):
        read(file)


def test_a_time_beyond_all_calendars_costs_its_row_of_parquet(tmp_path: Path):
    file = tmp_path / "log.parquet"
    times = pa.array([2**62, 1777622400_000], pa.timestamp("ms", "UTC"))
    pq.write_table(pa.table({"kind": ["SIGNUP"] * 2, "at": times, "user": ["ana", "bea"]}), file)
    events, rejects = read(file)
    assert ([event.at for event in events], reasons(rejects)) == ([AT], [(1, "wrong type")])


def test_a_stdin_that_was_closed_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(UnreadableSource, match="no stdin"):
        list(open_source(["-"], "sharegraph").items())


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path):
    file = tmp_path / "log.csv"
    file.write_bytes(b"\xef\xbb\xbf" + (HEADER + SHARE).replace("\n", "\r\n").encode())
    events, rejects = read(file)
    assert ([event.id for event in events], rejects) == (["s1"], [])


def test_a_file_that_becomes_shorter_while_it_is_read_is_told(tmp_path: Path):
    file = tmp_path / "log.csv"
    file.write_text("kind,at,user\n" + "VIEW,2026-05-01T08:00:00Z,ana\n" * 30_000)
    items = open_source([str(file)], "sharegraph").items()
    next(items)
    os.truncate(file, 300_001)
    with pytest.raises(UnreadableSource, match=r"line 10001: .*\(it became shorter while it was read\)"):
        list(items)


def test_half_a_line_of_a_file_that_is_being_written_is_left_for_later(tmp_path: Path):
    file = tmp_path / "log.csv"
    file.write_text("kind,at,user\nVIEW,2026-05-01T08:00:00Z,ana\nVIEW,2026-05-01T08:00:00Z,be")
    items = open_source([str(file)], "sharegraph").items()
    next(items)
    os.utime(file, (0, 0))
    with pytest.raises(UnreadableSource, match="line 3: the file is being written"):
        list(items)
    events, rejects = read(file)
    assert [event.user for event in events] == ["ana", "be"]
    assert rejects == []
