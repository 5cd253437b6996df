"""Seed people with a certificate: CPU, memory, and the same by other means.

    python -m bench.seeds                         a power law of 1M people and 10M ties; minutes
    python -m bench.seeds --smoke

First fifty people under weighted cascade at a certified ratio of 0.70, each line in a process of its own,
once compiled: by jumps, as we do it, and by a coin a tie, as OPIM-C samples, in the same kernel with the same
schedule and bounds. `beyond` is what the process holds at the most beyond the graph. Then a graph that
networkx makes, ours beside CELF (Leskovec et al. 2007) on CyNetDiff's simulation: CELF first simulates
everybody, `runs` times each. It is given so many seconds, and asks people in random order: where the seconds
do not do for its first round, the round's time is theirs for so many people of all, and the ratio is a bound
from below.
"""

import argparse
import time
from array import array
from heapq import heapify, heappop, heappush
from importlib.util import find_spec

import networkx as nx
import numpy as np

from api.cli.measuring import growth
from bench.measured import against, alone, tell_where
from bench.networks import Tied, chung_lu, out_rows
from graph.kernels.csr import transposed
from graph.sampling import Sample
from graph.seeds import Goal, Ranking, seed_people
from graph.spread import Network


def chosen(network: Network, k: int, ratio: float) -> Ranking:
    """Our seed people."""
    return seed_people(
        Sample.empty(network, np.ones(len(network)), seed=1, room=1 << 27),
        candidates=np.arange(len(network), dtype=np.int32),
        most=k,
        kept=np.empty(0, np.int32),
        goal=Goal(ratio, (k,)),
    )


def with_coins(network: Network) -> Network:
    """The same, sampled by a coin a tie."""
    return Network.of_rows(transposed(out_rows(network)), np.ones(len(network)), coins=True)


def measured(people: int, ties: int, seed: int, k: int, ratio: float, way: str) -> float:
    """CPU seconds of one way on the power law; prints its line."""
    small, large = (
        tied.network() if way == "jumps" else with_coins(tied.network())
        for tied in (chung_lu(100, 500, seed), chung_lu(people, ties, seed))
    )
    chosen(small, 1, ratio)
    with growth() as peak:
        wall, cpu = time.perf_counter(), time.process_time()
        found = chosen(large, k, ratio)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        beyond = peak()
    print(
        f"{way:12}{cpu:9.2f}{wall:9.2f}{beyond / 1e6:10.0f} MB{found.sample.sets:>11,}"
        f"{found.certified[-1]:11.3f}{found.reached[-1].value:>14,.0f}",
        flush=True,
    )
    return cpu


def preferential(people: int, ties: int, seed: int) -> Tied:
    """The preferential attachment of networkx, each tie one way at random, `ties` of them."""
    graph = nx.barabasi_albert_graph(people, -(-ties // people), seed=seed)
    rng = np.random.default_rng(seed)
    ends = rng.permuted(rng.permutation(np.array(list(graph.edges), np.int32))[:ties], axis=1)
    source, target = ends.T.copy()
    return Tied("networkx: preferential attachment", source, target, people)


def celf(network: Network, k: int, runs: int, seconds: float) -> tuple[list[int], int, float]:
    """CELF on CyNetDiff's simulation until k people are chosen or CPU seconds are over: who, how many gains
    were simulated, and the seconds.
    """
    from cynetdiff.models import IndependentCascadeModel

    out = network.out
    model = IndependentCascadeModel(
        array("I", out.indptr[:-1].astype(np.uint32).tobytes()),
        array("I", out.target.astype(np.uint32).tobytes()),
        activation_probs=array("f", out.probability.astype(np.float32).tobytes()),
    )
    model.set_rng(1)
    began = time.process_time()
    chosen: list[int] = []
    reached, gains = 0.0, 0

    def adds(person: int) -> float:
        model.set_seeds([*chosen, person])
        total = 0
        for _ in range(runs):
            model.reset_model()
            model.advance_until_completion()
            total += model.get_num_activated_nodes()
        return total / runs - reached

    def in_time() -> bool:
        return time.process_time() - began < seconds

    heap: list[tuple[float, int, int]] = []
    for person in np.random.default_rng(1).permutation(len(network)).tolist():
        if not in_time():
            break
        heap.append((-adds(person), person, 0))
        gains += 1
    heapify(heap)
    while len(heap) == len(network) - len(chosen) and len(chosen) < k and in_time():
        believed, person, told_at = heappop(heap)
        if told_at == len(chosen):
            chosen.append(person)
            reached -= believed
        else:
            heappush(heap, (-adds(person), person, len(chosen)))
            gains += 1
    return chosen, gains, time.process_time() - began


def beside_celf(tied: Tied, k: int, ratio: float, runs: int, seconds: float) -> None:
    """Ours and CELF on one graph."""
    network = tied.network()
    chosen(network, 1, 0.0)
    began = time.process_time()
    found = chosen(network, k, ratio)
    ours = time.process_time() - began
    print(f"\n{tied.name}: {tied.people:,} people, {len(network.into.source):,} ties")
    print(f"ours        {ours:9.2f} s CPU for {k} people, certified {found.certified[-1]:.3f}")
    people, gains, spent = celf(network, k, runs, seconds)
    print(f"CELF        {spent:9.2f} s CPU for {len(people)} people, {gains:,} gains of {runs} runs each")
    if gains < len(network):
        spent *= len(network) / gains
        print(f"            {spent:.0f} s for the first round of {len(network):,} gains, at this rate")
    print(f"            {'' if len(people) == k else 'at least '}{spent / ours:,.0f} times ours")


def main() -> None:
    """Print the lines."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--ties", type=int, default=10_000_000)
    parser.add_argument("--k", type=int, default=50)
    parser.add_argument("--ratio", type=float, default=0.7)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--celf-people", type=int, default=76_000)
    parser.add_argument("--celf-ties", type=int, default=811_000)
    parser.add_argument("--celf-runs", type=int, default=1_000)
    parser.add_argument("--celf-seconds", type=float, default=30.0)
    parser.add_argument("--smoke", action="store_true")
    args = parser.parse_args()
    if args.smoke:
        args.people, args.ties = 2_000, 20_000
        args.celf_people, args.celf_ties, args.celf_runs, args.celf_seconds = 300, 1_500, 2, 2.0
    tell_where("numpy", "numba", "networkx")
    print(f"{args.people:,} people, {args.ties:,} ties, k = {args.k}, ratio {args.ratio}, seed {args.seed}")
    print(f"{'':12}{'cpu s':>9}{'wall s':>9}{'beyond':>13}{'sets':>11}{'certified':>11}{'reach':>14}")
    asked = args.people, args.ties, args.seed, args.k, args.ratio
    jumps, coins = (alone(measured, *asked, way) for way in ("jumps", "coins"))
    print(f"a coin a tie takes {coins / jumps:.1f} times as long; jumps: {against(2.0, jumps, 's of CPU')}")
    if find_spec("cynetdiff") is None:
        print("CELF left out: cynetdiff is not installed")
        return
    tied = preferential(args.celf_people, args.celf_ties, args.seed)
    beside_celf(tied, args.k, args.ratio, args.celf_runs, args.celf_seconds)


if __name__ == "__main__":
    main()
