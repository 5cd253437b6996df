"""What may be wrong with a log or with the machine, each as a `Finding` with its way out.

A check reads what is there and changes nothing. `fail` means that answers are missing or wrong, `warn` that
they are poorer than they could be; `ok` states a figure, so that silence is never taken for health.
"""

import platform
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

import networkx as nx
import numpy as np

from graph.errors import SharegraphError, SnapshotTorn
from graph.events import Kind, instant
from graph.log import NONE
from graph.snapshot import Snapshot
from graph.store import Sealed
from loaders.lessons import learned_at
from loaders.sealing import Seal
from loaders.snapshots import default_folder, read_snapshot, seal_of, snapshot_of
from loaders.stores import open_store

Verdict = Literal["ok", "warn", "fail"]

STALE = timedelta(days=30)
LONG = timedelta(days=3653)
GIB = 2**30
NEEDED = ("numba", "networkx", "scipy", "neo4j", "neo4j-rust-ext", "strawberry-graphql")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check saw. remedy: what to do about it; "" where nothing has to be done."""

    check: str
    verdict: Verdict
    says: str
    remedy: str = ""


def findings(url: str) -> list[Finding]:
    """Everything, in the order of what to mend first: the machine, the store, its files, its log."""
    folder = default_folder(url)
    found = list(set_up(folder.parent))
    try:
        store = open_store(url, create=False)
    except SharegraphError as failed:
        return [*found, Finding("store", "fail", str(failed), "check --store, or load a log first")]
    with closing(store):
        found.append(Finding("store", "ok", f"{store.url}, version {store.version()}"))
        found.append(sealing(store.sealed()))
        found.append(ids(keyed=store.keyed))
        found.append(snapshot_files(folder, store.version(), seal_of(store)))
        found.append(refused(store.refused()))
        snapshot = snapshot_of(store, folder)
        found.append(lessons(folder, snapshot.version, seal_of(store)))
        return [*found, *log(snapshot, datetime.now(UTC))]


def set_up(folder: Path) -> Iterator[Finding]:
    """This machine: what is installed, whether NetworkX finds us, the disk under `folder`."""
    yield Finding("python", "ok", f"{platform.python_implementation()} {platform.python_version()}")
    yield _libraries()
    yield _backend()
    yield _disk(folder)


def _libraries() -> Finding:
    found, missing = [], []
    for name in NEEDED:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        return Finding("libraries", "fail", f"missing: {', '.join(missing)}", "install sharegraph again")
    return Finding("libraries", "ok", ", ".join(found))


def _backend() -> Finding:
    if "sharegraph" in nx.config.backends:
        return Finding("networkx", "ok", "NetworkX finds the backend `sharegraph`")
    remedy = "install sharegraph as a package (`pip install -e .`), not only on the path"
    return Finding("networkx", "warn", "NetworkX does not find the backend `sharegraph`", remedy)


def _disk(folder: Path) -> Finding:
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.is_dir())
    free = shutil.disk_usage(there).free
    says = f"{free / GIB:,.1f} GiB free under {there}"
    if free < GIB // 4:
        return Finding("disk", "fail", says, "free some: a load and its snapshot may not fit")
    return Finding(
        "disk", "ok" if free > 2 * GIB else "warn", says, "" if free > 2 * GIB else "free some soon"
    )


def sealing(state: Sealed) -> Finding:
    """Whether names, regions and attributes lie open on the disk.

    >>> sealing(Sealed("6668", None)).remedy
    'sharegraph keys rotate brings it there'
    """
    if state.writes is None and not state.whole:
        says = "not everything is plain text again"
        return Finding("names on disk", "warn", says, "sharegraph keys unseal brings it there")
    if state.writes is None:
        return Finding("names on disk", "ok", "plain text: no secret seals them (docs/security.md)")
    if not state.whole:
        says = f"not everything is sealed under the newest secret {state.writes}"
        return Finding("names on disk", "warn", says, "sharegraph keys rotate brings it there")
    return Finding("names on disk", "ok", f"sealed under the secret {state.writes}")


def ids(*, keyed: bool) -> Finding:
    """Whether an id that is made of content says something of it.

    >>> ids(keyed=False).verdict
    'warn'
    """
    if keyed:
        return Finding("ids", "ok", "ids made of what a row says stand under the store's own key")
    return Finding(
        "ids",
        "warn",
        "ids of rows that came without one are plain hashes of what they say, which can be tried by whoever "
        "knows most of a row (the store was made before there was a key for them)",
        "load the logs into a new store",
    )


def snapshot_files(folder: Path, current: str, seal: Seal) -> Finding:
    """Whether the files are whole, and of the store's present version."""
    try:
        saved = read_snapshot(folder, seal=seal)
    except SnapshotTorn as torn:
        return Finding("snapshot", "warn", str(torn), "nothing to do: the next question builds it anew")
    if saved is None:
        return Finding("snapshot", "ok", f"none yet in {folder}; the next question builds it")
    if saved.version != current:
        return Finding("snapshot", "ok", f"of an earlier version in {folder}; the next question renews it")
    return Finding("snapshot", "ok", f"current and whole in {folder}")


def lessons(folder: Path, current: str, seal: Seal) -> Finding:
    """When what the next start goes on with was learned; without any it learns anew."""
    at = learned_at(folder, current, seal)
    kept = f"learned on {at:%Y-%m-%d %H:%M} UTC, kept with the snapshot" if at else "none of this version yet"
    return Finding("lessons", "ok", kept)


