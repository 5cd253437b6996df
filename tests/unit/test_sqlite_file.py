"""The SQLite file of the embedded store: its format, its backup, and what is no such file."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest

from graph.errors import InvalidInput, StoreIncompatible, StoreUnavailable
from graph.events import User
from loaders.stores import open_store
from loaders.stores.embedded import EmbeddedStore
from loaders.stores.naming import UNNAMED
from loaders.stores.sqlite.append import Writing
from loaders.stores.sqlite.file import FORMAT_1, STEPS, connect, opened
from loaders.stores.sqlite.shares import by
from tests.contract.telling import rows
from tests.toy import TOY, events

NEXT = len(STEPS) + 1
NEXT_STEP = "CREATE TABLE notes (text TEXT); INSERT INTO notes SELECT 'next of ' || identity FROM store"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shop.db"


@pytest.fixture
def store(path: Path) -> EmbeddedStore:
    store = EmbeddedStore(path)
    store.append(rows(TOY))
    return store


def test_the_first_format_never_changes():
    assert blake2b(FORMAT_1.encode(), digest_size=8).hexdigest() == "e8eaa04f2920215a"


def test_a_file_of_the_first_format_is_what_a_new_one_is(path: Path, tmp_path: Path):
    opened(path, steps=(FORMAT_1,)).close()
    with closing(opened(path)) as older, closing(opened(tmp_path / "new.db")) as newer:
        told = "SELECT name, sql FROM sqlite_master ORDER BY name"
        assert older.execute(told).fetchall() == newer.execute(told).fetchall()


def test_an_older_file_is_brought_up_and_keeps_what_it_holds(store: EmbeddedStore, path: Path):
    store.close()
    with closing(opened(path, steps=(*STEPS, NEXT_STEP))) as file:
        assert file.execute("PRAGMA user_version").fetchone() == (NEXT,)
        ((note,),) = file.execute("SELECT text FROM notes")
        assert note.startswith("next of ")
        assert file.execute("SELECT count(*) FROM events").fetchone() == (len(events(TOY)),)


def test_a_step_that_fails_leaves_the_file_as_it_was(store: EmbeddedStore, path: Path):
    store.close()
    with pytest.raises(StoreUnavailable):
        opened(path, steps=(*STEPS, "CREATE TABLE half (a); CREATE TABLE half (a)"))
    again = EmbeddedStore(path)
    assert list(again.events()) == events(TOY)
    again.close()


def test_a_newer_file_is_refused_with_a_sentence(store: EmbeddedStore, path: Path):
    store.close()
    opened(path, steps=(*STEPS, NEXT_STEP)).close()
    with pytest.raises(StoreIncompatible, match=rf"store format {NEXT}.*use the newer program"):
        EmbeddedStore(path)


def test_another_programs_file_is_refused_and_left_alone(path: Path):
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE theirs (a)")
    before = path.read_bytes()
    with pytest.raises(StoreIncompatible, match="no sharegraph store"):
        EmbeddedStore(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path):
    path.write_text("user,product\nana,tea\n" * 100)
    with pytest.raises(StoreIncompatible, match="no sharegraph store"):
        EmbeddedStore(path)
    assert path.read_text() == "user,product\nana,tea\n" * 100


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(StoreUnavailable, match=r"the folder .*missing does not exist"):
        EmbeddedStore(tmp_path / "missing" / "shop.db")


def test_none_is_made_where_none_is_wanted(path: Path):
    with pytest.raises(StoreUnavailable, match="no store yet"):
        open_store(f"sqlite:///{path}", create=False)
    assert not path.exists()


@pytest.mark.parametrize("url", ["", "shop.db", "sqlite://", "sqlite:///", "duckdb:///x", "sqlite:shop.db"])
def test_what_is_no_stores_address_is_told_what_is(url: str):
    with pytest.raises(InvalidInput, match=r"write sqlite:///shop\.db or neo4j://"):
        open_store(url)


def test_a_relative_path_is_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    store = open_store("sqlite:///shop.db")
    assert store.url == "sqlite:///shop.db"
    store.close()
    assert (tmp_path / "shop.db").exists()


def test_a_backup_while_serving_is_a_store_of_its_own(store: EmbeddedStore, tmp_path: Path):
    to = tmp_path / "backup.db"
    writer = sqlite3.connect(tmp_path / "shop.db")
    writer.execute("BEGIN IMMEDIATE")
    store.backup(to)
    writer.close()
    copy = EmbeddedStore(to)
    assert list(copy.events()) == events(TOY)
    assert not store.continues(copy.version())
    copy.append(rows("eve$tea=1#o1"))
    assert list(store.events()) == events(TOY)
    copy.close()
    store.close()


def test_a_backup_is_never_written_over_anything(store: EmbeddedStore, path: Path):
    with pytest.raises(InvalidInput, match="exists already"):
        store.backup(path)
    store.close()


def test_of_backups_to_one_place_at_once_one_is_made_and_whole(store: EmbeddedStore, tmp_path: Path):
    to = tmp_path / "backup.db"

    def made(_: int) -> bool:
        try:
            store.backup(to)
        except InvalidInput:
            return False
        return True

    with ThreadPoolExecutor(8) as at_once:
        assert sum(at_once.map(made, range(8))) == 1
    copy = EmbeddedStore(to)
    assert list(copy.events()) == events(TOY)
    copy.close()
    store.close()
    assert not (tmp_path / "backup.db.part").exists()


def test_a_backup_that_cannot_be_written_leaves_nothing(store: EmbeddedStore, tmp_path: Path):
    with pytest.raises(StoreUnavailable):
        store.backup(tmp_path / "missing" / "backup.db")
    assert {part.suffix for part in tmp_path.iterdir()} <= {".db", ".db-wal", ".db-shm"}
    store.close()


def test_a_sharers_shares_are_found_without_looking_at_everybody_elses(store: EmbeddedStore, path: Path):
    asked: list[str] = []
    with closing(connect(path)) as file:
        file.set_trace_callback(asked.append)
        by(file, [("ana", "tea")], UNNAMED)
        file.set_trace_callback(None)
        plan = file.execute(f"EXPLAIN QUERY PLAN {asked[-1]}").fetchall()
    assert any("shares (product=? AND <expr>=?)" in step[3] for step in plan)
    store.close()


def test_somebody_with_sqlite3_can_read_the_log(store: EmbeddedStore, path: Path):
    store.close()
    with closing(sqlite3.connect(path)) as file:
        told = file.execute("SELECT kind, user, product, share FROM log ORDER BY seq").fetchall()
    assert told == [
        ("SHARE", "ana", "tea", None),
        ("OPEN", "bea", "tea", "ana/tea"),
        ("OPEN", "cy", "tea", "ana/tea"),
        ("SHARE", "bea", "mug", None),
        ("OPEN", "dan", "mug", "bea/mug"),
    ]


USES: list[Callable[[EmbeddedStore], object]] = [
    lambda store: store.append(rows("eve$tea=1#o1")),
    lambda store: store.version(),
    lambda store: store.read(),
    lambda store: store.counts(),
    lambda store: store.forget("ana"),
    lambda store: store.upsert_users([User("ana", "Ana")]),
    lambda store: store.backup(Path("missing/never.db")),
]


@pytest.mark.parametrize("use", USES)
def test_a_file_that_was_deleted_takes_nothing_and_is_not_made_again(
    store: EmbeddedStore, tmp_path: Path, use: Callable[[EmbeddedStore], object]
):
    for file in tmp_path.iterdir():
        file.unlink()
    with pytest.raises(StoreUnavailable, match=r"shop\.db is gone"):
        use(store)
    store.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("use", USES)
def test_a_file_that_was_replaced_takes_nothing_from_who_opened_the_other(
    store: EmbeddedStore, path: Path, use: Callable[[EmbeddedStore], object]
):
    for file in path.parent.iterdir():
        file.unlink()
    other = EmbeddedStore(path)
    other.append(rows("eve$tea=1#o1"))
    with pytest.raises(StoreUnavailable, match="is another file than the one that was opened"):
        use(store)
    store.close()
    assert [event.user for event in other.events()] == ["eve"]
    other.close()


def test_a_file_that_vanishes_within_a_transaction_acknowledges_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
):
    class Vanishing(Writing):
        def events(self, *said: Any) -> None:
            super().events(*said)
            path.unlink()

    monkeypatch.setattr("loaders.stores.embedded.Writing", Vanishing)
    store = EmbeddedStore(path)
    with pytest.raises(StoreUnavailable, match="is gone"):
        store.append(rows(TOY))
    store.close()


def test_a_file_whose_name_a_url_would_read_otherwise(tmp_path: Path):
    path = tmp_path / "a shop? 100% & ö#1.db"
    for _ in range(2):
        store = EmbeddedStore(path)
        store.append(rows(TOY))
        store.close()
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
