"""Somebody is forgotten while the process dies, the disk is full, or others do the same."""

import csv
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from graph.events import Event, Kind, Reject, Row, User
from loaders import disk
from loaders.aliases import Aliases
from loaders.erasure import compact, erase
from loaders.keyring import Keyring
from loaders.rejects import Rejects, beside, clear, strike
from loaders.secretfile import SecretFile
from loaders.snapshots import default_folder, discard
from loaders.stores import open_store
from tests.dying import deaths
from tests.toy import START

ANA, PHONE = "ana-of-the-tea-house", "phone-of-the-tea-house"
"""One person's keys."""


def shop(folder: Path) -> str:
    """A store, its snapshot, the list of refused rows and the ids beside it, in all of which ana is named."""
    url = f"sqlite:///{folder / 'shop.db'}"
    told = [
        Event("e1", Kind.VIEW, START, visitor=PHONE, product="tea"),
        Event("e2", Kind.SIGNUP, START, user=ANA, visitor=PHONE),
        Event("e3", Kind.VIEW, START, user="bea", product="tea"),
    ]
    with closing(open_store(url)) as store:
        store.append([Row(line, (event,)) for line, event in enumerate(told, 2)])
        store.upsert_users([User(ANA, name=f"{ANA} herself")])
    arrays = default_folder(url) / "arrays"
    arrays.mkdir(parents=True)
    for file in (arrays.parent / "manifest.json", arrays / "people.names.letters.npy"):
        file.write_text(ANA)
    with Rejects(beside(url)) as rejects:
        for line, key in enumerate((ANA, PHONE, "bea"), 2):
            rejects.add(Reject(line, "unknown share", f"'{key}'", "log.csv", f"r{line}"))
    Aliases(folder / "audit.jsonl.people").of([ANA, PHONE, "bea"])
    return url


def naming(folder: Path) -> Iterator[str]:
    """The files of a folder, but for the store's own, that name ana."""
    for file in folder.rglob("*"):
        said = file.read_bytes() if file.is_file() and not file.name.startswith("shop.db-") else b""
        if file.name != "shop.db" and b"of-the-tea-house" in said:
            yield file.name


def test_a_refused_row_that_says_her_name_and_not_her_key_goes_too(tmp_path: Path) -> None:
    """A name that is no text is told in the list, with the line, and not whose it is."""
    store = open_store(f"sqlite:///{tmp_path / 'shop.db'}")
    with closing(store), Rejects(beside(store.url)) as rejects:
        store.upsert_users([User("ana", name="Ana de la Cruz"), User("bea", name="Ana")])
        for line, name in enumerate(("Ana de la Cruz", "Ana de la Cruzada", "Bea"), 2):
            rejects.add(Reject(line, "wrong type", f"['{name}'] is no text", "users.csv"))
    with closing(open_store(store.url)) as store:
        assert erase(store, "ana")
    left = [*csv.reader(beside(store.url).read_text().splitlines())]
    assert [line for _, line, *_ in left] == ["line", "3", "4"]


FORGET: Final = """
import sys
from pathlib import Path
from loaders.aliases import Aliases
from loaders.erasure import erase
from loaders.stores import open_store
store = open_store(sys.argv[1])
erase(store, sys.argv[2], Aliases(Path(sys.argv[3])))
store.close()
"""


def test_who_dies_forgetting_somebody_leaves_nothing_that_the_next_try_does_not_take(tmp_path: Path) -> None:
    (first := tmp_path / "first").mkdir()
    shop(first)
    folders = list[Path]()

    def before(number: int) -> list[str]:
        folders.append(folder := tmp_path / str(number))
        shutil.copytree(first, folder)
        return [f"sqlite:///{folder / 'shop.db'}", ANA, str(folder / "audit.jsonl.people")]

    assert deaths(FORGET, before) > 10
    for folder in folders:
        with closing(open_store(url := f"sqlite:///{folder / 'shop.db'}")) as store:
            erase(store, ANA, Aliases(folder / "audit.jsonl.people"))
            assert [*naming(folder)] == []
            assert [event.person for event in store.events()] == ["bea"]
            assert listed(beside(url)) == ["r4"]
            compact(store)
        assert not any(
            b"of-the-tea-house" in file.read_bytes() for file in folder.rglob("*") if file.is_file()
        )


def listed(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row["event"] for row in csv.DictReader(file)]


STRIKE: Final = """
import sys
from pathlib import Path
from loaders.rejects import strike
strike(Path(sys.argv[1]), {"ana"})
"""


