"""Rows gathered by group without a comparison: one pass of counting, one of placing, the rows' order kept."""

import numpy as np
from numpy.typing import NDArray

from graph.kernels.csr import Ints, Longs
from graph.kernels.jit import njit


@njit
def gathered(group: Ints, groups: int) -> tuple[Longs, Longs]:
    """Where each group starts, shape (groups + 1,), and the rows group by group, in their own order within.

    group: shape (n,), each in [0, groups), or negative for a row that belongs to none and is left out.

    >>> gathered(np.array([1, 0, -1, 1], np.int32), 2)
    (array([0, 1, 3]), array([1, 0, 3]))
    """
    starts = np.zeros(groups + 1, np.int64)
    for row in range(len(group)):
        if group[row] >= 0:
            starts[group[row] + 1] += 1
    for number in range(groups):
        starts[number + 1] += starts[number]
    cursor = starts[:-1].copy()
    rows = np.empty(starts[-1], np.int64)
    for row in range(len(group)):
        if group[row] >= 0:
            rows[cursor[group[row]]] = row
            cursor[group[row]] += 1
    return starts, rows


@njit
def firsts(group: Ints, member: Ints, groups: int, members: int) -> NDArray[np.bool_]:
    """Which rows are the first of their (group, member); shape (n,).

    group, member: shape (n,), each in [0, groups) and [0, members).

    >>> firsts(np.array([0, 0, 1, 0], np.int32), np.array([5, 5, 5, 6], np.int32), 2, 7)
    array([ True, False,  True,  True])
    """
    starts, rows = gathered(group, groups)
    first = np.zeros(len(group), np.bool_)
    last_group = np.full(members, -1, np.int64)
    for number in range(groups):
        for place in range(starts[number], starts[number + 1]):
            row = rows[place]
            if last_group[member[row]] != number:
                last_group[member[row]] = number
                first[row] = True
    return first
