"""Lists from scores: what was chosen is left out, and what was held out is looked for."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.taste.joint import in_rows
from graph.taste.model import Interactions, Rows, Scores, Sparse, facts

LEAST = 3
"""Who chose fewer keeps them all: one to hold out, two to know them by."""


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """known: what a model may learn from. held: (n, m), what it is asked for."""

    known: Interactions
    held: Sparse


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


def unseen(scores: Scores, chosen: Sparse, users: Rows) -> Scores:
    """The scores with −∞ for what the users chose already; a copy."""
    rest = scores.copy()
    seen = in_rows(chosen[users])
    rest[np.repeat(np.arange(len(users)), np.diff(seen.indptr)), seen.indices] = -np.inf
    return rest


def best(rest: Scores, count: int) -> Rows:
    """The columns of the highest scores of each row, in no order, shape (q, at most `count`)."""
    if count >= rest.shape[1]:
        return np.tile(np.arange(rest.shape[1]), (len(rest), 1))
    return np.argpartition(-rest, count, axis=1)[:, :count]


def height(rest: Scores, count: int) -> NDArray[np.float32]:
    """What the `count` best of a row are worth on average, shape (q,); never negative."""
    top = np.partition(rest, max(rest.shape[1] - count, 0), axis=1)[:, -count:]
    mean: NDArray[np.float32] = np.where(np.isfinite(top), top, 0.0).mean(axis=1, dtype=np.float32)
    return np.maximum(mean, 0.0)
