"""What it costs that names, regions and attributes are sealed on disk: a load, a read-out, a snapshot, a
rotation.

    python -m bench.sealed                   100,000 users, 1M events: some minutes
    python -m bench.sealed --smoke           2,000 users, 20,000 events

The same generated log goes into a plain store and into a sealed one, each stage in a process of its own. On a
busy machine trust `cpu`. What is read out of both is the same; nothing in the sealed files says a name.
"""

import argparse
import os
import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench.measured import HEADER, alone, noted, tell_where, timed
from bench.scale import generated, held
from graph.generate import ShopModel
from graph.log import Log
from loaders.secretfile import KEY_FILE, SecretFile

SEED = 7


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="a small shop")
    small = parser.parse_args(arguments).smoke
    users, events = (2_000, 20_000) if small else (100_000, 1_000_000)
    tell_where("cryptography")
    print(HEADER)
    with tempfile.TemporaryDirectory(prefix="sharegraph-") as name:
        folder = Path(name)
        alone(generated, folder / "shop", ShopModel(users=users, events=events, seed=SEED), "csv")
        SecretFile(folder / "shop.key").make()
        for kind in ("plain", "sealed"):
            alone(measured, kind, folder, events)
        alone(turned, folder)


def measured(kind: str, folder: Path, rows: int) -> None:
    """A load, a read-out and a snapshot, plain or sealed."""
    from graph.snapshot import Snapshot
    from loaders.ingest import ingest
    from loaders.snapshots import default_folder, read_snapshot, save
    from loaders.sources import open_source
    from loaders.stores import open_store

    if kind == "sealed":
        os.environ[KEY_FILE] = str(folder / "shop.key")
    file = folder / f"{kind}.db"
    with closing(open_store(f"sqlite:///{file}")) as store:
        source = open_source([str(folder / "shop")], "sharegraph")
        timed(f"{kind}: load", lambda: ingest(source, store, now=datetime.now(UTC)), rows)
        log: Log = timed(f"{kind}: read the store", store.read, rows)
        place = default_folder(store.url)
    noted(f"{len(log.users):,} people described; {held(file, rows)}")
    snapshot = Snapshot.of(log)
    timed(f"{kind}: save the snapshot", lambda: save(snapshot, place), rows)
    timed(f"{kind}: open it", lambda: read_snapshot(place), rows)
    name = max((user.name or "" for user in log.users), key=len)
    found = [path.name for path in (file, *place.rglob("*.*")) if name.encode() in path.read_bytes()]
    noted(f"files that hold the longest name: {', '.join(found) or 'none'}")


def turned(folder: Path) -> None:
    """The plain store sealed, and the sealed one brought under a newer secret."""
    from loaders.rotation import rotate

    os.environ[KEY_FILE] = str(folder / "shop.key")
    for kind, what in (("plain", "seal what was plain"), ("sealed", "rotate")):
        done = timed(what, partial(rotate, f"sqlite:///{folder / kind}.db"))
        noted(f"{done.values:,} values")


if __name__ == "__main__":
    main()
