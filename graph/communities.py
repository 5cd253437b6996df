"""Communities: people whose ties stay among themselves.

A partition puts every user into one community, by Leiden on the ties without their direction. Positions
0..k−1, largest community first, are good for arrays and for one partition; ids are small integers that stay
with their community from one refit to the next, as long as its members do, and are never given to another.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graph.measures import NxGraph, mutual

KEEPS_ITS_ID = 0.1
"""The least Jaccard overlap of members at which a community counts as the same (Greene, Doyle & Cunningham
2010).
"""


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

    leaders: row numbers, highest rank first. categories: (column, fraction of the members' engagement),
    largest first.
    """

    id: int
    size: int
    cohesion: float
    leaders: tuple[int, ...]
    categories: tuple[tuple[int, float], ...]


def partition(G: NxGraph, *, resolution: float = 1.0, seed: int = 0) -> Partition:
    """Communities by modularity of the ties without their direction; the same for equal arguments.

    resolution: above 1 for more and smaller communities. A user without ties is a community of one. Leiden on
    a ShareGraph (Traag, Waltman & van Eck 2019); NetworkX has none of its own, so a plain `nx.DiGraph` gets
    Louvain.

    >>> pairs = nx.DiGraph([("ana", "bea"), ("cy", "dan"), ("dan", "eve"), ("eve", "cy")])
    >>> partition(pairs).labels
    array([1, 1, 0, 0, 0], dtype=int32)
    """
    if len(G) == 0:
        return Partition(np.empty(0, np.int32), np.empty(0, np.int32), 0)
    circles = cast("nx.Graph[Any]", mutual(G))
    try:
        found = nx.community.leiden_communities(circles, resolution=resolution, seed=seed)
    except NotImplementedError:
        found = nx.community.louvain_communities(circles, resolution=resolution, seed=seed)
    labels = np.empty(len(G), np.int32)
    for number, members in enumerate(found):
        labels[list(members)] = number
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
    circles = cast("nx.Graph[Any]", mutual(G))
    if not circles.number_of_edges():
        return 0.0
    by_label = np.split(np.argsort(found.labels, kind="stable"), np.cumsum(found.sizes)[:-1])
    return float(nx.community.modularity(circles, [set(members.tolist()) for members in by_label]))


def leaders(found: Partition, rank: NDArray[np.float64], first: int = 10) -> list[tuple[int, ...]]:
    """The members of highest rank by community, highest first, the smaller row among equals; at most `first`.

    rank: shape (n,).

    >>> leaders(Partition.of(np.array([0, 0, 0, 1])), np.array([0.1, 0.5, 0.2, 0.2]), first=2)
    [(1, 2), (3,)]
    """
    order = np.lexsort((-rank, found.labels))
    starts = np.concatenate([[0], np.cumsum(found.sizes)])
    return [tuple(order[start : min(start + first, end)].tolist()) for start, end in pairwise(starts)]


def top_categories(
    found: Partition, engagements: csr_array, first: int = 5
) -> list[tuple[tuple[int, float], ...]]:
    """What each community engages with: (column, fraction of its engagement), largest first; at most `first`.

    engagements: shape (n, categories), how much each user did with each category, none negative. Fractions of
    all categories sum to 1; a community without engagement has none.

    >>> did = csr_array(np.array([[3.0, 0.0], [0.0, 1.0], [0.0, 0.0]]))
    >>> top_categories(Partition.of(np.array([0, 0, 1])), did)
    [((0, 0.75), (1, 0.25)), ()]
    """
    users = np.arange(len(found.labels))
    membership = csr_array((np.ones(len(users)), (found.labels, users)), shape=(len(found), len(users)))
    sums = csr_array(membership @ engagements)
    sums.eliminate_zeros()
    return [_largest(sums, position, first) for position in range(len(found))]


def _largest(sums: csr_array, position: int, first: int) -> tuple[tuple[int, float], ...]:
    row = slice(sums.indptr[position], sums.indptr[position + 1])
    columns, amounts = sums.indices[row], sums.data[row]
    order = np.lexsort((columns, -amounts))[:first]
    return tuple(zip(columns[order].tolist(), (amounts[order] / amounts.sum()).tolist(), strict=True))


def communities(
    G: NxGraph, found: Partition, rank: NDArray[np.float64], engagements: csr_array
) -> list[Community]:
    """Every community with what is said of it, by position: the largest first when the partition was
    fitted.
    """
    facts = zip(
        found.ids.tolist(),
        found.sizes.tolist(),
        cohesion(G, found).tolist(),
        leaders(found, rank),
        top_categories(found, engagements),
        strict=True,
    )
    return [Community(*fact) for fact in facts]
