"""What most people chose: the same answer for everybody, and what every other model has to beat."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.taste.model import Interactions, Kind, Parts, Rows, Scores, parts_of

NOBODY = -1
"""The row of a part that belongs to no item, user or feature."""


@dataclass(frozen=True, slots=True)
class Popularity:
    """An item's score is the number of users who chose it."""

    name: str = "popularity"

    def fit(self, known: Interactions) -> "Popular":
        """Count."""
        return Popular(popularity(known))


@dataclass(frozen=True, slots=True, eq=False)
class Popular:
    """chosen_by: how many chose each item, shape (m,)."""

    chosen_by: NDArray[np.float32]

    def scores(self, users: Rows) -> Scores:
        """The same row for every user."""
        return np.repeat(self.chosen_by[None, :], len(users), axis=0)

    def parts(self, user: int, item: int) -> Parts:
        """One part, whoever asks."""
        del user
        return parts_of(Kind.POPULARITY, [NOBODY], [float(self.chosen_by[item])])


def popularity(known: Interactions) -> NDArray[np.float32]:
    """How many users chose each item, shape (m,).

    >>> from graph.taste.model import interactions
    >>> nobody = np.array([], dtype=np.intp)
    >>> known = interactions((np.array([0, 1, 1]), np.array([2, 0, 2])), (nobody, nobody), (2, 3))
    >>> popularity(known).tolist()
    [1.0, 0.0, 2.0]
    """
    return np.bincount(known.chosen.indices, minlength=known.items).astype(np.float32)
