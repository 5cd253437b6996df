"""Snapshots in files: what is opened is what was saved, or nothing."""

import itertools
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from threading import Event
from typing import Any, cast
from zlib import crc32

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.errors import SnapshotTorn
from graph.log import Log
from graph.snapshot import Snapshot
from graph.store import Sealed, Store
from loaders import snapshots
from loaders.snapshots import default_folder, discard, open_snapshot, read_snapshot, save, snapshot_of
from tests import toy

RICH = (
    "ana~bea ana>bea,cy:tea bea>dan:tea ana>bea>eve:mug bea$tea=12.50#o1 bea$tea=-2.50#o1 dan.rate:mug=4.5 "
    "?phone.view:tea eve=?phone cy.not_interested:mug @2h ana>:tea ana>ana:tea bea>cy>dan:mug @3h ana>bea:tea"
)


class OneLog:
    """A store that holds one log, and counts how often it is read."""

    def __init__(self, told: str) -> None:
        self.log = toy.log_of(toy.events(told))
        self.reads = 0

    def version(self) -> str:
        return self.log.version

    def sealed(self) -> Sealed:
        return Sealed()

    def read(self, since: str | None = None) -> Log:
        assert since is None
        self.reads += 1
        return self.log


def store_of(told: str) -> Store:
    return cast("Store", OneLog(told))


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    for field in fields(value):
        child = getattr(value, field.name)
        if is_dataclass(child):
            yield from leaves(child, f"{path}/{field.name}")
        else:
            yield f"{path}/{field.name}", child


def is_same(one: Snapshot, other: Snapshot) -> bool:
    left, right = dict(leaves(one)), dict(leaves(other))
    return left.keys() == right.keys() and all(
        left[name].dtype == right[name].dtype and np.array_equal(left[name], right[name], equal_nan=True)
        if isinstance(left[name], np.ndarray)
        else left[name] == right[name]
        for name in left
    )


@pytest.fixture
def saved(tmp_path: Path) -> tuple[Snapshot, Path]:
    snapshot = toy.snapshot(RICH)
    save(snapshot, tmp_path)
    return snapshot, tmp_path


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "lock")


# ---------------------------------------------------------------- what is opened is what was saved

words = st.sampled_from(RICH.split())


@given(st.lists(words, max_size=20).map(" ".join))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_whatever_is_saved_is_opened_again(tmp_path: Path, told: str) -> None:
    snapshot = toy.snapshot(told)
    save(snapshot, tmp_path)
    opened = open_snapshot(tmp_path, snapshot.version)
    assert opened is not None
    assert is_same(opened, snapshot)


def test_an_opened_snapshot_answers_by_key_and_cannot_be_written_to(saved: tuple[Snapshot, Path]) -> None:
    opened = read_snapshot(saved[1])
    assert opened is not None
    assert opened.people.row("phone") == opened.people.row("eve") is not None
    with pytest.raises(ValueError, match="read-only"):
        opened.events.kind[0] = 1


def test_another_version_is_not_opened(saved: tuple[Snapshot, Path]) -> None:
    snapshot, folder = saved
    assert open_snapshot(folder, snapshot.version + "+1") is None
    assert read_snapshot(folder) is not None


def test_another_format_is_not_opened(saved: tuple[Snapshot, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "FORMAT", snapshots.FORMAT + 1)
    assert read_snapshot(saved[1]) is None


def test_saving_again_leaves_one_snapshot_and_keeps_the_mapped_one_readable(
    saved: tuple[Snapshot, Path],
) -> None:
    earlier, folder = saved
    mapped = read_snapshot(folder)
    later = replace(earlier, version="later")
    save(later, folder)
    assert mapped is not None
    assert is_same(mapped, earlier)
    assert sum(path.is_dir() for path in folder.iterdir()) == 1
    assert open_snapshot(folder, "later") is not None


def test_nothing_is_left_after_discarding(saved: tuple[Snapshot, Path]) -> None:
    discard(saved[1])
    discard(saved[1] / "never was")
    assert files(saved[1]) == []
    assert read_snapshot(saved[1]) is None


def test_the_same_log_gives_the_same_arrays_under_one_format() -> None:
    """If this fails, a rule of graph.snapshot, graph.noise, graph.lineage or graph.claims was changed: raise
    FORMAT, so that no old file is taken for one of the new rule, and write the new figure here.
    """
    said = b"".join(
        f"{path} {leaf.dtype} {leaf.tolist()}".encode()
        for path, leaf in leaves(toy.snapshot(RICH))
        if isinstance(leaf, np.ndarray)
    )
    assert (snapshots.FORMAT, crc32(said)) == (5, 408597865)


# ---------------------------------------------------------------- torn files are never trusted


def test_a_flipped_bit_anywhere_gives_the_same_snapshot_or_none(saved: tuple[Snapshot, Path]) -> None:
    snapshot, folder = saved
    for path in files(folder):
        whole = path.read_bytes()
        for position in range(0, len(whole), 1 + len(whole) // 5):
            torn = bytearray(whole)
            torn[position] ^= 1
            path.write_bytes(torn)
            opened = open_snapshot(folder, snapshot.version)
            assert opened is None or is_same(opened, snapshot)
        path.write_bytes(whole)


@pytest.mark.parametrize("kept", [0.0, 0.5, 0.99])
def test_a_file_cut_short_is_not_opened(saved: tuple[Snapshot, Path], kept: float) -> None:
    snapshot, folder = saved
    for path in files(folder):
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * kept)])
        assert open_snapshot(folder, snapshot.version) is None
        path.write_bytes(whole)
    assert open_snapshot(folder, snapshot.version) is not None


