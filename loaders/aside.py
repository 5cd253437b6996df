"""A log read for one question, into a store of its own that is gone afterwards."""

import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from graph.evaluate.cut import for_research
from graph.log import Log
from loaders.ingest import Receipt, ingest
from loaders.progress import shown
from loaders.sources import Reading, open_source
from loaders.stores import open_store

MOST_REASONS = 3


def log_of(sources: Sequence[str], format_: str, reading: Reading | None = None) -> Log:
    """Every row of some files, by the same rules by which they are loaded; people who never said allow what
    one may refuse, since nothing of it is shown to anybody.

    Progress goes to stderr, and how many rows were refused, and why. InvalidInput and UnreadableSource as
    `open_source` has them.
    """
    source = open_source(sources, format_, reading)
    with TemporaryDirectory(prefix="sharegraph-") as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'aside.db'}")
        with closing(store), shown(sys.stderr) as progress:
            store.allow_by_default(allowed=True)
            receipt = ingest(source, store, now=datetime.now(UTC), progress=progress)
            log = store.read()
    if receipt.rejected:
        sys.stderr.write(refused(receipt))
    return log


def refused(receipt: Receipt) -> str:
    """How many rows were refused, by the commonest reasons, in a line."""
    commonest = sorted(receipt.rejects.items(), key=lambda reason: (-reason[1], reason[0]))[:MOST_REASONS]
    why = ", ".join(f"{reason} ({rows:,})" for reason, rows in commonest)
    return f"{receipt.rejected:,} of {receipt.read:,} rows were refused: {why}\n"


def left_out(refusing: int) -> str:
    """That so many people are in no evaluation, since they do not allow it.

    >>> left_out(1_200)
    '1,200 people do not allow research and are left out'
    """
    if refusing == 1:
        return "1 person does not allow research and is left out"
    return f"{refusing:,} people do not allow research and are left out"


def evaluated(sources: Sequence[str], format_: str, reading: Reading | None = None) -> Log:
    """The same to evaluate something on: without whoever does not allow research (graph.evaluate.cut). How
    many are left out goes to stderr.
    """
    log, refusing = for_research(log_of(sources, format_, reading))
    if refusing:
        sys.stderr.write(f"{left_out(refusing)}\n")
    return log
