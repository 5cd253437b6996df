"""Looking after a store from the command line."""

import io
import json
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
