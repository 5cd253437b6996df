"""Cascades grown, beside a sort of their rows; and how good forecasts of their sizes are.

    SHAREGRAPH_DATA=… python -m bench.cascades > bench/results/cascades.txt    a few minutes
    python -m bench.cascades --smoke

First, on each log and in one run: all trees with all their measures, beside `np.lexsort` by person, product
and time of the same events in another order (as they are, they are half sorted). Least of five calls each, in
turn, once compiled. Then what `sharegraph evaluate cascades` prints. `--smoke` does so on a small shop.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from api import cli
from api.cli.loads import made_up
from bench.measured import noted, tell_where, timed
from graph.cascades import cascades
from graph.events import Kind
from graph.growth import Arrivals, Growth
from graph.snapshot import Snapshot
from loaders.aside import log_of

ASKED = (
    ("higgs", ("--train-share", "0.6")),
    ("higgs", ("--train-share", "0.8")),
    ("android-cascades", ("--end", "60d")),
    ("android-cascades", ("--train-share", "0.55", "--end", "90d", "--age", "7d", "--age", "30d")),
)


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    tell_where("numpy", "numba", "scipy")
    if "--smoke" in arguments:
        with tempfile.TemporaryDirectory() as folder:
            made_up(Path(folder), users=400, events=8_000, seed=7, noise=1.0, shape="csv")
            grown(folder, "sharegraph")
            return evaluated(folder, "sharegraph", ("--end", "10d", "--train-share", "0.5"))
    data = Path(os.environ["SHAREGRAPH_DATA"])
    for name in ("higgs", "taobao-share"):
        grown(str(data / name), name)
    return max(evaluated(str(data / name), name, said) for name, said in ASKED)


def grown(source: str, format_: str) -> None:
    """What growing and learning cost on one log."""
    print(f"\n{format_}")
    snapshot = timed("read and resolved", lambda: Snapshot.of(log_of([source], format_)))
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


def evaluated(source: str, format_: str, said: Sequence[str]) -> int:
    """Run the command; its exit code."""
    print(f"\n$ sharegraph evaluate cascades {format_} --format {format_}", *said, flush=True)
    return cli.main(["evaluate", "cascades", source, "--format", format_, *said])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
