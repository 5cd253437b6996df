"""ALS: users and items as points in a space of a few dimensions, from what was chosen and what was not.

Minimises Σ_chosen c (1 − x_u·y_i)² + α Σ_all (x_u·y_i)² + Σ_u λ_u |x_u|² + Σ_i λ_i |y_i|², by turns for x and
for y, with λ_u = λ (Σ_i c_ui + α m)^ν and likewise for items (Hu, Koren & Volinsky 2008; the weights of
Rendle, Krichene, Zhang & Koren 2022, who show that this old model, tuned, still holds its own). It starts
from the singular vectors of the matrix, so there is no seed; naming users or items anew changes nothing where
they are exact and no two of their values equal.

Z of `joint` takes the place of the choices: a tie is a weak choice of a person, a feature a row of its own.

The last half-step solves the users, x_u = A⁻¹ Σ_j c_j y_j, so a score y_i·x_u is Σ_j c_j y_iᵀA⁻¹y_j: one term
for everything the user chose and everybody they listen to.
"""

from dataclasses import dataclass

import numpy as np
import scipy.linalg as la
from numpy.typing import NDArray

from graph.kernels.factors import half_step
from graph.taste.joint import Joint, in_rows, joint
from graph.taste.model import Interactions, Parts, Rows, Scores, Sparse

EXACT = 2_000
"""The longest shorter side of a matrix whose singular vectors are exact: a second's work."""
TURNS, SPARE = 5, 32
"""Of subspace iteration: how often, and with how many vectors more than are wanted."""
TINY = 1e-7
"""Of the largest singular value: what is smaller is rounding."""

Factors = NDArray[np.float32]
Vectors = tuple[NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class ALS:
    """factors: dimensions. unseen: α, what not choosing weighs against a choice. penalty: λ. scaled: ν, 1
    where who chose more is held back more, 0 where all are held back alike. rounds: of both halves.

    ties, content: weights of `joint`.
    """

    factors: int = 128
    unseen: float = 0.1
    penalty: float = 5.0
    scaled: float = 0.0
    rounds: int = 6
    ties: float = 0.0
    content: float = 0.0
    name: str = "als"

    def fit(self, known: Interactions) -> "Factorised":
        """Take turns; the users' turn is last."""
        both = joint(known, ties=self.ties, content=self.content)
        rows, columns = both.matrix, in_rows(both.matrix.T)
        right = turned(singular(rows, self.factors))
        for _ in range(self.rounds - 1):
            left = turned(self.half(right, rows))
            right = turned(self.half(left, columns))
        return Factorised(both, self.half(right, rows)[: both.users], right, self.base(right), self)

    def half(self, factors: Factors, matrix: Sparse) -> Factors:
        """The factors of the rows, given those of the columns, turned."""
        penalty = self.penalties(matrix)
        return half_step(factors, matrix.indptr, matrix.indices, matrix.data, self.base(factors), penalty)

    def base(self, factors: Factors) -> Factors:
        """α times the Gram matrix of turned factors, which is diagonal."""
        diagonal: Factors = np.einsum("ij,ij->j", factors, factors)
        return np.float32(self.unseen) * diagonal

    def penalties(self, matrix: Sparse) -> Factors:
        """λ_u of every row."""
        weight = np.asarray(matrix.sum(axis=1), dtype=np.float64).ravel() + self.unseen * matrix.shape[1]
        return (self.penalty * weight**self.scaled).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Factorised:
    """left: x, shape (users, f). right: y of all columns of Z, shape (columns, f), turned; base: as in
    `ALS.base`.
    """

    both: Joint
    left: Factors
    right: Factors
    base: Factors
    model: ALS

    def scores(self, users: Rows) -> Scores:
        """Inner products."""
        return self.left[users] @ self.right[: self.both.items].T

    def parts(self, user: int, item: int) -> Parts:
        """c_j y_iᵀ A⁻¹ y_j for every column j of the user."""
        columns, confidence = self.both.row(user)
        chosen = self.right[columns].astype(np.float64)
        penalty = float(self.model.penalties(self.both.matrix[[user]])[0])
        A = (chosen.T * confidence) @ chosen + np.diag(self.base.astype(np.float64) + penalty)
        near = np.linalg.solve(A, self.right[item].astype(np.float64))
        return self.both.parts(columns, confidence * (chosen @ near))


def turned(factors: Factors) -> Factors:
    """The same points, turned so that their Gram matrix is diagonal: no inner product changes."""
    _, axes = np.linalg.eigh(factors.T.astype(np.float64) @ factors)
    return factors @ axes.astype(np.float32)


def singular(matrix: Sparse, factors: int) -> Factors:
    """Right singular vectors times the root of their values, shape (columns, at most `factors`).

    Exact where a side is short, from its Gram matrix; else by subspace iteration from a fixed start (Halko,
    Martinsson & Tropp 2011, algorithm 4.4). Both bear values that are equal, as those of a young shop are,
    where each shows friends a product of their own; Lanczos' iteration does not.
    """
    if not matrix.nnz:
        return np.zeros((matrix.shape[1], min(factors, *matrix.shape)), np.float32)
    found = exact if min(matrix.shape) <= EXACT else iterated
    values, axes = found(in_rows(matrix.astype(np.float64)), factors)
    return (axes * np.sqrt(values)).astype(np.float32)


def exact(matrix: Sparse, factors: int) -> Vectors:
    """The largest singular values, shape (k,), and their right vectors, shape (columns, k)."""
    rows, columns = matrix.shape
    products = (matrix @ matrix.T if rows <= columns else matrix.T @ matrix).toarray()
    side = len(products)
    squares, vectors = la.eigh(products, subset_by_index=[max(0, side - factors), side - 1])
    values = np.sqrt(np.maximum(squares, 0.0)).astype(np.float64)
    if rows > columns:
        return values, vectors.astype(np.float64)
    some = values > TINY * values.max()
    axes: NDArray[np.float64] = np.asarray(matrix.T @ vectors[:, some]) / values[some]
    return values[some], axes


def iterated(matrix: Sparse, factors: int) -> Vectors:
    """The same, values to a hundredth."""
    across = in_rows(matrix.T)
    width = min(factors + SPARE, *matrix.shape)
    axes = np.random.default_rng(0).standard_normal((matrix.shape[1], width))
    for _ in range(TURNS):
        left, _ = np.linalg.qr(np.asarray(matrix @ axes))
        axes, _ = np.linalg.qr(np.asarray(across @ left))
    _, values, inner = np.linalg.svd(np.asarray(matrix @ axes), full_matrices=False)
    return values[:factors], (axes @ inner.T)[:, :factors]
