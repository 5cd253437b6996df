"""Whether a suggestion is opened as often as it says: where the log tells what was shown, and where not.

    SHAREGRAPH_DATA=… python -m bench.chances > bench/results/chances.txt       minutes
    python -m bench.chances --smoke

The generated shop shows its start page by popularity, a tenth of it at random, and people look by taste. The
logs of taobao-share and android-cascades tell no showing: there it is what people turned to by themselves of
what would have been shown first. Everything is learned before the cut of each; what `sharegraph evaluate
chances` prints of it, people who do not allow research left out. What chances were made of was seen to be
wrong on the later part of taobao-share; nobody had looked at android-cascades (docs/decisions/0023).
"""

import tempfile
from argparse import ArgumentParser, RawTextHelpFormatter
from collections.abc import Sequence
from pathlib import Path

from api.cli.evaluate.chances import shown
from bench.measured import public_logs, tell_where, typed
from graph.evaluate.chances import evaluate
from graph.generate import ShopModel, generate
from graph.log import Log
from loaders.aside import evaluated
from loaders.writing import write

SHOP, SMALL = ShopModel(users=12_000, events=600_000, seed=11), ShopModel(users=1_000, events=40_000, seed=3)
TRAIN_SHARE = 0.7
LOGS = "taobao-share", "android-cascades"


def main(arguments: Sequence[str] | None = None) -> None:
    """Make, read, learn and print."""
    parser = ArgumentParser(description=__doc__, formatter_class=RawTextHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="a small shop, in seconds")
    small = parser.parse_args(arguments).smoke
    public = None if small else public_logs(parser, *LOGS)
    tell_where("numpy", "numba", "scipy")
    print("$ python -m bench.chances", *typed(arguments))
    model = SMALL if small else SHOP
    told(f"{model.users:,} people and {model.events:,} events made up, seed {model.seed}", made(model))
    if public is not None:
        for name in LOGS:
            told(name, evaluated([str(public / name)], name))


def made(model: ShopModel) -> Log:
    """The log of a generated shop."""
    with tempfile.TemporaryDirectory() as folder:
        write(generate(model), Path(folder), "parquet")
        return evaluated([folder], "sharegraph")


def told(name: str, log: Log) -> None:
    """One log."""
    print(f"\n{name}, {TRAIN_SHARE:.0%} of what was chosen to learn from\n", flush=True)
    print(shown(evaluate(log, train_share=TRAIN_SHARE)), flush=True)


if __name__ == "__main__":
    main()
