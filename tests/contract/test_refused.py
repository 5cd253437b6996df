"""What was refused, counted by every store."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from graph.store import Store
from loaders.ingest import ingest_events
from tests import toy
from tests.loads import NOW, lines, load

GOOD = {"id": "s1", "kind": "SHARE", "at": "2026-05-01T08:00:00Z", "user": "ana", "product": "tea"}
TIMELESS = {**GOOD, "id": "s2", "at": "yesterday"}
NOBODYS = {**GOOD, "id": "s3", "user": None}


def loaded(store: Store, file: Path, *rows: Mapping[str, object]) -> None:
    file.write_text(lines(*rows))
    load(store, file)


def test_a_new_store_refused_nothing(store: Store):
    assert store.refused() == {}


def test_rows_are_counted_by_reason_the_most_frequent_first(store: Store, tmp_path: Path):
    loaded(store, tmp_path / "a.jsonl", GOOD, NOBODYS, TIMELESS, {**TIMELESS, "id": "s4"})
    assert list(store.refused().items()) == [("unreadable time", 2), ("missing field", 1)]
    loaded(store, tmp_path / "b.jsonl", NOBODYS)
    assert list(store.refused().items()) == [("missing field", 2), ("unreadable time", 2)]


def test_the_same_file_again_changes_no_count(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    loaded(store, tmp_path / "a.jsonl", GOOD, TIMELESS)
    version = store.version()
    monkeypatch.chdir(tmp_path)
    load(store, Path("a.jsonl"))
    assert store.refused() == {"unreadable time": 1}
    assert store.version() == version


def test_a_file_that_was_mended_has_its_rows_counted_no_longer(store: Store, tmp_path: Path):
    loaded(store, tmp_path / "a.jsonl", TIMELESS, NOBODYS)
    loaded(store, tmp_path / "b.jsonl", NOBODYS)
    loaded(store, tmp_path / "a.jsonl", GOOD)
    assert store.refused() == {"missing field": 1}


def test_events_of_calls_are_counted_each_time(store: Store):
    unheard = toy.events("ana>bea:tea")[1:]
    for _ in range(2):
        assert ingest_events(unheard, store, now=NOW).rejected
    assert store.refused() == {"unknown share": 2}


def test_counts_outlive_the_process_and_the_person(
    store_url: str, opened: Callable[[str], Store], tmp_path: Path
):
    store = opened(store_url)
    loaded(store, tmp_path / "ana.jsonl", GOOD, {**TIMELESS, "user": "ana"})
    store.forget("ana")
    store.close()
    assert opened(store_url).refused() == {"unreadable time": 1}


def test_a_file_has_a_name_of_any_bytes(store: Store, tmp_path: Path):
    loaded(store, tmp_path / b"\xff.jsonl".decode(errors="surrogateescape"), TIMELESS)
    assert store.refused() == {"unreadable time": 1}
