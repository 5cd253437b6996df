"""Communities: people whose ties stay among themselves.

A partition puts every user into one community, by Leiden on the ties without their direction. Positions
0..k−1, largest community first, are good for arrays and for one partition; ids are small integers that stay
with their community from one refit to the next, as long as its members do, and are never given to another.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast, overload

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graph.measures import NxGraph, tied

KEEPS_ITS_ID = 0.1
"""The least Jaccard overlap of members at which a community counts as the same (Greene, Doyle & Cunningham
2010).
"""


LEADERS, CATEGORIES = 10, 5
"""As many are told of a community."""


@dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """n users in k communities.

    labels: shape (n,), each user's position in 0..k−1. ids: shape (k,), the id of each position. next_id: the
    smallest id that was never given.
    """

    labels: NDArray[np.int32]
    ids: NDArray[np.int32]
    next_id: int

    @classmethod
    def of(cls, labels: NDArray[np.integer[Any]]) -> "Partition":
        """Communities numbered anew: the largest gets position and id 0, among equals the one met first.

        >>> Partition.of(np.array([5, 3, 3])).labels
        array([1, 0, 0], dtype=int32)
        """
        _, first, inverse, sizes = np.unique(
            labels, return_index=True, return_inverse=True, return_counts=True
        )
        position = np.empty(len(first), np.int32)
        position[np.lexsort((first, -sizes))] = np.arange(len(first), dtype=np.int32)
        return cls(position[inverse], np.arange(len(first), dtype=np.int32), len(first))

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Number of members by position, shape (k,)."""
        return np.bincount(self.labels, minlength=len(self))

    def position(self, identity: int) -> int | None:
        """Where the community of an id stands; None where it is gone."""
        found = np.flatnonzero(self.ids == identity)
        return int(found[0]) if len(found) else None

    def members(self, position: int) -> NDArray[np.int64]:
        """The row numbers of a community's users, rising."""
        return np.flatnonzero(self.labels == position)


@dataclass(frozen=True, slots=True)
class Community:
    """One community. cohesion: share of its members' tie weight that stays inside, in [0, 1].

    leaders: row numbers, highest rank first, at most ten. parts: (column, fraction of the members'
    engagement, how many of them engage with it), largest first; the fractions sum to 1, and there are none
    where nobody engages.
    """

    id: int
    size: int
    cohesion: float
    leaders: tuple[int, ...]
    parts: tuple[tuple[int, float, int], ...]

    @property
    def categories(self) -> tuple[tuple[int, float], ...]:
        """The five largest parts, without the people."""
        return tuple((column, fraction) for column, fraction, _ in self.parts[:CATEGORIES])


def partition(G: NxGraph, *, resolution: float = 1.0, seed: int = 0) -> Partition:
    """Communities by modularity of the ties without their direction; the same for equal arguments.

    resolution: above 1 for more and smaller communities. A user without ties is a community of one. Leiden on
    a ShareGraph (Traag, Waltman & van Eck 2019); NetworkX has none of its own, so a plain `nx.DiGraph` gets
    Louvain.

    >>> pairs = nx.DiGraph([("ana", "bea"), ("cy", "dan"), ("dan", "eve"), ("eve", "cy")])
    >>> partition(pairs).labels
    array([1, 1, 0, 0, 0], dtype=int32)
    """
    rows, drawn = tied(G)
    circles, labels = cast("nx.Graph[Any]", drawn), np.arange(len(G))
    if not len(rows):
        return Partition.of(labels)
    try:
        found = nx.community.leiden_communities(circles, resolution=resolution, seed=seed)
    except NotImplementedError:
        found = nx.community.louvain_communities(circles, resolution=resolution, seed=seed)
    members = np.fromiter(chain.from_iterable(found), np.int64, len(rows))
    labels[rows[members]] = len(G) + np.repeat(np.arange(len(found)), [len(group) for group in found])
    return Partition.of(labels)


def matched(
    previous: Partition,
    previous_keys: Sequence[Hashable],
    new: Partition,
    new_keys: Sequence[Hashable],
    *,
    at_least: float = KEEPS_ITS_ID,
) -> Partition:
    """The new partition, with the ids of the previous one where members stayed together.

    Pairs of an old and a new community are matched by the Jaccard overlap of their members, best first (then
    the larger, then the older), each at most once and none below `at_least`. A community without a match gets
    an id that was never given; that of a community that is gone is not given again.

    >>> old, new = Partition.of(np.array([0, 0, 0, 1, 1])), Partition.of(np.array([0, 0, 1, 1, 1]))
    >>> matched(old, "abcde", new, "edcba").ids
    array([0, 1], dtype=int32)
    >>> matched(old, "abcde", new, "abcde").ids
    array([1, 0], dtype=int32)
    """
    row = {key: number for number, key in enumerate(previous_keys)}
    before = np.fromiter((row.get(key, -1) for key in new_keys), np.int64, len(new_keys))
    stayed = before >= 0
    pairs = previous.labels[before[stayed]].astype(np.int64) * len(new) + new.labels[stayed]
    codes, shared = np.unique(pairs, return_counts=True)
    old, fresh = np.divmod(codes, max(len(new), 1))
    overlap = shared / (previous.sizes[old] + new.sizes[fresh] - shared)
    ids = np.full(len(new), -1, np.int32)
    taken = np.zeros(len(previous), np.bool_)
    for pair in np.lexsort((previous.ids[old], -shared, -overlap)):
        if overlap[pair] >= at_least and ids[fresh[pair]] < 0 and not taken[old[pair]]:
            ids[fresh[pair]] = previous.ids[old[pair]]
            taken[old[pair]] = True
    newborn = ids < 0
    next_id = previous.next_id + int(newborn.sum())
    ids[newborn] = np.arange(previous.next_id, next_id)
    return Partition(new.labels, ids, next_id)


