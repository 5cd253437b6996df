"""What people turn to by when and where, and what strangers turn to after a link, held out in time.

    SHAREGRAPH_DATA=… python -m bench.scene > bench/results/scene.txt

Prints when and where, each command of ours that does it, and what that command prints. `--smoke` does so on a
small shop that it makes up.
"""

import os
import sys
import time
from argparse import ArgumentParser, RawTextHelpFormatter
from collections.abc import Sequence

from api import cli
from bench.measured import public_logs, tell_where

GENERATED = ("scene", "--users", "4000", "--events", "150000", "--days", "900", "--seed", "2001")
SMOKE = ("scene", "--users", "300", "--events", "6000", "--days", "400", "--seed", "2001")
TAOBAO = "taobao-share", "--format", "taobao-share"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the largest exit code."""
    parser = ArgumentParser(description=__doc__, formatter_class=RawTextHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="a small shop, in seconds")
    folder = None if parser.parse_args(arguments).smoke else public_logs(parser, "taobao-share")
    tell_where("numpy", "numba", "scipy", "borax")
    if folder is None:
        return measured(SMOKE)
    os.chdir(folder)
    return max(measured(run) for run in (("scene", *TAOBAO), GENERATED, ("landing", *TAOBAO)))


def measured(asked: Sequence[str]) -> int:
    """Run the command, and say what it took."""
    print("\n$ sharegraph evaluate", *asked, end="\n\n")
    sys.stdout.flush()
    began, busy = time.perf_counter(), time.process_time()
    code = cli.main(["evaluate", *asked])
    wall, cpu = time.perf_counter() - began, time.process_time() - busy
    print(f"\n{wall:,.0f} s, {cpu:,.0f} s of CPU, reading the log included")
    return code


if __name__ == "__main__":
    sys.exit(main())
