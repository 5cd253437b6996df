"""What holds people is made for its owner alone; what is there keeps the modes that its owner gave it."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from graph.events import Reject
from graph.suggest.taught import Learned
from graph.suggest.weights import Blend
from loaders.lessons import keep
from loaders.rejects import Rejects
from loaders.snapshots import default_folder, save, snapshot_of
from loaders.stores import open_store
from loaders.stores.embedded import EmbeddedStore
from tests.contract.telling import rows
from tests.toy import TOY

LEARNED = Learned(Blend(), None, None)


@pytest.fixture(autouse=True)
def usual() -> Iterator[None]:
    """The umask that most people have: what a program does not think of may be read by everybody."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def shop(folder: Path) -> str:
    """A store in a folder, with all that lies beside one; where it is."""
    url = f"sqlite:///{folder / 'shop.db'}"
    with closing(open_store(url)) as store:
        store.append(rows(TOY))
        beside = default_folder(url)
        assert keep(LEARNED, beside, snapshot_of(store, beside), "seed=0")
        with Rejects(folder / "rejects.csv") as rejects:
            rejects.add(Reject(1, "half a line", "ana"))
        assert modes(folder).keys() >= {"shop.db", "shop.db-wal", "shop.db-shm", "shop.db.snapshot"}
        assert any("lessons" in name for name in modes(folder))
        return url


def modes(folder: Path) -> dict[str, int]:
    """Of everything in a folder, by name: who may do what."""
    return {str(one.relative_to(folder)): one.stat().st_mode & 0o777 for one in folder.rglob("*")}


def test_what_lies_in_and_beside_a_store_is_its_owners_alone(tmp_path: Path) -> None:
    shop(tmp_path)
    for name, mode in modes(tmp_path).items():
        assert mode == (0o700 if (tmp_path / name).is_dir() else 0o600), name


def test_a_backup_is_its_owners_alone(tmp_path: Path) -> None:
    shop(tmp_path)
    with closing(EmbeddedStore(tmp_path / "shop.db")) as store:
        store.backup(tmp_path / "copy.db")
    assert modes(tmp_path)["copy.db"] == 0o600


def test_what_is_there_keeps_its_modes(tmp_path: Path) -> None:
    url = shop(tmp_path)
    (tmp_path / "shop.db").chmod(0o660)
    (tmp_path / "shop.db.snapshot").chmod(0o750)
    with closing(open_store(url)) as store:
        store.append(rows("eve>fay:hat"))
        snapshot_of(store, default_folder(url))
        told = modes(tmp_path)
    assert (told["shop.db"], told["shop.db-wal"], told["shop.db.snapshot"]) == (0o660, 0o660, 0o750)


def test_a_snapshot_in_a_folder_that_others_may_enter_is_still_its_owners(tmp_path: Path) -> None:
    folder = tmp_path / "snapshots"
    folder.mkdir(mode=0o755)
    with closing(open_store(shop(tmp_path))) as store:
        save(snapshot_of(store, folder), folder)
    assert {mode & 0o077 for name, mode in modes(folder).items()} == {0}
