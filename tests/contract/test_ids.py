"""Ids of rows that came without one: under each store's own key, and otherwise as if there was none."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from graph.events import Event, Kind, content_id
from graph.snapshot import Snapshot
from graph.store import Store
from loaders.ingest import ingest_events
from loaders.sealing import Secret
from loaders.stores import open_store
from loaders.stores.sqlite import file
from tests.loads import NOW, lines, load, read, said
from tests.neo4j_server import Server
from tests.toy import START

AT, LATER = START.isoformat(), (START + timedelta(minutes=1)).isoformat()
LOG: list[dict[str, Any]] = [
    {"kind": "SHARE", "at": AT, "user": "ana", "product": "tea"},
    {"kind": "OPEN", "at": AT, "user": "bea", "product": "tea", "sharer": "ana"},
    {"kind": "SHARE", "at": LATER, "user": "bea", "product": "tea", "sharer": "ana"},
    {"kind": "VIEW", "at": AT, "user": "cy", "product": "mug", "region": "Lyon"},
    {"id": "o7", "kind": "PURCHASE", "at": AT, "user": "cy", "product": "mug"},
]
TWEETS = "".join(
    f"{who} {whom} {second} {kind}\n"
    for second in (100, 101, 101, 103)
    for who, whom in permutations(("ana", "bea", "cy", "dan"), 2)
    for kind in ("RT", "MT")
)
"""Everybody retweets everybody in one second, twice in another."""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.jsonl"
    path.write_text(lines(*LOG))
    return path


def ids(store: Store) -> dict[str, str]:
    """The id of each event, by who did what."""
    return {f"{event.person} {event.kind.name}": event.id for event in store.events()}


def test_a_row_without_an_id_has_another_in_every_store_and_is_known_again_in_each(
    store_url: str, opened: Callable[[str], Store], log: Path, tmp_path: Path
):
    store, other = opened(store_url), opened(f"sqlite:///{tmp_path}/other.db")
    assert load(store, log)[0].stored == load(other, log)[0].stored == len(LOG)
    ours, theirs = ids(store), ids(other)
    assert {who for who in ours if ours[who] == theirs[who]} == {"cy PURCHASE"}
    store.close()
    again = opened(store_url)
    log.write_text(lines(*LOG[::-1]))
    assert load(again, log)[0].repeated == len(LOG)
    assert ids(again) == ours


def test_no_id_in_a_store_can_be_made_from_what_its_row_says(store: Store):
    made = content_id("feedback", "ana", "tea")
    ingest_events([Event(made, Kind.FEEDBACK, START, user="ana", product="tea")], store, now=NOW)
    (event,) = store.events()
    assert event.id != made
    assert store.keyed


def test_an_event_that_is_sent_by_the_id_it_has_in_the_store_is_a_repeat(store: Store, log: Path):
    load(store, log)
    told = [*store.events()]
    taken = ingest_events([replace(event, found_share=None) for event in told], store, now=NOW)
    assert (taken.repeated, taken.rejected) == (len(LOG), ())


def test_rows_are_known_again_after_rotation_and_compaction(
    store_url: str, opened: Callable[[str], Store], log: Path, monkeypatch: pytest.MonkeyPatch
):
    before = opened(store_url)
    load(before, log)
    known = ids(before)
    monkeypatch.setenv("SHAREGRAPH_KEY", Secret.new().text)
    before.close()
    store = opened(store_url)
    store.reseal()
    store.compact()
    assert load(store, log)[0].repeated == len(LOG)
    assert ids(store) == known


def test_ids_do_not_depend_on_the_order_of_the_rows(store: Store, log: Path, tmp_path: Path):
    load(store, log)
    before = ids(store)
    parts = []
    for number, row in enumerate(LOG[::-1]):
        parts.append(tmp_path / f"{number}.jsonl")
        parts[-1].write_text(lines(row))
    for part in parts:
        load(store, part)
    assert ids(store) == before


def test_a_share_may_be_named_by_the_id_that_the_store_gave_it(store: Store, log: Path):
    load(store, log)
    share = ids(store)["ana SHARE"]
    opened = Event("o8", Kind.OPEN, START, user="dan", product="tea", share=share)
    assert ingest_events([opened], store, now=NOW).stored == 1
    assert next(event.share for event in store.events() if event.id == "o8") == share
    assert store.shares([share])[share].sharer == "ana"


@pytest.mark.parametrize("name", ["activity.txt", "log.jsonl"])
def test_what_is_answered_depends_on_no_stores_key(
    name: str, store: Store, opened: Callable[[str], Store], log: Path, tmp_path: Path
):
    """Not even where many things happen at one time, and an order among them has to be found."""
    (tmp_path / "activity.txt").write_text(TWEETS)
    other = opened(f"sqlite:///{tmp_path}/other.db")
    for one in (store, other):
        load(one, tmp_path / name, format_="higgs" if name == "activity.txt" else "sharegraph")
    assert said(store) == said(other)
    ours, theirs = (Snapshot.of(one.read()) for one in (store, other))
    assert ours.shares.parent.tolist() == theirs.shares.parent.tolist()
    assert [*ours.people.keys] == [*theirs.people.keys]
    assert {*ours.shares.ids}.isdisjoint(theirs.shares.ids)


def test_a_log_in_parts_finds_the_shares_of_the_parts_before(store: Store, tmp_path: Path):
    rows, part = TWEETS.splitlines(keepends=True), tmp_path / "activity-1.txt"
    for start in range(0, len(rows), 24):
        part.write_text("".join(rows[start : start + 24]))
        load(store, part, format_="higgs")
    (tmp_path / "activity.txt").write_text(TWEETS)
    with closing(open_store(f"sqlite:///{tmp_path}/whole.db")) as whole:
        load(whole, tmp_path / "activity.txt", format_="higgs")
        assert said(store) == said(whole)
    assert load(store, tmp_path / "activity.txt", format_="higgs")[0].repeated == len(rows)


def test_a_row_that_leads_to_a_forgotten_share_by_content_is_refused_again(store: Store, tmp_path: Path):
    log = tmp_path / "share_triples.tsv"
    log.write_text("ana\ttea\tbea\t2026-05-01 10:00:00\nana\ttea\tcy\t2026-05-02 10:00:00\n")
    load(store, log, format_="taobao-share")
    assert store.forget("ana")
    receipt, rejects = load(store, log, format_="taobao-share")
    assert receipt.rejects == {"forgotten": 2}
    assert [(reject.line, reject.detail, reject.event) for reject in rejects] == [(1, "", ""), (2, "", "")]


def test_a_refused_row_without_an_id_is_listed_without_one(store: Store, tmp_path: Path):
    log = tmp_path / "log.jsonl"
    late = (NOW + timedelta(days=1)).isoformat()
    log.write_text(lines({**LOG[3], "at": late}, {**LOG[4], "at": late}))
    _, rejects = load(store, log)
    assert [reject.event for reject in rejects] == ["", "o7"]


def test_an_embedded_store_of_before_goes_on_with_plain_hashes(log: Path, tmp_path: Path):
    path = tmp_path / "shop.db"
    with closing(file.opened(path, steps=file.STEPS[:8])) as before:
        before.execute("UPDATE store SET seq = 1")
    with closing(open_store(f"sqlite:///{path}")) as store:
        _goes_on(store, log)


@pytest.mark.neo4j
def test_a_neo4j_of_before_goes_on_with_plain_hashes(
    log: Path, neo4j: Server, opened: Callable[[str], Store], store: Store
):
    if not store.url.startswith(("bolt", "neo4j")):
        pytest.skip("an embedded store is tried above")
    with neo4j.driver() as driver:
        driver.execute_query("MATCH (l:Log) SET l.format = 8, l.seq = 1 REMOVE l.keyed")
    _goes_on(opened(neo4j.url), log)


def _goes_on(store: Store, log: Path) -> None:
    assert not store.keyed
    load(store, log)
    assert {*ids(store).values()} == {event.id for event in read(log)[0]}
    assert load(store, log)[0].repeated == len(LOG)
