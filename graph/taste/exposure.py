"""Showing more of what there is, at the least cost to those who are shown it: a grant for each item.

Lists made of the best scores alone show a few hundred items again and again. Putting anything else into the
last place costs those whose place it is, and showing an item once tells nothing of it. So each item bids in
an auction of everybody's last places (graph.kernels.grants): it is granted just what it lacks in the lists of
the `want` people who come nearest to wanting it, and nothing where that is more than `most`. What is granted
depends on nobody's answers, only on scores, and is one number an item: whoever is asked later, the list is
the best of score + grant, and the grant is a reason of its own among the others.

`most` is in units of the middle user's distance between the first and the last place of a list, so it means
the same for models of any scale: the one knob, 0 for the lists as they were.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.kernels.grants import settled
from graph.kernels.groups import gathered
from graph.kernels.top import NOBODY, top
from graph.taste.model import Fitted, Kind, Parts, Rows, Scores, Sparse, joined, parts_of

MOST = 0.5
"""The default, read off the curve in docs/evaluation.md."""

PLACES, WANT = 10, 3
CANDIDATES = 200
"""Of everybody's best; an item that is in nobody's has no chance in an auction."""

CELLS = 16_000_000
STEPS = 256
"""Bids rise by this part of `most` at least."""


@dataclass(frozen=True, slots=True, eq=False)
class Granted:
    """A fitted model, each item with its grant: (m,), in the unit of the model's scores."""

    fitted: Fitted
    grant: NDArray[np.float32]

    def scores(self, users: Rows) -> Scores:
        """Scores and grants of all items, (q, m)."""
        return self.fitted.scores(users) + self.grant

    def parts(self, user: int, item: int) -> Parts:
        """Those of the model, and the grant as one part more."""
        granted = parts_of(Kind.POPULARITY, [NOBODY], [float(self.grant[item])])
        return joined([self.fitted.parts(user, item), granted])


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Everybody's best items, best first, and their scores, (q, c) each. items: m."""

    listed: NDArray[np.int32]
    score: NDArray[np.float32]
    items: int

    @classmethod
    def of(cls, fitted: Fitted, users: Rows, taken: Sparse) -> "Candidates":
        """Those of some users, but what each of them had. taken: (n, m)."""
        items = int(taken.shape[1])
        width, step = min(CANDIDATES, items), max(CELLS // max(items, 1), 1)
        listed = np.full((len(users), width), NOBODY, np.int32)
        score = np.full((len(users), width), -np.inf, np.float32)
        for begin in range(0, len(users), step):
            part = slice(begin, begin + step)
            rows, scores = taken[users[part]], np.ascontiguousarray(fitted.scores(users[part]), np.float32)
            listed[part] = top(scores, rows.indptr, rows.indices, width)
            there = listed[part] != NOBODY
            score[part][there] = np.take_along_axis(scores, np.maximum(listed[part], 0), axis=1)[there]
        return cls(listed, score, items)

    def grants(self, most: float) -> NDArray[np.float32]:
        """What each item is granted, (m,), at most `most` times the spread of a list."""
        highest = most * self._spread()
        if highest <= 0:
            return np.zeros(self.items, np.float32)
        there = self.listed != NOBODY
        user, place = np.nonzero(there)
        indptr, entry = gathered(self.listed[there], self.items)
        grant, _ = settled(
            self.listed, self.score, indptr, user[entry].astype(np.int32), place[entry].astype(np.int32),
            min(PLACES, self.listed.shape[1]), WANT, highest, highest / STEPS,
        )  # fmt: skip
        return grant

    def _spread(self) -> float:
        """How far the last place is below the first, for the middle one of all whole lists."""
        last = min(PLACES, self.listed.shape[1]) - 1
        whole = self.listed[:, last] != NOBODY
        apart = self.score[whole, 0] - self.score[whole, last]
        return float(np.median(apart)) if len(apart) else 0.0


def granted(fitted: Fitted, users: Rows, taken: Sparse, *, most: float = MOST) -> Granted:
    """A fitted model whose items are shown to more people. users: whose lists are dealt with together.
    taken: (n, m), what is not listed for whom. Memory is bounded by `CANDIDATES` a user.
    """
    return Granted(fitted, Candidates.of(fitted, users, taken).grants(most))
