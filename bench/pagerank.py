"""PageRank through `nx.pagerank(G)` on a ShareGraph, beside the field's libraries on the same arrays.

    python bench/pagerank.py                                   1M users, 10M ties: minutes, 6 GB
    python bench/pagerank.py --users 2000 --ties 20000         a smoke test

The graph is a Chung-Lu power law with its users in random order; a user without a tie out gets one, since the
libraries disagree about where such a user's rank goes. Everybody stops once a round changes less than 1e-10
in all (igraph's PRPACK has that built in), and everybody's scores are compared with ours: `L1 off`. `build`
is the time from arrays to the library's graph, `first` the first call (which may keep something for the
next), `wall` and `cpu` the least of all calls, CPU over all threads; × is in multiples of ours. On a busy
machine trust cpu. Ours ends in a dict of a score a user, as NetworkX has it; the others end in their own
array or list.
"""

import argparse
import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from typing import Any

import igraph
import networkit
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sknetwork.ranking import PageRank

from graph.sharegraph import ShareGraph

# NetworkX's stubs know neither a backend's graphs nor its SciPy kernel.
nx: Any = import_module("networkx")
pagerank_alg: Any = import_module("networkx.algorithms.link_analysis.pagerank_alg")

DAMPING, TOLERANCE = 0.85, 1e-10

Rows = NDArray[np.int64]
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rival:
    """A way from arrays to scores: build(src, dst, users) gives a graph, rank(graph) what the library
    returns, scores(returned) one number a user.
    """

    name: str
    build: Callable[[Rows, Rows, int], Any]
    rank: Callable[[Any], Any]
    scores: Callable[[Any], Scores] = np.asarray


def chung_lu(users: int, ties: int, seed: int) -> tuple[Rows, Rows]:
    """Ends drawn in proportion to (i + 10)^(-1/1.5), no tie twice, no loop, users in random order."""
    rng = np.random.default_rng(seed)
    weight = np.cumsum((np.arange(users) + 10.0) ** (-1 / 1.5))
    order = rng.permutation(users)
    src, dst = (order[np.searchsorted(weight, rng.random(ties) * weight[-1])] for _ in range(2))
    silent = np.setdiff1d(np.arange(users), src)
    src, dst = np.append(src, silent), np.append(dst, (silent + 1) % users)
    pairs = np.unique((src * users + dst)[src != dst])
    return pairs // users, pairs % users


def to_networkit(src: Rows, dst: Rows, users: int) -> Any:
    """A directed graph of networkit."""
    ends = (src.astype(np.uint64), dst.astype(np.uint64))
    return networkit.GraphFromCoo((np.ones(len(src)), ends), n=users, directed=True)


def rank_networkit(graph: Any) -> Any:
    """The PageRank of networkit with the L1 norm, on all threads."""
    sinks = networkit.centrality.SinkHandling.DistributeSinks
    ranking = networkit.centrality.PageRank(graph, DAMPING, TOLERANCE, distributeSinks=sinks)
    ranking.norm = networkit.centrality.Norm.l1norm
    return ranking.run().scores()


def by_user(scores: dict[int, float]) -> Scores:
    """NetworkX's dict as an array."""
    return np.array([scores[user] for user in range(len(scores))])


def rank_networkx(graph: Any) -> Any:
    """`nx.pagerank` as a user calls it."""
    return nx.pagerank(graph, alpha=DAMPING, tol=TOLERANCE / len(graph), max_iter=1000)


def rank_scipy(graph: Any) -> Any:
    """NetworkX's SciPy kernel alone: its matrix comes from a ShareGraph at no cost worth mentioning."""
    kernel = pagerank_alg._pagerank_scipy  # noqa: SLF001 - what is compared with
    return kernel(graph, alpha=DAMPING, tol=TOLERANCE / len(graph), max_iter=1000)


def to_sharegraph(src: Rows, dst: Rows, users: int) -> ShareGraph:
    """Ours."""
    return ShareGraph.from_arrays(src, dst, users=users)


OURS = Rival("nx.pagerank, ShareGraph", to_sharegraph, rank_networkx, by_user)

