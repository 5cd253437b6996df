"""What a model of taste is given, what it gives back, and why its score is the sum of its reasons.

Users choose items and listen to other users. A `Model` fitted on that gives every item a score for every
user; a score can be read term by term: as `Parts`, each a reason with its weight, which sum to it. This holds
for models in closed form too, since a score that is linear in something people did splits over what they did.
"""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Sparse: TypeAlias = csr_array[np.float32, tuple[int, int]]
Rows: TypeAlias = NDArray[np.intp]
Scores: TypeAlias = NDArray[np.float32]
"""Of q users for all m items, shape (q, m); higher is better, no scale is promised."""


@dataclass(frozen=True, slots=True, eq=False)
class Interactions:
    """What n users chose among m items, and to whom they listen.

    chosen: (n, m), how much a user took to an item, ≥ 0, 1 where only the fact is known.
    friends: (n, n), how much the user of the row listens to the user of the column, ≥ 0; may be empty.
    content: (m, f), how much an item has of a feature (a tag, a category), ≥ 0; None where nothing is known.
    inner: what was known some time before, and what was chosen since; None where nothing tells the time.
    """

    chosen: Sparse
    friends: Sparse
    content: Sparse | None = None
    inner: "Cut | None" = None

    @property
    def users(self) -> int:
        """How many users; each has a row, chosen anything or not."""
        return int(self.chosen.shape[0])

    @property
    def items(self) -> int:
        """How many items; each has a column, chosen by anybody or not."""
        return int(self.chosen.shape[1])

    def friendless(self) -> "Interactions":
        """The same without a tie: what a model would say that cannot see friends."""
        nobody = np.zeros(0, dtype=np.intp)
        inner = None if self.inner is None else replace(self.inner, known=self.inner.known.friendless())
        return replace(self, friends=facts(nobody, nobody, (self.users, self.users)), inner=inner)

    def contentless(self) -> "Interactions":
        """The same with nothing said of items but who chose them."""
        inner = None if self.inner is None else replace(self.inner, known=self.inner.known.contentless())
        return replace(self, content=None, inner=inner)


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """known: what a model may learn from. held: (n, m), what it is asked for."""

    known: Interactions
    held: Sparse


def interactions(
    chosen: tuple[Rows, Rows],
    friends: tuple[Rows, Rows],
    shape: tuple[int, int],
    content: Sparse | None = None,
) -> Interactions:
    """Interactions of pairs (user, item) and (user, friend), each counted once, nobody their own friend.

    >>> chosen, friends = (np.array([0, 1, 1]), np.array([2, 0, 0])), (np.array([0]), np.array([1]))
    >>> known = interactions(chosen, friends, (2, 3))
    >>> known.chosen.toarray().tolist(), known.friends.toarray().tolist()
    ([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]], [[0.0, 1.0], [0.0, 0.0]])
    """
    others = friends[0] != friends[1]
    return Interactions(
        chosen=facts(*chosen, shape),
        friends=facts(friends[0][others], friends[1][others], (shape[0], shape[0])),
        content=content,
    )


def facts(row: Rows, column: Rows, shape: tuple[int, int]) -> Sparse:
    """Ones at the pairs, in float32, rows in order."""
    cell = np.unique(row.astype(np.int64) * shape[1] + column)
    indices = cell % max(shape[1], 1)
    indptr = np.searchsorted(cell, np.arange(shape[0] + 1) * shape[1])
    return csr_array((np.ones(len(cell), np.float32), indices, indptr), shape=shape)


class Kind(IntEnum):
    """What a part of a score comes from, and so what its row is a row of."""

    OWN = 0
    """An item the user chose."""
    FRIEND = 1
    """A user this one listens to, at first or second hand."""
    PERSON = 2
    """A user who chooses alike."""
    CONTENT = 3
    """A feature of the item."""
    POPULARITY = 4
    """How many chose the item; the row is -1."""


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """One score as the sum of its k parts; arrays of shape (k,), in no promised order.

    kind: of `Kind`. row: of an item, a user or a feature, by kind. weight: what it adds to the score; it may
    be negative, where having chosen one item speaks against another. Rows may repeat.
    """

    kind: NDArray[np.int8]
    row: Rows
    weight: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.weight)

    @property
    def score(self) -> float:
        """The sum of the weights."""
        return float(self.weight.sum())

    def times(self, factor: float) -> "Parts":
        """The parts of `factor` times the score."""
        return replace(self, weight=self.weight * factor)

    def gathered(self) -> "Parts":
        """The same sum with every (kind, row) once, heaviest first, ties to the smaller kind and row.

        >>> parts = joined([parts_of(Kind.OWN, [4, 2], [0.5, 2.0]), parts_of(Kind.OWN, [4], [0.25])])
        >>> parts.gathered().row.tolist(), parts.gathered().weight.tolist()
        ([2, 4], [2.0, 0.75])
        """
        key = np.stack((self.kind.astype(np.intp), self.row))
        (kind, row), place = np.unique(key, axis=1, return_inverse=True)
        weight = np.bincount(place, self.weight, kind.size)
        order = np.argsort(-weight, kind="stable")
        return Parts(kind[order].astype(np.int8), row[order], weight[order].astype(np.float64))


def parts_of(
    kind: Kind, row: NDArray[np.integer] | list[int], weight: NDArray[np.floating] | list[float]
) -> Parts:
    """Parts of one kind; those that weigh nothing are left out."""
    rows, weights = np.asarray(row, dtype=np.intp), np.asarray(weight, dtype=np.float64)
    heavy = weights != 0
    return Parts(np.full(int(heavy.sum()), kind, np.int8), rows[heavy], weights[heavy])


def joined(parts: list[Parts]) -> Parts:
    """The parts of the sum of scores."""
    if not parts:
        return parts_of(Kind.OWN, [], [])
    return Parts(
        np.concatenate([each.kind for each in parts]),
        np.concatenate([each.row for each in parts]),
        np.concatenate([each.weight for each in parts]),
    )


class Fitted(Protocol):
    """A model that has learned; it answers for every user and item it was fitted on."""

    def scores(self, users: Rows) -> Scores:
        """Scores of all items for some users, shape (q, m); what they chose already is not taken out."""
        ...

    def parts(self, user: int, item: int) -> Parts:
        """Why the score is what it is: `parts(u, i).score` is `scores([u])[0, i]`, up to float32."""
        ...


class Model(Protocol):
    """A way to learn, with its settings; the same interactions give the same scores."""

    @property
    def name(self) -> str:
        """A word or two for a table, in lower case with hyphens: `ease`, `social-ease`."""
        ...

    def fit(self, known: Interactions) -> Fitted:
        """Learn from what is known; nothing is changed in place."""
        ...
