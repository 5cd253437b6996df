"""What an evaluation is at, for whoever watches a terminal: one line on stderr, gone when it is done."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from graph.taste import Telling


@contextmanager
def stages(stream: TextIO | None = None, *, silent: bool) -> "Iterator[Telling]":
    """Somebody to tell what is done now, who shows it and for how long it has been done.

    stream: stderr, where not said. Nothing is shown where it is no terminal, or where silence is wanted.
    """
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(file=stream or sys.stderr)
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(
        *columns, console=console, transient=True, disable=silent or not console.is_terminal
    ) as seen:
        task = seen.add_task("")
        yield lambda stage: seen.reset(task, description=stage)
