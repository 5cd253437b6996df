"""Choices, ties and content in one matrix, so that any model of a matrix learns from all three.

    Z = [ X      w·F̃ ]      users × (items, people listened to)
        [ t·C̃ᵀ   0   ]      features × items

A friend is one more column a user has a one in, a feature one more row that holds the items that have it:
what two users share may be a song, a friend, or both, and two songs nobody ever chose together may share a
tag. F̃ is F with every tie divided by √(ties of the one · ties of the other), so that who knows everybody
says little (the normalisation of graph convolution, Kipf & Welling 2017); C̃ has one for every feature an
item has.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from graph.taste.model import Interactions, Kind, Parts, Rows, Sparse, joined, parts_of

RAREST = 5
"""A feature of fewer items is left out: it says little of what goes with what, and costs a row."""


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """matrix: Z, float32, shape (users + features, items + people); people are 0 or all users.

    users, items: how many rows are users, how many columns are items; both come first.
    """

    matrix: Sparse
    users: int
    items: int

    def parts(self, columns: Rows, weight: NDArray[np.floating]) -> Parts:
        """Weights of columns as parts: an own choice below `items`, a friend from there on."""
        own = columns < self.items
        return joined(
            [
                parts_of(Kind.OWN, columns[own], weight[own]),
                parts_of(Kind.FRIEND, columns[~own] - self.items, weight[~own]),
            ]
        )

    def row(self, user: int) -> tuple[Rows, NDArray[np.float32]]:
        """The columns a user has something in, and how much."""
        return row_of(self.matrix, user)


def joint(known: Interactions, *, ties: float, content: float) -> Joint:
    """The matrix Z with w = `ties` and t = `content`; at 0 a block is left out, with all its rows or columns.

    >>> from graph.taste.model import interactions
    >>> chosen, friends = (np.array([0, 1]), np.array([0, 1])), (np.array([0, 1]), np.array([1, 0]))
    >>> joint(interactions(chosen, friends, (2, 2)), ties=0.5, content=0.0).matrix.toarray().tolist()
    [[1.0, 0.0, 0.0, 0.5], [0.0, 1.0, 0.5, 0.0]]
    """
    matrix = known.chosen
    if ties > 0 and known.friends.nnz:
        matrix = in_rows(sp.hstack([matrix, balanced(known.friends) * np.float32(ties)]))
    features = common(known.content) if content > 0 else None
    if features is not None and features.shape[1]:
        having = in_rows(features.T * np.float32(content))
        nothing = in_rows(sp.csr_array((features.shape[1], matrix.shape[1] - known.items)))
        below = in_rows(sp.hstack([having, nothing]))
        matrix = in_rows(sp.vstack([matrix, below]))
    return Joint(matrix, known.users, known.items)


def balanced(friends: Sparse) -> Sparse:
    """Every tie over √(sum of its row · sum of its column)."""
    out, into = sums(friends, 1), sums(friends, 0)
    row = np.repeat(np.arange(len(out)), np.diff(friends.indptr))
    scaled = friends.copy()
    scaled.data = (friends.data / np.sqrt(out[row] * into[friends.indices])).astype(np.float32)
    return scaled


def common(content: Sparse | None) -> Sparse | None:
    """Ones for the features that at least `RAREST` items have; (m, those)."""
    if content is None:
        return None
    features = in_rows(content[:, np.flatnonzero(np.bincount(content.indices, minlength=1) >= RAREST)])
    features.data[:] = 1
    return features


def in_rows(matrix: Any) -> Sparse:  # the stubs of SciPy name no type of all sparse arrays
    """The matrix in compressed rows of float32, columns in order."""
    rows: Sparse = matrix.tocsr().astype(np.float32)
    rows.sort_indices()
    return rows


def row_of(matrix: Sparse, row: int) -> tuple[Rows, NDArray[np.float32]]:
    """One row's columns and values."""
    cut = slice(int(matrix.indptr[row]), int(matrix.indptr[row + 1]))
    return matrix.indices[cut].astype(np.intp), matrix.data[cut]


def sums(matrix: Sparse, axis: int) -> NDArray[np.float64]:
    """Sums along an axis, float64; 1 stands for an empty one, so that it may divide."""
    total = np.asarray(matrix.sum(axis=axis, dtype=np.float64)).ravel()
    return np.where(total > 0, total, 1.0)
