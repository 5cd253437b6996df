"""kill -9 in the middle of appends, many times, on one store that has to be empty.

    python -m bench.kill --rounds 20 --store sqlite:////tmp/kill.db

Ends with an error where an acknowledged event was lost, one is there twice, or a row was torn.
"""

import argparse
import platform
import time
from collections.abc import Sequence

from loaders.stores import open_store
from tests.contract.killing import BATCH, deaths


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the rounds, and say what each left."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--store", required=True, metavar="URL")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    store = open_store(asked.store)
    if store.counts().events:
        parser.error(f"{store.url} holds events; name an empty store")
    store.close()
    kind = store.url.partition(":")[0]
    print(f"kill -9 in mid-append, {kind}, {platform.system()}, Python {platform.python_version()}, ", end="")
    print(f"batches of {BATCH} rows of two events, seed {asked.seed}")
    start = time.perf_counter()
    for number, death in enumerate(deaths(asked.store, asked.rounds, asked.seed), 1):
        print(
            f"{number:3}  acknowledged {death.acknowledged:7,}, found {death.stored:7,}, each once and whole"
        )
    took = time.perf_counter() - start
    print(f"{asked.rounds} rounds in {took:.0f} s: every acknowledged event is there, none twice")


if __name__ == "__main__":
    main()
