"""Complements and substitutes of generated shops found again: at the defaults, where a category tells the
substitutes, in mixed shops, where nothing but people does, and in a larger shop.

    python -m bench.relations > bench/results/relations.txt

Prints when and where, each command of ours that does it, and what that command prints. `--smoke` does so on
one small shop.
"""

import sys
import time
from argparse import ArgumentParser, RawTextHelpFormatter
from collections.abc import Sequence

from api import cli
from bench.measured import tell_where

FRESH = "2001"
"""What was chosen was chosen on seeds 101 to 104."""

RUNS = (
    ("--shops", "5", "--seed", FRESH),
    ("--products", "600", "--mixed", "--shops", "2", "--seed", FRESH),
    ("--users", "8000", "--events", "200000", "--noise", "1", "--shops", "2", "--seed", FRESH),
)
SMOKE = (("--users", "300", "--events", "6000", "--noise", "1", "--shops", "1", "--seed", FRESH),)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code of the last command that failed, else 0."""
    parser = ArgumentParser(description=__doc__, formatter_class=RawTextHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="a small shop, in seconds")
    small = parser.parse_args(arguments).smoke
    tell_where("numpy", "numba", "scipy")
    return max(measured(run) for run in (SMOKE if small else RUNS))


def measured(asked: Sequence[str]) -> int:
    """Run the command, and say what it took."""
    print("\n$ sharegraph evaluate relations", *asked, end="\n\n")
    sys.stdout.flush()
    began, busy = time.perf_counter(), time.process_time()
    code = cli.main(["evaluate", "relations", *asked])
    wall, cpu = time.perf_counter() - began, time.process_time() - busy
    print(f"\n{wall:,.0f} s, {cpu:,.0f} s of CPU, making and reading the shops included")
    return code


if __name__ == "__main__":
    sys.exit(main())
