"""An audit log: whatever is changed, missing or moved is found, and people leave it."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import StoreIncompatible
from loaders.aliases import Aliases, standing
from loaders.audit import Asking, AuditLog, naming, verify

ROWS: Final = 6


def asking(number: int = 0) -> Asking:
    what = ["Query.user", "User.name"]
    return Asking("2026-05-01T10:00:00+00:00", "key:k1", "privacy", f"case-{number}", what, ["a1"])


def written(folder: Path, rows: int = ROWS) -> Path:
    log = AuditLog(folder / "audit.jsonl")
    for number in range(rows):
        log.append(asking(number), durable=number == 0)
    return log.path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(tmp_path)


def test_a_log_as_it_was_written_is_whole(path: Path) -> None:
    found = verify(path)
    assert (found.rows, found.fault) == (ROWS, "")
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_empty_log_is_whole(tmp_path: Path) -> None:
    assert verify(written(tmp_path, 0)).fault == ""


@settings(max_examples=60)
@given(st.data())
def test_whatever_is_done_to_the_rows_is_found(data: st.DataObject) -> None:
    """One byte changed, rows taken out, moved, said twice or put in: the chain does not hold there."""
    with TemporaryDirectory() as folder:
        path = written(Path(folder))
        rows = path.read_bytes().splitlines(keepends=True)
        place = st.integers(0, ROWS - 1)
        match data.draw(st.sampled_from(["change", "remove", "move", "repeat", "insert", "cut"])):
            case "change":
                row = bytearray(rows[at := data.draw(place)])
                spot = data.draw(st.integers(0, len(row) - 1))
                row[spot] = (row[spot] + data.draw(st.integers(1, 255))) % 256
                rows[at] = bytes(row)
            case "remove":
                del rows[data.draw(place)]
            case "move":
                to = data.draw(st.integers(0, ROWS - 2))
                taken = data.draw(place.filter(lambda at: at != to))
                rows.insert(to, rows.pop(taken))
            case "repeat":
                rows.insert(data.draw(place), rows[data.draw(place)])
            case "insert":
                rows.insert(data.draw(st.integers(0, ROWS)), b'{"place":1,"seal":"00"}\n')
            case "cut":
                del rows[data.draw(place) :]
        path.write_bytes(b"".join(rows))
        assert verify(path).fault


def test_a_chain_that_was_written_anew_lacks_the_seal_that_was_noted(path: Path, tmp_path: Path) -> None:
    noted = verify(path).seal
    AuditLog(path).append(asking(7))
    assert verify(path, noted).fault == ""
    (tmp_path / "other").mkdir()
    assert "seal" in verify(written(tmp_path / "other", 3), noted).fault


def test_a_row_that_a_crash_cut_is_taken_away(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b'{"about":["a1"],"at":"2026')
    AuditLog(path).append(asking(9))
    assert (verify(path).rows, verify(path).fault) == (ROWS + 1, "")


def test_the_head_may_be_one_row_behind(path: Path) -> None:
    head = path.with_name("audit.jsonl.head")
    before = head.read_bytes()
    AuditLog(path).append(asking())
    head.write_bytes(before)
    assert verify(path).fault == ""
    AuditLog(path).append(asking())
    head.write_bytes(before)
    assert "missing" in verify(path).fault


def test_two_writers_make_one_chain(path: Path) -> None:
    one, other = AuditLog(path), AuditLog(path)
    for number in range(4):
        (one, other)[number % 2].append(asking(number))
    assert (verify(path).rows, verify(path).fault) == (ROWS + 4, "")


@pytest.mark.parametrize("cut", [b"", b'{"about":["p:'])
def test_after_a_row_that_names_thousands_the_chain_goes_on(path: Path, cut: bytes) -> None:
    one, other = AuditLog(path), AuditLog(path)
    many = [f"p:{number:016x}" for number in range(20_000)]
    one.append(Asking("now", "key:k2", "growth", "campaigns", ["Query.spread"], many))
    with path.open("ab") as file:
        file.write(cut)
    other.append(asking(7))
    AuditLog(path).append(asking(8))
    assert (verify(path).rows, verify(path).fault) == (ROWS + 3, "")


def test_every_row_that_was_told_survives_kill_9(path: Path) -> None:
    script = """if True:
        import sys
        from pathlib import Path
        from loaders.audit import Asking, AuditLog
        log = AuditLog(Path(sys.argv[1]))
        while True:
            print(log.append(Asking("now", "key:k", "member", "own-use", ["Query.user"])), flush=True)
    """
    with subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        told = [writer.stdout.readline().decode().strip() for _ in range(300)]
        writer.send_signal(signal.SIGKILL)
        told += writer.stdout.read().decode().split("\n")[:-1]
    assert verify(path, told[-1]).fault == ""
    assert verify(path).rows >= ROWS + len(told)


def test_a_file_of_somebody_elses_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("dear diary\n")
    with pytest.raises(StoreIncompatible, match=r"notes\.txt"):
        AuditLog(tmp_path / "notes.txt")


def test_a_person_has_one_id_until_it_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    one, other = Aliases.of_log(path), Aliases.of_log(path)
    (ana, bea, again) = one.of(["ana", "bea", "ana"])
    assert again == ana
    assert other.of(["bea", "ana"]) == [bea, ana]
    other.drop({"ana", "zoe"})
    assert b"ana" not in one.path.read_bytes()
    assert one.known(["bea", "ana", "zoe"]) == [bea, None, None]
    assert one.of(["bea"]) == [bea]
    assert one.of(["ana"]) != [ana]
    rows = [json.loads(line) for line in one.path.read_text().splitlines()]
    assert [row["key"] for row in rows] == ["bea", "ana"]


def test_who_has_no_file_has_nobody_to_drop(tmp_path: Path) -> None:
    Aliases(tmp_path / "none").drop({"ana"})
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("purpose", ["", "call back ana", "Ana", "x" * 41, "tél"])
def test_a_purpose_in_somebodys_own_words_is_not_put_on_record(path: Path, purpose: str) -> None:
    with pytest.raises(ValueError, match="one word"):
        AuditLog(path).append(Asking("now", "key:k1", "privacy", purpose, ["Query.user"]))
    assert verify(path).rows == ROWS


@settings(max_examples=60)
@given(st.data())
def test_whatever_is_done_to_whom_ids_stand_for_is_found(data: st.DataObject) -> None:
    """One byte of a line changed, or what two lines say of their people swapped."""
    with TemporaryDirectory() as folder:
        path = written(Path(folder), 1)
        aliases = Aliases.of_log(path)
        aliases.of(["ana", "bea", "cy"])
        lines = aliases.path.read_bytes().splitlines(keepends=True)
        at = data.draw(st.integers(0, 2))
        line = bytearray(lines[at])
        if data.draw(st.booleans()):
            spot = data.draw(st.integers(0, len(line) - 2))
            line[spot] = (line[spot] + data.draw(st.integers(1, 255))) % 256
            lines[at] = bytes(line)
        else:
            one, other = ({**json.loads(lines[place])} for place in (at, (at + 1) % 3))
            field = data.draw(st.sampled_from(["key", "salt", "id"]))
            lines[at] = json.dumps({**one, field: other[field]}).encode() + b"\n"
        assert verify(path).fault == ""
        aliases.path.write_bytes(b"".join(lines))
        assert "people" in verify(path).fault


def test_who_was_dropped_is_missed_by_nobody(path: Path) -> None:
    aliases = Aliases.of_log(path)
    aliases.of(["ana", "bea"])
    aliases.drop({"ana"})
    assert verify(path).fault == ""


def test_a_line_that_a_crash_cut_is_written_over(path: Path) -> None:
    aliases = Aliases.of_log(path)
    (ana,) = aliases.of(["ana"])
    with aliases.path.open("ab") as file:
        file.write(b'{"id":"p:00')
    assert verify(path).fault == ""
    assert Aliases.of_log(path).of(["ana", "bea"])[0] == ana
    assert verify(path).fault == ""
    assert Aliases.of_log(path).keys == {"ana", "bea"}


def test_the_ids_of_an_earlier_form_stand_for_whom_they_stood_and_are_given_no_more(path: Path) -> None:
    log, aliases = AuditLog(path), Aliases.of_log(path)
    aliases.path.write_text('{"id":"0f3a55d2c1b09e77","key":"ana"}\n{"id":"00ff55d2c1b09e77","key":"bea"}\n')
    log.append(Asking("now", "key:k1", "privacy", "support", ["Query.user"], ["0f3a55d2c1b09e77"]))
    assert (verify(path).fault, verify(path).unbound) == ("", 2)
    (ana,) = aliases.of(["ana"])
    assert ana.startswith("p:")
    log.append(Asking("now", "key:k1", "privacy", "support", ["Query.user"], [ana]))
    assert [row.place for row in naming(path, {*standing(aliases.path, {"ana"})})] == [ROWS + 1, ROWS + 2]
    aliases.drop({"ana"})
    assert b"ana" not in aliases.path.read_bytes()
    assert (verify(path).fault, verify(path).unbound) == ("", 1)


def test_what_two_processes_write_of_people_is_one_file(tmp_path: Path) -> None:
    one, other = Aliases(tmp_path / "p"), Aliases(tmp_path / "p")
    one.of(["ana"])
    other.of(["bea", "ana"])
    other.drop({"ana"})
    other.of(["cyd"])
    assert one.known(["ana"]) == [None]
    assert one.of(["bea", "cyd"]) == other.of(["bea", "cyd"])
    assert [json.loads(line)["key"] for line in one.path.read_text().splitlines()] == ["bea", "cyd"]
