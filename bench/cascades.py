"""Cascades grown, beside a sort of their rows; and how good forecasts of their sizes are.

    SHAREGRAPH_DATA=… python -m bench.cascades > bench/results/cascades.txt    a few minutes
    python -m bench.cascades --smoke

First, on each log and in one run: all trees with all their measures, beside `np.lexsort` by person, product
and time of the same events in another order (as they are, they are half sorted). Least of five calls each, in
turn, once compiled. Then what `sharegraph evaluate cascades` prints. Last a generated shop; `--smoke` only a
small one.
"""

import sys
import tempfile
import time
from argparse import ArgumentParser, RawTextHelpFormatter
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np

from api.cli.evaluate.cascades import shown, span
from api.cli.loads import made_up
from api.cli.printing import drawn
from bench.measured import HEADER, noted, public_logs, tell_where, timed
from graph.cascades import cascades
from graph.cascades.growth import Arrivals, Growth
from graph.evaluate.cascades import evaluate
from graph.events import Kind
from graph.log import Log
from graph.snapshot import Snapshot
from loaders.aside import log_of

ASKED = {
    "higgs": ((0.6, "24h", ("10m", "1h", "6h")), (0.8, "24h", ("10m", "1h", "6h"))),
    "android-cascades": ((0.6, "60d", ("1d", "7d", "20d")), (0.75, "90d", ("7d", "30d"))),
    "taobao-share": ((0.6, "10d", ("10m", "10h")),),
}
"""By log: the share to learn from, the end, the ages."""

SHOP = {"users": 5_000, "events": 200_000, "seed": 11}
"""What the last log is generated from; no choice was made on this seed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = ArgumentParser(description=__doc__, formatter_class=RawTextHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="a small shop, in seconds")
    data = None if parser.parse_args(arguments).smoke else public_logs(parser, *ASKED)
    tell_where("numpy", "numba", "scipy")
    print(f"\n{HEADER}")
    if data is None:
        return shop(users=400, events=8_000, seed=7)
    for name, asked in ASKED.items():
        print(f"\n{name}")
        log = timed("read", lambda name=name: log_of([str(data / name)], name))  # type: ignore[misc]
        grown(log)
        for share, end, ages in asked:
            evaluated(log, f"{name} --format {name}", share, end, ages)
    return shop(**SHOP)


def shop(*, users: int, events: int, seed: int) -> int:
    """The same on a log that is made up."""
    print(f"\n$ sharegraph generate --users {users} --events {events} --seed {seed} --out shop")
    with tempfile.TemporaryDirectory() as folder:
        made_up(Path(folder), users=users, events=events, seed=seed, noise=1.0, shape="csv")
        log = timed("read", lambda: log_of([folder], "sharegraph"))
    grown(log)
    evaluated(log, "shop", 0.6, "10d", ("1h", "10h", "60h"))
    return 0


def grown(log: Log) -> None:
    """What growing and learning cost on one log."""
    snapshot = timed("resolved", lambda: Snapshot.of(log), len(log.events))
    events = snapshot.events
    rows = np.flatnonzero(np.isin(events.kind, (Kind.SHARE, Kind.OPEN, Kind.PURCHASE)))
    np.random.default_rng(1).shuffle(rows)
    columns = events.at[rows], events.product[rows], events.person[rows]
    sort, grow = _least((lambda: np.lexsort(columns), lambda: cascades(snapshot)))
    found = cascades(snapshot)
    noted(
        f"{len(rows):,} rows sorted in {sort:.4f} s; {len(found):,} trees of {len(found.everybody):,} places"
    )
    noted(f"with all their measures in {grow:.4f} s: {grow / sort:.2f} of the sort")
    arrivals = Arrivals.of(found)
    growth = timed("growth learned", lambda: Growth.of(arrivals, snapshot.as_of))
    if growth is not None:
        everyone, now = np.arange(len(found)), np.full(len(found), snapshot.as_of)
        growth.sizes(arrivals, everyone[:1], now[:1])
        timed("every cascade forecast", lambda: growth.sizes(arrivals, everyone, now), len(found))


def _least(acts: Sequence[Callable[[], object]]) -> list[float]:
    """The least of five times of each, in turn; seconds of CPU."""
    took: list[list[float]] = [[] for _ in acts]
    for _ in range(6):
        for act, times in zip(acts, took, strict=True):
            began = time.process_time()
            act()
            times.append(time.process_time() - began)
    return [min(times[1:]) for times in took]


def evaluated(log: Log, called: str, share: float, end: str, ages: Sequence[str]) -> None:
    """What the command prints that is named first; the log is not read again."""
    flags = " ".join(f"--age {age}" for age in ages)
    print(f"\n$ sharegraph evaluate cascades {called} --train-share {share} --end {end} {flags}")
    over, *young = (span(said) // timedelta(microseconds=1) for said in (end, *ages))
    print(drawn(shown(evaluate(log, end=over, ages=young, train_share=share))), flush=True)


if __name__ == "__main__":
    sys.exit(main())
