"""How long one recorded event takes until it is in the next answer, by how much has come since the last fit.

    python -m bench.live --users 100000 --events 1000000

Generates a shop, loads it into an SQLite file, fits it, and records events of its own people on its shares.
Each line is the median of ten: one more event is written, what came since the fit is read, and the two are
made one analysis (`graph.live.refit.after`).
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path

import numpy as np

from api.cli.loads import loaded, made_up
from bench.measured import noted, tell_where
from graph.analysis import Analysis
from graph.events import Event, Kind
from graph.live.refit import after
from graph.snapshot import Snapshot
from graph.store import Store
from loaders.ingest import ingest_events
from loaders.sources import Reading
from loaders.stores import open_store

SEED, TIMES = 7, 10
DELTAS = (20, 500, 1_000, 5_000)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    asked = parser.parse_args(arguments)
    tell_where("numpy", "numba")
    with tempfile.TemporaryDirectory() as folder:
        shop, url = Path(folder) / "shop", f"sqlite:///{Path(folder) / 'shop.db'}"
        made_up(shop, users=asked.users, events=asked.events, seed=SEED, noise=1.0, shape="csv")
        loaded(url, [str(shop)], "sharegraph", Reading())
        with closing(open_store(url, create=False)) as store:
            measure(store)


def measure(store: Store) -> None:
    """A line for each size of delta; medians in milliseconds, the processor's time too."""
    fit = Analysis.of(Snapshot.of(store.read()))
    snapshot = fit.snapshot
    noted(f"{len(snapshot.people):,} people, {len(snapshot.events):,} events, {len(fit.ties):,} ties")
    recorded = Recording(store, snapshot)
    recorded.write(DELTAS[0] // 2)
    after(fit, store.read(fit.version))
    print(f"{'events since the fit':>22}{'write ms':>10}{'read ms':>10}{'after ms':>10}{'cpu ms':>10}")
    for delta in DELTAS:
        recorded.write(delta - TIMES - recorded.count)
        taken = np.median([_once(fit, store, recorded) for _ in range(TIMES)], axis=0)
        print(f"{recorded.count:>22,}" + "".join(f"{part:10.1f}" for part in taken), flush=True)


def _once(fit: Analysis, store: Store, recorded: "Recording") -> tuple[float, float, float, float]:
    write, _ = _milliseconds(partial(recorded.write, 1))
    began = time.perf_counter()
    came = store.read(fit.version)
    read = (time.perf_counter() - began) * 1e3
    wall, processor = _milliseconds(partial(after, fit, came))
    return write, read, wall, processor


def _milliseconds(act: Callable[[], object]) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    act()
    return (time.perf_counter() - wall) * 1e3, (time.process_time() - processor) * 1e3


class Recording:
    """Opens by anybody of anything, a second apart, after the newest event. count: how many so far."""

    def __init__(self, store: Store, snapshot: Snapshot) -> None:
        self.count = 0
        self._store, self._snapshot = store, snapshot
        self._dice = np.random.default_rng(SEED)

    def write(self, events: int) -> None:
        """So many more."""
        told = self._snapshot
        people, shares = (
            self._dice.integers(len(part), size=events).tolist() for part in (told.people, told.shares)
        )
        opens = [
            Event(
                f"bench-{number}",
                Kind.OPEN,
                told.at + timedelta(seconds=number),
                user=told.people.keys[person],
                share=told.shares.ids[share],
            )
            for number, (person, share) in enumerate(zip(people, shares, strict=True), self.count + 1)
        ]
        ingest_events(opens, self._store, now=told.at + timedelta(days=1))
        self.count += events


if __name__ == "__main__":
    main()
