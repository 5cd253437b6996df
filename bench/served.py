"""The lists that kolCandidates serves, by objective, held against who came.

    python -m bench.served taobao-share --format taobao-share > bench/results/served.txt

A log is fitted as it stood at a cut (in order of its openings) and asked for the first people by REACH and by
OPENERS; each list is scored by how many different people opened anything that these people shared within the
seven days after (or until the log ends) and until it ends, directly. `--smoke` alone does so on a small shop
that it makes up.
"""

import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from api.cli.loads import made_up
from bench.measured import tell_where, typed
from graph.analysis import Analysis
from graph.appeal import Acts
from graph.campaign.listing import listing
from graph.campaign.surprise import AHEAD
from graph.campaign.worth import Objective
from graph.estimate import Estimate
from graph.evaluate.cut import until
from graph.evaluate.kols import reached
from graph.log import Log
from graph.openings import openings
from graph.snapshot import Snapshot
from loaders.aside import log_of

CUTS = (0.4, 0.5, 0.6, 0.7, 0.8)
WEEK = AHEAD.total_seconds() * 1e6


def scored(log: Log, part: float, k: int) -> Iterator[tuple[str, int, Estimate, int, int]]:
    """By objective: how many people, expected in a week (by OPENERS), came in a week and came in all."""
    whole = Snapshot.of(log)
    acts = Acts.of(openings(whole), len(whole.people))
    cut = int(acts.at[int(len(acts) * part)])
    known = Analysis.of(Snapshot.of(until(log, cut)))
    rest, week = acts.since(cut), acts.since(cut).before(cut + int(WEEK))
    for objective in (Objective.OPENERS, Objective.REACH):
        ranked = listing(known.market, objective=objective).ranking
        keys = [known.snapshot.people.keys[person] for person in ranked.people[:k].tolist()]
        rows = np.array([whole.people.row(key) for key in keys], np.int32)
        came = int(reached(week, rows).sum()), int(reached(rest, rows).sum())
        yield objective.name, len(rows), ranked.reached[len(rows)], *came


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    options = ArgumentParser(description=__doc__)
    options.add_argument("log", nargs="*")
    options.add_argument("--smoke", action="store_true", help="a small shop, in seconds")
    options.add_argument("--format", default="sharegraph")
    options.add_argument("--cuts", type=float, nargs="+", default=CUTS)
    options.add_argument("--k", type=int, default=50)
    asked = options.parse_args(arguments)
    if bool(asked.log) == asked.smoke:
        options.error("name a log, or --smoke")
    if asked.smoke:
        with tempfile.TemporaryDirectory() as folder:
            made_up(Path(folder), users=200, events=4_000, seed=7, noise=1.0, shape="csv")
            main([folder, "--cuts", "0.6", "--k", "5"])
        return
    tell_where("numpy", "numba", "scipy")
    print("$ python -m bench.served", *typed(arguments), end="\n\n", flush=True)
    log, busy = log_of(asked.log, asked.format), time.process_time()
    print(f"{'cut':>5}  {'objective':10}{'people':>7}{'told':>28}{'in 7 days':>11}{'in all':>9}", flush=True)
    for part in asked.cuts:
        for name, people, told, week, all_ in scored(log, part, asked.k):
            said = f"{told.value:,.0f} ({told.low:,.0f} to {told.high:,.0f})"
            print(f"{part:5.0%}  {name:10}{people:7}{said:>28}{week:11,}{all_:9,}", flush=True)
    print(f"\n{time.process_time() - busy:,.0f} s of CPU, reading the log left out")


if __name__ == "__main__":
    main()
