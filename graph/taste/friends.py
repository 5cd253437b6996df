"""What friends chose: of everybody a user listens to, the share that chose the item, by strength of the
tie.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from graph.taste.joint import in_rows, row_of, sums
from graph.taste.model import Interactions, Kind, Parts, Rows, Scores, Sparse, parts_of


@dataclass(frozen=True, slots=True)
class Friends:
    """No setting: the plainest word a tie can say."""

    name: str = "friends"

    def fit(self, known: Interactions) -> "Heard":
        """Divide a user's ties by their sum."""
        return Heard(known.chosen, divided(known.friends), Kind.FRIEND)


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A score is what the people of a row chose, by their weight.

    chosen: (n, m). people: (n, n), what each user gives on the word of each other. kind: what these people
    are.
    """

    chosen: Sparse
    people: Sparse
    kind: Kind

    def scores(self, users: Rows) -> Scores:
        """Sums over the people heard."""
        return np.asarray((self.people[users] @ self.chosen).toarray(), dtype=np.float32)

    def parts(self, user: int, item: int) -> Parts:
        """One for everybody heard who chose the item."""
        people, weight = row_of(self.people, user)
        took = self.chosen[people, :][:, [item]].toarray().ravel()
        return parts_of(self.kind, people, weight * took)


def divided(matrix: Sparse) -> Sparse:
    """Rows that sum to one; an empty row stays empty."""
    return in_rows(sp.diags_array(1.0 / sums(matrix, 1)) @ matrix)
