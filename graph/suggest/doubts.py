"""What takes from a score: a doubt takes a part of what speaks for a product, and that part is a reason too.

A source adds votes of its own; a doubt knows nothing that speaks for anything. It says which part, in [0, 1),
of what others say should not count, so it can hold back and never drive below nothing, whatever units the
votes have. The part taken is the (negative) weight of its reason, and the score stays the sum of its reasons.
Several doubts take one after the other, each from what the last left.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.events import Verdict
from graph.log import NONE
from graph.suggest.question import Question
from graph.suggest.reasons import FeedbackReason, PriceReason, Reason
from graph.suggest.shelf import Shelf
from graph.timeline import Rows

Floats = NDArray[np.float64]

HELD_BACK = 0.5
"""The most that is taken from a product for being like what somebody does not want: it may come, but
later.
"""

SAME_CATEGORY = 0.2
"""How alike two products of one category are, where nothing else is known."""

DISMISSED = 30
"""Products somebody does not want that are heard, those they said last; bounds the work of one answer."""


OUT_OF_BAND, FAR = 0.5, 2.0
"""The most that is taken from a product for its price, and how many widths of somebody's band are far."""


@dataclass(frozen=True, slots=True, eq=False)
class Doubt:
    """part: (candidates,), in [0, 1). reason: of what was taken from a candidate, by its position and the
    weight, below 0.
    """

    part: Floats
    reason: Callable[[int, float], Reason]


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """What a doubt takes from each candidate's score, (candidates,), none below 0."""

    doubt: Doubt
    amount: Floats

    def reasons(self, position: int) -> list[Reason]:
        """Why something was taken from a candidate, if anything was."""
        amount = float(self.amount[position])
        return [self.doubt.reason(position, -amount)] if amount > 0 else []


def taken(shelf: Shelf, question: Question, candidates: Rows, score: Floats) -> list[Taken]:
    """What all doubts take from these scores, none of which is below 0."""
    found, left = [], score
    for doubted in DOUBTS:
        raised = doubted(shelf, question, candidates)
        if raised is not None:
            found.append(Taken(raised, left * raised.part))
            left = left - found[-1].amount
    return found


def _dismissed(shelf: Shelf, question: Question, candidates: Rows) -> Doubt | None:
    """What is like products the person does not want: chosen by the same people, an alternative to them, or
    of their category. The more of them are like it the more is taken, `HELD_BACK` at the most.
    """
    verdicts = {} if question.person is None else shelf.verdicts.of(question.person)
    unwanted = [row for row, said in verdicts.items() if said is Verdict.NOT_INTERESTED][:DISMISSED]
    if not unwanted or not len(candidates):
        return None
    place = np.full(shelf.products, NONE, np.int64)
    place[candidates] = np.arange(len(candidates))
    unlike, most, which = (
        np.ones(len(candidates)),
        np.zeros(len(candidates)),
        np.zeros(len(candidates), np.int64),
    )
    for number, product in enumerate(unwanted):
        alike = _alike(shelf, product, candidates, place)
        unlike *= 1 - alike
        which = np.where(alike > most, number, which)
        most = np.maximum(most, alike)

    def reason(position: int, weight: float) -> Reason:
        return FeedbackReason(weight, Verdict.NOT_INTERESTED, unwanted[which[position]])

    return Doubt(HELD_BACK * (1 - unlike), reason)


def _alike(shelf: Shelf, product: int, candidates: Rows, place: NDArray[np.int64]) -> Floats:
    """How like a product each candidate is, in [0, 1]. place: of each product among the candidates, else
    −1.
    """
    category = shelf.categories[product]
    alike = np.where((shelf.categories[candidates] == category) & (category != NONE), SAME_CATEGORY, 0.0)
    near, instead = shelf.neighbours.of(product), shelf.substitutes.of(product)
    for others, closeness in (
        (shelf.neighbours.product[near], shelf.neighbours.closeness[near]),
        (shelf.substitutes.product[instead], shelf.substitutes.score[instead]),
    ):
        known = place[others] != NONE
        np.maximum.at(alike, place[others[known]], closeness[known])
    return np.clip(alike, 0.0, 1.0)


def _ill_priced(shelf: Shelf, question: Question, candidates: Rows) -> Doubt | None:
    """What costs far more, or far less, than the person's own products beside others of their kind: it has to
    have a strong reason. The better their band is known the more is taken.
    """
    if question.person is None or not len(question.mine):
        return None
    band = shelf.prices.band(question.mine, question.taste)
    outside = np.nan_to_num(band.outside(shelf.prices.level[candidates]))
    beyond = np.maximum(np.abs(outside) - FAR, 0.0)
    if not beyond.any():
        return None

    def reason(position: int, weight: float) -> Reason:
        return PriceReason(weight, bool(outside[position] > 0))

    return Doubt(OUT_OF_BAND * band.known * (1 - np.exp(-beyond)), reason)


DOUBTS = (_dismissed, _ill_priced)
"""In the order in which they take."""
