"""The last word on users and products: the same whatever came first, however much it is."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.events import Event, Kind, Product, Row
from graph.store import Store
from loaders.hearsay import Hearsay
from loaders.ingest import ingest
from loaders.sources import open_source
from loaders.sources.records import Attributes, Record
from loaders.stores import open_store
from loaders.stores.sayings import product_after
from tests.loads import NOW, lines, load
from tests.toy import MINUTE, START


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(f"sqlite:///{tmp_path}/shop.db")) as store:
        yield store


def row(line: int, minute: float, *products: Product) -> Record:
    view = Event(f"v{line}", Kind.VIEW, START + minute * MINUTE, user="ana")
    return Record(Row(line, (view,), "log"), products=products)


def last_words(store: Store, records: Sequence[Record], room: int) -> dict[str, Product]:
    heard = Hearsay(store, room)
    with closing(heard):
        for record in records:
            heard.hear(record)
        heard.tell()
    return {product.key: product for product in store.read().catalogue}


def test_the_last_word_on_each_field_stands_whatever_was_heard_first(store: Store):
    records = [
        row(1, 1, Product("tea", name="Tea")),
        row(3, 3, Product("tea", brand="Kiln")),
        row(2, 2, Product("tea", name="Green tea", attributes={"leaf": "whole"})),
    ]
    expected = {"tea": Product("tea", "Green tea", brand="Kiln", attributes={"leaf": "whole"})}
    assert last_words(store, records, room=10) == expected


NAMES = ("name", "brand", "category")


def said_of(key: str, fields: dict[str, Any]) -> Product:
    return Product(key, **fields)


@given(words=st.lists(st.tuples(st.sampled_from("abcde"), st.integers(0, 3), st.integers(0, 5)), max_size=25))
@settings(max_examples=40)
def test_what_is_put_aside_in_between_loses_no_word(words: list[tuple[str, int, int]]):
    records = [
        row(line, minute, said_of(key, {NAMES[line % 3]: str(word)}))
        for line, (key, minute, word) in enumerate(words)
    ]
    expected: dict[str, Product] = {}
    for record in sorted(records, key=lambda record: (record.row.events[0].at, record.row.line)):
        (said,) = record.products
        expected[said.key] = product_after(expected.get(said.key), said)
    for heard, room in product((records, records[::-1]), (1, 2, 100)):
        with TemporaryDirectory() as folder, closing(open_store(f"sqlite:///{folder}/shop.db")) as store:
            assert last_words(store, heard, room) == expected


def test_the_last_line_of_a_file_of_attributes_stands_and_a_dated_word_over_it(store: Store):
    heard = Hearsay(store)
    heard.hear(row(1, 1, Product("tea", name="Tea")))
    heard.read(Attributes(products=[Product("tea", name="?", brand="Kiln"), Product("tea", brand="Oak")]))
    heard.tell()
    assert list(store.read().catalogue) == [Product("tea", "Tea", brand="Oak")]


def test_attributes_said_twice_and_loaded_twice_change_nothing_at_any_size(store: Store, tmp_path: Path):
    users = [{"key": f"u{n % 30}", "name": f"{n}"} for n in range(90)]
    (tmp_path / "users.jsonl").write_text(lines(*users))
    load_in_small_batches(store, tmp_path)
    version = store.version()
    assert {user.key: user.name for user in store.read().users} == {f"u{n}": str(60 + n) for n in range(30)}
    load_in_small_batches(store, tmp_path)
    assert store.version() == version


def load_in_small_batches(store: Store, folder: Path) -> None:
    ingest(open_source([str(folder)], "sharegraph"), store, now=NOW, batch=2)


def test_words_of_one_moment_are_the_same_words_when_their_row_has_to_wait_no_more(
    store: Store, tmp_path: Path
):
    def viewed(id_: str, name: str, **properties: object) -> dict[str, object]:
        return {
            "type": "track", "event": "Product Viewed", "messageId": id_, "userId": "bea",
            "timestamp": (START + timedelta(hours=1)).isoformat(),
            "properties": {"product_id": "tea", "name": name, **properties},
        }  # fmt: skip

    shared = viewed("s1", "Tea") | {"event": "Product Shared", "timestamp": START.isoformat()}
    log = tmp_path / "calls.jsonl"
    log.write_text(lines(viewed("m1", "Green", share_id="s1"), viewed("m2", "Black"), shared))
    load(store, log, format_="segment")
    version = store.version()
    load(store, log, format_="segment")
    assert store.version() == version
    assert [product.name for product in store.read().catalogue] == ["Black"]
