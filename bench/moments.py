"""What is served at the moment of each later choice, on two generated shops and the log of taobao-share.

    SHAREGRAPH_DATA=… python -m bench.moments > bench/results/moments.txt
    python -m bench.moments --smoke

What `sharegraph evaluate moments` tells of each: fitted and learned on the first four fifths of what was
chosen, asked as of right before later choices, 600 of them at most in a shop. People who do not allow
research are left out.
"""

from argparse import ArgumentParser, RawTextHelpFormatter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from api.cli.evaluate.moments import shown
from bench.measured import public_logs, tell_where, typed
from graph.evaluate.moments import MOST, evaluate
from graph.generate import ShopModel, generate
from graph.log import Log
from loaders.aside import evaluated
from loaders.writing import write

SHOPS = ShopModel(users=2_000, events=40_000, seed=7), ShopModel(users=10_000, events=200_000, seed=11)
SMALL = (ShopModel(users=300, events=8_000, seed=7),)
IN_A_SHOP = 600


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = ArgumentParser(description=__doc__, formatter_class=RawTextHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="a small shop, in seconds")
    small = parser.parse_args(arguments).smoke
    source = None if small else public_logs(parser, "taobao-share") / "taobao-share"
    tell_where("numpy", "numba", "scipy")
    print("$ python -m bench.moments", *typed(arguments))
    if source is not None:
        told(source.name, evaluated([str(source)], source.name), MOST)
    for model in SMALL if small else SHOPS:
        name = f"{model.users:,} people and {model.events:,} events made up, seed {model.seed}"
        told(name, made(model), IN_A_SHOP)


def made(model: ShopModel) -> Log:
    """The log of a generated shop."""
    with TemporaryDirectory() as folder:
        write(generate(model), Path(folder), "parquet")
        return evaluated([folder], "sharegraph")


def told(name: str, log: Log, most: int) -> None:
    """One log, in the tables of the command."""
    print(f"\n{name}\n\n{shown(evaluate(log, most=most))}", flush=True)


if __name__ == "__main__":
    main()
