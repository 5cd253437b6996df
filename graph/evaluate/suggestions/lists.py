"""Lists of suggestions from a fitted model, for everybody who is asked about, in bounded memory."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.kernels.top import NOBODY, top
from graph.taste import Fitted
from graph.taste.model import Rows, Sparse

LONGEST = 50
CELLS = 16_000_000
"""Scores held at a time: 64 MB in float32."""


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """users: (q,), rows. items: (q, k), best first, `NOBODY` where there are no more."""

    users: Rows
    items: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.users)

    def of(self, among: NDArray[np.bool_]) -> "Lists":
        """Those of some users; (q,)."""
        return Lists(self.users[among], self.items[among])

    def first(self, k: int) -> NDArray[np.int32]:
        """The first k of each, (q, k)."""
        return self.items[:, :k]


def lists(fitted: Fitted, users: Rows, taken: Sparse, *, k: int = LONGEST) -> Lists:
    """The best k items of each user that are not taken, of all items; ties to the smaller row.

    taken: (n, m), any weights.
    """
    step = max(CELLS // max(int(taken.shape[1]), 1), 1)
    found = [np.empty((0, k), np.int32)]
    for begin in range(0, len(users), step):
        some = users[begin : begin + step]
        rows = taken[some]
        scores = np.ascontiguousarray(fitted.scores(some), np.float32)
        found.append(top(scores, rows.indptr, rows.indices, k))
    return Lists(users, np.concatenate(found))


def shown(items: NDArray[np.int32], among: int) -> NDArray[np.int64]:
    """To how many users each of so many items is shown, (among,)."""
    return np.bincount(items[items != NOBODY], minlength=among)
