"""How a load is told while it runs: a bar with rows a second and time left on a terminal, a plain line now
and then elsewhere.

Both go to the stream they are given (stderr), so that what a command prints stays clean.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from loaders.ingest import Progress as Step

EVERY = 10.0
"""Seconds between two plain lines."""

Clock = Callable[[], float]


@contextmanager
def shown(stream: TextIO, clock: Clock = time.monotonic) -> Iterator[Callable[[Step], None]]:
    """Somebody to tell how far a load is, who shows it on a stream while the context lasts.

    clock: seconds from any point; only differences count.
    """
    started = clock()
    if not stream.isatty():
        yield _lines(stream, clock, started)
        return
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn()
    with Progress(*columns, console=Console(file=stream), transient=True) as bar:
        task = bar.add_task("", total=None)

        def draw(step: Step) -> None:
            known = step.fraction is not None
            bar.update(
                task,
                description=sentence(step, clock() - started),
                total=1.0 if known else None,
                completed=step.fraction or 0.0,
            )

        yield draw


def sentence(step: Step, seconds: float) -> str:
    """How far a load is after some seconds.

    >>> sentence(Step(rows=1_200_000, fraction=0.25), 15.0)
    '1,200,000 rows, 80,000 rows/s, 0:45 left'
    >>> sentence(Step(rows=500, fraction=1.0, waiting=20), 0.1)
    '500 rows, 5,000 rows/s, 20 waiting for their shares'
    """
    parts = [f"{step.rows:,} rows", f"{step.rows / max(seconds, 1e-9):,.0f} rows/s"]
    if step.fraction == 1.0 and step.waiting:
        parts.append(f"{step.waiting:,} waiting for their shares")
    elif step.fraction and step.fraction < 1.0:
        parts.append(f"{_clock(seconds / step.fraction - seconds)} left")
    return ", ".join(parts)


def _lines(stream: TextIO, clock: Clock, started: float) -> Callable[[Step], None]:
    """Tells at most one line every EVERY seconds, so that a short load is silent."""
    last = started

    def tell(step: Step) -> None:
        nonlocal last
        if clock() - last >= EVERY:
            last = clock()
            print(sentence(step, last - started), file=stream, flush=True)

    return tell


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
