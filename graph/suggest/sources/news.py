"""What friends did within the day: word that is passed on now, or never.

The act of friend A on p, a hours before it is shown, says what is left of its news, and nothing after a day:

    strength(A → person) · word(A, p) / (1 + a / 2).

Attention to a link is half gone after about an hour (Wu & Huberman 2007, on digg) and has a long tail (Omori
1894), where what an act tells of taste fades by half in months. By that fade the first and the last word of a
day differ by less than a hundredth, and whatever else was said, however quietly, decides between them; but of
what a friend shared today it is the newest that is taken up.

It is shown when the question says (`Moment.at`), and not before the newest event of the log; where the
question says no time, then. So news fades in a night in which nothing happens, and a log of last year that is
asked about without a time is as fresh as it was.

All that `friends` says of the same act stays said. So an act never counts for less for being newer, whatever
the two weigh. News weighs more to begin with.
"""

from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from graph.suggest.question import Question
from graph.suggest.shelf import Shelf
from graph.suggest.sources.friends import heard
from graph.suggest.votes import Votes

FRESH = timedelta(days=1)
"""What is older is no news."""

HALF_GONE = timedelta(hours=2)
"""The age at which half of the news in an act is gone."""


def votes(shelf: Shelf, question: Question) -> Votes:
    """What friends shared, bought, rated and opened within the last day, the newest loudest."""
    now = max(shelf.shown.as_of, question.context.moment.at or 0)
    day, half = _micros(FRESH), _micros(HALF_GONE)

    def left(at: NDArray[np.int64]) -> NDArray[np.float64]:
        age = np.maximum(now - at, 0)
        return np.where(age <= day, 1 / (1 + age / half), 0.0)

    return heard(shelf, question, left)


def _micros(span: timedelta) -> int:
    return int(span.total_seconds() * 1e6)
