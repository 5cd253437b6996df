"""kill -9 of a server that is recording events, many times, on one store that has to be empty.

    python -m bench.kill_server --rounds 20 --store sqlite:////tmp/kill.db
    python -m bench.kill_server --rounds 20 --of neo4j

`--of neo4j` kills the Neo4j below a server instead, one of our own, and starts it again on what it left; the
server lives on.

Ends with an error where an acknowledged event was lost or is there twice.
"""

import argparse
import platform
import time
from collections.abc import Iterable, Sequence

from loaders.stores import open_store
from tests.api.killing import CALL, Death, deaths, deaths_below
from tests.conftest import ROOT
from tests.neo4j_server.java import child


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the rounds, and say what each left."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--of", choices=["server", "neo4j"], default="server")
    parser.add_argument("--store", metavar="URL", help="of the server that is killed")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    if (asked.store is None) == (asked.of == "server"):
        parser.error("--store URL is where a server is killed; a Neo4j that is killed is one of our own")
    start = time.perf_counter()
    if asked.of == "neo4j":
        tell(asked, "neo4j below the server")
        with child(ROOT / ".cache" / "neo4j") as neo4j:
            count(deaths_below(neo4j, asked.rounds, asked.seed))
    else:
        store = open_store(asked.store)
        if store.counts().events:
            parser.error(f"{store.url} holds events; name an empty store")
        store.close()
        tell(asked, store.url.partition(":")[0])
        count(deaths(asked.store, asked.rounds, asked.seed))
    took = time.perf_counter() - start
    print(f"{asked.rounds} rounds in {took:.0f} s: every acknowledged event is there, none twice")


def tell(asked: argparse.Namespace, what: str) -> None:
    """Print what is killed, and where."""
    machine = f"{platform.system()}, Python {platform.python_version()}"
    print(
        f"kill -9 in recordEvents, {what}, {machine}, calls of {CALL} events, seed {asked.seed}", flush=True
    )


def count(deaths: Iterable[Death]) -> None:
    """Print what each round left."""
    for number, death in enumerate(deaths, 1):
        print(
            f"{number:3}  acknowledged {death.acknowledged:6,}, found {death.stored:6,}, each once",
            flush=True,
        )


if __name__ == "__main__":
    main()
