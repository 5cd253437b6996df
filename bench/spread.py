"""What seed sets are worth: ours beside what people choose by, judged by a simulation that knows none of
them.

    python -m bench.spread                        six graphs, minutes; SHAREGRAPH_DATA names the public logs
    python -m bench.spread --smoke

Fifty people each under weighted cascade (a tie transmits with 1 / ties into its listener): ours at the ratio
asked for; one-hop degree discount, who greedily reach most of their own listeners (after Chen, Wang & Yang
2009, exact for any chances); PageRank along transmission, flowing to sharers; the innermost k-core, of equals
those with more listeners; most listeners. Each is simulated forward until the standard error is below 0.3 %.
`of best` is ours over the best of the other four; sampled is the time to choose ours, CPU.
"""

import argparse
import os
import time
from collections.abc import Callable, Iterator, Sequence
from heapq import heapify, heappop, heappush
from pathlib import Path

import numpy as np

from bench.measured import public_logs, tell_where
from bench.networks import Tied, chung_lu, generated, higgs, out_rows, taobao
from graph.kernels.cores import core_numbers
from graph.kernels.csr import both_ways, transposed
from graph.measures import rank
from graph.sharegraph import ShareGraph
from graph.spread.forward import Enough, Network, spread
from graph.spread.sampling import Sample
from graph.spread.seeds import Goal, seed_people
from graph.timeline import Rows


def by_degree_discount(network: Network, k: int) -> Rows:
    """Those who reach most listeners of their own, each after those before."""
    rows = out_rows(network)
    unreached = np.ones(len(network))

    def adds(person: int) -> float:
        ties = slice(rows.indptr[person], rows.indptr[person + 1])
        return float(
            unreached[person] + (unreached[rows.indices[ties]] * network.out.probability[ties]).sum()
        )

    heap = [(-1.0 - sent, person) for person, sent in enumerate(rows.strengths().tolist())]
    heapify(heap)
    chosen: list[int] = []
    while len(chosen) < k:
        believed, person = heappop(heap)
        if -believed > adds(person) + 1e-12:
            heappush(heap, (-adds(person), person))
            continue
        chosen.append(person)
        ties = slice(rows.indptr[person], rows.indptr[person + 1])
        unreached[rows.indices[ties]] *= 1 - network.out.probability[ties]
        unreached[person] = 0
    return np.array(chosen, np.int32)


def by_page_rank(network: Network, k: int) -> Rows:
    """Those to whom credit flows back."""
    rows = out_rows(network)
    return first(
        rank(ShareGraph.from_arrays(rows.sources(), rows.indices, rows.weights, users=len(network))), k
    )


def by_core(network: Network, k: int) -> Rows:
    """Those whose ties hold longest when the least tied leave."""
    rows = out_rows(network).unweighted()
    return first(core_numbers(both_ways(rows, transposed(rows))) + rows.degrees() / (rows.users + 1), k)


def by_listeners(network: Network, k: int) -> Rows:
    """Those with most listeners."""
    return first(out_rows(network).degrees().astype(np.float64), k)


def first(score: np.ndarray, k: int) -> Rows:
    """The k highest, of equals the first."""
    return np.argsort(-score, kind="stable")[:k].astype(np.int32)


RIVALS: dict[str, Callable[[Network, int], Rows]] = {
    "discount": by_degree_discount,
    "pagerank": by_page_rank,
    "k-core": by_core,
    "listeners": by_listeners,
}


def ours(network: Network, k: int, ratio: float) -> tuple[Rows, float]:
    """Our seed people and the ratio certified."""
    found = seed_people(
        Sample.empty(network, np.ones(len(network)), seed=1),
        candidates=np.arange(len(network), dtype=np.int32),
        most=k,
        kept=np.empty(0, np.int32),
        goal=Goal(ratio, (k,)),
    )
    return found.people, found.certified[-1]


def worth(network: Network, seeds: Rows, error: float) -> tuple[float, float]:
    """What seeds reach and the standard error of it."""
    weights, group = np.ones(len(network)), np.zeros(len(network), np.int32)
    enough = Enough(error, runs=1 << 24, visits=1 << 40)
    told = spread(network, seeds, weights=weights, group=group, seed=2026, enough=enough)
    return told.reached[0].value, told.errors[0]


def compared(tied: Tied, k: int, ratio: float, error: float) -> None:
    """One graph's line."""
    network = tied.network()
    began = time.process_time()
    seeds, certified = ours(network, k, ratio)
    seconds = time.process_time() - began
    reached, own_error = worth(network, seeds, error)
    rivals = {name: worth(network, choose(network, k), error) for name, choose in RIVALS.items()}
    best = max(value for value, _ in rivals.values())
    largest = max(error / value for value, error in [(reached, own_error), *rivals.values()])
    print(
        f"{tied.name:36}{tied.people:>10,}{len(network.into.source):>12,}{reached:>12,.1f}"
        + "".join(f"{value:>12,.1f}" for value, _ in rivals.values())
        + f"{reached / best:>9.4f}{certified:>11.3f}{100 * largest:>8.2f}{seconds:>9.2f}",
        flush=True,
    )


def graphs(people: int, ties: int, small: int, seed: int, logs: Path | None) -> Iterator[Tied]:
    """All that are tried; public logs where they are."""
    yield chung_lu(people, ties, seed)
    if logs is not None:
        yield higgs(logs)
        yield taobao(logs)
    yield from generated(small, seed)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--ties", type=int, default=10_000_000)
    parser.add_argument("--generated", type=int, default=20_000, help="people of networkx' graphs")
    parser.add_argument("--k", type=int, default=50)
    parser.add_argument("--ratio", type=float, default=0.7)
    parser.add_argument("--error", type=float, default=0.003)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--smoke", action="store_true")
    args = parser.parse_args(arguments)
    named = os.environ.get("SHAREGRAPH_DATA") and not args.smoke
    logs = public_logs(parser, "higgs", "taobao-share") if named else None
    if args.smoke:
        args.people, args.ties, args.generated, args.error = 2_000, 20_000, 500, 0.02
    tell_where("numpy", "numba", "networkx")
    print(f"{args.k} people, ratio {args.ratio}, standard errors below {args.error:.1%}; seed {args.seed}")
    head = "".join(f"{name:>12}" for name in ("ours", *RIVALS))
    print(f"{'':36}{'people':>10}{'ties':>12}{head}{'of best':>9}{'certified':>11}{'se %':>8}{'chosen s':>9}")
    small = chung_lu(200, 1_000, 0).network()
    worth(small, ours(small, 5, 0.1)[0], 0.1)  # compiles, once a machine
    for tied in graphs(args.people, args.ties, args.generated, args.seed, logs):
        compared(tied, args.k, args.ratio, args.error)


if __name__ == "__main__":
    main()
