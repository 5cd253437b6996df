"""The audit log, looked over from the command line."""

import json
from pathlib import Path

import pytest

from api import cli
from loaders import audited
from loaders.aliases import Aliases
from loaders.audit import AuditLog
from tests.unit.test_audit import ROWS, asking, moved, written


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
    path.write_text(path.read_text().replace("case-2", "case-9"))
    assert cli.main(["audit", "verify", str(path)]) == 1
    assert "row 3" in capsys.readouterr().err


def test_a_log_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["audit", "verify", str(tmp_path / "none")]) == 1
    assert "none" in capsys.readouterr().err


def test_a_log_of_an_earlier_form_holds_and_says_what_nothing_seals(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path)
    path.with_name("audit.jsonl.people").write_text('{"id":"0f3a55d2c1b09e77","key":"ana"}\n')
    assert cli.main(["audit", "verify", str(path)]) == 0
    assert "1 people stand in audit.jsonl.people in an earlier form" in capsys.readouterr().out.replace(
        "\n", " "
    )


def test_people_who_were_swapped_are_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path)
    people = Aliases.of_log(path)
    people.of(["ana", "bea"])
    told = people.path.read_text().replace("ana", "?").replace("bea", "ana").replace("?", "bea")
    people.path.write_text(told)
    assert cli.main(["audit", "verify", str(path)]) == 1
    assert "line 1 of audit.jsonl.people" in capsys.readouterr().err


def test_files_that_were_moved_away_are_found_or_named_in_any_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path)
    for number in (1, 2):
        moved(path, number)
        AuditLog(path).append(asking(number))
    everything = [str(file) for file in sorted(tmp_path.iterdir(), reverse=True)]
    for named in ([str(path)], everything):
        assert cli.main(["audit", "verify", *named, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["rows"] == ROWS + 2
    path.rename(old := tmp_path / "audit.jsonl.0")
    assert cli.main(["audit", "verify", str(path)]) == 0
    assert cli.main(["audit", "verify", str(old), str(tmp_path / "none")]) == 1
    (tmp_path / "audit.jsonl.2.gz").unlink()
    capsys.readouterr()
    assert cli.main(["audit", "verify", str(path)]) == 1
    assert f"begins with row {ROWS + 1}" in capsys.readouterr().err.replace("\n  ", " ")


def test_files_that_are_moved_away_while_it_looks_are_looked_for_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rotation comes between finding the files and opening them, and the next row after it."""
    path, found = written(tmp_path), audited.parts

    def parts(log: Path) -> list[Path]:
        files = found(log)
        if not path.with_name("audit.jsonl.1").exists():
            moved(path, 0)
            AuditLog(path).append(asking(ROWS))
        return files

    monkeypatch.setattr(audited, "parts", parts)
    assert cli.main(["audit", "verify", str(path)]) == 0
    path.write_text(path.read_text().replace(f"case-{ROWS}", "case-0"))
    assert cli.main(["audit", "verify", str(path)]) == 1


@pytest.mark.parametrize("command", ["verify", "about"])
def test_that_files_may_be_several_is_told_once(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["audit", command, "--help"]) == 0
    assert "{FILE}...\n" in "\n".join(line.rstrip() for line in capsys.readouterr().out.splitlines())
