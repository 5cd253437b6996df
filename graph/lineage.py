"""Where a share came from: its parent, its root and how many hands it passed through.

Most logs do not say which share was passed on. The rule here: a share without a parent gets the share of that
product which its sharer had opened last, if that one is older than the share itself; else it is a root.
Whatever rests on such a guess says so (`inferred`).
"""

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.kernels.jit import njit
from graph.log import NONE

Rows = NDArray[np.int32]


def inferred_parents(
    kind: NDArray[np.int8],
    at: NDArray[np.int64],
    person: Rows,
    product: Rows,
    share: Rows,
    ignored: NDArray[np.bool_],
    event: NDArray[np.intp],
) -> Rows:
    """For every share the share of the same product that its sharer had opened last before it, −1 where there
    is none.

    The columns are those of all n events in order of time; `event`, shape (m,), says where the m shares
    stand; `ignored`, shape (n,), which opens do not count (one's own, noise). An open at the very time of the
    share counts; the share that was opened has to be strictly older, so no chain of guesses closes on itself.
    """
    opens = np.flatnonzero((kind == Kind.OPEN) & ~ignored & (share != NONE))
    rows = np.concatenate([opens, event])
    is_share = np.zeros(len(rows), np.bool_)
    is_share[len(opens) :] = True
    order = np.lexsort((is_share, at[rows], product[rows], person[rows]))
    return _last_opened(rows[order], is_share[order], at, person, product, share, event)


@njit
def _last_opened(
    rows: NDArray[np.intp],
    is_share: NDArray[np.bool_],
    at: NDArray[np.int64],
    person: Rows,
    product: Rows,
    share: Rows,
    event: NDArray[np.intp],
) -> Rows:
    parent = np.full(len(event), -1, np.int32)
    latest = -1
    for i in range(len(rows)):
        row = rows[i]
        if i == 0 or person[row] != person[rows[i - 1]] or product[row] != product[rows[i - 1]]:
            latest = -1
        if not is_share[i]:
            latest = share[row]
        elif latest >= 0 and at[event[latest]] < at[row]:
            parent[share[row]] = latest
    return parent


@njit
def depths_and_roots(parent: Rows) -> tuple[Rows, Rows]:
    """The root of every share and the number of shares before it on the way, in O(m) whatever the order of
    rows.

    parent: shape (m,), −1 for a root, without cycles.

    >>> depths_and_roots(np.array([-1, 0, 1, -1], np.int32))[0].tolist()
    [0, 0, 0, 3]
    """
    root = np.full(len(parent), -1, np.int32)
    depth = np.zeros(len(parent), np.int32)
    path = np.empty(len(parent), np.int32)
    for start in range(len(parent)):
        share, steps = start, 0
        while root[share] < 0 and parent[share] >= 0:
            path[steps] = share
            steps += 1
            share = parent[share]
        if root[share] < 0:
            root[share] = share
        for step in range(steps - 1, -1, -1):
            below = path[step]
            root[below] = root[share]
            depth[below] = depth[parent[below]] + 1
    return root, depth