FIELD = (
    Rival(
        "scikit-network",
        lambda src, dst, users: csr_matrix((np.ones(len(src)), (src, dst)), (users, users)),
        PageRank(DAMPING, "piteration", n_iter=1000, tol=TOLERANCE).fit_predict,
    ),
    Rival("networkit", to_networkit, rank_networkit),
    Rival(
        "python-igraph (PRPACK)",
        lambda src, dst, users: igraph.Graph(users, np.column_stack([src, dst]), directed=True),
        lambda graph: graph.pagerank(damping=DAMPING, implementation="prpack"),
    ),
    Rival("NetworkX's SciPy kernel alone", to_sharegraph, rank_scipy, by_user),
)

PLAIN = Rival(
    "nx.pagerank, nx.DiGraph",
    lambda src, dst, users: ShareGraph.from_arrays(src, dst, users=users).to_networkx(),
    rank_networkx,
    by_user,
)


def built(rival: Rival, src: Rows, dst: Rows, users: int) -> tuple[Any, float]:
    """The library's graph, and the seconds it took."""
    began = time.perf_counter()
    return rival.build(src, dst, users), time.perf_counter() - began


def called(rival: Rival, graph: Any) -> tuple[Any, float, float]:
    """What the library returned, in how many wall and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    returned = rival.rank(graph)
    return returned, time.perf_counter() - wall, time.process_time() - cpu


def compared(rivals: Sequence[Rival], src: Rows, dst: Rows, users: int, calls: int) -> None:
    """A table: everybody on the same arrays, called in turn, as multiples of the first one's time."""
    print(f"\n{users:,} users, {len(src):,} ties, {calls} calls in turn")
    print(f"{'':32}{'build':>9}{'first':>9}{'wall':>9}{'cpu':>9}{'wall ×':>8}{'cpu ×':>8}{'L1 off':>10}")
    graphs = [built(rival, src, dst, users) for rival in rivals]
    rounds = [
        [called(rival, graph) for rival, (graph, _) in zip(rivals, graphs, strict=True)] for _ in range(calls)
    ]
    ours = rivals[0].scores(rounds[0][0][0])
    best = [[min(one[place][clock] for one in rounds) for clock in (1, 2)] for place in range(len(rivals))]
    for place, rival in enumerate(rivals):
        returned, first, _ = rounds[0][place]
        wall, cpu = best[place]
        off = np.abs(rival.scores(returned) - ours).sum()
        print(
            f"{rival.name:32}{graphs[place][1]:9.3f}{first:9.3f}{wall:9.3f}{cpu:9.3f}"
            f"{wall / best[0][0]:8.1f}{cpu / best[0][1]:8.1f}{off:10.0e}"
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--ties", type=int, default=10_000_000)
    parser.add_argument("--plain-ties", type=int, default=1_000_000, help="ties for NetworkX's own graph")
    parser.add_argument("--calls", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(arguments)

    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M}Z"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(f"{now}  {os.cpu_count()} cores, {memory:.0f} GiB, load {os.getloadavg()[0]:.1f}")
    libraries = ("networkx", "numba", "numpy", "scipy", "scikit-network", "networkit", "igraph")
    print(f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in libraries), sep=", ")

    nx.pagerank(to_sharegraph(np.array([0]), np.array([1]), 2))  # compiles, once a machine
    src, dst = chung_lu(args.users, args.ties, args.seed)
    G = to_sharegraph(src, dst, args.users)
    both, one = (graph.nbytes / len(src) for graph in (G, ShareGraph(G.out)))
    print(
        f"bytes a tie: {both:.1f} in both directions, {one:.1f} in one; each with weights 8 more a direction"
    )
    compared((OURS, *FIELD), src, dst, args.users, args.calls)

    shrunk = min(1.0, args.plain_ties / args.ties)
    users = max(2, int(args.users * shrunk))
    compared((OURS, PLAIN), *chung_lu(users, int(args.ties * shrunk), args.seed), users, args.calls)


if __name__ == "__main__":
    main()
