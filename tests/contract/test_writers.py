"""Several at once: threads and processes that append to one store, and what it says when one has to wait."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from graph.errors import StoreUnavailable
from graph.events import Event, Kind
from graph.store import Store
from loaders.stores.embedded import EmbeddedStore
from loaders.stores.sqlite.file import connect
from tests.contract.telling import rows
from tests.toy import START, TOY, events

VIEWS = [Event(f"v{n}", Kind.VIEW, START, user=f"u{n % 7}", product=f"p{n % 5}") for n in range(300)]

APPENDING = """
import sys
from loaders.stores import open_store
from tests.contract.telling import rows
from tests.contract.test_writers import VIEWS
store = open_store(sys.argv[1])
for start in range(0, len(VIEWS), 20):
    store.append(rows(VIEWS[start:start + 20]))
"""


def test_threads_that_append_the_same_rows_store_each_event_once(store: Store):
    batches = [VIEWS[start : start + 50] for start in range(0, len(VIEWS), 50)]
    with ThreadPoolExecutor(4) as threads:
        appended = list(threads.map(lambda batch: store.append(rows(batch)), batches * 3))
    assert sum(len(one.stored) for one in appended) == len(VIEWS)
    assert sum(len(one.repeated) for one in appended) == 2 * len(VIEWS)
    _each_once(store)


def test_processes_that_append_the_same_rows_store_each_event_once(store: Store, store_url: str):
    appending = [subprocess.Popen([sys.executable, "-c", APPENDING, store_url]) for _ in range(2)]
    assert [process.wait(60) for process in appending] == [0, 0]
    _each_once(store)


def test_a_reader_sees_whole_appends_while_another_thread_writes(store: Store):
    seen = set()
    with ThreadPoolExecutor(1) as thread:
        writing = thread.submit(
            lambda: [store.append(rows(VIEWS[at : at + 30])) for at in range(0, len(VIEWS), 30)]
        )
        while not writing.done():
            log = store.read()
            seen.add(len(log.events))
            assert log.events.seq.tolist() == list(range(1, len(log.events) + 1))
        writing.result()
    assert all(events % 30 == 0 for events in seen)


def test_a_second_writer_waits_and_is_then_told_so(tmp_path: Path):
    path = tmp_path / "shop.db"
    store = EmbeddedStore(path, patience=0.1)
    other = connect(path)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="written by another process"):
        store.append(rows(TOY))
    assert list(store.events()) == []
    other.execute("ROLLBACK")
    store.append(rows(TOY))
    assert list(store.events()) == events(TOY)
    other.close()
    store.close()


def test_events_are_told_as_they_were_when_the_first_was_asked_for(store: Store):
    store.append(rows(VIEWS[:10]))
    telling = store.events()
    first = next(telling)
    store.append(rows(VIEWS[10:]))
    assert [first, *telling] == VIEWS[:10]


def test_a_version_is_answered_at_once(store: Store):
    store.append(rows(TOY))
    store.version()
    start = time.perf_counter()
    store.version()
    assert time.perf_counter() - start < 1


def test_a_closed_store_says_so(store_url: str, opened: Callable[[str], Store]):
    store = opened(store_url)
    store.close()
    store.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        store.append(rows(TOY))
    with pytest.raises(StoreUnavailable, match="closed"):
        store.version()


def _each_once(store: Store) -> None:
    told = list(store.events())
    assert Counter(event.id for event in told) == Counter(event.id for event in VIEWS)
    assert store.counts().events == len(VIEWS)
    assert store.read().events.seq.tolist() == list(range(1, len(VIEWS) + 1))
