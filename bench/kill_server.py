"""kill -9 of a server that is recording events, many times, on one store that has to be empty.

    python -m bench.kill_server --rounds 20 --store sqlite:////tmp/kill.db

Ends with an error where an acknowledged event was lost or is there twice.
"""

import argparse
import platform
import time
from collections.abc import Sequence

from loaders.stores import open_store
from tests.api.killing import CALL, deaths


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
    print(
        f"kill -9 in recordEvents, {kind}, {platform.system()}, Python {platform.python_version()}, ", end=""
    )
    print(f"calls of {CALL} events, seed {asked.seed}")
    start = time.perf_counter()
    for number, death in enumerate(deaths(asked.store, asked.rounds, asked.seed), 1):
        print(
            f"{number:3}  acknowledged {death.acknowledged:6,}, found {death.stored:6,}, each once",
            flush=True,
        )
    took = time.perf_counter() - start
    print(f"{asked.rounds} rounds in {took:.0f} s: every acknowledged event is there, none twice")


if __name__ == "__main__":
    main()
