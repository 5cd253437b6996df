"""Questions of the past with what every source said of every candidate, and which of them were chosen."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.log import NONE
from graph.suggest.answers import Ask
from graph.suggest.question import Question
from graph.suggest.rules import allowed
from graph.suggest.shelf import Shelf
from graph.suggest.sources import SOURCES
from graph.timeline import Rows

OTHERS = 200
"""Candidates of one question that were not chosen and are kept, drawn evenly."""


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """q questions with n candidates in all, question by question.

    begins: (q + 1,), where each question's candidates lie. product: (n,). votes: (n, sources), unweighted.
    chosen: (n,). stands_for: (n,), how many candidates one that was drawn speaks for. level: (q,), of
    activity. person: (q,), who asks.
    """

    begins: NDArray[np.int64]
    product: Rows
    votes: NDArray[np.float64]
    chosen: NDArray[np.bool_]
    stands_for: NDArray[np.float64]
    level: NDArray[np.int64]
    person: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.level)

    def question(self) -> NDArray[np.int64]:
        """The question of each candidate; (n,)."""
        return np.repeat(np.arange(len(self)), np.diff(self.begins))

    def among(self, kept: NDArray[np.bool_]) -> "Examples":
        """Some of the questions; kept: (q,)."""
        candidates = kept[self.question()]
        return Examples(
            np.concatenate([[0], np.cumsum(np.diff(self.begins)[kept])]).astype(np.int64),
            self.product[candidates],
            self.votes[candidates],
            self.chosen[candidates],
            self.stands_for[candidates],
            self.level[kept],
            self.person[kept],
        )


class Asked(NamedTuple):
    """A question of the past: what it is answered from, who asks, and the products that were chosen."""

    shelf: Shelf
    ask: Ask
    chosen: Rows


def examples(
    asked: Iterable[Asked], *, most: int | None = None, others: int | None = OTHERS, seed: int = 0
) -> Examples:
    """The questions asked for which some source names what was chosen; what could not be told teaches
    nothing. most: how many of them are enough, and nothing is asked beyond. others: as OTHERS; None for all.
    """
    dice = np.random.default_rng(seed)
    heard = (_of(*question, others, dice) for question in asked)
    found = list(islice((one for one in heard if one.chosen.any()), most))
    return Examples(
        np.concatenate([[0], np.cumsum([len(one.product) for one in found])]).astype(np.int64),
        np.concatenate([np.empty(0, np.int32), *(one.product for one in found)]),
        np.concatenate([np.empty((0, len(SOURCES))), *(one.votes for one in found)]),
        np.concatenate([np.empty(0, np.bool_), *(one.chosen for one in found)]),
        np.concatenate([np.empty(0), *(one.stands_for for one in found)]),
        np.array([one.level for one in found], np.int64),
        np.array([one.person for one in found], np.int64),
    )


class _One(NamedTuple):
    product: Rows
    votes: NDArray[np.float64]
    chosen: NDArray[np.bool_]
    stands_for: NDArray[np.float64]
    level: int
    person: int


def _of(shelf: Shelf, ask: Ask, wanted: Rows, others: int | None, dice: np.random.Generator) -> _One:
    question = Question.of(shelf, ask)
    product, votes = _table(shelf, question)
    keep, _ = allowed(shelf, ask, product)
    product, votes = product[keep], votes[keep]
    chosen = np.isin(product, wanted)
    stands_for = np.ones(len(product))
    passed = np.flatnonzero(~chosen)
    if others is not None and len(passed) > others:
        drawn = dice.choice(passed, others, replace=False)
        stands_for[drawn] = len(passed) / others
        kept = np.sort(np.append(drawn, np.flatnonzero(chosen)))
        product, votes, chosen, stands_for = product[kept], votes[kept], chosen[kept], stands_for[kept]
    return _One(
        product, votes, chosen, stands_for, question.level, NONE if ask.person is None else ask.person
    )


def _table(shelf: Shelf, question: Question) -> tuple[Rows, NDArray[np.float64]]:
    """Every candidate, and what each source says of it."""
    said = [source.votes(shelf, question) for source in SOURCES]
    product, place = np.unique(np.concatenate([votes.product for votes in said]), return_inverse=True)
    cuts = np.cumsum([len(votes.product) for votes in said])[:-1]
    columns = [
        np.bincount(where, votes.vote, len(product))
        for votes, where in zip(said, np.split(place, cuts), strict=True)
    ]
    return product, np.stack(columns, axis=1).astype(np.float64)
