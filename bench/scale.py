"""A shop of a million people and ten million events, from a generated file to answers from memory.

    python -m bench.scale                    1M users, 10M events: an hour on two busy cores, 5 GB of disk
    python -m bench.scale --smoke            2,000 users, 20,000 events: half a minute

Every stage is a process of its own; `peak` is the most memory that it had held by then (ru_maxrss), libraries
and mapped pages included. `cpu` is over all threads: on a busy machine trust that. Asked for suggestions are
people drawn evenly, one at a time, and then those of whom the log tells most, at the moment of the newest
event and with places left to chance, as a server asks; an answer is ten products with all their reasons.
Kernels were compiled before, by a tiny shop.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing, nullcontext, redirect_stdout
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from bench.measured import HEADER, against, alone, noted, peak, percentiles, tell_where, timed
from bench.peers import compare
from graph.generate import ShopModel, generate

SEED = 7
TIMES = 5
GB, SECONDS, P50, P99 = 2.0, 1.0, 2.0, 10.0
"""Goals: the memory of a load, a reopening, the milliseconds of an answer."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--shape", choices=("csv", "parquet"), default="csv")
    parser.add_argument("--asked", type=int, default=2_000, help="people asked for")
    parser.add_argument("--compared", type=int, default=1_000_000, help="rows given to others too (csv)")
    parser.add_argument("--folder", type=Path, help="where the files go and stay; else they are removed")
    parser.add_argument("--again", action="store_true", help="fit and answers alone, of what --folder holds")
    parser.add_argument("--smoke", action="store_true", help="a small shop, in seconds")
    asked = parser.parse_args(arguments)
    if asked.again and not (asked.folder and (asked.folder / "shop.db.snapshot").is_dir()):
        parser.error("--again needs the --folder of a run that ended")
    if not asked.again and asked.folder and asked.folder.exists() and any(asked.folder.iterdir()):
        parser.error(f"{asked.folder} is not empty; name a new folder")
    if asked.smoke:
        asked.users, asked.events, asked.products, asked.asked, asked.compared = (
            2_000,
            20_000,
            500,
            200,
            20_000,
        )
    tell_where("numpy", "numba", "pandas", "pyarrow", "orjson")
    print(
        f"{asked.users:,} users, {asked.products:,} products, {asked.events:,} events, seed {SEED}, "
        f"{asked.shape}\n\n{HEADER}",
        flush=True,
    )
    with nullcontext(asked.folder) if asked.folder else tempfile.TemporaryDirectory() as folder:
        run(Path(folder), asked)


def run(folder: Path, asked: argparse.Namespace) -> None:
    """Every stage, in order."""
    shop, store = folder / "shop", folder / "shop.db"
    if asked.again:
        alone(answered, store, asked.asked)
        return
    alone(warmed, folder / "warm")
    alone(generated, shop, ShopModel(asked.users, asked.events, SEED, products=asked.products), asked.shape)
    alone(loaded, shop, store, asked.events)
    alone(snapshotted, store)
    alone(reopened, store)
    alone(answered, store, asked.asked)
    if asked.shape == "csv":
        compare(shop / "events.csv", asked.compared)


def warmed(folder: Path) -> None:
    """Everything once, on little, for what is compiled once a machine."""
    with redirect_stdout(StringIO()):
        generated(folder, ShopModel(users=300, events=5_000, seed=SEED), "csv")
        loaded(folder, folder / "shop.db", 5_000)
        snapshotted(folder / "shop.db")
        answered(folder / "shop.db", 10)


def generated(shop: Path, model: ShopModel, shape: Any) -> None:
    """A shop, drawn and written."""
    from loaders.writing import write

    made = timed("generate", lambda: generate(model), model.events)
    [log, *_] = timed("write it, with its truth", lambda: write(made, shop, shape), model.events)
    noted(f"{log.name}: {log.stat().st_size / 1e6:,.0f} MB")


def loaded(shop: Path, file: Path, rows: int) -> None:
    """What `sharegraph load` does: the rows into the store, then the noise among them counted."""
    from loaders.ingest import ingest
    from loaders.marked import noise_since
    from loaders.sources import open_source
    from loaders.stores import open_store

    with closing(open_store(f"sqlite:///{file}")) as store:
        store.allow_by_default(allowed=True)
        source = open_source([str(shop)], "sharegraph")
        receipt = timed("load", lambda: ingest(source, store, now=datetime.now(UTC)), rows)
        noise = timed("count the noise", lambda: noise_since(store), rows)
    noted(f"{receipt.stored:,} stored, {receipt.rejected:,} rejected, {noise:,} noise; {held(file, rows)}")
    noted(f"peak memory of the load: {against(GB, peak(), 'GB')}")


