"""Snapshots in files: what was computed from the whole log once is mapped back into memory afterwards, by any
number of processes, which then share its pages.

    shop.db.snapshot/
      manifest.json        which arrays are the snapshot, each with its checksum, and the store's version
      3f9c…/               the arrays, one .npy file a field: events.kind.npy, people.keys.letters.npy, …
                           and what was learned from them (loaders.lessons)
      lock                 held by whoever is saving

Law: what `open_snapshot` gives is equal to what was saved, or it gives nothing. Arrays are written into a
folder of their own, and only a rename of the manifest makes them the snapshot; every byte is checked at every
opening (docs/decisions/0005-snapshot-files.md); a snapshot is good for exactly one version of its store, and
it is derived, so whatever is wrong with it is mended by building it anew. The files follow from the
dataclasses of `graph.snapshot`: a new array there needs nothing here but a new `FORMAT`.

Where there is a secret (loaders.secretfile), the arrays in which names, regions and attributes stand are
files of another kind, `.sealed`: each process opens its own copy of these, and shares the pages of all
others. Files that are sealed otherwise than one would write now count as none.
"""

import fcntl
import json
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, fields, is_dataclass
from functools import partial
from io import BytesIO
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any, TypeVar, get_type_hints
from urllib.parse import urlsplit
from uuid import uuid4
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from graph.errors import SnapshotTorn, StoreSealed
from graph.snapshot import Snapshot
from graph.store import Store
from loaders import disk
from loaders.sealing import Seal
from loaders.secretfile import given

FORMAT = 5
"""Raised whenever the same log would give other arrays than before (tests/unit/test_snapshots.py notices)."""

SAID = frozenset(f"{texts}.letters" for texts in ("people.names", "people.regions", "people.costs", "words"))
"""The arrays that say something of people beside their keys, or where an event happened."""

SEALED = ".sealed"
"""How the name of their files ends where there is a secret."""

MANIFEST = "manifest.json"
_log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Manifest:
    """What makes a folder of arrays a snapshot. values: its numbers and strings, by path
    (`people.refused_joins`); arrays: checksums, by path (`events.kind`); sealed: under which secret.
    """

    format: int
    folder: str
    values: dict[str, str | int]
    arrays: dict[str, int]
    sealed: str | None = None

    def text(self) -> str:
        """What the file says; its checksum comes last."""
        said = asdict(self)
        return json.dumps({**said, "checksum": _text_checksum(said)}, indent=1)

    @classmethod
    def read(cls, folder: Path) -> "_Manifest | None":
        """None where nothing was saved; SnapshotTorn where the file is not what was written."""
        try:
            said = json.loads((folder / MANIFEST).read_bytes())
            checksum = said.pop("checksum")
            if checksum != _text_checksum(said):
                raise SnapshotTorn(f"{folder / MANIFEST}: the checksum does not hold; it is built anew")
            return cls(**said)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as closed:
            raise SnapshotTorn(f"{folder / MANIFEST} cannot be opened ({closed.strerror})") from closed
        except (ValueError, TypeError, KeyError, AttributeError) as broken:
            raise SnapshotTorn(f"{folder / MANIFEST} is no manifest; it is built anew") from broken


def default_folder(store_url: str) -> Path:
    """Where the snapshot of a store lies: in SHAREGRAPH_SNAPSHOTS where that is set, else beside an embedded
    store's file, else under `.sharegraph` in the working directory.

    >>> default_folder("sqlite:///shop.db").as_posix()
    'shop.db.snapshot'
    >>> default_folder("neo4j://graph.example:7687/shop").as_posix()
    '.sharegraph/graph.example-7687-shop'
    """
    root = os.environ.get("SHAREGRAPH_SNAPSHOTS")
    url = urlsplit(store_url)
    if url.scheme == "sqlite":
        file = Path(store_url.removeprefix("sqlite:///"))
        beside = file.with_name(f"{file.name}.snapshot")
        place = crc32(os.fsencode(file.absolute()))
        return Path(root) / f"{file.stem}-{place:08x}" if root else beside
    name = re.sub(r"[^\w.]+", "-", f"{url.hostname}-{url.port or 7687}{url.path}").strip("-")
    return Path(root or ".sharegraph") / name


