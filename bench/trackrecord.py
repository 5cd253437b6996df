"""The track record of our forecasts on a log that is over, told again in steps.

    python -m bench.trackrecord taobao-share --format taobao-share --horizon 14d --steps 5
    python -m bench.trackrecord higgs --format higgs --horizon 24h --steps 4

bench/results/track-record.txt has what they print. A step is a fit of everything: minutes of CPU on Higgs.

Prints when and where, the command of ours that does it, and what that command prints. `--smoke` alone does so
on a small shop that it makes up.
"""

import sys
import tempfile
import time
from argparse import REMAINDER, ArgumentParser, RawTextHelpFormatter
from collections.abc import Sequence
from pathlib import Path

from api import cli
from api.cli.loads import made_up
from bench.measured import tell_where, typed


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the command's exit code."""
    parser = ArgumentParser(description=__doc__, formatter_class=RawTextHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="a small shop, in seconds")
    said = "a log, and flags, as `sharegraph evaluate track-record` takes them"
    parser.add_argument("asked", nargs=REMAINDER, metavar="log …", help=said)
    chosen = parser.parse_args(arguments)
    if bool(chosen.asked) == chosen.smoke:
        parser.error("name a log, or --smoke alone")
    if chosen.asked:
        return measured(chosen.asked)
    with tempfile.TemporaryDirectory() as folder:
        made_up(Path(folder), users=300, events=6_000, seed=7, noise=1.0, shape="csv")
        return measured([folder, "--steps", "2", "--people", "10", "--cascades", "20"])


def measured(asked: Sequence[str]) -> int:
    """Run the command, and say what it took."""
    tell_where("numpy", "numba", "scipy")
    print("$ sharegraph evaluate track-record", *typed(asked), end="\n\n")
    sys.stdout.flush()
    began, busy = time.perf_counter(), time.process_time()
    code = cli.main(["evaluate", "track-record", *asked])
    wall, cpu = time.perf_counter() - began, time.process_time() - busy
    print(f"\n{wall:,.0f} s, {cpu:,.0f} s of CPU, reading the log included")
    return code


if __name__ == "__main__":
    sys.exit(main())
