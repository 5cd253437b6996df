"""What is served at the very moment of a choice: from a fit of the past, and all that happened since.

    SHAREGRAPH_DATA=… python -m bench.moments > bench/results/moments.txt
    python -m bench.moments --smoke

Two generated shops and the log of taobao-share are fitted as they stood when four fifths of their choices
were made (openings of others' shares, and purchases). Later choices, drawn evenly, are asked about as of
right before them, as a server would be that refits rarely: the fit and its live delta. Told are NDCG@10,
recall@10 and recall@50 with their standard errors, of what is served; of the sources' own weights, unlearned;
of what was learned without each of some sources, not learned again; and the learned weights by activity.
"""

import time
from argparse import ArgumentParser, RawTextHelpFormatter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from bench.measured import public_logs, tell_where, typed
from graph.analysis import Analysis
from graph.generate import ShopModel, generate
from graph.log import Log
from graph.snapshot import Snapshot
from graph.suggest import Ask, Blend, suggest
from graph.suggest.learning.moments import Moments
from graph.suggest.learning.past import Choice, afterwards, before
from graph.ties import strengths
from loaders.aside import log_of
from loaders.writing import write

SHOPS = ShopModel(users=10_000, events=200_000, seed=11), ShopModel(users=2_000, events=40_000, seed=7)
SMALL = (ShopModel(users=300, events=8_000, seed=7),)
HELD_BACK, ASKED, PLACES = 0.2, 600, 50
SILENCED = ("news", "friends"), ("solved", "factors"), ("content",)
DISCOUNT = 1 / np.log2(np.arange(2, PLACES + 2))


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """A log fitted as of its cut, and choices made after it."""

    analysis: Analysis
    moments: Moments
    choices: list[Choice]
    cpu: float

    @classmethod
    def of(cls, log: Log) -> "Stage":
        """Cut, fit, and draw."""
        whole = Snapshot.of(log)
        after = afterwards(whole, HELD_BACK)
        past = before(whole, after.cut)
        began = time.process_time()
        fitted = Analysis.of(past)
        cpu = time.process_time() - began
        moments = Moments.after(fitted.shelf, past, after.cut, whole, strengths(whole))
        return cls(fitted, moments, list(islice(after.choices(), ASKED)), cpu)

    def gains(self, blend: Blend) -> Iterator[tuple[float, float, float]]:
        """NDCG@10, recall@10 and recall@50 of each choice."""
        product = self.moments.whole.events.product
        for choice in self.choices:
            shelf = replace(self.moments.at(choice.person, choice.at), blend=blend)
            (answer,) = suggest(shelf, [Ask(choice.person)], limit=PLACES)
            wanted = np.unique(product[choice.rows])
            hit = np.isin([one.product for one in answer.suggestions], wanted)
            best = DISCOUNT[: min(len(wanted), 10)].sum()
            yield (
                float(DISCOUNT[: len(hit[:10])] @ hit[:10] / best),
                float(hit[:10].sum() / len(wanted)),
                float(hit.sum() / len(wanted)),
            )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = ArgumentParser(description=__doc__, formatter_class=RawTextHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="a small shop, in seconds")
    small = parser.parse_args(arguments).smoke
    source = None if small else public_logs(parser, "taobao-share") / "taobao-share"
    tell_where("numpy", "numba", "scipy")
    print("$ python -m bench.moments", *typed(arguments))
    for model in SMALL if small else SHOPS:
        told(f"{model.users:,} people and {model.events:,} events made up, seed {model.seed}", made(model))
    if source is not None:
        told(source.name, log_of([str(source)], source.name))


def made(model: ShopModel) -> Log:
    """The log of a generated shop."""
    with TemporaryDirectory() as folder:
        write(generate(model), Path(folder), "parquet")
        return log_of([folder], "sharegraph")


def told(name: str, log: Log) -> None:
    """One log: every way to weigh, and the weights."""
    stage = Stage.of(log)
    shelf = stage.analysis.shelf
    print(f"\n{name}: {len(stage.choices):,} choices; a fit of {stage.cpu:.0f} s of CPU")
    print(f"{'':28}{'NDCG@10':>18}{'recall@10':>18}{'recall@50':>18}", flush=True)
    ways = {"served": shelf.blend, "weights as they start": Blend()}
    ways |= {f"without {' and '.join(silent)}": shelf.blend.without(*silent) for silent in SILENCED}
    for way, blend in ways.items():
        shown(way, np.array(list(stage.gains(blend))))
    for source, weights in shelf.blend.weights.items():
        print(f"    {source:12}", *(f"{weight:8.3f}" for weight in weights))


def shown(name: str, gains: NDArray[np.float64]) -> None:
    """Means and their standard errors."""
    errors = gains.std(axis=0) / np.sqrt(len(gains))
    cells = (f"{mean:.4f} ± {error:.4f}" for mean, error in zip(gains.mean(axis=0), errors, strict=True))
    print(f"{name:28}", *(f"{cell:>17}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
