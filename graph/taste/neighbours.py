"""Neighbours: items chosen by the same people, people who chose the same items.

Cosines of the 0/1 matrix, shrunk by `shrinkage` so that one meeting of two rare rows is no proof (Deshpande &
Karypis 2004; Bell & Koren 2007); each row keeps its nearest. A user's score of an item is the sum of the
cosines between it and the user's items, or between the user and the people who chose it.
"""

from dataclasses import dataclass

import numpy as np

from graph.kernels.cooccurrence import nearest_columns
from graph.taste.friends import Heard
from graph.taste.joint import in_rows, row_of
from graph.taste.model import Interactions, Kind, Parts, Rows, Scores, Sparse, parts_of


@dataclass(frozen=True, slots=True)
class ItemKNN:
    """nearest: how many items each item keeps."""

    nearest: int = 100
    shrinkage: float = 10.0
    name: str = "item-knn"

    def fit(self, known: Interactions) -> "NearItems":
        """Cosines of the columns."""
        near = nearest(known.chosen, in_rows(known.chosen.T), self.nearest, self.shrinkage)
        return NearItems(known.chosen, in_rows(near.T))


@dataclass(frozen=True, slots=True)
class UserKNN:
    """nearest: how many people each user keeps."""

    nearest: int = 100
    shrinkage: float = 10.0
    name: str = "user-knn"

    def fit(self, known: Interactions) -> Heard:
        """Cosines of the rows."""
        columns = in_rows(known.chosen.T)
        near = nearest(columns, known.chosen, self.nearest, self.shrinkage)
        return Heard(known.chosen, near, Kind.PERSON)


@dataclass(frozen=True, slots=True, eq=False)
class NearItems:
    """near: (m, m), row j holds what j says of the items that keep it."""

    chosen: Sparse
    near: Sparse

    def scores(self, users: Rows) -> Scores:
        """Sums over the user's items."""
        return np.asarray((self.chosen[users] @ self.near).toarray(), dtype=np.float32)

    def parts(self, user: int, item: int) -> Parts:
        """One for every own item near this one."""
        columns, value = row_of(self.chosen, user)
        weight = self.near[columns, :][:, [item]].toarray().ravel()
        return parts_of(Kind.OWN, columns, weight * value)


def nearest(rows: Sparse, columns: Sparse, most: int, shrinkage: float) -> Sparse:
    """The nearest others of every column, by its row."""
    indptr, near, cosines = nearest_columns(
        rows.indptr.astype(np.int64),
        rows.indices.astype(np.int32),
        columns.indptr.astype(np.int64),
        columns.indices.astype(np.int32),
        most,
        shrinkage,
    )
    size = columns.shape[0]
    return in_rows(type(rows)((cosines, near, indptr), shape=(size, size)))
