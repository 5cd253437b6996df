"""A million spoilt rows through the loaders and recordEvents: no crash, every row accounted for.

    python -m bench.mutated > bench/results/mutated.txt

Rows of a made-up shop, told in every format (bench.spoiling.originals), most of them spoilt
(bench.spoiling.mutations), in files that are plain, with a mark, with carriage returns, zipped, cut, of
another encoding or with bytes flipped anywhere. Of each file it is asserted that

- read = stored + repeated + refused, each refusal told once, and read is what was counted without our readers
  (bench.spoiling.counted); of a file that broke off, what was whole before the break;
- loading it again stores nothing, refuses the same, and leaves version and counts as they were;
- nothing but our own errors is raised, and those only where the file as a whole is broken.

What is stored can then be read and made a snapshot. Calls of recordEvents answer each event with a verdict or
the whole call with a code that is none of our faults. The process' peak memory is told and bounded. Ends with
an error at the first thing that is not so, and leaves the file that did it.
"""

import asyncio
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from bench.measured import against, peak, tell_where
from bench.spoiling.calls import Calls
from bench.spoiling.files import Spoilt, SpoiltTables, formats
from bench.spoiling.originals import events
from bench.spoiling.shapes import Broken
from graph.events import Reject
from graph.snapshot import Snapshot
from graph.store import Store
from loaders.ingest import BrokenOff, Receipt, ingest
from loaders.sources import open_source
from loaders.stores import open_store

NOW = datetime(2026, 6, 1, tzinfo=UTC)
MEMORY = 1.5
"""GB that loading spoilt rows may hold."""


class Unaccounted(Exception):
    """A row that is in no figure, or a figure without its row."""


@dataclass(slots=True)
class Became:
    """What became of a format's files."""

    files: int = 0
    broken: int = 0
    read: int = 0
    stored: int = 0
    repeated: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    def add(self, receipt: Receipt, *, broken: bool) -> None:
        """One file more."""
        self.files += 1
        self.broken += broken
        self.read += receipt.read
        self.stored += receipt.stored
        self.repeated += receipt.repeated
        self.refused.update(receipt.rejects)


def main(arguments: Sequence[str] | None = None) -> None:
    """Spoil, load, count, and say what became of it."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="in all")
    parser.add_argument("--each", type=int, default=10_000, help="rows of a file")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    tell_where("pyarrow", "orjson", "strawberry-graphql")
    print(f"{asked.rows:,} rows, {asked.each:,} a file, seed {asked.seed}\n")
    began = time.perf_counter()
    told = events(2_000, 2 * asked.each + 20_000, asked.seed)
    print(
        f"{'':14}{'files':>7}{'broken':>8}{'rows':>12}{'stored':>12}{'repeated':>12}{'refused':>12}{'s':>8}"
    )
    with tempfile.TemporaryDirectory() as folder:
        total: Counter[str] = Counter()
        rows = sum(
            _loaded(Path(folder), spoilt, _dice(asked.seed, spoilt.name), asked, total)
            for spoilt in formats(told)
        )
        rows += _called(Path(folder), Calls(told), _dice(asked.seed, "calls"), asked.rows // 20, total)
    print(f"\n{rows:,} rows in {time.perf_counter() - began:.0f} s; peak {against(MEMORY, peak(), 'GB')}\n")
    for reason, count in total.most_common():
        print(f"  {reason:28}{count:12,}")
    if rows < asked.rows or peak() > MEMORY:
        raise SystemExit("too few rows, or too much memory")


def _dice(seed: int, name: str) -> Random:
    return Random(f"{seed} {name}")  # noqa: S311  # dice, and no secret


def _loaded(
    folder: Path, spoilt: Spoilt | SpoiltTables, dice: Random, asked: Namespace, total: Counter[str]
) -> int:
    """One format's files; how many rows they had."""
    rows, each = int(asked.rows * spoilt.part), asked.each
    became, began = Became(), time.perf_counter()
    with closing(open_store(f"sqlite:///{folder}/{spoilt.name}.db")) as store:
        while became.read < rows:
            file, broken = spoilt.written(dice, folder, became.files, min(each, rows - became.read + 100))
            became.add(checked(store, file, spoilt.format, broken), broken=broken.off)
            file.unlink()
        _readable(store)
    total.update(became.refused)
    _tell(spoilt.name, became, time.perf_counter() - began)
    return became.read


def checked(store: Store, file: Path, format_: str, broken: Broken) -> Receipt:
    """Load a file twice, and hold the receipts against what was counted."""
    first, refused, why = loaded(store, file, format_)
    _hold(first.read == first.stored + first.repeated + first.rejected, file, "the receipt does not add up")
    _hold(first.rejected == sum(first.rejects.values()), file, "the reasons do not add up")
    _hold(len(refused) == first.rejected + first.unread_attributes, file, "a refusal was not told, or twice")
    _hold(bool(why) == broken.off or broken.maybe, file, f"broken off: {why or 'no'}")
    _hold(
        first.read == broken.rows if not why or broken.off else first.read <= broken.rows,
        file,
        f"read {first.read:,} rows of {broken.rows:,} ({why})",
    )
    before = store.version(), store.refused()
    again, refused_again, _ = loaded(store, file, format_)
    _hold(again.stored == 0 and again.read == first.read, file, f"stored {again.stored:,} the second time")
    _hold(refused_again == refused, file, "other rows were refused the second time")
    _hold((store.version(), store.refused()) == before, file, "the second load changed the store")
    return first


def loaded(store: Store, file: Path, format_: str) -> tuple[Receipt, list[tuple[int, str]], str]:
    """A receipt, the lines and reasons of what was refused, and why the file broke off, if it did."""
    refused: list[Reject] = []
    why = ""
    try:
        receipt = ingest(open_source([str(file)], format_), store, now=NOW, on_reject=refused.append)
    except BrokenOff as off:
        receipt, why = off.receipt, str(off)
    return receipt, sorted((reject.line, reject.reason) for reject in refused), why


def _hold(holds: bool, file: Path, else_: str) -> None:  # noqa: FBT001
    if not holds:
        kept = Path(tempfile.gettempdir()) / file.name
        kept.write_bytes(file.read_bytes())
        raise Unaccounted(f"{kept}: {else_}")


def _readable(store: Store) -> None:
    """What was stored can be read, and be made a snapshot."""
    log = store.read()
    if len(log.events.seq) != store.counts().events:
        raise Unaccounted(
            f"{store.url}: {len(log.events.seq):,} of {store.counts().events:,} events are read"
        )
    Snapshot.of(log)


def _called(folder: Path, calls: Calls, dice: Random, rows: int, total: Counter[str]) -> int:
    """Calls of recordEvents; how many events they had."""
    began = time.perf_counter()
    with closing(open_store(f"sqlite:///{folder}/calls.db")) as store:
        became = asyncio.run(calls.recorded(store, dice, rows))
        _readable(store)
    total.update(became.refused)
    told = Became(became.calls, became.whole, became.sent, became.stored, became.repeated, became.refused)
    _tell("recordEvents", told, time.perf_counter() - began)
    return became.sent


def _tell(name: str, became: Became, seconds: float) -> None:
    figures = became.files, became.broken, became.read, became.stored, became.repeated
    widths = 7, 8, 12, 12, 12
    columns = "".join(f"{figure:{width},}" for figure, width in zip(figures, widths, strict=True))
    print(f"{name:14}{columns}{became.refused.total():12,}{seconds:8.1f}", flush=True)


if __name__ == "__main__":
    main()
