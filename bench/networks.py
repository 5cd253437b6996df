"""Who reaches whom, for benchmarks: ties as arrays of people's rows, whatever they were made from."""

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np

from graph.kernels.csr import Csr
from graph.spread.edges import Chance, network_of
from graph.spread.forward import Network
from graph.timeline import Rows


@dataclass(frozen=True, slots=True, eq=False)
class Tied:
    """m ties among n people: what source shares reaches target."""

    name: str
    source: Rows
    target: Rows
    people: int

    def network(self, model: str = "weighted-cascade") -> Network:
        """The ties under a model."""
        return network_of(self.source, self.target, None, self.people, Chance.read(model))


def out_rows(network: Network) -> Csr:
    """The ties out of everybody, weighing what they transmit."""
    return Csr(network.out.indptr, network.out.target, network.out.probability)


def chung_lu(people: int, ties: int, seed: int) -> Tied:
    """Ends drawn in proportion to (i + 10)^(-1/1.5), people in random order."""
    rng = np.random.default_rng(seed)
    weight = np.cumsum((np.arange(people) + 10.0) ** (-1 / 1.5))
    order = rng.permutation(people)
    ends = (order[np.searchsorted(weight, rng.random(ties) * weight[-1])].astype(np.int32) for _ in range(2))
    source, target = ends
    return Tied("power law (Chung-Lu)", source, target, people)


def preferential(people: int, ties: int, seed: int) -> Tied:
    """The preferential attachment of networkx, each tie one way at random, `ties` of them."""
    graph = nx.barabasi_albert_graph(people, -(-ties // people), seed=seed)
    rng = np.random.default_rng(seed)
    ends = rng.permuted(rng.permutation(np.array(list(graph.edges), np.int32))[:ties], axis=1)
    source, target = ends.T.copy()
    return Tied("networkx: preferential attachment", source, target, people)


def generated(people: int, seed: int) -> Iterator[Tied]:
    """Three of networkx' generators; each of their ties carries both ways."""
    made = {
        "networkx: preferential (BA, 5)": nx.barabasi_albert_graph(people, 5, seed=seed),
        "networkx: small world (WS, 10, .1)": nx.watts_strogatz_graph(people, 10, 0.1, seed=seed),
        "networkx: clustered (Holme-Kim, 4)": nx.powerlaw_cluster_graph(people, 4, 0.4, seed=seed),
    }
    for name, graph in made.items():
        yield both_ways(name, graph)


def both_ways(name: str, graph: Any) -> Tied:
    """The ties of an undirected graph whose nodes are 0 … n − 1, each in both directions."""
    ends = np.array(list(graph.edges), np.int32)
    source, target = np.concatenate([ends, ends[:, ::-1]]).T
    return Tied(name, source, target, len(graph))


def higgs(folder: Path) -> Tied:
    """Who was retweeted by whom."""
    with gzip.open(folder / "higgs" / "higgs-activity_time.txt.gz", "rt") as lines:
        acts = [line.split() for line in lines]
    return numbered("Higgs, retweets", [(whom, who) for who, whom, _, kind in acts if kind == "RT"])


def taobao(folder: Path) -> Tied:
    """Whose shares were opened by whom."""
    with (folder / "taobao-share" / "share_triples.tsv").open() as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        return numbered("Taobao, opens", [(row["inviter_id"], row["voter_id"]) for row in rows])


def numbered(name: str, pairs: list[tuple[str, str]]) -> Tied:
    """Ties between names, who become rows in their order."""
    names, rows = np.unique(np.array(pairs), return_inverse=True)
    source, target = rows.reshape(-1, 2).astype(np.int32).T
    return Tied(name, source, target, len(names))
