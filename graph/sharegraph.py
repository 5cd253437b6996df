"""ShareGraph: who reaches whom, as arrays that speak NetworkX.

A tie A→B means that what A shares reaches B. Users are rows 0..n−1 and may carry labels; ties are compressed
sparse rows, frozen, so that a changed graph is a new one. `nx.pagerank(G)`, `nx.core_number(G)` and the other
functions of `graph.nx` take a ShareGraph where they take a NetworkX graph, and work on the arrays. Nothing is
converted behind anybody's back: `to_networkx()` and `from_networkx()` are explicit, and for a function we do
not have NetworkX raises NotImplementedError instead of copying the graph.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import index
from typing import Any, ClassVar, TypeAlias, cast

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike, NDArray

from graph.errors import InvalidInput, UnknownKey
from graph.kernels.csr import Csr, Floats, Longs, frozen, grouped, induced, transposed
from graph.once import once

AnyGraph: TypeAlias = "nx.Graph[Any]"


@dataclass(frozen=True, eq=False, repr=False)
class ShareGraph:
    """n users and the ties between them.

    out: the ties that start at each user; in an undirected graph every tie stands in the rows of both its
    ends, a loop once. labels: n distinct hashable values; empty for the row numbers. weight_name: the edge
    attribute that the weights are to NetworkX; whoever asks for another one sees ties that all weigh 1.

    >>> G = ShareGraph.from_arrays([0, 0, 1], [1, 2, 2], labels=["ana", "bea", "cy"])
    >>> G
    ShareGraph(3 users, 3 ties, directed)
    >>> nx.in_degree_centrality(G)["cy"]
    1.0
    """

    __networkx_backend__: ClassVar[str] = "sharegraph"

    out: Csr
    labels: Sequence[Hashable] = ()
    directed: bool = True
    weight_name: str = "weight"

    def __post_init__(self) -> None:
        indptr, indices, weights = self.out
        if indptr[0] != 0 or indptr[-1] != len(indices):
            raise InvalidInput(
                f"indptr runs from {indptr[0]} to {indptr[-1]}; it has to span {len(indices)} ties"
            )
        if weights is not None and len(weights) != len(indices):
            raise InvalidInput(f"{len(weights)} weights for {len(indices)} ties; give one a tie, or None")
        object.__setattr__(self, "out", frozen(indptr, indices, weights))
        if len(self.labels) == 0:
            object.__setattr__(self, "labels", range(self.out.users))
        if len(self.labels) != self.out.users:
            raise InvalidInput(f"{len(self.labels)} labels for {self.out.users} users; give one a row")

    @classmethod
    def from_arrays(
        cls,
        src: ArrayLike,
        dst: ArrayLike,
        weight: ArrayLike | None = None,
        labels: Sequence[Hashable] = (),
        *,
        users: int | None = None,
        directed: bool = True,
        loops: bool = False,
    ) -> "ShareGraph":
        """The graph of the ties src[i]→dst[i], given as row numbers; every row comes out in rising order.

        A tie given more than once adds its weights up (without weights it is simply there); in an undirected
        graph a–b and b–a are the same tie. weight: shape (m,), None for ties that all weigh 1. users: number
        of rows; by default that of the labels, else one more than the largest row number. loops: keep ties
        from a user to herself.

        >>> ShareGraph.from_arrays([0, 0, 2], [1, 1, 2], weight=[0.25, 0.5, 1.0]).out
        Csr(indptr=array([0, 1, 1, 1]), indices=array([1], dtype=int32), weights=array([0.75]))
        """
        sources, targets = np.asarray(src, np.int64), np.asarray(dst, np.int64)
        weights = None if weight is None else np.asarray(weight, np.float64)
        if sources.ndim != 1 or any(a.shape != sources.shape for a in (targets, weights) if a is not None):
            raise InvalidInput("src, dst and weight have to be one-dimensional and of equal length")
        largest = int(max(sources.max(initial=-1), targets.max(initial=-1)))
        rows = users if users is not None else len(labels) or largest + 1
        if largest >= rows or min(sources.min(initial=0), targets.min(initial=0)) < 0:
            raise InvalidInput(f"a row number lies outside 0..{rows - 1}; there are {rows} users")
        if not loops:
            sources, targets, weights = _where(sources != targets, sources, targets, weights)
        if not directed:
            sources, targets = np.minimum(sources, targets), np.maximum(sources, targets)
        ties = grouped(sources.astype(np.int32), targets.astype(np.int32), weights, rows)
        if not directed:
            return cls(_mirrored(ties), labels, directed)
        # Transposing twice sorts the rows; the first time gives the ties that arrive, so they are kept.
        into = transposed(ties)
        return _knowing(cls(transposed(into), labels), into)

    @classmethod
    def from_networkx(cls, G: AnyGraph, weight: str | None = "weight") -> "ShareGraph":
        """The same users and ties, rows in the order of G's adjacency; what else G carries is left behind.

        weight: the edge attribute to keep; where it is missing a tie weighs 1, and where no tie has it the
        graph comes out without weights. Parallel ties of a multigraph become one, their weights added up.
        """
        labels = list(G)
        row = {label: number for number, label in enumerate(labels)}
        near = [G.adj[label] for label in labels]
        indptr = np.zeros(len(labels) + 1, np.int64)
        np.cumsum([len(ties) for ties in near], out=indptr[1:])
        indices = np.fromiter((row[end] for end in chain.from_iterable(near)), np.int32, indptr[-1])
        attributes = chain.from_iterable(ties.values() for ties in near)
        weights = None if weight is None else _weights(attributes, weight, parallel=G.is_multigraph())
        return cls(Csr(indptr, indices, weights), labels, G.is_directed(), weight or "weight")

    def to_networkx(self) -> AnyGraph:
        """A NetworkX graph of its own: DiGraph or Graph, with the weights, if there are any, as
        `weight_name`.
        """
        G: AnyGraph = nx.DiGraph() if self.directed else nx.Graph()
        G.add_nodes_from(self.labels)
        sources, targets, weights = self.out.sources(), self.out.indices, self.out.weights
        if not self.directed:
            sources, targets, weights = _where(sources <= targets, sources, targets, weights)
        ends = (map(self.labels.__getitem__, rows.tolist()) for rows in (sources, targets))
        if weights is None:
            G.add_edges_from(zip(*ends, strict=True))
        else:
            G.add_weighted_edges_from(zip(*ends, weights.tolist(), strict=True), weight=self.weight_name)
        return G

    @once
    def into(self) -> Csr:
        """The ties that arrive at each user, transposed at most once and kept: as many bytes again as
        `out`.
        """
        return transposed(self.out) if self.directed else self.out

    @once
    def _row_by_label(self) -> dict[Hashable, int]:
        return {label: row for row, label in enumerate(self.labels)}

    def row(self, label: object) -> int:
        """The row number of a user; UnknownKey where there is no such user."""
        if label not in self:
            raise UnknownKey(f"{label!r}: not among the {len(self):,} users of this graph")
        return index(cast("int", label)) if isinstance(self.labels, range) else self._row_by_label[label]

    def __contains__(self, label: object) -> bool:
        if isinstance(self.labels, range):
            return isinstance(label, int | np.integer) and 0 <= int(label) < len(self)
        try:
            return label in self._row_by_label
        except TypeError:  # unhashable
            return False

    def __len__(self) -> int:
        return self.out.users

    def __iter__(self) -> Iterator[Hashable]:
        return iter(self.labels)

    def __repr__(self) -> str:
        kind = "directed" if self.directed else "undirected"
        weighed = "" if self.out.weights is None else ", weighted"
        return f"ShareGraph({len(self):,} users, {self.number_of_edges():,} ties, {kind}{weighed})"

    def is_directed(self) -> bool:
        """Whether A→B says nothing of B→A."""
        return self.directed

    def is_multigraph(self) -> bool:
        """False: there is at most one tie from one user to another."""
        return False

    def number_of_nodes(self) -> int:
        """The number of users."""
        return len(self)

    def number_of_edges(self) -> int:
        """The number of ties; an undirected one counts once."""
        stored = len(self.out.indices)
        return stored if self.directed else (stored + self.number_of_loops) // 2

    @once
    def number_of_loops(self) -> int:
        """Ties from a user to herself."""
        return int(np.count_nonzero(self.out.sources() == self.out.indices))

    @property
    def nbytes(self) -> int:
        """Memory of the tie arrays in bytes, `into` included where it is there."""
        arriving = self.into.nbytes if self.directed and "into" in self.__dict__ else 0
        return self.out.nbytes + arriving

    def degrees(self) -> Longs:
        """Each user's number of ties, out and in together, shape (n,); a loop counts at both its ends."""
        if self.directed:
            return self.out.degrees() + self.into.degrees()
        if self.number_of_loops == 0:
            return self.out.degrees()
        sources = self.out.sources()
        return self.out.degrees() + np.bincount(sources[sources == self.out.indices], minlength=len(self))

    def reverse(self, copy: bool = True) -> "ShareGraph":  # noqa: ARG002, FBT001, FBT002 - NetworkX's signature
        """Every tie the other way round; both directions' arrays are shared, so nothing is ever copied."""
        if not self.directed:
            raise InvalidInput("an undirected graph has no reverse; its ties already go both ways")
        return _knowing(ShareGraph(self.into, self.labels, self.directed, self.weight_name), self.out)

    def subgraph(self, nodes: Iterable[Hashable]) -> "ShareGraph":
        """Some users and the ties among them, in the order of this graph's rows; those it lacks are left
        out.
        """
        rows = np.array(sorted({self.row(label) for label in nodes if label in self}), np.int64)
        labels = [self.labels[row] for row in rows.tolist()]
        return ShareGraph(induced(self.out, rows), labels, self.directed, self.weight_name)


