"""How long a shop that is started again takes until its first answer: learned anew, and with what it learned
before.

    python -m bench.restart                  30,000 users, 300,000 events: minutes
    python -m bench.restart --smoke          2,000 users, 20,000 events
    python -m bench.restart --store URL      a store that is there

Each start is a process of its own that opens the store, makes its analysis as a server does and answers one
question for ten suggestions; kernels were compiled before. On a busy machine trust `cpu`. All starts answer
the same, scores within 1e-9, or it says so and fails.
"""

import argparse
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from bench.measured import HEADER, alone, noted, tell_where, timed
from bench.scale import generated, loaded
from graph.generate import ShopModel
from graph.suggest import Answer

SEED = 7
ASKED = 50
"""People whose answers are compared between starts."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="a small shop")
    parser.add_argument("--store", help="a store that is there")
    asked = parser.parse_args(arguments)
    tell_where("numpy", "numba", "scipy")
    with tempfile.TemporaryDirectory(prefix="sharegraph-") as name:
        url = asked.store or made(Path(name), smoke=asked.smoke)
        print(HEADER)
        for stage in ("kernels compiled", "snapshot built, learned anew"):
            alone(started, url, stage, [])
        anew, first = alone(started, url, "started again, learned anew", ["lessons-*"])
        kept, again = alone(started, url, "started again, lessons kept", [])
    if not alike(first, again):
        raise SystemExit("who was started again does not answer as before")
    noted(f"{anew / kept:.1f} times the CPU without them; {len(first)} people are answered the same")


def alike(some: list[Answer], others: list[Answer]) -> bool:
    """Whether answers show the same in the same order, scores within 1e-9."""
    one, other = ([(s.product, s.score) for a in told for s in a.suggestions] for told in (some, others))
    return [product for product, _ in one] == [product for product, _ in other] and all(
        abs(score - again) <= 1e-9 for (_, score), (_, again) in zip(one, other, strict=True)
    )


def made(folder: Path, *, smoke: bool) -> str:
    """The URL of a store that holds a generated shop."""
    users, events = (2_000, 20_000) if smoke else (30_000, 300_000)
    alone(generated, folder / "shop", ShopModel(users, events, SEED), "csv")
    alone(loaded, folder / "shop", folder / "shop.db", events)
    return f"sqlite:///{folder}/shop.db"


def started(url: str, name: str, lost: Sequence[str]) -> tuple[float, list[Answer]]:
    """CPU seconds from an open store to the first answer, and what some people are answered. lost: files of
    the snapshot's folder that are removed before.
    """
    import time

    from api.refresh import Fitting, fitted
    from graph.analysis import Analysis
    from graph.suggest import Ask, suggest
    from loaders.snapshots import default_folder, discard
    from loaders.stores import open_store

    with closing(open_store(url, create=False)) as store:
        if name == "snapshot built, learned anew":
            discard(default_folder(store.url))
        for file in (path for pattern in lost for path in default_folder(store.url).rglob(pattern)):
            file.unlink()

        def answered() -> Analysis:
            analysis = fitted(store, None, Fitting())
            suggest(analysis.shelf, [Ask(0)], limit=10)
            return analysis

        began = time.process_time()
        analysis = timed(name, answered)
        took = time.process_time() - began
    people = len(analysis.snapshot.people)
    asks = [Ask(person) for person in range(0, people, -(-people // ASKED))]
    return took, suggest(analysis.shelf, asks, limit=10)


if __name__ == "__main__":
    main()
