"""How the benchmarks of a whole shop measure: every stage in a process of its own, so that its memory is its
own, and each step on one line.
"""

import os
import platform
import resource
import sqlite3
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

HEADER = f"{'':34}{'wall s':>10}{'cpu s':>10}{'rows/s':>12}{'peak GB':>9}"


def tell_where(*libraries: str) -> None:
    """Print when, on what machine and with what this is measured."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M}Z  {os.cpu_count()} cores, {memory:.0f} GiB", end=", ")
    print(
        f"load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )
    print(*(f"{name} {version(name)}" for name in libraries), sep=", ")


def public_logs(parser: ArgumentParser, *needed: str) -> Path:
    """The folder of the public logs. Where SHAREGRAPH_DATA names none, or one of those needed is not in it,
    the benchmark ends before its work begins.
    """
    said = os.environ.get("SHAREGRAPH_DATA")
    if not said:
        parser.error("SHAREGRAPH_DATA has to name the folder of the public logs")
    folder = Path(said)
    for place in (folder, *(folder / name for name in needed)):
        if not place.is_dir():
            parser.error(f"SHAREGRAPH_DATA has to name the folder of the public logs: there is no {place}")
    return folder


def typed(arguments: Sequence[str] | None) -> list[str]:
    """What stood behind a command, of each path its last name alone; None: behind this one."""
    return [part.rsplit("/", 1)[-1] for part in (sys.argv[1:] if arguments is None else arguments)]


def alone(stage: Callable[..., T], *arguments: object) -> T:
    """What a stage gives, from a process that does nothing else."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(stage, *arguments).result()


def timed(name: str, act: Callable[[], T], rows: int = 0) -> T:
    """What an act gives; prints how long it took, and the peak of this process by then."""
    wall, cpu = time.perf_counter(), time.process_time()
    given = act()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    rate = f"{rows / wall:,.0f}" if rows else ""
    print(f"{name:34}{wall:10.2f}{cpu:10.2f}{rate:>12}{peak():9.2f}", flush=True)
    return given


def peak() -> float:
    """GB (10⁹ bytes) that this process has held at the most."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


def against(goal: float, figure: float, unit: str) -> str:
    """A figure beside what it shall not exceed."""
    return f"{figure:.2f} {unit} ({'within' if figure <= goal else 'MISSES'} {goal:g})"


def noted(text: str) -> None:
    """Print what belongs to the step above."""
    print(f"    {text}", flush=True)


def percentiles(values: Sequence[float]) -> str:
    """The median, the 99th percentile and the largest, in columns of ten."""
    ordered = sorted(values)
    last = len(ordered) - 1
    return "".join(f"{ordered[round(share * last)]:10.2f}" for share in (0.5, 0.99, 1.0))
