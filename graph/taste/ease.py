"""EASE: the linear model in closed form that says which choices go with which, with ties in the same matrix.

With Z of `joint` (at ties = content = 0 it is X), find the square B with an empty diagonal that minimises ‖Z
− ZB‖² + λ‖B‖². With P = (λI + ZᵀZ)⁻¹ it is B = I − P/diag(P), columns divided (Steck 2019). The same from the
other side, by Woodbury, with K = (λI + ZZᵀ)⁻¹ and q_j = z_jᵀ K z_j:

    B_ji = z_jᵀ K z_i / (1 − q_i)  for j ≠ i,      ZB = Z − (K Z)·λ/(1 − q), columns scaled

which costs the cube of the rows instead of the columns: the smaller side is solved. With ties it is *social
EASE*: λI + XXᵀ + w²F̃F̃ᵀ is the matrix that holds tie and interest together. A user's score of an item is the
sum of B over what they chose and whom they listen to, term by term.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
import scipy.linalg as sl
from numpy.typing import NDArray

from graph.taste.joint import Joint, in_rows, joint, row_of
from graph.taste.model import Interactions, Parts, Rows, Scores, Sparse

PRECISE = 6_000
"""Up to this many rows the inverse is taken in float64, above in float32, which halves time and memory."""

CHUNK = 1_024
"""Items worked on at a time."""

Matrix = NDArray[np.float32]
Lapack = Callable[..., tuple[NDArray[np.floating], int]]


@dataclass(frozen=True, slots=True)
class EASE:
    """lam: λ > 0, in squared choices. ties, content: weights of `joint`."""

    lam: float = 100.0
    ties: float = 0.0
    content: float = 0.0
    name: str = "ease"

    def fit(self, known: Interactions) -> "ByUser | ByItem":
        """Solve on the smaller side."""
        both = joint(known, ties=self.ties, content=self.content)
        rows, columns = both.matrix.shape
        return by_user(both, self.lam) if rows <= columns else by_item(both, self.lam)


def social_ease(lam: float = 100.0, ties: float = 5.0, content: float = 0.0) -> EASE:
    """EASE that counts ties, √(w) of its paper form; without a tie it is EASE."""
    return EASE(lam, ties, content, "social-ease")


@dataclass(frozen=True, slots=True, eq=False)
class ByUser:
    """K, shape (rows of Z,) twice; columns: those of Z that are items, a row each, shape (m, rows of Z);
    pull: 1/(1 − q_i) of every item, shape (m,); lam: λ.
    """

    both: Joint
    K: Matrix
    columns: Sparse
    pull: Matrix
    lam: float

    def scores(self, users: Rows) -> Scores:
        """Z − (K Z)·λ/(1 − q), rows of users and columns of items."""
        near = np.asarray(self.columns @ self.K[users].T).T
        near *= -self.lam * self.pull
        near += self.both.matrix[users][:, : self.both.items].toarray()
        return near

    def parts(self, user: int, item: int) -> Parts:
        """z_jᵀ K z_i / (1 − q_i) for every column j of the user."""
        columns, value = self.both.row(user)
        rows, having = row_of(self.columns, item)
        near = np.asarray(self.both.matrix[:, columns].T @ (self.K[:, rows] @ having), dtype=np.float64)
        weight = near * float(self.pull[item])
        weight[columns == item] = 0.0
        return self.both.parts(columns, weight * value)


@dataclass(frozen=True, slots=True, eq=False)
class ByItem:
    """B, shape (columns of Z, items)."""

    both: Joint
    B: Matrix

    def scores(self, users: Rows) -> Scores:
        """Z B."""
        return np.asarray(self.both.matrix[users] @ self.B, dtype=np.float32)

    def parts(self, user: int, item: int) -> Parts:
        """B_ji for every column j of the user."""
        columns, value = self.both.row(user)
        return self.both.parts(columns, self.B[columns, item].astype(np.float64) * value)


def by_user(both: Joint, lam: float) -> ByUser:
    """Solved in the rows of Z: users, and features if there are any."""
    # Transposed, it is the same and stands in rows, as products with sparse matrices want it.
    K = inverse(gram(both.matrix), lam).T
    columns = in_rows(both.matrix[:, : both.items].T)
    pull = np.empty(both.items, dtype=np.float32)
    for start in range(0, both.items, CHUNK):
        some = columns[start : start + CHUNK]
        q = np.asarray(some.multiply(some @ K).sum(axis=1)).ravel()
        pull[start : start + CHUNK] = 1.0 / np.maximum(1.0 - q, 1e-6)
    return ByUser(both, K.astype(np.float32, copy=False), columns, pull, lam)


def by_item(both: Joint, lam: float) -> ByItem:
    """Solved in the columns of Z: items, and people if ties count."""
    B = inverse(gram(in_rows(both.matrix.T)), lam)
    own = np.diag(B).copy()
    B /= -own
    np.fill_diagonal(B, 0.0)
    return ByItem(both, np.ascontiguousarray(B[:, : both.items], dtype=np.float32))


def gram(rows: Sparse) -> NDArray[np.floating]:
    """ZZᵀ, dense, a strip at a time: where most of its cells are taken, the sparse form of the whole would be
    twice as large beside it.
    """
    side = int(rows.shape[0])
    products = np.empty((side, side), np.float64 if side <= PRECISE else np.float32, order="F")
    across = in_rows(rows.T)
    for start in range(0, side, CHUNK):
        products[:, start : start + CHUNK] = (rows[start : start + CHUNK] @ across).toarray().T
    return products


def inverse(products: NDArray[np.floating], lam: float) -> NDArray[np.floating]:
    """(λI + products)⁻¹ of a symmetric matrix, in place by Cholesky's factor."""
    products[np.diag_indices_from(products)] += lam
    potrf, potri = cast("list[Lapack]", sl.get_lapack_funcs(("potrf", "potri"), (products,)))
    factor, failed = potrf(products, lower=1, overwrite_a=1, clean=0)
    if failed:
        raise ValueError(f"λ = {lam:g} leaves the Gram matrix singular; choose a larger one")
    solved, _ = potri(factor, lower=1, overwrite_c=1)
    mirror(solved)
    return solved


def mirror(lower: NDArray[np.floating]) -> None:
    """Copy what lies below the diagonal above it."""
    for row in range(len(lower)):
        lower[row, row + 1 :] = lower[row + 1 :, row]
