"""The list of rows that were not taken."""

import csv
from pathlib import Path

import pytest

from graph.errors import InvalidInput
from graph.events import Reject
from loaders.rejects import Rejects


def test_each_reject_is_a_row_whatever_its_file_is_called(tmp_path: Path):
    path = tmp_path / "rejects.csv"
    with Rejects(path) as rejects:
        assert not path.exists()
        rejects.add(Reject(3, "half a line", 'a "quote", cut', "log\udcff.csv", "e1"))
    with path.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row == {
        "file": "log\\udcff.csv", "line": "3", "reason": "half a line", "detail": 'a "quote", cut',
        "event": "e1",
    }  # fmt: skip
    assert rejects.count == 1


def test_a_folder_that_is_not_there_is_told_before_the_load(tmp_path: Path):
    with pytest.raises(InvalidInput, match="nowhere does not exist"), Rejects(tmp_path / "nowhere" / "r.csv"):
        pass


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_a_full_disk_is_told_with_the_file():
    with pytest.raises(OSError, match="/dev/full"), Rejects(Path("/dev/full")) as rejects:
        rejects.add(Reject(1, "half a line"))


def listed(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row["event"] for row in csv.DictReader(file)]


def refusing(*ids: str, path: Path) -> Path:
    """Load with these events refused; where they are listed."""
    with Rejects(path) as rejects:
        for id_ in ids:
            rejects.add(Reject(1, "half a line", event=id_))
    return rejects.path


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-2+3", "@SUM(A1)", "\tx", "\rx", "\nx"])
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(cell: str, tmp_path: Path):
    assert listed(refusing(cell, "a=1", path=tmp_path / "r.csv")) == [f"'{cell}", "a=1"]


def test_a_load_without_rejects_leaves_no_list_of_an_earlier_one(tmp_path: Path):
    path = refusing("e1", path=tmp_path / "r.csv")
    assert listed(path) == ["e1"]
    refusing(path=path)
    assert list(tmp_path.iterdir()) == []


def test_a_list_is_of_one_load(tmp_path: Path):
    path = refusing("e1", "e2", path=tmp_path / "r.csv")
    assert refusing("e3", path=path) == path
    assert listed(path) == ["e3"]


@pytest.mark.parametrize("text", ["file,line\nmine\n", "file,line,reason,detail,event,mine\r\n"])
def test_a_file_that_is_no_list_of_ours_is_left_alone(text: str, tmp_path: Path):
    path = tmp_path / "notes.csv"
    path.write_text(text, newline="")
    listing = refusing("e1", path=path)
    assert (listing, listed(listing)) == (tmp_path / "notes.2.csv", ["e1"])
    assert path.read_bytes() == text.encode()


def test_an_empty_file_is_written_into(tmp_path: Path):
    path = tmp_path / "r.csv"
    path.touch()
    assert listed(refusing("e1", path=path)) == ["e1"]


def test_two_loads_at_once_do_not_mix(tmp_path: Path):
    path = tmp_path / "r.csv"
    with Rejects(path) as first:
        first.add(Reject(1, "half a line", event="e1"))
        with Rejects(path) as second:
            second.add(Reject(1, "half a line", event="e2"))
            first.add(Reject(2, "half a line", event="e3"))
    assert (first.path, listed(first.path)) == (path, ["e1", "e3"])
    assert (second.path, listed(second.path)) == (tmp_path / "r.2.csv", ["e2"])
    refusing(path=path)
    assert list(tmp_path.iterdir()) == []


def test_two_loads_that_begin_at_once_do_not_mix(tmp_path: Path):
    path = tmp_path / "r.csv"
    with Rejects(path) as first, Rejects(path) as second:
        second.add(Reject(1, "half a line", event="e2"))
        first.add(Reject(1, "half a line", event="e1"))
    assert (listed(second.path), listed(first.path)) == (["e2"], ["e1"])
    assert {first.path, second.path} == {path, tmp_path / "r.2.csv"}
