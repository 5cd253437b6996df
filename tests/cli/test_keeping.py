"""Looking after a store from the command line."""

import io
import json
import os
import re
from contextlib import closing
from pathlib import Path

import pytest

from api import cli
from graph.events import Row
from loaders.snapshots import default_folder
from loaders.stores import open_store
from tests import toy

ROOT = Path(__file__).parents[2]


@pytest.fixture
def store(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    with closing(open_store(url)) as opened:
        told = toy.events("ana>bea:tea bea>cy:tea cy$tea=5.00")
        opened.append([Row(line, (event,)) for line, event in enumerate(told, 1)])
    return url


def people(url: str) -> set[str]:
    with closing(open_store(url)) as opened:
        return set(opened.read().people)


def test_a_backup_is_a_store_with_every_event(
    store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["backup", str(tmp_path / "monday.db"), "--store", store, "--json"]) == 0
    copy = json.loads(capsys.readouterr().out)["copy"]
    with closing(open_store(copy)) as kept, closing(open_store(store)) as served:
        assert list(kept.events()) == list(served.events())


def test_a_backup_replaces_nothing(store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "monday.db").write_text("precious")
    assert cli.main(["backup", str(tmp_path / "monday.db"), "--store", store]) == 2
    assert (tmp_path / "monday.db").read_text() == "precious"
    assert "monday.db" in capsys.readouterr().err


def test_a_forgotten_person_is_in_no_file(store: str, tmp_path: Path) -> None:
    cli.main(["suggest", "cy", "--store", store])
    assert default_folder(store).is_dir()
    assert cli.main(["forget", "bea", "--yes", "--store", store]) == 0
    assert "bea" not in people(store)
    # Her key has three letters that are digits of hashes, too.
    named = re.compile(rb"(?<![0-9a-f])bea(?![0-9a-f])")
    assert [file for file in tmp_path.rglob("*") if file.is_file() and named.search(file.read_bytes())] == []


def test_forgetting_asks_first(
    store: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert cli.main(["forget", "bea", "--store", store]) == 1
    assert "nothing was done" in capsys.readouterr().err
    assert "bea" in people(store)


def test_what_is_held_of_a_person_is_printed(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export", "cy", "--store", store]) == 0
    plain = capsys.readouterr().out
    assert cli.main(["export", "cy", "--store", store, "--json"]) == 0
    assert capsys.readouterr().out == plain
    assert {event["kind"] for event in json.loads(plain)["did"]} == {"OPEN", "PURCHASE"}
    assert cli.main(["export", "zoe", "--store", store]) == 1


def test_nobody_to_forget_is_said(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["forget", "zoe", "--yes", "--store", store]) == 1
    assert "'zoe'" in capsys.readouterr().err


def test_the_schema_is_the_one_that_is_committed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export-schema"]) == 0
    printed = capsys.readouterr().out
    assert cli.main(["export-schema", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == printed
    assert printed == (ROOT / "schema.graphql").read_text()


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["version", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"version"}


def test_the_version_is_told_before_any_command_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["version"]) == 0
    told = capsys.readouterr().out
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == told


def test_every_command_that_asks_is_on_record_with_whom_and_can_be_found_by_them(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "audit.jsonl"
    monkeypatch.setenv("SHAREGRAPH_AUDIT", str(log))
    told = {
        "Query.user": ["suggest", "cy"],
        "Query.communities": ["communities"],
        "Query.kFactor": ["kfactor"],
        "Query.exportUser": ["export", "cy"],
        "Command.answers": ["answers"],
        "Command.track-record": ["track-record"],
        "Command.backup": ["backup", str(tmp_path / "copy.db")],
        "Command.audit-about": ["audit", "about", "cy", str(log)],
    }
    for command in told.values():
        assert cli.main([*command, "--store", store]) == 0, command
    rows = [json.loads(line) for line in log.read_text().splitlines()]
    assert [what in row["what"] for what, row in zip(told, rows, strict=True)] == [True] * len(told)
    assert {row["caller"] for row in rows} == {f"here:{os.getuid()}"}
    assert {row["purpose"] for row in rows} == {"administration"}
    capsys.readouterr()
    assert cli.main(["audit", "about", "cy", str(log), "--store", store, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["nodes"]
    whats = [node["what"] for node in found]
    assert [any(what in asked for asked in whats) for what in told] == [
        what in {"Query.user", "Query.exportUser", "Command.audit-about"} for what in told
    ]
    assert cli.main(["audit", "about", "ana", str(log), "--store", store]) == 0
    assert "ana" in capsys.readouterr().out
    assert cli.main(["audit", "verify", str(log)]) == 0


def test_who_is_forgotten_is_on_record_as_nobody(
    store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "audit.jsonl"
    recorded = ["--store", store, "--audit", str(log)]
    assert cli.main(["export", "bea", *recorded]) == 0
    assert cli.main(["forget", "bea", "--yes", *recorded]) == 0
    assert cli.main(["export", "bea", *recorded]) == 1
    export, forget, after = [json.loads(line) for line in log.read_text().splitlines()]
    assert export["about"] == forget["about"]
    assert after["about"] == ["unknown"]
    assert "bea" not in tmp_path.joinpath("audit.jsonl.people").read_text()
    assert cli.main(["audit", "verify", str(log)]) == 0
    capsys.readouterr()
    assert cli.main(["audit", "about", "bea", str(log), "--store", store, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["nodes"] == []