def cohesion(G: NxGraph, found: Partition, *, weight: str | None = "weight") -> NDArray[np.float64]:
    """The share of its members' tie weight that stays inside each community; shape (k,), in [0, 1].

    Twice the weight inside over all that starts and all that arrives at members. 0 for a community without
    ties.
    """
    if len(G) == 0:
        return np.empty(0)
    ties = nx.to_scipy_sparse_array(cast("nx.DiGraph[Any]", G), weight=weight, format="coo")
    sources, targets = found.labels[ties.row], found.labels[ties.col]
    inside = np.bincount(sources, ties.data * (sources == targets), len(found))
    ends = np.bincount(sources, ties.data, len(found)) + np.bincount(targets, ties.data, len(found))
    kept: NDArray[np.float64] = np.divide(2 * inside, ends, out=np.zeros(len(found)), where=ends > 0)
    return kept


def modularity(G: NxGraph, found: Partition) -> float:
    """How much more of the ties' weight, direction left out, stays inside communities than chance would put
    there (Newman & Girvan 2004), in [−½, 1); 0 without ties.

    >>> pairs = nx.DiGraph([("ana", "bea"), ("cy", "dan")])
    >>> modularity(pairs, Partition.of(np.array([0, 0, 1, 1])))
    0.5
    """
    rows, circles = tied(G)
    if not len(rows):
        return 0.0
    labels = found.labels[rows]
    order = np.argsort(labels, kind="stable")
    by_label = np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)
    parts = [set(members.tolist()) for members in by_label]
    return float(nx.community.modularity(cast("nx.Graph[Any]", circles), parts))


@dataclass(frozen=True, slots=True, eq=False)
class Communities(Sequence[Community]):
    """What is said of each community of a partition, by position: the largest first when it was fitted.

    Columns for all, a `Community` for whichever is asked for: most are one person each. cohesion: shape (k,).
    rows: everybody, community by community, highest rank first, the smaller row among equals; starts: where
    each begins in it, shape (k + 1,). engaged: shape (k, categories), the members' engagement; takers: the
    same shape, how many of them engage at all.

    >>> did = csr_array(np.array([[3.0, 0.0], [0.0, 1.0], [0.0, 0.0], [0.0, 0.0]]))
    >>> pair = Partition.of(np.array([0, 0, 1, 2]))
    >>> found = Communities.of(nx.DiGraph([(0, 1), (2, 3)]), pair, np.array([0.1, 0.5, 0.2, 0.2]), did)
    >>> found[0]
    Community(id=0, size=2, cohesion=1.0, leaders=(1, 0), parts=((0, 0.75, 1), (1, 0.25, 1)))
    """

    partition: Partition
    cohesion: NDArray[np.float64]
    starts: NDArray[np.int64]
    rows: NDArray[np.int64]
    engaged: csr_array
    takers: csr_array

    @classmethod
    def of(
        cls, G: NxGraph, found: Partition, rank: NDArray[np.float64], engagements: csr_array
    ) -> "Communities":
        """Of everybody in G. rank: shape (n,). engagements: shape (n, categories), how much each user did
        with each category, none negative.
        """
        users = np.arange(len(found.labels))
        members = csr_array((np.ones(len(users)), (found.labels, users)), shape=(len(found), len(users)))
        engaged = csr_array(members @ engagements)
        takers = csr_array((members @ (engagements > 0)).astype(np.int64))
        engaged.eliminate_zeros()
        rows = np.lexsort((-rank, found.labels))
        starts = np.concatenate([[0], np.cumsum(found.sizes)])
        return cls(found, cohesion(G, found), starts, rows, engaged, takers)

    def __len__(self) -> int:
        return len(self.partition)

    @overload
    def __getitem__(self, position: int) -> Community: ...
    @overload
    def __getitem__(self, position: slice) -> list[Community]: ...
    def __getitem__(self, position: int | slice) -> Community | list[Community]:
        if isinstance(position, slice):
            return [self[one] for one in range(*position.indices(len(self)))]
        if not 0 <= position < len(self):
            raise IndexError(position)
        members = self.rows[self.starts[position] : self.starts[position + 1]]
        return Community(
            id=int(self.partition.ids[position]),
            size=len(members),
            cohesion=float(self.cohesion[position]),
            leaders=tuple(members[:LEADERS].tolist()),
            parts=self._parts(position),
        )

    def _parts(self, position: int) -> tuple[tuple[int, float, int], ...]:
        row = slice(self.engaged.indptr[position], self.engaged.indptr[position + 1])
        columns, amounts = self.engaged.indices[row], self.engaged.data[row]
        people = self.takers[[position]].toarray()[0][columns]
        order = np.lexsort((columns, -amounts))
        parts = columns[order], amounts[order] / amounts.sum(), people[order]
        return tuple(zip(*(column.tolist() for column in parts), strict=True))
