"""A log read for one question, into a store of its own that is gone afterwards."""

import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from graph.log import Log
from loaders.ingest import ingest
from loaders.progress import shown
from loaders.sources import Reading, open_source
from loaders.stores import open_store


def log_of(sources: Sequence[str], format_: str, reading: Reading | None = None) -> Log:
    """Every row of some files, by the same rules by which they are loaded; people who never said allow what
    one may refuse, since nothing of it is shown to anybody.

    Progress goes to stderr. InvalidInput and UnreadableSource as `open_source` has them.
    """
    source = open_source(sources, format_, reading)
    with TemporaryDirectory(prefix="sharegraph-") as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'aside.db'}")
        with closing(store), shown(sys.stderr) as progress:
            store.allow_by_default(allowed=True)
            ingest(source, store, now=datetime.now(UTC), progress=progress)
            return store.read()
