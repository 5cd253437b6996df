"""What the order of suggestions costs and brings: each of its knobs alone, and all as they are by default.

    python -m bench.order              a generated shop of 10,000 people and 200,000 events (three minutes)
    python -m bench.order --smoke      a small one

Learned from the first four fifths of what was chosen, asked of people who chose something new after it.
NDCG@10 with its standard error; categories in the first ten; products shown to three people or more; how far
a list's mix of well and little known products is from that of its person (Kullback & Leibler, nats).
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np

from bench.measured import tell_where
from graph.evaluate.suggestions.logs import Cut, held_out
from graph.generate import ShopModel, generate
from graph.suggest import BEST_FIRST, Ask, Order, suggest
from graph.suggest.grants import granted
from graph.suggest.order import wanted
from graph.suggest.popularity import BANDS
from graph.suggest.question import Question
from graph.taste.model import Rows
from loaders.aside import log_of
from loaders.writing import write

SEED, PLACES, MOST = 11, 10, 1_500
SMOOTHED = 0.01
ORDERS = (
    *(replace(BEST_FIRST, diversity=diversity) for diversity in (0.0, 0.1, 0.2, 0.4, 0.8)),
    *(replace(BEST_FIRST, calibration=calibration) for calibration in (0.05, 0.1, 0.2)),
    *(replace(BEST_FIRST, exploration=exploration) for exploration in (0.02, 0.05, 0.1)),
    *(replace(BEST_FIRST, coverage=coverage) for coverage in (0.05, 0.1, 0.15, 0.3)),
    Order(),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="a small shop, in seconds")
    users, events = (400, 12_000) if parser.parse_args(arguments).smoke else (10_000, 200_000)
    tell_where("numpy", "numba")
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(folder) / "shop"
        write(generate(ShopModel(users=users, events=events, seed=SEED)), shop, "parquet")
        cut = held_out(log_of([str(shop)], "sharegraph"))
    people = cut.held.users[:: max(1, len(cut.held.users) // MOST)]
    print(f"{users:,} people, {events:,} events, seed {SEED}; {len(people):,} people asked\n")
    knobs = [knob.name for knob in fields(Order)]
    print(*map("{:>12}".format, (*knobs, "NDCG@10", "±")), end="")
    print(*map("{:>12}".format, ("categories", "shown to 3", "distance")))
    for order in ORDERS:
        told = measured(cut, people, order)
        print(*(f"{getattr(order, knob):12g}" for knob in knobs), end="")
        print(f"{told[0]:13.4f}{told[1]:13.4f}{told[2]:13.2f}{told[3]:13.0f}{told[4]:13.3f}", flush=True)


def measured(cut: Cut, people: Rows, order: Order) -> tuple[float, float, float, int, float]:
    """NDCG@10 and its standard error, categories, products shown to three or more, and the distance."""
    shelf, asked = granted(replace(cut.shelf, order=order)), cut.held.asked
    gain, kinds, apart = [], [], []
    times = np.zeros(shelf.products, np.int64)
    discount = 1 / np.log2(np.arange(PLACES) + 2)
    asks = [Ask(person, seed=person) for person in people.tolist()]
    answers = suggest(shelf, asks, limit=PLACES)
    for person, ask, answer in zip(people.tolist(), asks, answers, strict=True):
        listed = np.array([one.product for one in answer.suggestions], np.int64)
        later = asked.indices[asked.indptr[person] : asked.indptr[person + 1]]
        gain.append(discount[: len(listed)][np.isin(listed, later)].sum() / discount[: len(later)].sum())
        kinds.append(len(set(shelf.categories[listed].tolist())))
        times[listed] += 1
        question = Question.of(shelf, ask)
        mix = wanted(shelf.popular.band[question.mine], question.taste)
        has = np.bincount(shelf.popular.band[listed], minlength=BANDS) / max(len(listed), 1)
        apart.append((mix * np.log(mix / ((1 - SMOOTHED) * has + SMOOTHED * mix))).sum())
    error = float(np.std(gain) / np.sqrt(len(gain)))
    return float(np.mean(gain)), error, float(np.mean(kinds)), int((times >= 3).sum()), float(np.mean(apart))


if __name__ == "__main__":
    main()
