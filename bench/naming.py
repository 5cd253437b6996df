"""What it costs that ids made of content stand under a key of the store: loads with it and without.

    SHAREGRAPH_DATA=… python -m bench.naming             the Taobao log, and 300,000 generated rows: minutes
    python -m bench.naming --smoke                       6,000 generated rows

The same rows, none of which carries an id, go into a store with a key and into one that keeps plain hashes
(as one made by an earlier version does), in turn: with, without, without, with. On a busy machine trust
`cpu`.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean

import numpy as np

from bench.measured import HEADER, alone, noted, public_logs, tell_where, timed
from loaders.ingest import ingest
from loaders.sources import open_source
from loaders.stores import open_store
from loaders.stores.sqlite.file import opened

ROWS = 300_000
SEED = 6
TURNS = (True, False, False, True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="few generated rows")
    smoke = parser.parse_args(arguments).smoke
    logs = [] if smoke else [("taobao-share", public_logs(parser, "taobao-share") / "taobao-share")]
    rows = ROWS // 50 if smoke else ROWS
    tell_where("cryptography")
    with tempfile.TemporaryDirectory(prefix="sharegraph-") as name:
        folder = Path(name)
        (folder / "log.csv").write_text("\n".join(told(rows)))
        print(HEADER)
        for format_, log in [*logs, ("sharegraph", folder / "log.csv")]:
            compared(format_, log, folder)


def told(rows: int) -> Iterator[str]:
    """A log of views, searches, shares and purchases, as CSV, without ids."""
    chance = np.random.default_rng(SEED)
    kinds = chance.choice(("VIEW", "SEARCH", "SHARE", "PURCHASE"), rows, p=(0.6, 0.1, 0.2, 0.1))
    people, products = chance.integers(rows // 10, size=rows), chance.integers(rows // 50, size=rows)
    yield "kind,at,user,product,query,region"
    for row, kind in enumerate(kinds):
        at = f"2026-05-{1 + row * 28 // rows:02}T{row % 24:02}:{row % 60:02}:00Z"
        yield f"{kind},{at},u{people[row]},p{products[row]},{'tea' if kind == 'SEARCH' else ''},Lyon"


def compared(format_: str, log: Path, folder: Path) -> None:
    """Load a log in turn with a key and without, and print the ratio of the two."""
    cpu: dict[bool, list[float]] = {True: [], False: []}
    for turn, keyed in enumerate(TURNS):
        cpu[keyed].append(alone(loaded, format_, log, folder / f"{format_}-{turn}.db", keyed))
    noted(f"with a key ÷ without, cpu: {fmean(cpu[True]) / fmean(cpu[False]):.3f}")


def loaded(format_: str, log: Path, file: Path, keyed: bool) -> float:  # noqa: FBT001 - an argument of a process.
    """Load into a new store; seconds of CPU."""
    with closing(opened(file)) as made:
        made.execute("UPDATE store SET keyed = ?", (keyed,))
    with closing(open_store(f"sqlite:///{file}")) as store:
        before = time.process_time()
        source = open_source([str(log)], format_)
        receipt = timed(
            f"{format_}: {'with' if keyed else 'without'} a key",
            lambda: ingest(source, store, now=datetime.now(UTC)),
        )
        seconds = time.process_time() - before
        again = ingest(open_source([str(log)], format_), store, now=datetime.now(UTC))
    size = file.stat().st_size / 1e6
    noted(
        f"{receipt.read:,} rows, {receipt.events:,} events, {size:.1f} MB; again: {again.repeated:,} repeats"
    )
    return seconds


if __name__ == "__main__":
    main()
