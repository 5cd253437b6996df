"""What `generate` writes, our own format reads: every row is stored, and says what the generator said."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graph.generate import Generated, ShopModel, generate
from loaders.ingest import ingest
from loaders.sources.records import Reading
from loaders.sources.sharegraph import open_sharegraph
from loaders.stores import open_store
from loaders.writing import Shape, write

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def shop() -> Generated:
    return generate(ShopModel(users=200, events=3_000))


@pytest.mark.parametrize("shape", ["csv", "jsonl", "parquet"])
def test_every_row_is_stored_and_says_what_was_generated(shop: Generated, shape: Shape, tmp_path: Path):
    write(shop, tmp_path / "shop", shape)
    store = open_store(f"sqlite:///{tmp_path / 'shop.db'}")
    try:
        receipt = ingest(open_sharegraph([str(tmp_path / "shop")], Reading()), store, now=NOW)
        stored = {event.id: replace(event, found_share=None) for event in store.events()}
        log = store.read()
    finally:
        store.close()
    assert (receipt.read, receipt.stored, receipt.rejected, receipt.implied) == (3_000, 3_000, 0, 0)
    assert stored == {event.id: event for event in shop.said()}
    assert {user.key: user for user in log.users} == {user.key: user for user in shop.said_of_users()}
    assert {p.key: p for p in log.catalogue} == {p.key: p for p in shop.said_of_products()}
