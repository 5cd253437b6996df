"""The audit log, looked over from the command line."""

import json
from pathlib import Path

import pytest

from api import cli
from tests.unit.test_audit import ROWS, written


def test_a_whole_log_says_how_long_it_is_and_its_seal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(written(tmp_path))
    assert cli.main(["audit", "verify", path, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["fault"]) == (ROWS, None)
    assert cli.main(["audit", "verify", path, "--expect", told["seal"]]) == 0
    assert cli.main(["audit", "verify", path, "--expect", "0" * 64]) == 1


def test_a_changed_row_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path)
    path.write_text(path.read_text().replace("case 2", "case 9"))
    assert cli.main(["audit", "verify", str(path)]) == 1
    assert "row 3" in capsys.readouterr().err


def test_a_log_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["audit", "verify", str(tmp_path / "none")]) == 1
    assert "none" in capsys.readouterr().err
