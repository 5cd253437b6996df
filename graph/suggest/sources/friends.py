"""What those did whose shares reach the person, and whoever's link was opened.

The act of friend A on p says strength(A → person) · word(A, p), the word fading with age
(`graph.suggest.engagements`). A friend is heard with their newest `ACTS_EACH` products.

Strength is decayed evidence that the person acts on what the friend shares. It is not multiplied by the
chance of transmission: when that was tried, on a generated shop and on the Taobao log, it ordered no better.
No command repeats the trial.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from graph.suggest.question import Question
from graph.suggest.reasons import FriendReason, Reason
from graph.suggest.shelf import Shelf
from graph.suggest.votes import Votes
from graph.timeline import Rows

LISTENED, ACTS_EACH = 150, 100
"""Strongest friends listened to, and newest acts of each: what bounds the work of one answer."""

LINK = 0.6
"""The strength of the tie to somebody whose link was just opened, where a weaker one or none is known."""


Left = Callable[[NDArray[np.int64]], NDArray[np.float64]]
"""What is left of the word of acts of these times (µs), each in [0, 1]."""


def votes(shelf: Shelf, question: Question) -> Votes:
    """What friends shared, bought, rated and opened, and what whoever did whose link was opened."""
    return heard(shelf, question)


def heard(shelf: Shelf, question: Question, left: Left | None = None) -> Votes:
    """What friends did. left: of each act's word; None for all of it."""
    friend, strength = _listened(shelf, question)
    return said(shelf, friend, strength, ACTS_EACH, left=left)


def _listened(shelf: Shelf, question: Question) -> tuple[Rows, NDArray[np.float64]]:
    friend, strength = np.empty(0, np.int32), np.empty(0)
    if question.person is not None:
        friend, strength = shelf.hears(question.person, LISTENED)
    sharer = question.sharer
    if sharer is None or sharer == question.person:
        return friend, strength
    known = friend == sharer
    link = max(LINK, float(strength[known].max(initial=0.0)))
    return np.append(friend[~known], np.int32(sharer)), np.append(strength[~known], link)


def said(
    shelf: Shelf,
    friend: Rows,
    strength: NDArray[np.float64],
    each: int,
    via: Rows | None = None,
    *,
    left: Left | None = None,
) -> Votes:
    """What these people's newest `each` acts say, each as loud as its strength. via: whose friends they are,
    where they are not one's own; they are not named then. left: of each act's word; None for all of it.
    """
    product, vote, asked, place = shelf.engaged.said(friend, strength, each)
    if left is not None:
        kept = left(shelf.engaged.when(place))
        told = kept > 0
        product, vote, asked, place = product[told], (vote * kept)[told], asked[told], place[told]

    def reason(entry: int, weight: float) -> Reason:
        action, at, share = shelf.engaged.act(int(place[entry]))
        who = int(friend[asked[entry]])
        if via is not None:
            return FriendReason(weight, who, False, action, at, share, int(via[asked[entry]]))
        return FriendReason(weight, who, bool(shelf.named[who]), action, at, share)

    def reasons(entries: NDArray[np.intp], weight: NDArray[np.float64]) -> list[Reason]:
        return list(map(reason, entries.tolist(), weight.tolist()))

    return Votes(product, vote, reasons, friend[asked])
