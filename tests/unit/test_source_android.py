"""android-cascades: a line is a topic, everybody in it a child of its root."""

from contextlib import closing
from pathlib import Path

import pytest

from graph.cascades import cascades
from graph.events import Event, Kind
from graph.snapshot import Snapshot
from loaders.stores import open_store
from tests.loads import load, reasons


def loaded(tmp_path: Path, *rows: str) -> tuple[list[Event], list[tuple[int, str]], list[int]]:
    """The events of a log of these lines, why lines were refused, and the sizes of its cascades."""
    (tmp_path / "cascades.txt").write_text("".join(f"{row}\n" for row in rows))
    (tmp_path / "edges.txt").write_text("1,2\n")
    with closing(open_store(f"sqlite:///{tmp_path}/shop.db")) as store:
        _, rejects = load(store, tmp_path, format_="android-cascades")
        events = sorted(store.events(), key=lambda event: (event.at, event.kind, event.user or ""))
        return events, reasons(rejects), cascades(Snapshot.of(store.read())).size.tolist()


def test_whoever_is_in_a_topic_opens_what_its_root_shared_when_the_first_came(tmp_path: Path):
    events, refused, sizes = loaded(tmp_path, "9 1 100,2 250,3 400,", "4 5 300,")
    assert refused == []
    assert sorted(sizes) == [2, 4]
    shared = [(event.user, event.at.timestamp(), event.implied) for event in events if not event.share]
    assert shared == [("9", 100, True), ("4", 300, True)]
    opened = {(e.user, e.at.timestamp()) for e in events if e.kind is Kind.OPEN}
    assert opened == {("1", 100), ("2", 250), ("3", 400), ("5", 300)}


def test_a_line_without_a_head_begins_with_its_root(tmp_path: Path):
    events, refused, sizes = loaded(tmp_path, "1 100,2 250")
    assert (refused, sizes) == ([], [2])
    assert [(event.user, event.kind) for event in events] == [("1", Kind.SHARE), ("2", Kind.OPEN)]


def test_who_came_twice_came_first(tmp_path: Path):
    events, _, sizes = loaded(tmp_path, "9 1 100,2 250,2 300,9 500")
    assert sizes == [3]
    assert max(event.at.timestamp() for event in events) == 250


def test_lines_that_say_no_topic_are_refused(tmp_path: Path):
    _, refused, sizes = loaded(tmp_path, "9", "9 1 soon", "9 1 100,2", "9 1 100,2 3 4", "", "9 1 2 3")
    half, more = "half a line", "too many fields"
    assert refused == [(1, half), (2, "unreadable time"), (3, half), (4, more), (6, more)]
    assert sizes == []


@pytest.mark.real_logs
def test_the_public_log_holds_679_topics_and_none_is_refused(real_logs: Path, tmp_path: Path):
    with closing(open_store(f"sqlite:///{tmp_path}/shop.db")) as store:
        receipt, rejects = load(store, real_logs / "android-cascades", format_="android-cascades")
        size = cascades(Snapshot.of(store.read())).size
    assert (receipt.read, rejects, len(size)) == (679, [], 679)
    assert (int(size.min()), int(size.max())) == (6, 510)
