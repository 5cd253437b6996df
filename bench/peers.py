"""The first rows of a log, read, loaded and read out by us, and the nearest that others do with them.

Each side is a process of its own, ready before its clock starts. The ratio is of CPU seconds. The others do
less: pandas makes texts, not checked events; `executemany` fills one table without a key, so it neither
resolves references nor recognises a repeat; a cursor leaves its values as Python objects.
"""

import csv
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path

from bench.measured import alone, noted, timed

Act = Callable[[], object]
Ready = Callable[[Path], Act]
"""From a log to what is timed."""


def compare(log: Path, rows: int) -> None:
    """Print all pairs, on the first rows of a log in CSV."""
    part = log.parent.with_name("part.csv")
    with log.open() as whole, part.open("w") as some:
        some.writelines(islice(whole, rows + 1))
    print(f"\nthe first {rows:,} rows, ours and others'", flush=True)
    for ours, theirs in (
        (("read the file", reading), ("pandas.read_csv, all as text", framing)),
        (("load", loading), ("executemany, one plain table", inserting)),
        (("read the store", gathering), ("a cursor, the same columns", fetching)),
    ):
        cpu = [alone(acted, *side, part, rows) for side in (ours, theirs)]
        noted(f"× {cpu[0] / max(cpu[1], 1e-9):.1f}")


def acted(name: str, ready: Ready, log: Path, rows: int) -> float:
    """CPU seconds of one side."""
    act = ready(log)
    before = time.process_time()
    timed(name, act, rows)
    return time.process_time() - before


def reading(log: Path) -> Act:
    """Rows as events, every field checked."""
    from loaders.sources import open_source

    source = open_source([str(log)], "sharegraph")
    return lambda: deque(source.items(), 0)


def framing(log: Path) -> Act:
    """Rows as a frame of texts."""
    import pandas as pd

    return lambda: pd.read_csv(log, dtype=str)


def loading(log: Path) -> Act:
    """Rows into a store."""
    from loaders.ingest import ingest
    from loaders.sources import open_source
    from loaders.stores import open_store

    store, source = open_store(f"sqlite:///{log.with_suffix('.db')}"), open_source([str(log)], "sharegraph")
    return lambda: ingest(source, store, now=datetime.now(UTC))


def inserting(log: Path) -> Act:
    """Rows as texts into one table, in one transaction."""

    def insert() -> None:
        with log.open(newline="") as file, closing(sqlite3.connect(log.with_suffix(".plain"))) as connection:
            rows = csv.reader(file)
            columns = [f'"{name}"' for name in next(rows)]
            connection.execute(f"CREATE TABLE log ({', '.join(columns)})")
            places = ", ".join("?" for _ in columns)
            connection.executemany(f"INSERT INTO log VALUES ({places})", rows)  # noqa: S608 - only question marks
            connection.commit()

    return insert


def gathering(log: Path) -> Act:
    """A store as columns, with its people, products and words."""
    from loaders.stores import open_store

    return open_store(f"sqlite:///{log.with_suffix('.db')}").read


def fetching(log: Path) -> Act:
    """The same columns as tuples, and nothing else."""
    connection = sqlite3.connect(log.with_suffix(".db"))
    said = [name for (name,) in connection.execute("SELECT field FROM said") if name != "id"]
    columns = ", ".join(f'"{name}"' for name in ("seq", "digest", *said))
    rows = connection.execute(f"SELECT {columns} FROM events ORDER BY seq")  # noqa: S608 - our own columns
    return lambda: deque(iter(partial(rows.fetchmany, 50_000), []), 0)
