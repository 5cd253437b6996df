"""A DataFrame is loaded as a file of the same rows is."""

from pathlib import Path

import pandas as pd
import pytest

from graph.errors import UnreadableSource
from graph.events import Reject
from loaders.ingest import ingest
from loaders.sources.frame import open_frame
from loaders.sources.records import Record
from loaders.stores import open_store
from tests.loads import NOW, read, reasons

ROWS = [
    {"id": "s1", "kind": "SHARE", "at": "2026-05-01T10:00:00Z", "user": "ana", "product": "tea"},
    {"id": "o1", "kind": "OPEN", "at": "2026-05-01T10:05:00Z", "user": "bea", "share": "s1"},
    {
        "id": "p1",
        "kind": "PURCHASE",
        "at": "2026-05-01T11:00:00Z",
        "user": "bea",
        "product": "tea",
        "amount": 12.5,
        "currency": "CNY",
    },
    {"id": "x1", "kind": "NONSENSE", "at": "2026-05-01T11:00:00Z", "user": "bea"},
]


def test_a_frame_gives_what_a_csv_file_of_it_gives(tmp_path: Path):
    frame = pd.DataFrame(ROWS)
    file = tmp_path / "events.csv"
    frame.to_csv(file, index=False)
    events, rejects = read(file)
    items = list(open_frame(frame).items())
    assert [item.row.events[0] for item in items if isinstance(item, Record)] == events
    refused = [(item.line + 1, item.reason) for item in items if isinstance(item, Reject)]
    assert refused == reasons(rejects)


def test_times_of_pandas_are_read_as_times():
    frame = pd.DataFrame(ROWS[:2]).assign(at=pd.to_datetime(["2026-05-01T10:00:00Z", "2026-05-01T10:05:00Z"]))
    text = open_frame(pd.DataFrame(ROWS[:2])).items()
    assert list(open_frame(frame).items()) == list(text)


def test_a_frame_is_loaded_and_its_bad_row_told(tmp_path: Path):
    store = open_store(f"sqlite:///{tmp_path}/shop.db")
    receipt = ingest(open_frame(pd.DataFrame(ROWS), name="may"), store, now=NOW)
    store.close()
    assert (receipt.read, receipt.stored, receipt.rejected, receipt.rejects) == (4, 3, 1, {"unknown kind": 1})


def test_a_column_that_is_none_of_ours_is_refused():
    with pytest.raises(UnreadableSource, match="colour"):
        list(open_frame(pd.DataFrame(ROWS).assign(colour="red")).items())
