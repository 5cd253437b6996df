"""What a fit has learned, kept with the snapshot that taught it, so that a restart need not ask the past
again.

    shop.db.snapshot/
      3f9c…/               the arrays of the snapshot
        lessons-5d1c…      weights by source and level, odds by level and score, grants by product

Law: what `lessons_of` gives is what was kept, bit by bit, or it gives nothing; an analysis with it is equal
to one that learns anew. Lessons are good for one snapshot, one set of settings and one state of the code that
learns: the name of the file is a hash of the last two, and the code is all of `graph`, so that no number has
to be raised by hand. They lie among the arrays, so they go whenever these go: when another snapshot is saved,
somebody is forgotten or a secret is rotated. They are sums over everybody and name nobody; where there is a
secret (loaders.secretfile) they are sealed all the same, in one piece. A file that is torn, or is another's,
is told of, removed and learned anew.
"""

import logging
from dataclasses import astuple
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from io import BytesIO
from itertools import starmap
from pathlib import Path
from zipfile import BadZipFile
from zlib import crc32

import numpy as np

import graph
from graph.errors import StoreSealed
from graph.estimate import Estimate
from graph.snapshot import Snapshot
from graph.suggest.chances import Chances
from graph.suggest.taught import Learned
from graph.suggest.weights import Blend
from loaders import disk
from loaders.sealing import Seal
from loaders.secretfile import given
from loaders.snapshots import alone, arrays_of

FORMAT = 5
"""Raised where the same lessons are written otherwise than before, or sources vote in another unit."""

NAMED = "lessons-"
_SUM = 4
_log = logging.getLogger(__name__)


def lessons_of(folder: Path, snapshot: Snapshot, settings: str, seal: Seal | None = None) -> Learned | None:
    """What was learned from this snapshot by these settings; None where that is not kept.

    folder: where the snapshot lies. settings: all that a fit is told, in words that are the same for the
    same.
    """
    seal, arrays = seal or given(), arrays_of(folder, snapshot.version, seal)
    if arrays is None:
        return None
    file = arrays / _name(settings)
    try:
        return _read(file, f"{file.name} {snapshot.version}", len(snapshot.products), seal)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, BadZipFile, StoreSealed) as torn:
        _log.warning("%s is not what was written (%s); it is learned anew", file, torn)
        file.unlink(missing_ok=True)
        return None


def keep(learned: Learned, folder: Path, snapshot: Snapshot, settings: str, seal: Seal | None = None) -> bool:
    """Keep what was learned from a snapshot with its files; whether they were still there. A death at any
    moment leaves all of it or nothing.

    Somebody may have been forgotten while it was learned: then the snapshot is gone, and nothing is written.
    """
    seal = seal or given()
    if arrays_of(folder, snapshot.version, seal) is None:
        return False
    try:
        with alone(folder):
            arrays = arrays_of(folder, snapshot.version, seal)
            if arrays is None:
                return False
            file = arrays / _name(settings)
            aside = file.with_suffix(".new")
            with open(aside, "wb", opener=disk.owned) as written:
                written.write(_written(learned, f"{file.name} {snapshot.version}", seal))
            aside.replace(file)
            return True
    except OSError as refused:
        _log.warning("%s cannot be written (%s): every start learns anew", folder, refused)
        return False


def learned_at(folder: Path, version: str, seal: Seal | None = None) -> datetime | None:
    """When the newest lessons of a version's snapshot were kept; None where there are none of today's
    code.
    """
    arrays = arrays_of(folder, version, seal)
    files = [] if arrays is None else arrays.glob(f"{NAMED}{_code()[:8]}-{'[0-9a-f]' * 16}")
    times = [file.stat().st_mtime for file in files]
    return datetime.fromtimestamp(max(times), UTC) if times else None


def _name(settings: str) -> str:
    return f"{NAMED}{_code()[:8]}-{sha256(settings.encode()).hexdigest()[:16]}"


@cache
def _code() -> str:
    """A hash of the code that learns, and of how lessons are written."""
    root = Path(graph.__file__).parent
    said = sha256(str(FORMAT).encode())
    for file in sorted(root.rglob("*.py")):
        said.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return said.hexdigest()


def _written(learned: Learned, place: str, seal: Seal) -> bytes:
    """A checksum, over the place too, and behind it what was learned, sealed where there is a secret."""
    weights, chances = learned.blend.weights, learned.chances
    arrays = {"sources": np.array([*weights], np.str_), "weights": np.array([*weights.values()], np.float64)}
    if chances is not None:
        odds = [[astuple(step) for step in level] for level in chances.odds]
        arrays |= {"begins": chances.begins, "odds": np.array(odds), "common": np.array(chances.common)}
        arrays |= {"exposed": np.array(chances.exposed), "rivals": np.array(chances.rivals)}
    if learned.grants is not None:
        arrays["grants"] = learned.grants
    whole = BytesIO()
    np.savez(whole, allow_pickle=False, **arrays)
    said = seal.packed(whole.getvalue(), place)
    return _checksum(said, place) + said


def _read(file: Path, place: str, products: int, seal: Seal) -> Learned:
    """What `_written` wrote in this place; ValueError, KeyError, BadZipFile or StoreSealed for all else."""
    whole = file.read_bytes()
    said = whole[_SUM:]
    if whole[:_SUM] != _checksum(said, place):
        raise ValueError("the checksum does not hold")
    opened = said if seal.writes is None else seal.unpacked(said, place)
    with np.load(BytesIO(opened), allow_pickle=False) as arrays:
        by_source = zip(arrays["sources"].tolist(), map(tuple, arrays["weights"].tolist()), strict=True)
        chances, grants = None, arrays.get("grants")
        if "begins" in arrays:
            odds = tuple(tuple(starmap(Estimate, level)) for level in arrays["odds"].tolist())
            common, exposed, rivals = (arrays[name].item() for name in ("common", "exposed", "rivals"))
            chances = Chances(arrays["begins"], odds, common, exposed, rivals)
    if grants is not None and len(grants) != products:
        raise ValueError(f"grants of {len(grants)} products, not of {products}")
    return Learned(Blend(dict(by_source)), chances, grants)


def _checksum(said: bytes, place: str) -> bytes:
    return crc32(said, crc32(place.encode())).to_bytes(_SUM, "big")
