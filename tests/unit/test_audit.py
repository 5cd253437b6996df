"""An audit log: whatever is changed, missing or moved is found, and people leave it."""

import gzip
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import StoreIncompatible
from loaders.aliases import Aliases, changed, lines, standing
from loaders.audit import BEGINNING, Asking, AuditLog
from loaders.audited import naming, parts, verify
from tests.dying import deaths

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


@contextmanager
def writers(path: Path, *files: Path) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Processes that add a row each millisecond, each of which writes the seals it was given to a file."""
    script = """if True:
        import sys, time
        from pathlib import Path
        from loaders.audit import Asking, AuditLog
        log = AuditLog(Path(sys.argv[1]))
        while True:
            time.sleep(0.001)
            print(log.append(Asking("now", "key:k", "member", "own-use", ["Query.user"])), flush=True)
    """
    with ExitStack() as begun:
        command = [sys.executable, "-c", script, str(path)]
        outs = [begun.enter_context(file.open("wb")) for file in files]
        processes = [begun.enter_context(subprocess.Popen(command, stdout=out)) for out in outs]
        for process, file in zip(processes, files, strict=True):
            begun.callback(process.kill)
            while not told(file):
                assert process.poll() is None
                time.sleep(0.01)
        yield processes


def told(*files: Path) -> set[str]:
    """The seals that were written to files, whole."""
    return {seal for file in files for seal in file.read_text().split("\n")[:-1]}


def test_every_row_that_was_told_survives_kill_9(path: Path) -> None:
    with writers(path, file := path.parent / "told") as (writer,):
        while len(told(file)) < 300:
            time.sleep(0.01)
        writer.kill()
    assert all(verify(path, seal).fault == "" for seal in sorted(told(file))[:3])
    assert verify(path).rows >= ROWS + len(told(file))


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
    assert [line.key for line in lines(one.path)] == ["bea", "ana"]


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
    assert [row.place for row in naming(parts(path), {*standing(aliases.path, {"ana"})})] == [
        ROWS + 1,
        ROWS + 2,
    ]
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
    assert [line.key for line in lines(one.path)] == ["bea", "cyd"]


DROP: Final = """
import sys
from pathlib import Path
from loaders.aliases import Aliases
Aliases(Path(sys.argv[1])).drop({"ana", "cyd"})
"""


def test_a_drop_that_dies_at_any_write_garbles_nothing_and_is_finished_by_the_next(tmp_path: Path) -> None:
    others = list[tuple[Aliases, list[str]]]()

    def before(number: int) -> list[str]:
        path = tmp_path / f"{number}.people"
        path.write_text('{"id":"00ff55d2c1b09e77","key":"bea"}\n')
        others.append((other := Aliases(path), other.of(["ana", "bo", "cyd", "di"])))
        return [str(path)]

    died = deaths(DROP, before)
    assert died >= 5
    for other, (_, bo, cyd, di) in others:
        assert changed(other.path) is None
        assert {line.key for line in lines(other.path)} >= {"bea", "bo", "di"}
        assert other.known(["bo", "di"]) == [bo, di]
        assert other.of(["eve", "bo"])[1] == bo
        # Either none is dropped yet, or, now that somebody looked, both are.
        kept = other.path.read_bytes()
        assert (b"ana" in kept) == (b"cyd" in kept) == (other.known(["cyd"]) == [cyd])
        Aliases(other.path).drop({"ana", "cyd"})
        assert other.known(["ana", "cyd", "di"]) == [None, None, di]
        assert not any(word in other.path.read_bytes() for word in (b"ana", b"cyd"))
        assert changed(other.path) is None


def test_what_is_left_of_a_line_does_not_tell_how_long_a_key_was(tmp_path: Path) -> None:
    told = list[bytes]()
    for key in ("ana", "anastasia-of-the-tea-house"):
        aliases = Aliases(tmp_path / key)
        aliases.of(["bea", key, "cyd"])
        aliases.drop({key})
        told.append(aliases.path.read_bytes())
    assert [len(each) for each in told] == [len(told[0])] * 2
    assert told[0].splitlines()[1].strip() == b""
    assert told[0].splitlines()[3:] == told[1].splitlines()[3:]


def test_a_line_that_was_blanked_without_a_word_is_found(path: Path) -> None:
    aliases = Aliases.of_log(path)
    aliases.of(["ana", "bea"])
    said = aliases.path.read_bytes().splitlines(keepends=True)
    aliases.path.write_bytes(b" " * (len(said[0]) - 1) + b"\n" + said[1])
    assert "line 1 of audit.jsonl.people" in verify(path).fault


APPEND: Final = """
import sys
from pathlib import Path
from loaders.audit import Asking, AuditLog
AuditLog(Path(sys.argv[1])).append(Asking("now", "key:k", "member", "own-use", ["Query.user"], ["x" * 2000]))
"""


@pytest.mark.parametrize("then", ["stays", "is moved away"])
def test_a_row_that_dies_at_any_write_breaks_no_chain_whatever_becomes_of_the_file(
    tmp_path: Path, then: str
) -> None:
    logs = list[Path]()

    def before(number: int) -> list[str]:
        (folder := tmp_path / str(number)).mkdir()
        logs.append(written(folder, rows=number % 2))
        return [str(logs[-1])]

    assert deaths(APPEND, before) >= 3
    for path in logs:
        assert verify(path).fault == ""
        if then != "stays":
            path.rename(path.with_name("audit.jsonl.1"))
            assert verify(path).fault == ""
        AuditLog(path).append(asking(7))
        AuditLog(path).append(asking(8))
        assert verify(path).fault == ""
        assert verify(path).rows in {2, 3, 4}


def moved(path: Path, number: int) -> None:
    """Move the rows away, as logrotate does: what was .1 becomes .2, and is packed."""
    for older in range(number, 0, -1):
        for end in ("", ".gz"):
            file = path.with_name(f"{path.name}.{older}{end}")
            if file.exists():
                file.rename(path.with_name(f"{path.name}.{older + 1}{end}"))
    path.rename(path.with_name(f"{path.name}.1"))
    second = path.with_name(f"{path.name}.2")
    if second.exists():
        with gzip.open(f"{second}.gz", "wb") as packed:
            packed.write(second.read_bytes())
        second.unlink()


def test_the_chain_goes_on_in_the_next_file_for_all_who_write_and_for_who_begins(path: Path) -> None:
    one, other = AuditLog(path), AuditLog(path)
    for number in range(1, 5):
        one.append(asking())
        moved(path, number)
        if number % 2:
            path.touch()
        other.append(asking())
        one.append(asking())
        AuditLog(path).append(asking())
    assert {file.name for file in parts(path)} == {"audit.jsonl", "audit.jsonl.1"} | {
        f"audit.jsonl.{number}.gz" for number in (2, 3, 4)
    }
    assert (verify(path).rows, verify(path).fault) == (ROWS + 16, "")
    assert [row.place for row in naming(parts(path), {"a1"})] == [*range(1, ROWS + 17)]


def test_a_file_that_is_being_packed_counts_once(path: Path) -> None:
    moved(path, 1)
    AuditLog(path).append(asking())
    full = path.with_name("audit.jsonl.1").read_bytes()
    packed = path.with_name("audit.jsonl.1.gz")
    for so_far in (b"", gzip.compress(full)[:40], gzip.compress(full)):
        packed.write_bytes(so_far)
        assert (verify(path).rows, verify(path).fault) == (ROWS + 1, "")
        assert [row.place for row in naming(parts(path), {"a1"})] == [*range(1, ROWS + 2)]


def test_a_log_that_was_moved_away_and_not_written_to_since_is_whole(path: Path) -> None:
    seal = verify(path).seal
    moved(path, 1)
    assert (verify(path).seal, verify(path).fault) == (seal, "")


@pytest.mark.parametrize("gone", [1, 2, 3])
def test_a_file_that_is_not_there_is_missed(path: Path, gone: int) -> None:
    for number in range(1, 4):
        moved(path, number)
        AuditLog(path).append(asking())
    there = parts(path)
    there[gone - 1].unlink()
    assert verify(path).fault
    if gone == 1:
        assert "begins with row 7" in verify(path).fault
        earlier = json.loads(path.read_bytes())["seal"]
        assert verify(path, after=earlier).fault
        seal = verify(path, files=there[1:]).seal
        assert seal == BEGINNING


def test_who_no_longer_keeps_the_first_files_names_the_seal_before_the_rest(path: Path) -> None:
    noted = verify(path).seal
    moved(path, 1)
    later = [AuditLog(path).append(asking(number)) for number in range(3)]
    path.with_name("audit.jsonl.1").unlink()
    found = verify(path, later[1], after=noted)
    assert (found.rows, found.seal, found.fault) == (3, later[2], "")
    assert "sealed" in verify(path, after=later[0]).fault
    assert "seal" in verify(path, "0" * 64, after=noted).fault


def test_rows_that_were_cut_off_the_end_are_missing_whatever_is_written_after_them(path: Path) -> None:
    rows = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(rows[:-2]))
    AuditLog(path).append(asking(9))
    assert "row 5 is missing" in verify(path).fault


def test_what_moved_without_its_head_is_whole_where_its_last_seal_is_known(path: Path) -> None:
    seal = verify(path).seal
    moved(path, 1)
    alone = path.with_name("audit.jsonl.1")
    assert "head" in verify(alone).fault
    assert verify(alone, seal).fault == ""


def test_who_looks_while_others_write_finds_no_fault(path: Path) -> None:
    with writers(path, path.parent / "told"):
        for _ in range(20):
            assert verify(path).fault == ""


def test_rows_are_moved_away_under_two_who_write_and_one_of_them_is_killed(path: Path) -> None:
    files = [path.parent / "one", path.parent / "other"]
    with writers(path, *files) as (one, other):
        for number in range(1, 9):
            until = len(told(files[1])) + 20
            while len(told(files[1])) < until or not path.exists():
                time.sleep(0.001)
            moved(path, number)
            if number == 4:
                one.kill()
        other.kill()
    seals = told(*files)
    found = verify(path)
    assert found.fault == ""
    assert ROWS + len(seals) <= found.rows <= ROWS + len(seals) + 2
    assert len(parts(path)) >= 8


@contextmanager
def full(path: Path, room: int) -> Iterator[None]:
    """While files grow no further than this one and so many bytes, as on a disk that is full."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + room, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("room", [0, 1, 100])
def test_what_a_full_disk_does_not_take_is_not_there_in_part(path: Path, room: int) -> None:
    log, aliases = AuditLog(path), Aliases.of_log(path)
    (ana, bea) = aliases.of(["ana", "bea"])
    with full(path, room):
        for _ in range(3):
            with pytest.raises(OSError, match="too large"):
                log.append(asking(7))
        assert (verify(path).rows, verify(path).fault) == (ROWS, "")
    before = aliases.path.read_bytes()
    with full(aliases.path, min(room, 20)):
        with pytest.raises(OSError, match="too large"):
            aliases.drop({"ana"})
        with pytest.raises(OSError, match="too large"):
            aliases.of(["cy", "dan"])
    assert aliases.path.read_bytes() == before
    assert aliases.known(["ana", "bea", "cy"]) == [ana, bea, None]
    aliases.drop({"ana"})
    AuditLog(path).append(asking(8))
    log.append(asking(9))
    assert (verify(path).rows, verify(path).fault) == (ROWS + 2, "")
