"""higgs: a retweet opens the latest share before it and passes it on; a mention or reply is a tie."""

import gzip
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from graph.errors import UnreadableSource
from graph.events import Event, Kind
from graph.store import Store
from loaders.sources import open_source
from loaders.stores import open_store
from tests.loads import load, reasons, said


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(f"sqlite:///{tmp_path}/shop.db")) as store:
        yield store


def loaded(store: Store, tmp_path: Path, *rows: str) -> list[Event]:
    """The store's events after a log of these rows, in order of time."""
    log = tmp_path / "activity.txt"
    log.write_text("".join(f"{row}\n" for row in rows))
    receipt, rejects = load(store, log, format_="higgs")
    assert rejects == []
    assert receipt.read == len(rows)
    return sorted(store.events(), key=lambda event: (event.at, event.kind, event.id))


def shares(events: list[Event]) -> dict[str, Event]:
    """Everybody's last share."""
    return {str(event.user): event for event in events if event.kind is Kind.SHARE}


def test_a_retweet_of_somebody_silent_implies_a_share(store: Store, tmp_path: Path):
    events = loaded(store, tmp_path, "bea ana 100 RT")
    by = shares(events)
    (opened,) = (event for event in events if event.kind is Kind.OPEN)
    assert by["ana"].implied
    assert not by["bea"].implied
    assert {event.at.timestamp() for event in events} == {100}
    assert {event.product for event in events} == {"higgs"}
    assert (opened.user, opened.share, by["bea"].parent_share) == ("bea", by["ana"].id, by["ana"].id)


def test_a_retweet_is_of_the_latest_share_strictly_before(store: Store, tmp_path: Path):
    rows = ("bea ana 100 RT", "bea zoe 200 RT", "cy bea 200 RT", "dan bea 201 RT")
    by = shares(loaded(store, tmp_path, *rows))
    first, second = sorted(
        (event for event in store.events() if event.user == "bea" and event.kind is Kind.SHARE),
        key=lambda event: event.at,
    )
    assert by["cy"].parent_share == first.id
    assert by["dan"].parent_share == second.id


def test_one_share_is_implied_for_all_who_retweet_in_one_second(store: Store, tmp_path: Path):
    events = loaded(store, tmp_path, "bea ana 100 RT", "cy ana 100 RT", "dan ana 150 RT")
    assert sum(event.implied for event in events) == 1
    assert {event.share for event in events if event.kind is Kind.OPEN} == {shares(events)["ana"].id}


def test_an_implied_share_is_looked_for_in_the_store(store: Store, tmp_path: Path):
    loaded(store, tmp_path, "bea ana 100 RT")
    events = loaded(store, tmp_path, "cy ana 150 RT", "dan bea 150 RT")
    assert [str(event.user) for event in events if event.implied] == ["ana"]
    by = shares(events)
    assert (by["cy"].parent_share, by["dan"].parent_share) == (by["ana"].id, by["bea"].id)


def test_the_order_of_lines_within_a_second_does_not_matter(tmp_path: Path):
    rows = ["bea ana 100 RT", "cy bea 100 RT", "ana cy 100 RT"]
    stored = []
    for name, order in (("there", rows), ("back", rows[::-1])):
        with closing(open_store(f"sqlite:///{tmp_path}/{name}.db")) as store:
            loaded(store, tmp_path, *order)
            stored.append(said(store))
    assert stored[0] == stored[1]


def test_mentions_and_replies_are_ties_told_apart(store: Store, tmp_path: Path):
    events = loaded(store, tmp_path, "bea ana 100 MT", "bea ana 101 RE")
    assert [(event.kind, event.user, event.other, event.channel) for event in events] == [
        (Kind.TIE, "bea", "ana", "mention"),
        (Kind.TIE, "bea", "ana", "reply"),
    ]


def test_bad_rows_are_told_with_their_lines(store: Store, tmp_path: Path):
    log = tmp_path / "activity.txt"
    log.write_text(
        "a b 1 RT\na a 1 MT\na b 1\na b 1 RT x\na b now RT\na b 1 QT\na a 1 RT\na b 99999999999999 RT"
        f"\na b {'9' * 5_000} RT"
    )
    receipt, rejects = load(store, log, format_="higgs")
    assert reasons(rejects) == [
        (2, "self"),
        (3, "half a line"),
        (4, "too many fields"),
        (5, "unreadable time"),
        (6, "unknown kind"),
        (7, "self"),
        (8, "unreadable time"),
        (9, "unreadable time"),
    ]
    assert (receipt.read, receipt.stored, receipt.rejected) == (9, 1, 8)


def test_the_edge_lists_beside_the_log_are_skipped(store: Store, tmp_path: Path):
    (tmp_path / "higgs-activity_time.txt.gz").write_bytes(gzip.compress(b"bea ana 100 MT\n"))
    (tmp_path / "higgs-retweet_network.edgelist.gz").write_bytes(gzip.compress(b"1 2 1\n"))
    receipt, _ = load(store, tmp_path, format_="higgs")
    assert (receipt.read, receipt.stored) == (1, 1)


def test_a_folder_of_edge_lists_alone_is_told(tmp_path: Path):
    (tmp_path / "higgs-retweet_network.edgelist.gz").write_bytes(gzip.compress(b"1 2 1\n"))
    with pytest.raises(UnreadableSource, match="an activity log"):
        open_source([str(tmp_path)], "higgs")


@pytest.mark.real_logs
@pytest.mark.slow
def test_the_whole_log_is_accounted_for(real_logs: Path, store: Store):
    receipt, _ = load(store, real_logs / "higgs", format_="higgs")
    assert (receipt.read, receipt.rejects) == (563_069, {"self": 7_588})
    assert receipt.read == receipt.stored + receipt.repeated + receipt.rejected
    assert (receipt.users, receipt.products) == (304_198, 1)
