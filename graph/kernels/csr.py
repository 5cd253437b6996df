"""Compressed sparse rows: who is tied to whom, in four bytes a tie.

Row i of a `Csr` holds the ties that start at user number i: `indices[indptr[i]:indptr[i + 1]]` are their
other ends, `weights` at the same places their strengths. The transposed rows hold the ties that arrive.
Everything here is O(users + ties) and stable: no comparison sort, two passes of counting.
"""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph.kernels.jit import njit

Ints: TypeAlias = NDArray[np.int32]
Longs: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]


class Csr(NamedTuple):
    """Rows of a square sparse matrix of n users and m ties, read-only.

    indptr: shape (n + 1,), from 0 to m, never falling. indices: shape (m,), each in [0, n). weights: shape
    (m,), or None where every tie weighs 1.
    """

    indptr: Longs
    indices: Ints
    weights: Floats | None

    @property
    def users(self) -> int:
        """n, the number of rows."""
        return len(self.indptr) - 1

    @property
    def nbytes(self) -> int:
        """Memory of the arrays in bytes."""
        weighed = 0 if self.weights is None else self.weights.nbytes
        return self.indptr.nbytes + self.indices.nbytes + weighed

    def row(self, user: int) -> Ints:
        """The other ends of the ties that start at a user."""
        return self.indices[self.indptr[user] : self.indptr[user + 1]]

    def unweighted(self) -> "Csr":
        """The same ties, each weighing 1."""
        return Csr(self.indptr, self.indices, None)

    def degrees(self) -> Longs:
        """Number of ties in each row."""
        return np.diff(self.indptr)

    def strengths(self) -> Floats:
        """Sum of the weights in each row."""
        if self.weights is None:
            return self.degrees().astype(np.float64)
        return _row_sums(self.indptr, self.weights)

    def each_weight(self) -> Floats:
        """The weight of every tie, shape (m,)."""
        return np.ones(len(self.indices)) if self.weights is None else self.weights

    def sources(self) -> Ints:
        """The row number of every tie, shape (m,)."""
        return np.repeat(np.arange(self.users, dtype=np.int32), self.degrees())


def frozen(indptr: NDArray[Any], indices: NDArray[Any], weights: NDArray[Any] | None) -> Csr:
    """Rows over the given arrays, seen read-only; memory-mapped arrays stay mapped."""
    return Csr(
        _read_only(indptr, np.int64),
        _read_only(indices, np.int32),
        None if weights is None else _read_only(weights, np.float64),
    )


def grouped(sources: Ints, targets: Ints, weights: Floats | None, users: int) -> Csr:
    """Ties gathered by source, in the order they are met; a tie met again adds its weight to the first.

    Without weights a tie met again changes nothing.

    >>> grouped(np.array([1, 0, 1], np.int32), np.array([2, 1, 2], np.int32), np.array([0.5, 1, 2]), 3)
    Csr(indptr=array([0, 1, 2, 2]), indices=array([1, 2], dtype=int32), weights=array([1. , 2.5]))
    """
    return _rows(weights, *_grouped(sources, targets, weights, users))


def transposed(rows: Csr) -> Csr:
    """The same ties seen from their other ends; every row comes out in rising order.

    >>> transposed(grouped(np.array([2, 0], np.int32), np.array([1, 1], np.int32), None, 3)).row(1)
    array([0, 2], dtype=int32)
    """
    return _rows(rows.weights, *_transposed(rows.indptr, rows.indices, rows.weights))


def both_ways(out: Csr, into: Csr) -> Csr:
    """The ties that start and then those that arrive, row by row; a tie both ways stands there twice."""
    return _rows(out.weights, *_joined(*out, *into))


def induced(rows: Csr, users: Longs) -> Csr:
    """The ties among some users, who are numbered anew in the order given.

    users: distinct row numbers, shape (k,).
    """
    return _rows(rows.weights, *_induced(rows.indptr, rows.indices, rows.weights, users))


def loops_twice(rows: Csr) -> Csr:
    """The rows of an undirected graph with every loop at twice its weight, so that rows sum to strengths."""
    loops = rows.sources() == rows.indices
    if not loops.any():
        return rows
    return frozen(rows.indptr, rows.indices, np.where(loops, 2, 1) * rows.each_weight())


def is_symmetric(rows: Csr) -> bool:
    """Is every tie there both ways, with the same weight? Rows have to be in rising order."""
    other = transposed(rows)
    if not np.array_equal(rows.indptr, other.indptr) or not np.array_equal(rows.indices, other.indices):
        return False
    return rows.weights is None or other.weights is None or np.array_equal(rows.weights, other.weights)


