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
