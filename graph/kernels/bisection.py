"""Many looked up at once: texts among sorted ones, cells of a matrix in rising rows."""

import numpy as np
from numpy.typing import NDArray

from graph.kernels.jit import njit

Letters = NDArray[np.uint8]
Longs = NDArray[np.int64]
Ints = NDArray[np.int32]


@njit
def places(
    letters: Letters, ends: Longs, order: Ints, wanted: Letters, wanted_ends: Longs
) -> tuple[Longs, Ints]:
    """For each of k wanted texts how many of n others stand before it, and the number of the one that is the
    same, −1 where none is; both of shape (k,), by bisection.

    letters, ends: n texts one after another, text i is letters[ends[i]:ends[i + 1]]. order: shape (n,), their
    numbers in rising order of bytes. wanted, wanted_ends: k texts likewise, in any order.

    >>> texts, asked = (np.frombuffer(text, np.uint8) for text in (b"beaana", b"azbea"))
    >>> places(texts, np.array([0, 3, 6]), np.array([1, 0], np.int32), asked, np.array([0, 2, 5]))
    (array([1, 1]), array([-1,  0], dtype=int32))
    """
    place = np.empty(len(wanted_ends) - 1, np.int64)
    same = np.full(len(place), -1, np.int32)
    for asked in range(len(place)):
        begin, end = wanted_ends[asked], wanted_ends[asked + 1]
        low, high = 0, len(order)
        while low < high:
            middle = (low + high) // 2
            held = order[middle]
            sign = _compared(letters, ends[held], ends[held + 1], wanted, begin, end)
            if sign == 0:
                same[asked] = held
            if sign < 0:
                low = middle + 1
            else:
                high = middle
        place[asked] = low
    return place, same


@njit
def _compared(one: Letters, start: int, stop: int, other: Letters, begin: int, end: int) -> int:
    """Below 0 where one[start:stop] stands before other[begin:end], above where behind, 0 where they are the
    same.
    """
    for step in range(min(stop - start, end - begin)):
        if one[start + step] != other[begin + step]:
            return -1 if one[start + step] < other[begin + step] else 1
    return (stop - start) - (end - begin)


@njit
def cells(indptr: Longs, columns: Ints, row: Longs, column: Longs) -> Longs:
    """Where k cells of a CSR matrix lie, −1 for those that are empty or below its last row; shape (k,).

    indptr, columns: the matrix, columns rising in each row. row, column: shape (k,).

    >>> cells(np.array([0, 2, 3]), np.array([1, 4, 0], np.int32), np.array([0, 1, 7]), np.array([4, 4, 0]))
    array([ 1, -1, -1])
    """
    found = np.full(len(row), -1, np.int64)
    for asked in range(len(row)):
        if row[asked] >= len(indptr) - 1:
            continue
        low, end = indptr[row[asked]], indptr[row[asked] + 1]
        place = low + np.searchsorted(columns[low:end], column[asked])
        if place < end and columns[place] == column[asked]:
            found[asked] = place
    return found