def held(file: Path, events: int) -> str:
    """How large a file or folder is."""
    files = [file] if file.is_file() else [path for path in file.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    return f"{size / 1e6:,.0f} MB on disk, {size / events:.0f} bytes an event"


def snapshotted(file: Path) -> None:
    """The log read out, resolved, and saved."""
    from graph.snapshot import Snapshot
    from loaders.snapshots import default_folder, save
    from loaders.stores import open_store

    with closing(open_store(f"sqlite:///{file}")) as store:
        rows, folder = store.counts().events, default_folder(store.url)
        log = timed("read the store", store.read, rows)
    snapshot = timed("Snapshot.of", lambda: Snapshot.of(log), rows)
    timed("save it", lambda: save(snapshot, folder), rows)
    noted(held(folder, rows))


def reopened(file: Path) -> None:
    """The snapshot mapped and every byte checked: with its pages in memory, and without."""
    from bench.reopen import drop_pages
    from loaders.snapshots import default_folder, read_snapshot

    folder = default_folder(f"sqlite:///{file}")
    arrays = list(folder.rglob("*.npy"))
    for name, dropped in (("pages in memory", []), ("pages dropped", arrays)):
        seconds = []
        for _ in range(TIMES):
            drop_pages(dropped)
            began = time.perf_counter()
            read_snapshot(folder)
            seconds.append(time.perf_counter() - began)
        print(f"{f'reopen, {name}':34}  worst of {TIMES}: {against(SECONDS, max(seconds), 's')}", flush=True)


def answered(file: Path, asked: int) -> None:
    """A fit, and answers from it."""
    import numpy as np

    from graph.analysis import Analysis
    from loaders.snapshots import default_folder, read_snapshot

    snapshot = read_snapshot(default_folder(f"sqlite:///{file}"))
    if snapshot is None:
        raise SystemExit(f"{file}: its snapshot is gone")
    analysis = timed("Analysis.of", lambda: Analysis.of(snapshot), len(snapshot.events))
    people, actor = len(snapshot.people), snapshot.events.person
    noted(f"{people:,} people, {len(snapshot.products):,} products, {len(analysis.ties):,} ties")
    drawn = np.random.default_rng(SEED).choice(people, min(asked, people), replace=False)
    busiest = np.argsort(-np.bincount(actor[actor >= 0], minlength=people), kind="stable")[:asked]
    print(f"{f'suggest, ms (goals {P50:g} and {P99:g})':34}", *map("{:>9}".format, 2 * ("p50", "p99", "max")))
    for whom, rows in (("drawn evenly", drawn), ("most active", busiest)):
        suggested(analysis, whom, rows.tolist())
    for count in (1, min(1_000, asked)):
        recorded(file, analysis, count)
    noted(f"peak memory of the whole: {peak():.2f} GB")


def suggested(analysis: Any, whom: str, rows: Sequence[int]) -> None:
    """How long each of these people waits for ten suggestions."""
    from graph.scene import Moment
    from graph.suggest import Ask, Context, Suggestion, suggest

    now = Context(moment=Moment(at=analysis.snapshot.as_of))
    asks = [Ask(row, now, seed=row) for row in rows]
    suggest(analysis.shelf, asks[-20:], limit=10)
    wall, cpu = [], []
    shown: list[Suggestion] = []
    for ask in asks:
        began, computed = time.perf_counter(), time.thread_time()
        [answer] = suggest(analysis.shelf, [ask], limit=10)
        cpu.append((time.thread_time() - computed) * 1e3)
        wall.append((time.perf_counter() - began) * 1e3)
        shown += answer.suggestions
    print(f"{f'  {len(rows):,} {whom}, wall and cpu':34}{percentiles(wall)}{percentiles(cpu)}", flush=True)
    reasons = sum(len(suggestion.reasons) for suggestion in shown) / max(len(shown), 1)
    noted(f"{len(shown) / len(rows):.1f} products each, with {reasons:.1f} reasons")


def recorded(file: Path, analysis: Any, count: int) -> None:
    """Some opens, durably stored and then in the next answer, as a server does it."""
    import numpy as np

    from graph.events import Event, Kind
    from graph.live.refit import after
    from loaders.ingest import ingest_events
    from loaders.stores import open_store

    snapshot = analysis.snapshot
    people, shares = (
        np.random.default_rng(SEED).integers(len(part), size=count)
        for part in (snapshot.people, snapshot.shares)
    )
    opens = [
        Event(
            f"bench-{count}-{number}",
            Kind.OPEN,
            snapshot.at + timedelta(seconds=1),
            user=snapshot.people.keys[person],
            share=snapshot.shares.ids[share],
        )
        for number, (person, share) in enumerate(zip(people.tolist(), shares.tolist(), strict=True))
    ]
    with closing(open_store(f"sqlite:///{file}")) as store:
        now = snapshot.at + timedelta(minutes=1)
        timed(f"record {count:,}", lambda: ingest_events(opens, store, now=now), count)
        timed("  until they are in the answer", lambda: after(analysis, store.read(analysis.version)))


if __name__ == "__main__":
    main()
