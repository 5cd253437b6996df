"""What was shown in the past and whether it was opened, with the score that it would have had at that moment.

Where the log tells what the shop showed (EXPOSURE without a share), those of one sitting are asked about as
of its begin, as a server would have been (graph.suggest.learning.moments): the last fit and everything since.
A score that was made at the fit would know nothing of what friends shared within the hour, and what is told
later by scores that do would be told by another scale. A product that may be shown and of which nobody speaks
has a score of 0. It was opened if its person looked at it, put it into the cart or bought it within `SOON`.

Where the log tells none, a sitting is the time when somebody came, its showings are the `BESIDE` best right
before, and what was opened within `SOON` is what they turned to by themselves: who is never shown a thing
opens it less often, so such chances are low, not high.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.log import NONE
from graph.suggest.answers import Ask
from graph.suggest.blend import Tally
from graph.suggest.chances import BESIDE
from graph.suggest.learning.moments import Moments
from graph.suggest.rules import allowed
from graph.suggest.shelf import Shelf
from graph.suggest.shown import SITTING
from graph.suggest.usual import Usual, usual
from graph.timeline import Events, Rows

Longs = NDArray[np.intp]
Floats = NDArray[np.float64]

SOON, MICROSECOND = timedelta(hours=1), timedelta(microseconds=1)
ENOUGH = 500
"""Exposures below which a log is said to tell none."""

MANY = 1_000_000
"""Showings that tell how often they are opened; of a log with more, those of every so many people."""

LOOKED = (Kind.VIEW, Kind.OPEN, Kind.CART, Kind.FAVOURITE, Kind.PURCHASE)


@dataclass(frozen=True, slots=True, eq=False)
class Showings:
    """n showings, all arrays of shape (n,): to whom, of what activity level then (graph.suggest.weights), in
    which sitting, with what score, and whether it was opened. exposed: the log told them.
    """

    person: Rows
    level: Rows
    sitting: Longs
    score: Floats
    opened: NDArray[np.bool_]
    exposed: bool

    @classmethod
    def of(cls, moments: Moments, most: int, *, exposed: bool | None = None) -> "Showings":
        """Those of at most so many sittings after the cut. exposed: whether to take what the log tells; None
        where that is enough.
        """
        events = moments.whole.events
        exposures = _exposed(events, moments.cut, moments.silent)
        exposed = len(exposures) >= ENOUGH if exposed is None else exposed
        rows = exposures if exposed else np.arange(np.searchsorted(events.at, moments.cut), len(events))
        told = [_seen(moments, sitting, exposed=exposed) for sitting in _sittings(moments, rows, most)]
        whose = np.array([(one.person, one.level) for one in told], np.int32).reshape(-1, 2)
        sitting = np.repeat(np.arange(len(told)), [len(one.score) for one in told])
        return cls(
            whose[sitting, 0],
            whose[sitting, 1],
            sitting,
            np.concatenate([np.empty(0), *(one.score for one in told)]),
            np.concatenate([np.empty(0, np.bool_), *(one.opened for one in told)]),
            exposed,
        )


class _Seen(NamedTuple):
    """Showings to one person."""

    person: int
    level: int
    score: Floats
    opened: NDArray[np.bool_]


def lately(moments: Moments) -> Usual:
    """How often what the log tells was shown is opened now, beside how often since the cut."""
    events = moments.whole.events
    rows = _exposed(events, 0, moments.silent)
    rows = rows[(events.person[rows] != NONE) & ~events.noise[rows]]
    rows = rows[events.person[rows] % max(1, -(-len(rows) // MANY)) == 0]
    opened, again = _ever_opened(events, rows, len(moments.whole.products))
    return usual(opened[~again], events.at[rows[~again]] >= moments.cut)


def _ever_opened(events: Events, shown: Longs, products: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether each showing, in order of time, was opened soon, and whether it is the same that somebody was
    shown in the sitting before.
    """
    looks = events.rows(*LOOKED)
    looks = looks[(events.product[looks] != NONE) & ~events.noise[looks]]
    looks = looks[np.isin(events.person[looks], events.person[shown])]
    rows = np.append(shown, looks)
    looked = np.arange(len(rows)) >= len(shown)
    what = events.person[rows].astype(np.int64) * products + events.product[rows]
    order = np.lexsort((looked, events.at[rows], what))
    what, at = what[order], events.at[rows[order]]
    place = np.arange(len(rows))
    look = np.minimum.accumulate(np.where(looked[order], place, len(rows) - 1)[::-1])[::-1]
    soon = looked[order[look]] & (what[look] == what) & (at[look] - at <= SOON // MICROSECOND)
    ever = place[~looked[order]]
    again = (np.diff(what[ever], prepend=NONE) == 0) & (
        np.diff(at[ever], prepend=0) <= SITTING // MICROSECOND
    )
    found = np.zeros((2, len(shown)), np.bool_)
    found[:, order[ever]] = soon[ever], again
    return found[0], found[1]


def _exposed(events: Events, cut: int, silent: NDArray[np.bool_]) -> Longs:
    rows = events.rows(Kind.EXPOSURE)
    ours = (events.share[rows] == NONE) & (events.product[rows] != NONE)
    ours &= (events.person[rows] == NONE) | ~silent[events.person[rows]]
    return np.asarray(rows[ours & (events.at[rows] >= cut)], np.intp)


def _sittings(moments: Moments, rows: Longs, most: int) -> Iterator[Longs]:
    """The rows of each sitting in order of time; at most so many, spread evenly over people and time."""
    events = moments.whole.events
    rows = rows[(events.person[rows] != NONE) & ~events.noise[rows]]
    rows = rows[moments.shelf.personal[events.person[rows]]]
    rows = rows[np.argsort(events.person[rows], kind="stable")]
    another = np.diff(events.person[rows], prepend=NONE) != 0
    later = np.diff(events.at[rows], prepend=0) > SITTING // MICROSECOND
    begins = np.flatnonzero(another | later)
    ends = np.append(begins[1:], len(rows))
    for place in np.arange(min(most, len(begins))) * len(begins) // min(most, len(begins) or 1):
        yield rows[begins[place] : ends[place]]


def _seen(moments: Moments, sitting: Longs, *, exposed: bool) -> _Seen:
    events = moments.whole.events
    person, at = int(events.person[sitting[0]]), int(events.at[sitting[0]])
    shelf, ask = moments.at(person, at), Ask(person)
    tally = Tally.of(shelf, ask)
    if exposed:
        product, first = np.unique(events.product[sitting], return_index=True)
        product, score, may = _scored(shelf, ask, product, tally)
        when = events.at[sitting[first]][may]
    else:
        best = tally.best_first()[:BESIDE]
        product, score, when = tally.product[best], tally.score[best], np.full(len(best), at)
    return _Seen(person, tally.question.level, score, _opened(moments, person, product, when))


def _scored(shelf: Shelf, ask: Ask, product: Rows, tally: Tally) -> tuple[Rows, Floats, NDArray[np.bool_]]:
    """What of some products may be shown and its score; and which of them that is."""
    may, _ = allowed(shelf, ask, product)
    every = np.zeros(shelf.products)
    every[tally.product] = tally.score
    return product[may], every[product[may]], may


def _opened(moments: Moments, person: int, product: Rows, when: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether a person looked at each product soon after it was shown; (products,)."""
    events = moments.whole.events
    rows = moments.events[moments.starts[person] : moments.starts[person + 1]]
    rows = rows[np.isin(events.kind[rows], LOOKED) & ~events.noise[rows]]
    after = events.at[rows] - when[:, None]
    soon = (after >= 0) & (after <= SOON // MICROSECOND)
    return np.asarray((soon & (events.product[rows] == product[:, None])).any(axis=1))
