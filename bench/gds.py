"""Seed people beside CELF of Neo4j's Graph Data Science, in a real Neo4j of its own.

    python -m bench.gds          minutes; Java ≥ 17 and Maven, 140 MB of jars once, all within .cache/gds

A graph that networkx makes, every tie with the same chance: the one model that GDS' CELF has. It is written
to Neo4j and projected; then CELF chooses, with its defaults of 100 simulations and four threads unless asked
otherwise, after a call with one simulation that lets Java compile. Ours chooses on the same ties, one thread,
once compiled. Seconds are those of choosing alone, CPU of the whole server's process beside ours. What both
choices reach is simulated forward by bench.spread until the standard error is below 0.3 %; `told` is what
whoever chose says it reaches.

Two graphs of a few people come first: one shows that both run ties from source to target, the other whether
what GDS tells of a chain is what independent ties give.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from neo4j import Driver

from bench.measured import tell_where
from bench.networks import Tied, preferential
from bench.seeds import chosen
from bench.spread import worth
from graph.spread.forward import Network
from graph.timeline import Rows
from tests.neo4j_server.java import Build, started

CACHE = Path(__file__).parents[1] / ".cache" / "gds"
SERVER = Build(Path(__file__).with_name("gds.xml"), plugins="org.neo4j.gds", heap="2g")
AT_ONCE = 10_000
RATIO = 0.7

FAN = Tied("fan", np.array([0, 0, 0, *range(4, 9)], np.int32), np.array([1, 2, 3, *[9] * 5], np.int32), 10)
"""Person 0 reaches three; five people reach person 9."""

CHAIN = Tied("chain", np.arange(10, dtype=np.int32), np.arange(1, 11, dtype=np.int32), 11)


@dataclass(frozen=True, slots=True)
class Choice:
    """Who was chosen, what they are said to reach, and what it took."""

    people: Rows
    told: float
    cpu: float
    wall: float


def write(driver: Driver, tied: Tied) -> None:
    """Put the ties into the database, in place of all others, and project them."""
    with driver.session() as session:
        session.run("CALL gds.graph.drop('ties', false) YIELD graphName RETURN count(*)").consume()
        session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS").consume()
        session.run("CREATE CONSTRAINT IF NOT EXISTS FOR (p:Person) REQUIRE p.row IS UNIQUE").consume()
        session.run(
            "UNWIND range(0, $last) AS row CREATE (:Person {row: row})", last=tied.people - 1
        ).consume()
        pairs = np.column_stack([tied.source, tied.target]).tolist()
        for first in range(0, len(pairs), AT_ONCE):
            # (:Person)-[:REACHES]->(:Person)
            session.run(
                "UNWIND $pairs AS pair MATCH (u:Person {row: pair[0]}), (v:Person {row: pair[1]}) "
                "CREATE (u)-[:REACHES]->(v)",
                pairs=pairs[first : first + AT_ONCE],
            ).consume()
        session.run("CALL gds.graph.project('ties', 'Person', 'REACHES')").consume()


def by_gds(driver: Driver, k: int, p: float, runs: int, threads: int) -> Choice:
    """CELF's choice on the projected ties."""
    cpu, wall = server_seconds(driver), time.perf_counter()
    rows = driver.execute_query(
        "CALL gds.influenceMaximization.celf.stream('ties', {seedSetSize: $k, propagationProbability: $p, "
        "monteCarloSimulations: $runs, concurrency: $threads, randomSeed: 1}) YIELD nodeId, spread "
        "RETURN gds.util.asNode(nodeId).row AS row, spread",
        k=k, p=p, runs=runs, threads=threads,
    ).records  # fmt: skip
    wall = time.perf_counter() - wall
    cpu = server_seconds(driver) - cpu
    people = np.array([row["row"] for row in rows], np.int32)
    return Choice(people, sum(row["spread"] for row in rows), cpu, wall)


def server_seconds(driver: Driver) -> float:
    """CPU seconds of the server's process so far."""
    (row,) = driver.execute_query("CALL dbms.queryJmx('java.lang:type=OperatingSystem')").records
    return float(row["attributes"]["ProcessCpuTime"]["value"]) / 1e9