def snapshot_of(store: Store, folder: Path, seal: Seal | None = None) -> Snapshot:
    """The snapshot of what a store holds now: mapped where the files are current, else built from the whole
    log and saved first.

    Several processes may ask at once: one builds, the others wait and map what it saved. Where the folder
    cannot be written, the snapshot is built in memory, and a warning says what that costs. seal: None for
    `seal_of` the store, and below for the one that the environment gives.
    """
    seal = seal or seal_of(store)
    current = open_snapshot(folder, store.version(), seal)
    if current is not None:
        return current
    with ExitStack() as held:
        try:
            held.enter_context(alone(folder))
        except OSError as refused:
            _log.warning("%s cannot be written (%s): every start reads the whole log", folder, refused)
            return Snapshot.of(store.read())
        return open_snapshot(folder, store.version(), seal) or _built(store, folder, seal)


def seal_of(store: Store) -> Seal:
    """The seal that the environment gives, writing with the secret that a store writes with."""
    seal = given()
    seal.write_with(store.sealed().writes)
    return seal


def open_snapshot(folder: Path, version: str, seal: Seal | None = None) -> Snapshot | None:
    """The snapshot saved for exactly this version of its store, mapped; None where there is none, or a torn
    one.
    """
    try:
        return read_snapshot(folder, version, seal)
    except SnapshotTorn as torn:
        _log.warning("%s", torn)
        return None


def read_snapshot(folder: Path, version: str | None = None, seal: Seal | None = None) -> Snapshot | None:
    """The snapshot that was saved last, mapped read-only; None where there is none of this `FORMAT` and under
    this secret, or it is of another version than the one asked for. SnapshotTorn where any byte is not what
    was written.
    """
    seal, manifest = seal or given(), _Manifest.read(folder)
    while manifest is not None and (manifest.format, manifest.sealed) == (FORMAT, seal.writes):
        if version not in (None, manifest.values["version"]):
            return None
        try:
            return _mapped(folder, manifest, seal)
        except SnapshotTorn:
            # Between our reading the manifest and the arrays somebody may have saved another one.
            before, manifest = manifest, _Manifest.read(folder)
            if manifest == before:
                raise
    return None


def save(snapshot: Snapshot, folder: Path, seal: Seal | None = None) -> None:
    """Make this the snapshot of a folder; earlier ones are removed, though whoever has mapped one keeps it. A
    death at any moment leaves the earlier one.
    """
    with alone(folder):
        _save(snapshot, folder, seal or given())


def arrays_of(folder: Path, version: str, seal: Seal | None = None) -> Path | None:
    """Where the arrays of a version's snapshot lie, for what belongs to exactly this one and goes with it
    (loaders.lessons); None where another is the snapshot, or none.
    """
    try:
        manifest = _Manifest.read(folder)
    except SnapshotTorn:
        return None
    if manifest is None or (manifest.format, manifest.sealed) != (FORMAT, (seal or given()).writes):
        return None
    return folder / manifest.folder if manifest.values["version"] == version else None


def discard(folder: Path) -> None:
    """Remove what was saved: a forgotten person's name does not outlive them in a file. Nothing there is no
    error; OSError where something cannot be removed.
    """
    if folder.is_dir():
        with alone(folder):
            (folder / MANIFEST).unlink(missing_ok=True)
            for arrays in _arrays(folder):
                shutil.rmtree(arrays)


def _built(store: Store, folder: Path, seal: Seal) -> Snapshot:
    """Build, save, and give the saved one: its pages are shared between processes, a built one's are not."""
    snapshot = Snapshot.of(store.read())
    try:
        _save(snapshot, folder, seal)
    except OSError as refused:
        _log.warning("the snapshot could not be saved in %s: %s", folder, refused)
        return snapshot
    return open_snapshot(folder, snapshot.version, seal) or snapshot


def _save(snapshot: Snapshot, folder: Path, seal: Seal) -> None:
    # No fsync: after a power cut a checksum fails and costs a rebuild; fifty of them would stall a busy disk.
    arrays = folder / uuid4().hex
    arrays.mkdir(mode=0o700)
    try:
        values, checksums = _written(snapshot, arrays, seal)
        manifest = _Manifest(FORMAT, arrays.name, values, checksums, seal.writes)
        with open(arrays / MANIFEST, "w", opener=disk.owned) as written:
            written.write(manifest.text())
        (arrays / MANIFEST).replace(folder / MANIFEST)
    except BaseException:
        shutil.rmtree(arrays, ignore_errors=True)
        raise
    _sweep(folder, keep=arrays.name)


