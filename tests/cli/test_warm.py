"""`sharegraph warm` has everything compiled, and leaves nothing else behind."""

import json
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from api import cli
from api.cli import inprocess, showcase
from api.warming import FIRST


def test_everything_is_done_that_a_server_has_ready_and_nothing_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("SHAREGRAPH_SNAPSHOTS", str(tmp_path / "snapshots"))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr(showcase, "USERS", 60)
    monkeypatch.setattr(showcase, "EVENTS", 1_500)
    monkeypatch.setattr(inprocess, "quiet", lambda **_: None)
    with capture_logs() as lines:
        assert cli.main(["warm", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["seconds"] > 0
    (ready,) = [line for line in lines if line["event"] == "ready"]
    assert {step.__name__ for step in FIRST} <= set(ready)
    assert not [line for line in lines if line["event"] == "not warmed"]
    assert not [*tmp_path.iterdir()]
