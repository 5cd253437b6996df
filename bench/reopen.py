"""How long a snapshot takes to build, to save and to reopen, from a real store.

    python bench/reopen.py --users 1000000 --events 10000000

Generates a shop, loads it into an SQLite file under `.cache/bench`, and prints seconds, bytes and peak
memory. `--store URL` takes a store that is there. Reopened warm (pages in memory) and cold (pages dropped
first, where the system can).
"""

import argparse
import os
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from api.cli.loads import loaded, made_up
from graph.snapshot import Snapshot
from graph.store import Store
from loaders.snapshots import default_folder, open_snapshot, save
from loaders.sources import Reading
from loaders.stores import open_store

T = TypeVar("T")
TIMES = 5


def main(arguments: Sequence[str] | None = None) -> None:
    """Run it, from the command line."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--users", type=int, default=100_000)
    options.add_argument("--events", type=int, default=1_000_000)
    options.add_argument("--store", help="a store that is there")
    asked = options.parse_args(arguments)
    url = asked.store or generated(asked.users, asked.events)
    with closing(open_store(url, create=False)) as store:
        measure(store, default_folder(store.url))


def generated(users: int, events: int) -> str:
    """The URL of a store that holds such a shop; made once."""
    folder = Path(".cache/bench")
    shop, file = folder / f"shop-{users}-{events}", folder / f"shop-{users}-{events}.db"
    if not shop.exists():
        timed("generate", lambda: made_up(shop, users=users, events=events, seed=7, noise=1.0, shape="csv"))
    timed("load", lambda: loaded(f"sqlite:///{file}", [str(shop)], "sharegraph", Reading(), consenting=True))
    return f"sqlite:///{file}"


def measure(store: Store, folder: Path) -> None:
    """Build, save, and reopen several times; prints one line each."""
    log = timed("read the store", store.read)
    snapshot = timed("build the snapshot", lambda: Snapshot.of(log))
    timed("save it", lambda: save(snapshot, folder))
    files = [path for path in folder.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    print(f"{'on disk':24}{size / 1e6:10,.0f} MB in {len(files)} files, {len(snapshot.events):,} events")
    for name, before in (("reopen, warm", _nothing), ("reopen, cold", drop_pages)):
        seconds = []
        for _ in range(TIMES):
            before(files)
            began = time.perf_counter()
            reopened = open_snapshot(folder, snapshot.version)
            seconds.append(time.perf_counter() - began)
            if reopened is None or len(reopened.events) != len(snapshot.events):
                raise SystemExit(f"{folder} did not hold what was saved")
        print(f"{name:24}{statistics.median(seconds):10.3f} s  (median of {TIMES}, worst {max(seconds):.3f})")


def timed(name: str, act: Callable[[], T]) -> T:
    """What an act gives; prints its seconds and the memory that the process took at the most so far."""
    began = time.perf_counter()
    result = act()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{name:24}{time.perf_counter() - began:10.2f} s  (peak {peak:.2f} GB)", flush=True)
    return result


def drop_pages(files: list[Path]) -> None:
    """Ask the system to forget what it holds of these files."""
    for file in files:
        with file.open("rb") as opened:
            os.fsync(opened.fileno())
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _nothing(_: list[Path]) -> None:
    """Leave pages where they are."""


if __name__ == "__main__":
    main()
