"""Lists from scores: what was chosen is left out, and what was held out is looked for."""

import numpy as np
from numpy.typing import NDArray

from graph.kernels.top import NOBODY, top
from graph.taste.model import Cut, Interactions, Rows, Scores, Sparse, facts

LEAST = 3
"""Who chose fewer keeps them all: one to hold out, two to know them by."""


def cut(known: Interactions, *, share: float = 0.1, seed: int = 0) -> Cut:
    """Hold out a share of every user's choices, drawn with a seed: at least one of three or more.

    >>> from graph.taste.model import interactions
    >>> nobody = np.array([], dtype=np.intp)
    >>> whole = interactions((np.zeros(4, dtype=np.intp), np.arange(4)), (nobody, nobody), (1, 4))
    >>> cut(whole).known.chosen.nnz, cut(whole).held.nnz
    (3, 1)
    """
    chosen = known.chosen
    counts = np.diff(chosen.indptr)
    user = np.repeat(np.arange(known.users), counts)
    drawn = np.lexsort((np.random.default_rng(seed).random(chosen.nnz), user))
    place = np.arange(chosen.nnz) - np.repeat(chosen.indptr[:-1], counts)
    most = np.where(counts >= LEAST, np.maximum(1, np.rint(share * counts)), 0)
    held = np.zeros(chosen.nnz, dtype=np.bool_)
    held[drawn[place < most[user]]] = True
    left = chosen.copy()
    left.data = np.where(held, np.float32(0), chosen.data)
    left.eliminate_zeros()
    return Cut(
        Interactions(left, known.friends, known.content),
        facts(user[held], chosen.indices[held].astype(np.intp), (known.users, known.items)),
    )


def best(scores: Scores, chosen: Sparse, users: Rows, count: int) -> NDArray[np.int32]:
    """The columns of the highest scores of each row that its user did not choose yet, best first, shape (q,
    count); `NOBODY` where there are no more.
    """
    own = chosen[users]
    return top(np.ascontiguousarray(scores, np.float32), own.indptr, own.indices, count)


def height(scores: Scores, listed: NDArray[np.int32]) -> NDArray[np.float32]:
    """What the listed are worth on average, shape (q,); never negative.

    >>> scores = np.array([[4.0, 1.0, 2.0], [0.0, 0.0, -1.0]], np.float32)
    >>> height(scores, np.array([[0, 2], [2, NOBODY]], np.int32)).tolist()
    [3.0, 0.0]
    """
    worth = np.where(listed == NOBODY, np.float32(0), np.take_along_axis(scores, listed, axis=1))
    count = max(min(listed.shape[1], scores.shape[1]), 1)
    mean: NDArray[np.float32] = worth.sum(axis=1, dtype=np.float64).astype(np.float32) / np.float32(count)
    return np.maximum(mean, np.float32(0))