@pytest.mark.parametrize("later", ["strike", "clear"])
def test_a_list_that_was_being_written_anew_leaves_no_copy_that_outlives_it(
    tmp_path: Path, later: str
) -> None:
    paths = list[Path]()

    def before(number: int) -> list[str]:
        paths.append(path := tmp_path / f"{number}.csv")
        with Rejects(path) as rejects:
            for line, key in enumerate(("ana", "bea", "cy")):
                rejects.add(Reject(line, "unknown share", f"'{key}'", "log.csv", f"r{line}"))
        path.chmod(0o640)
        return [str(path)]

    assert deaths(STRIKE, before) >= 3
    for path in paths:
        assert listed(path) in (["r0", "r1", "r2"], ["r1", "r2"])
        assert path.stat().st_mode & 0o777 == 0o640
        if later == "strike":
            strike(path, {"nobody"})
        else:
            clear(path)
    assert {file.name for file in tmp_path.iterdir()} <= {path.name for path in paths}


def test_whoever_are_forgotten_at_one_moment_are_all_taken_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, writing, go_on = tmp_path / "r.csv", threading.Event(), threading.Event()
    with Rejects(path) as rejects:
        for line, key in enumerate(("ana", "bea", "cy")):
            rejects.add(Reject(line, "unknown share", f"'{key}'", "log.csv", f"r{line}"))
    put = disk.put

    def slow(*asked: Any) -> None:
        put(*asked)
        writing.set()
        go_on.wait(60)

    monkeypatch.setattr(disk, "put", slow)
    with ThreadPoolExecutor() as threads:
        ana = threads.submit(strike, path, {"ana"})
        assert writing.wait(60)
        bea = threads.submit(strike, path, {"bea"})
        wait([bea], 0.2)
        go_on.set()
        ana.result(60), bea.result(60)
    assert listed(path) == ["r2"]
    assert [file.name for file in tmp_path.iterdir()] == ["r.csv"]


@pytest.mark.parametrize("key", ["", "e", "an", "'", "eve"])
def test_who_is_not_known_takes_no_row_of_others_along(tmp_path: Path, key: str) -> None:
    with closing(open_store(f"sqlite:///{tmp_path / 'shop.db'}")) as store:
        with Rejects(beside(store.url)) as rejects:
            for line, other in enumerate(("ana", "bea")):
                rejects.add(Reject(line, "unknown share", f"'{other}' shared", "log.csv", f"r{line}"))
        assert not erase(store, key)
        assert listed(beside(store.url)) == ["r0", "r1"]
        assert not erase(store, "ana")
        assert listed(beside(store.url)) == ["r1"]


RETIRE: Final = """
import sys
from pathlib import Path
from loaders.secretfile import SecretFile
file = SecretFile(Path(sys.argv[1]))
file.add()
file.keep(file.held()[-1].id)
"""


def test_who_dies_while_secrets_change_leaves_no_secret_in_another_file(tmp_path: Path) -> None:
    made = list[tuple[Path, str]]()

    def before(number: int) -> list[str]:
        (folder := tmp_path / str(number)).mkdir()
        made.append((path := folder / "secrets", SecretFile(folder / "secrets").make().text))
        return [str(path)]

    assert deaths(RETIRE, before) >= 6
    for path, first in made:
        file = SecretFile(path)
        assert first in path.read_text() or len(file.held()) == 1
        newest = file.add()
        file.keep(newest.id)
        assert [secret.id for secret in file.held()] == [newest.id]
        assert {left.name for left in path.parent.iterdir()} == {"secrets", "secrets.lock"}


KEYS: Final = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from loaders.keyring import Keyring
Keyring(Path(sys.argv[1])).make("member", "shop", datetime.now(UTC))
"""


def test_who_dies_while_a_key_is_made_loses_none(tmp_path: Path) -> None:
    rings = list[Keyring]()

    def before(number: int) -> list[str]:
        rings.append(ring := Keyring(tmp_path / f"{number}.json"))
        ring.make("admin", "first", START)
        return [str(ring.path)]

    assert deaths(KEYS, before) >= 3
    for ring in rings:
        assert "first" in {key.label for key in ring.keys().values()}
        ring.make("admin", "again", START)
        assert {key.label for key in ring.keys().values()} >= {"first", "again"}
    left = {file.name for file in tmp_path.iterdir()}
    assert left == {f"{ring.path.name}{end}" for ring in rings for end in ("", ".lock")}


def test_what_of_a_snapshot_cannot_be_removed_is_told(tmp_path: Path) -> None:
    url = shop(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (default_folder(url) / "others").symlink_to(elsewhere)
    with pytest.raises(OSError, match="symbolic link"):
        discard(default_folder(url))