def by_us(network: Network, k: int) -> Choice:
    """Our choice."""
    cpu, wall = time.process_time(), time.perf_counter()
    found = chosen(network, k, RATIO)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Choice(found.people, found.reached[-1].value, cpu, wall)


def try_few(driver: Driver, runs: int) -> None:
    """The two small graphs; SystemExit if ties do not run from source to target in both."""
    write(driver, FAN)
    theirs, ours = by_gds(driver, 1, 1.0, runs, 1), by_us(FAN.network("uniform:1"), 1)
    if theirs.people.tolist() != [0] or ours.people.tolist() != [0]:
        raise SystemExit(f"ties run otherwise: GDS chose {theirs.people}, we {ours.people}")
    print("direction: whoever reaches three comes before whom five reach, in both; told", end=" ")
    print(f"{theirs.told:.2f} by GDS, {ours.told:.2f} by us")
    write(driver, CHAIN)
    theirs, ours = by_gds(driver, 1, 0.5, runs, 1), by_us(CHAIN.network("uniform:0.5"), 1)
    print(f"a chain of eleven, each tie with 0.5: its first person reaches {2 - 2**-10:.2f};", end=" ")
    print(f"told {theirs.told:.2f} by GDS, {ours.told:.2f} by us")


def compare(driver: Driver, tied: Tied, asked: list[int], p: float, runs: int, threads: int) -> None:
    """The table, one size of seed set after the other."""
    began = time.perf_counter()
    write(driver, tied)
    network = tied.network(f"uniform:{p}")
    print(f"{tied.name}: {tied.people:,} people, {len(network.into.source):,} ties, each with {p}")
    print(f"written and projected in {time.perf_counter() - began:.1f} s; {runs} runs, {threads} threads")
    by_gds(driver, 1, p, 1, threads)
    by_us(network, 1)
    print(
        f"{'k':>4}{'':8}{'cpu s':>10}{'wall s':>10}{'told':>12}{'reach':>12}{'± se':>9}{'× ours cpu':>12}",
        end="",
    )
    print(f"{'wall':>8}{'reach of theirs':>17}")
    for k in asked:
        theirs, ours = by_gds(driver, k, p, runs, threads), by_us(network, k)
        (their_reach, their_error), (our_reach, our_error) = (
            worth(network, choice.people, 0.003) for choice in (theirs, ours)
        )
        print(f"{k:>4}{'  GDS':8}{line(theirs, their_reach, their_error)}", end="")
        print(f"{theirs.cpu / ours.cpu:>12,.0f}{theirs.wall / ours.wall:>8,.0f}")
        print(
            f"{'':4}{'  ours':8}{line(ours, our_reach, our_error)}{our_reach / their_reach:>37.4f}",
            flush=True,
        )


def line(choice: Choice, reach: float, error: float) -> str:
    """Seconds and reach in columns."""
    return f"{choice.cpu:>10.2f}{choice.wall:>10.2f}{choice.told:>12,.1f}{reach:>12,.1f}{error:>9.2f}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the lines."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--ties", type=int, default=100_000)
    parser.add_argument("--p", type=float, default=0.05)
    parser.add_argument("--k", type=int, nargs="+", default=[10])
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(arguments)
    CACHE.mkdir(parents=True, exist_ok=True)
    with started(CACHE, SERVER) as server, server.driver() as driver:
        tell_where("numpy", "numba", "networkx", "neo4j")
        (neo4j,) = driver.execute_query(
            "CALL dbms.components() YIELD name, versions RETURN versions[0] AS v LIMIT 1"
        ).records
        (gds,) = driver.execute_query("RETURN gds.version() AS v").records
        print(f"Neo4j {neo4j['v']}, Graph Data Science {gds['v']}, heap {SERVER.heap}; seed {args.seed}")
        try_few(driver, args.runs)
        tied = preferential(args.people, args.ties, args.seed)
        compare(driver, tied, args.k, args.p, args.runs, args.threads)


if __name__ == "__main__":
    main()
