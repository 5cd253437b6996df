"""Seed people chosen before a cut, and who came after it, at five cuts of one log.

    python -m bench.kols higgs --format higgs > bench/results/kols.txt

Prints for each cut what `sharegraph evaluate kols --train-share X --k 50` prints, the sums over the cuts, and
what each took. `--smoke` alone does so on a small shop that it makes up.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from api.cli.evaluate.kols import shown
from api.cli.loads import made_up
from api.cli.printing import drawn
from bench.measured import tell_where, timed
from graph.appeal import learned
from graph.evaluate.kols import acts_of, evaluate
from graph.log import Log
from loaders.aside import log_of

SHARES = (0.4, 0.5, 0.6, 0.7, 0.8)


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("log", nargs="*")
    parser.add_argument("--format", default="sharegraph")
    parser.add_argument("--k", type=int, default=50)
    parser.add_argument("--smoke", action="store_true")
    asked = parser.parse_args(arguments)
    tell_where("numpy", "numba", "scipy", "networkx")
    print("$ python -m bench.kols", *(part.rsplit("/", 1)[-1] for part in arguments))
    if not asked.smoke:
        measured(log_of(asked.log, asked.format), asked.k)
        return
    with tempfile.TemporaryDirectory() as folder:
        made_up(Path(folder), users=300, events=6_000, seed=7, noise=1.0, shape="csv")
        measured(log_of([folder], "sharegraph"), 10)


def measured(log: Log, k: int) -> None:
    """Every cut of a log."""
    acts, _ = acts_of(log)
    learned(acts)  # compiles
    sums: Counter[str] = Counter()
    for share in SHARES:
        print(f"\n--train-share {share} --k {k}\n")
        found = evaluate(log, train_share=share, k=k)
        print(drawn(shown(found)))
        timed("appeal learned", partial(learned, acts.before(found.cut)))
        sums.update({name: int(score.people.value) for name, score in found.scores.items()})
    print("\nIn sum")
    for name, people in sums.most_common():
        print(f"{name:24}{people:10,}")


if __name__ == "__main__":
    main(sys.argv[1:])