def _rows(given: Floats | None, indptr: Longs, indices: Ints, weights: Floats) -> Csr:
    return frozen(indptr, indices, None if given is None else weights)


def _read_only(array: NDArray[Any], dtype: type[np.generic]) -> NDArray[Any]:
    view = np.ascontiguousarray(array, dtype=dtype).view(np.ndarray)
    view.flags.writeable = False
    return view


@njit
def _row_sums(indptr: Longs, weights: Floats) -> Floats:
    sums = np.zeros(len(indptr) - 1)
    for row in range(len(sums)):
        for tie in range(indptr[row], indptr[row + 1]):
            sums[row] += weights[tie]
    return sums


@njit
def _starts(keys: Ints, users: int) -> Longs:
    indptr = np.zeros(users + 1, np.int64)
    for key in keys:
        indptr[key + 1] += 1
    for user in range(users):
        indptr[user + 1] += indptr[user]
    return indptr


@njit
def _grouped(sources: Ints, targets: Ints, weights: Floats | None, users: int) -> tuple[Longs, Ints, Floats]:
    starts = _starts(sources, users)
    cursor = starts[:-1].copy()
    ends = np.empty(len(sources), np.int32)
    weighed = np.empty(0 if weights is None else len(sources))
    for tie in range(len(sources)):
        place = cursor[sources[tie]]
        cursor[sources[tie]] += 1
        ends[place] = targets[tie]
        if weights is not None:
            weighed[place] = weights[tie]
    indptr = np.zeros(users + 1, np.int64)
    first = np.full(users, -1, np.int64)  # where the row under way holds this target
    kept = 0
    for user in range(users):
        for tie in range(starts[user], starts[user + 1]):
            end = ends[tie]
            if first[end] < indptr[user]:
                first[end] = kept
                ends[kept] = end
                if weights is not None:
                    weighed[kept] = weighed[tie]
                kept += 1
            elif weights is not None:
                weighed[first[end]] += weighed[tie]
        indptr[user + 1] = kept
    return indptr, ends[:kept].copy(), weighed[:kept].copy()


@njit
def _transposed(indptr: Longs, indices: Ints, weights: Floats | None) -> tuple[Longs, Ints, Floats]:
    users = len(indptr) - 1
    starts = _starts(indices, users)
    cursor = starts[:-1].copy()
    ends = np.empty(len(indices), np.int32)
    weighed = np.empty(0 if weights is None else len(indices))
    for user in range(users):
        for tie in range(indptr[user], indptr[user + 1]):
            place = cursor[indices[tie]]
            cursor[indices[tie]] += 1
            ends[place] = user
            if weights is not None:
                weighed[place] = weights[tie]
    return starts, ends, weighed


@njit
def _joined(
    a: Longs, a_ends: Ints, a_weights: Floats | None, b: Longs, b_ends: Ints, b_weights: Floats | None
) -> tuple[Longs, Ints, Floats]:
    indptr = a + b
    ends = np.empty(len(a_ends) + len(b_ends), np.int32)
    weighed = np.empty(0 if a_weights is None else len(ends))
    for user in range(len(indptr) - 1):
        middle = indptr[user] + a[user + 1] - a[user]
        ends[indptr[user] : middle] = a_ends[a[user] : a[user + 1]]
        ends[middle : indptr[user + 1]] = b_ends[b[user] : b[user + 1]]
        if a_weights is not None and b_weights is not None:
            weighed[indptr[user] : middle] = a_weights[a[user] : a[user + 1]]
            weighed[middle : indptr[user + 1]] = b_weights[b[user] : b[user + 1]]
    return indptr, ends, weighed


@njit
def _induced(
    indptr: Longs, indices: Ints, weights: Floats | None, users: Longs
) -> tuple[Longs, Ints, Floats]:
    number = np.full(len(indptr) - 1, -1, np.int32)
    most = 0
    for position in range(len(users)):
        number[users[position]] = position
        most += indptr[users[position] + 1] - indptr[users[position]]
    starts = np.zeros(len(users) + 1, np.int64)
    ends = np.empty(most, np.int32)
    weighed = np.empty(0 if weights is None else most)
    kept = 0
    for position in range(len(users)):
        for tie in range(indptr[users[position]], indptr[users[position] + 1]):
            if number[indices[tie]] >= 0:
                ends[kept] = number[indices[tie]]
                if weights is not None:
                    weighed[kept] = weights[tie]
                kept += 1
        starts[position + 1] = kept
    return starts, ends[:kept].copy(), weighed[:kept].copy()