def refused(rows: Mapping[str, int]) -> Finding:
    """The rows that are not in the store, by reason, the most frequent first."""
    says = "; ".join(f"{count:,} × {reason}" for reason, count in rows.items())
    if not says:
        return Finding("refused", "ok", "no row of a file or a call was refused")
    return Finding(
        "refused", "warn", f"rows refused: {says}", "mend what STORE.rejects.csv lists; load again"
    )


def log(snapshot: Snapshot, now: datetime) -> Iterator[Finding]:
    """The log itself. now: an aware time, which the newest event's age is told by."""
    events = snapshot.events
    if not len(events):
        yield Finding("events", "fail", "the store is empty", "load a log: `sharegraph load --help`")
        return
    yield Finding("events", "ok", f"{len(events):,} events, {len(snapshot.people):,} people, "
                  f"{len(snapshot.products):,} products")  # fmt: skip
    yield _age(snapshot, now)
    yield _span(snapshot)
    yield from _shares(snapshot)
    yield _purchases(snapshot)
    yield _noise(snapshot)
    yield _categories(snapshot)
    yield _joins(snapshot)


def _age(snapshot: Snapshot, now: datetime) -> Finding:
    age = now - snapshot.at
    says = f"the newest event is of {snapshot.at:%Y-%m-%d %H:%M} UTC, {_days(age)} ago"
    if age < timedelta():
        says = f"the newest event lies in the future: {snapshot.at:%Y-%m-%d %H:%M} UTC"
        return Finding("age", "warn", says, "check the log's time zone (`load --timezone`)")
    if age > STALE:
        return Finding("age", "warn", says, "load newer events; answers are as of the newest one")
    return Finding("age", "ok", says)


def _span(snapshot: Snapshot) -> Finding:
    first = instant(int(snapshot.events.at[0]))
    says = f"the log spans {_days(snapshot.at - first)}, from {first:%Y-%m-%d}"
    if first.year < 2000 or snapshot.at - first > LONG:
        return Finding("span", "warn", says, "look at the oldest events: seconds taken for milliseconds?")
    return Finding("span", "ok", says)


def _shares(snapshot: Snapshot) -> Iterator[Finding]:
    events, shares = snapshot.events, snapshot.shares
    if not len(shares):
        remedy = "load shares and opens: without them nobody reaches anybody"
        yield Finding("shares", "fail", "nothing was ever shared", remedy)
        return
    opens = events.rows(Kind.OPEN, noise=True)
    through = events.share[opens[~events.own[opens]]]
    opened = np.zeros(len(shares), np.bool_)
    opened[through[through != NONE]] = True
    unopened = 1 - opened.mean()
    remedy = "check that opens carry the share's id" if unopened > 0.9 else ""
    says = f"{len(shares):,} shares; {unopened:.0%} of them were opened by nobody else"
    yield Finding("shares", "warn" if remedy else "ok", says, remedy)
    yield _sharers(through)
    yield _parents(snapshot)


def _sharers(through: np.ndarray[tuple[int], np.dtype[np.int32]]) -> Finding:
    if not len(through):
        return Finding("opens", "fail", "no share was ever opened", "load opens: ties are learned from them")
    unknown = float((through == NONE).mean())
    says = f"{len(through):,} opens; of {unknown:.1%} it is not known whose share was opened"
    remedy = "let links carry the share's id, or its sharer and product" if unknown > 0.2 else ""
    return Finding("opens", "warn" if remedy else "ok", says, remedy)


def _parents(snapshot: Snapshot) -> Finding:
    passed_on = int((snapshot.shares.parent != NONE).sum())
    inferred = int(snapshot.shares.inferred.sum())
    says = f"{passed_on:,} shares were passed on from another; {inferred:,} of these parents are inferred"
    if inferred > passed_on / 2:
        remedy = "log `parentShare`: until then a cascade's depth is a guess"
        return Finding("parents", "warn", says, remedy)
    return Finding("parents", "ok", says)


def _purchases(snapshot: Snapshot) -> Finding:
    count = len(snapshot.events.rows(Kind.PURCHASE, noise=True))
    if count:
        said = "1 line was bought" if count == 1 else f"{count:,} lines were bought"
        return Finding("purchases", "ok", said)
    remedy = "load purchases: conversion, revenue and what goes together are learned from them"
    return Finding("purchases", "warn", "no purchases", remedy)


def _noise(snapshot: Snapshot) -> Finding:
    noise = snapshot.events.noise
    says = (
        f"{int(noise.sum()):,} events ({noise.mean():.1%}) are bursts no person can make; they do not count"
    )
    remedy = "look for a device id that many people share" if noise.mean() > 0.05 else ""
    return Finding("noise", "warn" if remedy else "ok", says, remedy)


def _categories(snapshot: Snapshot) -> Finding:
    products = snapshot.products
    without = float((products.category == NONE).mean()) if len(products) else 0.0
    remedy = "load a catalogue: substitutes and topics need categories" if without > 0.5 else ""
    says = f"{without:.0%} of {len(products):,} products have no category"
    return Finding("catalogue", "warn" if remedy else "ok", says, remedy)


def _joins(snapshot: Snapshot) -> Finding:
    people = snapshot.people
    says = f"{len(people.visitors):,} visitors turned out to be somebody known"
    if people.refused_joins:
        remedy = "a shared device? the first claim stands"
        return Finding("visitors", "warn", f"{says}; {people.refused_joins:,} claims contradict", remedy)
    return Finding("visitors", "ok", says)


def _days(span: timedelta) -> str:
    days = span / timedelta(days=1)
    return f"{days:,.0f} days" if days >= 2 else f"{span / timedelta(hours=1):.0f} hours"
