"""Seed people with a certificate: CPU, memory, and the same by other means.

    python -m bench.seeds --parts sampling        a power law of 1M people and 10M ties; a minute
    python -m bench.seeds --parts celf            minutes
    python -m bench.seeds --smoke

First fifty people under weighted cascade at a certified ratio of 0.70, each line in a process of its own,
once compiled: by jumps, as we do it, and by a coin a tie, as OPIM-C samples, in the same kernel with the same
schedule and bounds. `beyond` is what the process holds at the most beyond the graph. Then a graph that
networkx makes, ours beside CELF (Leskovec et al. 2007) on CyNetDiff's simulation, in a process of its own:
CELF first simulates everybody, `runs` times each, in random order. After so many times our CPU seconds it is
stopped. What it has spent by then is measured, and if it is not done, what it takes is more; where that did
not do for its first round, the time of the round is extrapolated from the people asked, and said to be.
"""

import argparse
import time
from array import array
from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from importlib.util import find_spec

import numpy as np

from api.cli.measuring import growth
from bench.measured import against, alone, tell_where
from bench.networks import Tied, chung_lu, out_rows, preferential
from graph.kernels.csr import transposed
from graph.spread.forward import Network
from graph.spread.sampling import Sample
from graph.spread.seeds import Goal, Ranking, seed_people

PARTS = ("sampling", "celf")


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


def celf(tied: Tied, k: int, runs: int, seconds: float) -> tuple[list[int], int, float]:
    """CELF on CyNetDiff's simulation until k people are chosen or CPU seconds are over: who, how many gains
    were simulated, and the seconds.
    """
    from cynetdiff.models import IndependentCascadeModel

    network = tied.network()
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


def beside_celf(tied: Tied, k: int, ratio: float, runs: int, times: float) -> None:
    """Ours and CELF on one graph, CELF for at most so many times our CPU seconds."""
    network = tied.network()
    chosen(network, 1, 0.0)
    began = time.process_time()
    found = chosen(network, k, ratio)
    ours = time.process_time() - began
    print(f"{tied.name}: {tied.people:,} people, {len(network.into.source):,} ties")
    print(f"ours        {ours:9.2f} s CPU: {k} people, certified {found.certified[-1]:.3f}", flush=True)
    people, gains, spent = alone(celf, tied, k, runs, times * ours)
    done = len(people) == k
    print(
        f"CELF        {spent:9.2f} s CPU: {len(people)} of {k} people, {gains:,} gains of {runs:,} runs each"
        f"{'' if done else '; stopped'}"
    )
    print(f"measured    {spent / ours:9.1f} times ours{'' if done else ', and CELF not done'}")
    if gains < tied.people:
        first_round = spent * tied.people / gains
        print(
            f"extrapolated{first_round / ours:9.0f} times ours until everybody is simulated once, "
            f"before anybody is chosen: {first_round:,.0f} s CPU at this rate"
        )


def sampling(people: int, ties: int, seed: int, k: int, ratio: float) -> None:
    """Jumps beside coins."""
    print(f"{people:,} people, {ties:,} ties, k = {k}, ratio {ratio}, seed {seed}")
    print(f"{'':12}{'cpu s':>9}{'wall s':>9}{'beyond':>13}{'sets':>11}{'certified':>11}{'reach':>14}")
    asked = people, ties, seed, k, ratio
    jumps, coins = (alone(measured, *asked, way) for way in ("jumps", "coins"))
    print(f"a coin a tie takes {coins / jumps:.1f} times as long; jumps: {against(2.0, jumps, 's of CPU')}")


def main(arguments: Sequence[str] | None = None) -> None:
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
    parser.add_argument("--celf-times", type=float, default=60.0, help="CELF's CPU seconds for each of ours")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--smoke", action="store_true")
    args = parser.parse_args(arguments)
    if args.smoke:
        args.people, args.ties = 2_000, 20_000
        args.celf_people, args.celf_ties, args.celf_runs = 300, 1_500, 2
    tell_where("numpy", "numba", "networkx", *(["cynetdiff"] if find_spec("cynetdiff") else []))
    if "sampling" in args.parts:
        sampling(args.people, args.ties, args.seed, args.k, args.ratio)
    if "celf" in args.parts and find_spec("cynetdiff") is None:
        print("CELF left out: cynetdiff is not installed")
    elif "celf" in args.parts:
        tied = preferential(args.celf_people, args.celf_ties, args.seed)
        beside_celf(tied, args.k, args.ratio, args.celf_runs, args.celf_times)


if __name__ == "__main__":
    main()
