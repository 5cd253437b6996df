"""The public logs, from their files to answers, on both stores: every row accounted for, the largest
cascades, the first KOL candidates, time and memory of each command.

    SHAREGRAPH_DATA=/path/to/data python -m bench.real_logs

The embedded store and the snapshots lie in a folder that is removed; Neo4j is a throw-away one. Loaded twice:
the second time everything is a repeat.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.measured import public_logs, tell_where
from tests.neo4j_server import neo4j_server

ROOT = Path(__file__).parents[1]
LOGS = {"taobao-share": "taobao-share", "higgs": "higgs"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the commands of each log on each store."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--logs", nargs="*", choices=LOGS, default=list(LOGS))
    asked = parser.parse_args(arguments)
    data = public_logs(parser, *asked.logs)
    tell_where("numpy", "numba", "networkx", "neo4j")
    for log in asked.logs:
        source = data / log
        with TemporaryDirectory(prefix="sharegraph-") as folder:
            run(source, LOGS[log], f"sqlite:///{folder}/shop.db", folder)
        with (
            TemporaryDirectory(prefix="sharegraph-") as folder,
            neo4j_server(ROOT / ".cache" / "neo4j", environment={}) as server,
        ):
            run(source, LOGS[log], server.url, folder)


def run(source: Path, format_: str, store: str, folder: str) -> None:
    """All commands of one log on one store."""
    print(f"\n{source.name}, {store.partition(':')[0]}")
    load = ("load", str(source), "--format", format_, "--json", "--consent-default", "on")
    for words in (load, load, ("doctor",), ("cascades", "--first", "5"), ("kols", "--first", "20")):
        told(words, store, folder)


def told(words: tuple[str, ...], store: str, folder: str) -> None:
    """One command: what it said, its seconds, and the most memory it had."""
    environment = os.environ | {"SHAREGRAPH_STORE": store, "SHAREGRAPH_SNAPSHOTS": f"{folder}/snapshots"}
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli", *words],
        cwd=ROOT, env=environment | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None  # noqa: S101 - it was asked for.
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    took = time.perf_counter() - began
    print(f"$ sharegraph {' '.join(word.rpartition('/')[2] for word in words)}")
    print(said.rstrip())
    print(
        f"  {took:.0f} s, {used.ru_utime + used.ru_stime:.0f} s of CPU, {used.ru_maxrss / 2**20:.2f} GB,"
        f" exit {os.waitstatus_to_exitcode(status)}"
    )


if __name__ == "__main__":
    main()
