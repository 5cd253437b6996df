"""Who opens what is shared: the command's figures on a log, and what an answer costs there and at any size.

    python bench/recipients.py taobao-share/ --format taobao-share
    python bench/recipients.py --people 1000000 --openings 10000000

The second makes openings up: clubs of thirty in which people open one another's shares, a few far more than
others; it measures time and memory, and says nothing of quality.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from api.cli.evaluate.recipients import shown
from bench.measured import HEADER, alone, noted, tell_where, timed
from graph.analysis import Analysis
from graph.evaluate.recipients import evaluate
from graph.kernels.groups import gathered
from graph.log import NONE
from graph.recipients import History, Shared, fitted, pairs, recipients
from graph.recipients.acts import Acts
from graph.snapshot import Snapshot
from loaders.aside import evaluated

CLUB, PRODUCTS, CATEGORIES = 30, 100_000, 500
DAYS = 300 * 86_400_000_000
ASKED = 300


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure a log, or openings made up."""
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("log", nargs="*")
    said.add_argument("--format", default="sharegraph")
    said.add_argument("--people", type=int, default=1_000_000)
    said.add_argument("--openings", type=int, default=10_000_000)
    chosen = said.parse_args(arguments)
    tell_where("numpy", "numba", "scipy")
    if chosen.log:
        alone(told, chosen.log, chosen.format)
    else:
        alone(made_up, chosen.people, chosen.openings)


def told(log: list[str], written: str) -> None:
    """What `sharegraph evaluate recipients` prints, then the time of answers from the whole log."""
    read = evaluated(log, written)
    print(f"$ sharegraph evaluate recipients {written} --format {written} --train-share 0.8")
    began = time.process_time()
    print(shown(evaluate(read)))
    print(f"{time.process_time() - began:.0f} s of CPU\n{HEADER}")
    analysis = Analysis.of(Snapshot.of(read))
    asking = timed("model learned from all of it", lambda: analysis.sharing)
    shares = analysis.snapshot.shares
    rows = np.random.default_rng(1).integers(0, len(shares), ASKED)
    questions = list(zip(shares.person[rows].tolist(), shares.product[rows].tolist(), strict=True))
    _spread("recipients(first: 10)", [partial(recipients, asking, [one], limit=10) for one in questions])
    products = [product for _, product in questions[: ASKED // 10]]
    _spread("audience(first: 50)", [partial(analysis.audience, product, limit=50) for product in products])


def made_up(people: int, openings: int) -> None:
    """The model of so many people, and the time of one question's counts."""
    print(f"{people:,} people, {openings:,} openings\n{HEADER}")
    history = timed("openings sorted", lambda: _clubs(people, openings), openings)
    model = timed("model learned", lambda: fitted(history, _shares(history, people)))
    chance = np.random.default_rng(1)
    before = np.full(1, DAYS, np.int64)
    asked = [(chance.integers(0, people, 1), chance.integers(0, PRODUCTS, 1)) for _ in range(ASKED)]

    def answer(sharer: np.ndarray, product: np.ndarray) -> object:
        found = pairs(history, sharer.astype(np.int32), product.astype(np.int32), before)
        return model.terms(found.counts)

    _spread("candidates counted and ranked", [partial(answer, *one) for one in asked])


def _clubs(people: int, openings: int) -> History:
    chance = np.random.default_rng(7)
    source = (people * chance.random(openings) ** 2).astype(np.int32)
    target = (source // CLUB * CLUB + chance.integers(0, CLUB, openings)).astype(np.int32) % people
    product = (PRODUCTS * chance.random(openings) ** 3).astype(np.int32)
    share = np.zeros(openings, np.int32)
    at = np.sort(chance.integers(0, DAYS, openings))
    acts = Acts(source, target, product, share, at, gathered(source, people), gathered(target, people))
    kind = chance.integers(0, CATEGORIES, PRODUCTS).astype(np.int32)
    return History(acts, Acts.none(people), np.zeros(people, np.int8), kind, kind)


def _shares(history: History, people: int) -> Shared:
    """Every opening as a share of its own."""
    acts, many = history.base, len(history.base)
    return Shared(
        sharer=acts.source,
        product=acts.product,
        at=acts.at,
        giver=np.full(many, NONE, np.int32),
        told=np.zeros(many, np.bool_),
        ripe=np.ones(many),
        reached=np.empty(0, np.int64),
        opened=np.arange(many) * people + acts.target,
        people=people,
    )


def _spread(name: str, acts: list[Callable[[], object]]) -> None:
    """The median and the slowest of a hundred, once warm."""
    acts[0]()
    took = []
    for act in acts:
        began = time.perf_counter()
        act()
        took.append(1e3 * (time.perf_counter() - began))
    middle, late = np.quantile(took, [0.5, 0.99])
    noted(f"{name}: median {middle:.1f} ms, p99 {late:.1f} ms of {len(acts)}")


if __name__ == "__main__":
    main()
