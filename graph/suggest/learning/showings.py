"""What was shown in the past and whether it was opened, with the score that it would have had.

Where the log tells what the shop showed (EXPOSURE without a share), a showing is such an exposure of a
product that some source speaks for, and it was opened if its person looked at the product, put it into the
cart or bought it within `SOON`. Where the log tells none, a showing is one of the `PLACES` best for somebody
who came back after the cut, and it was opened if they opened somebody's share of it or bought it by the end
of the log: somebody who was never shown a thing opens it less often, so such chances are low, not high.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.log import NONE
from graph.snapshot import Snapshot
from graph.suggest.answers import Ask
from graph.suggest.blend import scores
from graph.suggest.learning.past import Afterwards
from graph.suggest.shelf import Shelf
from graph.timeline import Events, Rows

SOON = timedelta(hours=1)
PLACES = 20
ENOUGH = 500
"""Exposures below which a log is said to tell none."""

LOOKED = (Kind.VIEW, Kind.OPEN, Kind.CART, Kind.FAVOURITE, Kind.PURCHASE)


@dataclass(frozen=True, slots=True, eq=False)
class Showings:
    """n showings, all arrays of shape (n,): to whom, with what score, and whether it was opened. exposed: the
    log told them.
    """

    person: Rows
    score: NDArray[np.float64]
    opened: NDArray[np.bool_]
    exposed: bool

    @classmethod
    def of(cls, snapshot: Snapshot, shelf: Shelf, after: Afterwards, most: int) -> "Showings":
        """To at most so many people. snapshot: the whole; shelf: as of the cut."""
        exposures = _exposed(snapshot.events, after.cut)
        exposed = len(exposures) >= ENOUGH
        if exposed:
            told = list(_exposures(snapshot.events, shelf, exposures, most))
        else:
            told = list(_best(snapshot, shelf, after, most))
        return cls(
            np.repeat(np.array([one.person for one in told], np.int32), [len(one.score) for one in told]),
            np.concatenate([np.empty(0), *(one.score for one in told)]),
            np.concatenate([np.empty(0, np.bool_), *(one.opened for one in told)]),
            exposed,
        )


class _Seen(NamedTuple):
    """Showings to one person."""

    person: int
    score: NDArray[np.float64]
    opened: NDArray[np.bool_]


def _exposed(events: Events, cut: int) -> NDArray[np.intp]:
    rows = events.rows(Kind.EXPOSURE)
    shop = (events.share[rows] == NONE) & (events.product[rows] != NONE) & (events.person[rows] != NONE)
    return np.asarray(rows[shop & (events.at[rows] >= cut)], np.intp)


def _exposures(events: Events, shelf: Shelf, shown: NDArray[np.intp], most: int) -> Iterator[_Seen]:
    opened = _opened(events, shown, shelf.products)
    people = np.unique(events.person[shown])
    people = people[shelf.personal[people]]
    for person in people[:: max(1, -(-len(people) // most))].tolist():
        mine = events.person[shown] == person
        product, score = scores(shelf, Ask(person))
        place = np.full(shelf.products, NONE)
        place[product] = np.arange(len(product))
        found = place[events.product[shown[mine]]]
        yield _Seen(person, score[found[found != NONE]], opened[mine][found != NONE])


def _opened(events: Events, shown: NDArray[np.intp], products: int) -> NDArray[np.bool_]:
    """Whether the person of each exposure looked at its product soon after; (exposures,)."""
    looks = events.rows(*LOOKED)
    looks = looks[events.product[looks] != NONE]
    pair = events.person[looks].astype(np.int64) * products + events.product[looks]
    order = np.lexsort((events.at[looks], pair))
    pair, at = pair[order], events.at[looks][order]
    wanted = events.person[shown].astype(np.int64) * products + events.product[shown]
    begins, ends = np.searchsorted(pair, wanted), np.searchsorted(pair, wanted, side="right")
    soon = int(SOON.total_seconds() * 1e6)
    return np.array(
        [
            np.searchsorted(at[low:high], moment) < np.searchsorted(at[low:high], moment + soon, side="right")
            for low, high, moment in zip(begins, ends, events.at[shown], strict=True)
        ],
        np.bool_,
    )


def _best(snapshot: Snapshot, shelf: Shelf, after: Afterwards, most: int) -> Iterator[_Seen]:
    events = snapshot.events
    chosen: dict[int, Rows] = {person: events.product[rows] for person, rows in after.by_person()}
    came = np.unique(events.person[np.searchsorted(events.at, after.cut) :])
    came = came[came != NONE]
    came = came[shelf.personal[came]]
    for person in came[:: max(1, -(-len(came) // most))].tolist():
        product, score = scores(shelf, Ask(person))
        best = np.lexsort((product, -score))[:PLACES]
        yield _Seen(person, score[best], np.isin(product[best], chosen.get(person, ())))