def test_a_missing_array_is_named(saved: tuple[Snapshot, Path]) -> None:
    next(saved[1].rglob("events.kind.npy")).unlink()
    with pytest.raises(SnapshotTorn, match=r"events\.kind"):
        read_snapshot(saved[1])


def test_a_torn_snapshot_is_built_anew(saved: tuple[Snapshot, Path]) -> None:
    snapshot, folder = saved
    store = OneLog(RICH)
    next(folder.rglob("events.at.npy")).write_bytes(b"")
    assert is_same(snapshot_of(cast("Store", store), folder), snapshot)
    assert is_same(snapshot_of(cast("Store", store), folder), snapshot)
    assert store.reads == 1


def test_a_half_written_folder_is_ignored_and_swept_by_the_next_save(saved: tuple[Snapshot, Path]) -> None:
    snapshot, folder = saved
    (folder / "abandoned").mkdir()
    (folder / "abandoned" / "events.kind.npy").write_bytes(b"half")
    assert open_snapshot(folder, snapshot.version) is not None
    save(snapshot, folder)
    assert not (folder / "abandoned").exists()


# ---------------------------------------------------------------- several at once


def save_until(stopped: Event, folder: Path) -> None:
    snapshot = toy.snapshot(RICH)
    for count in itertools.count():
        if stopped.is_set():
            return
        save(replace(snapshot, version=f"{threading.get_ident()}-{count}"), folder)


def save_forever(folder: Path) -> None:
    save_until(Event(), folder)


def wait_for(condition: Callable[[], object]) -> None:
    patience = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < patience
        time.sleep(0.001)


def test_killed_at_any_moment_of_saving_the_last_whole_snapshot_is_there(tmp_path: Path) -> None:
    expected = toy.snapshot(RICH)
    for pause in np.linspace(0, 0.03, 3):
        saver = multiprocessing.get_context("spawn").Process(target=save_forever, args=(tmp_path,))
        saver.start()
        try:
            wait_for((tmp_path / snapshots.MANIFEST).exists)
            time.sleep(float(pause))
        finally:
            os.kill(saver.pid or 0, signal.SIGKILL)
            saver.join()
        opened = read_snapshot(tmp_path)
        assert opened is not None
        assert is_same(opened, replace(expected, version=opened.version))


def test_while_two_save_a_reader_always_finds_a_whole_one(tmp_path: Path) -> None:
    stopped = Event()
    with ThreadPoolExecutor(2) as pool:
        savers = [pool.submit(save_until, stopped, tmp_path) for _ in range(2)]
        wait_for((tmp_path / snapshots.MANIFEST).exists)
        try:
            seen = {cast("Snapshot", read_snapshot(tmp_path)).version}
            while len(seen) < 10:
                seen.add(cast("Snapshot", read_snapshot(tmp_path)).version)
        finally:
            stopped.set()
    assert all(saver.result() is None for saver in savers)


def test_of_several_that_ask_at_once_one_builds(tmp_path: Path) -> None:
    stores = [OneLog(RICH) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        asked = pool.map(lambda store: snapshot_of(cast("Store", store), tmp_path), stores)
        assert all(is_same(snapshot, toy.snapshot(RICH)) for snapshot in asked)
    assert sum(store.reads for store in stores) == 1


# ---------------------------------------------------------------- where it lies


def test_a_folder_that_cannot_be_made_costs_time_and_no_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert snapshot_of(store_of(RICH), tmp_path / "file" / "snapshots").version
    assert "cannot be written" in caplog.text


def test_a_manifest_that_cannot_be_opened_costs_time_and_no_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "manifest.json").mkdir()
    assert snapshot_of(store_of(RICH), tmp_path).version
    assert "cannot be opened" in caplog.text


def test_it_lies_beside_the_embedded_store_or_where_it_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert default_folder("sqlite:////srv/shop.db") == Path("/srv/shop.db.snapshot")
    assert default_folder("neo4j://localhost") == Path(".sharegraph/localhost-7687")
    monkeypatch.setenv("SHAREGRAPH_SNAPSHOTS", str(tmp_path))
    here, there = default_folder("sqlite:////srv/shop.db"), default_folder("sqlite:////mnt/shop.db")
    assert here.parent == there.parent == tmp_path
    assert here != there
    assert default_folder("neo4j://localhost").parent == tmp_path