def _written(snapshot: Snapshot, arrays: Path, seal: Seal) -> tuple[dict[str, str | int], dict[str, int]]:
    values, checksums = {}, {}
    for path, leaf in _leaves(snapshot):
        if not isinstance(leaf, np.ndarray):
            values[path] = leaf
            continue
        file = _file(arrays, path, seal.writes)
        with open(file, "wb", opener=disk.owned) as written:
            if file.suffix == SEALED:
                whole = BytesIO()
                np.save(whole, leaf, allow_pickle=False)
                written.write(seal.packed(whole.getvalue(), _place(path, snapshot.version)))
            else:
                np.save(written, leaf, allow_pickle=False)
        checksums[path] = _checksum(file)
    return values, checksums


def _file(arrays: Path, path: str, sealed: str | None) -> Path:
    """The file of an array."""
    return arrays / f"{path}{SEALED if sealed is not None and path in SAID else '.npy'}"


def _place(path: str, version: str | int) -> str:
    """What an array is sealed with: it opens as no other, and of no other version."""
    return f"{path} {version}"


def _sweep(folder: Path, keep: str) -> None:
    """Remove the arrays of earlier snapshots, and what a killed save left; only by whoever holds the lock."""
    for arrays in _arrays(folder):
        if arrays.name != keep:
            shutil.rmtree(arrays, ignore_errors=True)


def _arrays(folder: Path) -> list[Path]:
    return [child for child in folder.iterdir() if child.is_dir()]


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder's lock, which the system takes back from the dead."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(folder / "lock", "a", opener=disk.owned) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _mapped(folder: Path, manifest: _Manifest, seal: Seal) -> Snapshot:
    leaves: dict[str, Any] = dict(manifest.values)
    for path, checksum in manifest.arrays.items():
        file = _file(folder / manifest.folder, path, manifest.sealed)
        place = _place(path, manifest.values["version"])
        leaves[path] = _array(file, checksum, partial(seal.unpacked, place=place))
    try:
        return _assembled(Snapshot, leaves, "")
    except KeyError as missing:
        raise SnapshotTorn(f"{folder} holds no {missing}; the snapshot is built anew") from missing


def _array(file: Path, checksum: int, opened: Callable[[bytes], bytes]) -> NDArray[Any]:
    try:
        if _checksum(file) != checksum:
            raise SnapshotTorn(f"{file}: the checksum does not hold; the snapshot is built anew")
        if file.suffix == SEALED:
            whole: NDArray[Any] = np.load(BytesIO(opened(file.read_bytes())), allow_pickle=False)
            whole.setflags(write=False)
            return whole
        return np.asarray(np.load(file, mmap_mode="r", allow_pickle=False))
    except StoreSealed as sealed:
        raise SnapshotTorn(f"{file}: {sealed}; the snapshot is built anew") from sealed
    except (OSError, ValueError) as missing:
        raise SnapshotTorn(f"{file} is missing or empty; the snapshot is built anew") from missing


def _checksum(file: Path) -> int:
    """CRC-32 of a whole file, its header included: nothing is parsed that was not checked."""
    with file.open("rb") as opened, mmap(opened.fileno(), 0, access=ACCESS_READ) as whole:
        return crc32(whole)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every array, number and string of nested dataclasses, with its path (`people.keys.letters`)."""
    for field in fields(value):
        child = getattr(value, field.name)
        if is_dataclass(child):
            yield from _leaves(child, f"{path}{field.name}.")
        else:
            yield f"{path}{field.name}", child


def _assembled(kind: type[T], leaves: dict[str, Any], path: str) -> T:
    """The inverse of `_leaves`."""
    hints = get_type_hints(kind)
    return kind(
        **{
            name: _assembled(hint, leaves, f"{path}{name}.")
            if isinstance(hint, type) and is_dataclass(hint)
            else leaves[f"{path}{name}"]
            for name, hint in hints.items()
        }
    )


def _text_checksum(said: dict[str, Any]) -> int:
    return crc32(json.dumps(said, sort_keys=True).encode())
