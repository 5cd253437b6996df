"""What bounding a walk among friends loses of the unbounded one's best, and what part of its cost is left.

    SHAREGRAPH_DATA=… python -m bench.walks        a few minutes
    python -m bench.walks --smoke

`hops`, as served, asks the closest friends for their closest; beside it the same without any bound, on a
generated shop and on Taobao. `walks` pushes personalised PageRank over people and items within a budget, on
Last.fm; beside it the same with a thousand times the budget. Told is the recall of the unbounded's twenty
best products, over people of whom it has something to say, and the ratio of CPU.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bench.measured import public_logs, tell_where, typed
from graph.analysis import Analysis
from graph.generate import ShopModel, generate
from graph.log import Log
from graph.snapshot import Snapshot
from graph.suggest import Ask
from graph.suggest.question import Question
from graph.suggest.sources.hops import Bounds, votes
from graph.suggest.votes import Votes
from graph.taste import Interactions, Walks
from loaders.aside import log_of
from loaders.folders import read_folder
from loaders.writing import write

T = TypeVar("T")

SHOP, SMALL = ShopModel(users=10_000, events=200_000, seed=11), ShopModel(users=300, events=8_000, seed=7)
BEST, ASKED = 20, 2_000
ALL = 2**31 - 1
UNBOUNDED = Bounds(ALL, ALL, ALL, ALL, ALL)
EXACT = Walks(budget=100_000_000, most=100_000)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="a small shop, in seconds")
    small = parser.parse_args(arguments).smoke
    folder = None if small else public_logs(parser, "taobao-share", "lastfm")
    tell_where("numpy", "numba", "scipy")
    print("$ python -m bench.walks", *typed(arguments))
    print(f"{'':44}{'people':>9}{'recall@20':>18}{'CPU, part of':>14}")
    model = SMALL if small else SHOP
    hops(f"hops, {model.users:,} people made up", made(model))
    if folder is not None:
        hops("hops, taobao-share", log_of([str(folder / "taobao-share")], "taobao-share"))
        walks("walks, lastfm", read_folder(str(folder / "lastfm")).held().known)


def made(model: ShopModel) -> Log:
    """The log of a generated shop."""
    with TemporaryDirectory() as folder:
        write(generate(model), Path(folder), "parquet")
        return log_of([folder], "sharegraph")


def hops(name: str, log: Log) -> None:
    """Friends of friends, as served and without bounds."""
    shelf = Analysis.of(Snapshot.of(log)).shelf
    people = len(shelf.personal)
    questions = [Question.of(shelf, Ask(one)) for one in range(0, people, max(1, people // ASKED))]
    for bounds in (Bounds(), UNBOUNDED):
        votes(shelf, questions[0], bounds)
    bounded, cost = spent(lambda: [top(votes(shelf, one)) for one in questions])
    whole, exact = spent(lambda: [top(votes(shelf, one, UNBOUNDED)) for one in questions])
    told(name, list(zip(bounded, whole, strict=True)), cost / exact)


def walks(name: str, known: Interactions) -> None:
    """Personalised PageRank within its budget, and run out."""
    users = np.arange(known.users)
    Walks(budget=10).fit(known)
    bounded, cost = spent(lambda: Walks().fit(known))
    whole, exact = spent(lambda: EXACT.fit(known))
    pairs = zip(best(bounded.scores(users)), best(whole.scores(users)), strict=True)
    told(name, list(pairs), cost / exact)


def spent(act: Callable[[], T]) -> tuple[T, float]:
    """What an act gives, and its seconds of CPU."""
    began = time.process_time()
    given = act()
    return given, time.process_time() - began


def top(said: Votes) -> NDArray[np.integer]:
    """The products with the largest sums, equal ones by row."""
    product, place = np.unique(said.product, return_inverse=True)
    total = np.bincount(place, said.vote, len(product))
    return product[np.lexsort((product, -total))][:BEST]


def best(scores: NDArray[np.floating]) -> Iterator[NDArray[np.integer]]:
    """Of each row, what is above nothing."""
    for row in scores:
        order = np.lexsort((np.arange(len(row)), -row))[:BEST]
        yield order[row[order] > 0]


def told(name: str, lists: list[tuple[NDArray[np.integer], NDArray[np.integer]]], part: float) -> None:
    """One line."""
    found = np.array([np.isin(whole, some).mean() for some, whole in lists if len(whole)])
    error = found.std() / np.sqrt(len(found))
    print(f"{name:44}{len(found):9,}{found.mean():11.3f} ± {error:.3f}{part:14.3f}", flush=True)


if __name__ == "__main__":
    main()
