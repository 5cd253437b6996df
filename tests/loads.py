"""Logs written in a test and loaded in it: what a source reads, what a store then holds."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import orjson

from graph.events import Event, Reject
from graph.store import Store
from loaders.ingest import Receipt, ingest
from loaders.sources import Reading, open_source
from loaders.sources.records import Attributes, Record
from loaders.stores import open_store

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def lines(*rows: Mapping[str, object]) -> str:
    """Rows as JSON Lines."""
    return "".join(orjson.dumps(row).decode() + "\n" for row in rows)


def read(
    *files: Path, format_: str = "sharegraph", reading: Reading | None = None
) -> tuple[list[Event], list[Reject]]:
    """The events and rejects that a source gives, those of attribute files included."""
    events: list[Event] = []
    rejects: list[Reject] = []
    for item in open_source([str(file) for file in files], format_, reading).items():
        if isinstance(item, Record):
            events.extend(item.row.events)
        elif isinstance(item, Attributes):
            rejects.extend(item.rejects)
        else:
            rejects.append(item)
    return events, rejects


def reasons(rejects: Iterable[Reject]) -> list[tuple[int, str]]:
    """Line and reason of each."""
    return [(reject.line, reject.reason) for reject in rejects]


def load(
    store: Store, *files: Path, format_: str = "sharegraph", reading: Reading | None = None
) -> tuple[Receipt, list[Reject]]:
    """Load files into a store; the receipt, and the rejects by line."""
    rejects: list[Reject] = []
    source = open_source([str(file) for file in files], format_, reading)
    receipt = ingest(source, store, now=NOW, on_reject=rejects.append)
    return receipt, sorted(rejects, key=lambda reject: (reject.file, reject.line))


def said(store: Store) -> set[tuple[int, int | None]]:
    """What a store's events say, with what the share says that was found for each: by their digests, which
    are the same in every store.
    """
    events, digests = [*store.events()], store.read().events.digest.tolist()
    by_id = dict(zip((event.id for event in events), digests, strict=True))
    found = (None if event.found_share is None else by_id[event.found_share] for event in events)
    return {*zip(digests, found, strict=True)}


def said_after(folder: Path, name: str, *loads: Sequence[Path], format_: str) -> set[tuple[int, int | None]]:
    """What a fresh store says after some loads, one after another."""
    with closing(open_store(f"sqlite:///{folder}/{name}.db")) as store:
        for files in loads:
            load(store, *files, format_=format_)
        return said(store)