def _knowing(G: ShareGraph, into: Csr) -> ShareGraph:
    """The same graph, spared to transpose its ties."""
    G.__dict__["into"] = into
    return G


def _where(
    kept: NDArray[np.bool_], sources: NDArray[Any], targets: NDArray[Any], weights: Floats | None
) -> tuple[NDArray[Any], NDArray[Any], Floats | None]:
    return sources[kept], targets[kept], None if weights is None else weights[kept]


def _mirrored(upper: Csr) -> Csr:
    """Rows with every tie at both its ends, from rows that hold it once; a loop stays single."""
    sources, targets = upper.sources(), upper.indices
    ends, starts, weights = _where(sources != targets, sources, targets, upper.weights)
    if upper.weights is not None and weights is not None:
        weights = np.concatenate([upper.weights, weights])
    both = grouped(np.concatenate([sources, starts]), np.concatenate([targets, ends]), weights, upper.users)
    return transposed(both)


def _weights(ties: Iterable[Any], name: str, *, parallel: bool) -> Floats | None:
    """One weight a tie, from NetworkX's attributes of it; None where nobody carries one."""
    if parallel:
        return np.array([sum(one.get(name, 1) for one in tie.values()) for tie in ties], np.float64)
    found = [tie.get(name) for tie in ties]
    if all(weight is None for weight in found):
        return None
    return np.array([1 if weight is None else weight for weight in found], np.float64)
