"""What could be told at the very moment of a choice: a fit of an earlier time, and all that those did since
to whom a person listens.

What friends share is taken up within the hour or never. A question that stands at the cut knows nothing of
it, and would teach that friends tell nothing; so every choice is asked about as of its own moment, from what
a server would have: the last fit and, on top of it, everything since (graph.live). Only of the people within
earshot is anything newer than the fit looked up (friends, and friends of theirs), so a question costs about
the same however long the log. Whoever allows no use of what they do says nothing here either, whenever they
said so.

What a product is, its category and brand, is known before anybody did anything with it. So `content`, which
is there for new products, speaks for those too that the log first tells of after the fit, from then on. And
what nobody had looked at for half a year is on offer again from the first look on; not from being shown,
which proves that the shop has it and no more (graph.suggest.filters).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph.kernels.groups import gathered
from graph.log import NONE
from graph.purchases import purchases
from graph.snapshot import Snapshot
from graph.suggest.engagements import (
    HALF_LIFE,
    Engagements,
    LiveEngagements,
    LiveVerdicts,
    Verdicts,
    engagements,
    verdicts,
)
from graph.suggest.filters import OFFERED, STALE, UNAVAILABLE, alive, told
from graph.suggest.likeness import likeness
from graph.suggest.shelf import Shelf
from graph.suggest.shown import LiveShown, Shown, shown
from graph.ties import Ties, live_ties
from graph.timeline import Events, Rows

FRIENDS, BEYOND, THEIRS = 150, 20, 10
"""Whose news is heard: so many friends, and of the closest of them so many friends each."""

Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """A log that goes on after a fit.

    whole: the log to its end. ties, engaged, verdicts, shown: of the fit `shelf`, made of what comes before
    `cut` (µs), rows those of the whole. earshot: the ties of the whole. silent: (people,), whose acts may not
    be used. starts, events: everybody's events, in order of time. known, woken: (products,), µs from the cut
    on of the first that is told, and of the first sign of life; far away for none. clock: the times (µs) of
    all that those did whose acts may be used, by which it is told how late it was: news fades within hours.
    """

    whole: Snapshot
    shelf: Shelf
    ties: Ties
    engaged: Engagements
    verdicts: Verdicts
    shown: Shown
    cut: int
    fitted_at: int
    earshot: Ties
    silent: NDArray[np.bool_]
    starts: Longs
    events: Longs
    known: Longs
    woken: Longs
    clock: Longs

    @classmethod
    def after(cls, shelf: Shelf, past: Snapshot, cut: int, whole: Snapshot, earshot: Ties) -> "Moments":
        """All moments from a cut on. shelf: a fit of `past`, which is the whole before the cut; TypeError for
        one that is live.
        """
        ties, engaged, said, seen = shelf.ties, shelf.engaged, shelf.verdicts, shelf.shown
        if not (
            isinstance(ties, Ties)
            and isinstance(engaged, Engagements)
            and isinstance(said, Verdicts)
            and isinstance(seen, Shown)
        ):
            raise TypeError("moments follow a fit, not a delta on top of one")
        starts, rows = gathered(whole.events.person, len(whole.people))
        silent = ~shelf.personal
        since = np.flatnonzero(told(whole.events, silent))
        since = since[np.searchsorted(whole.events.at[since], cut) :]
        looks = since[alive(whole.events)[since]]
        known, woken = (_first(whole.events, rows, len(whole.products)) for rows in (since, looks))
        to_come = (shelf.stands == UNAVAILABLE) & whole.products.available
        alike = likeness(whole.products, engaged, (shelf.stands == OFFERED) | to_come)
        shelf = replace(shelf, likeness=alike)
        who = whole.events.person
        clock = whole.events.at[(who == NONE) | ~silent[who]]
        return cls(
            whole,
            shelf,
            ties,
            engaged,
            said,
            seen,
            cut,
            past.as_of,
            earshot,
            silent,
            starts,
            rows,
            known,
            woken,
            clock,
        )

    def at(self, person: int, moment: int) -> Shelf:
        """What a person would be answered from at a moment (µs), which itself is not known yet."""
        now, renewed = self._heard(person, moment)
        then = replace(now, events=now.events.at_rows(np.flatnonzero(now.events.at < self.cut)))
        fade = 2.0 ** (-(now.as_of - self.fitted_at) / (HALF_LIFE.total_seconds() * 1e6))
        fresh = engagements(now, self.silent, purchases(now.events))
        return replace(
            self.shelf,
            ties=live_ties(self.ties, then, now, renewed, fade),
            engaged=LiveEngagements(self.engaged, fresh, renewed, fade),
            verdicts=LiveVerdicts(self.verdicts, verdicts(now), renewed),
            shown=LiveShown(self.shown, shown(now), renewed),
            stands=self._standing(moment),
        )

    def _heard(self, person: int, moment: int) -> tuple[Snapshot, NDArray[np.bool_]]:
        """All that those ever did before a moment who are within earshot and did something since the cut,
        and who they are.
        """
        people = self._within_earshot(person)
        mine = [self.events[self.starts[one] : self.starts[one + 1]] for one in people.tolist()]
        rows = np.sort(np.concatenate([self.events[:0], *mine]))
        events = self.whole.events
        rows = rows[events.at[rows] < moment]
        renewed = np.zeros(len(self.whole.people), np.bool_)
        renewed[events.person[rows[np.searchsorted(events.at[rows], self.cut) :]]] = True
        rows = rows[renewed[events.person[rows]]]
        last = int(np.searchsorted(self.clock, moment)) - 1
        as_of = max(self.fitted_at, int(self.clock[last])) if last >= 0 else self.fitted_at
        return replace(self.whole, as_of=as_of, events=events.at_rows(rows)), renewed

    def _within_earshot(self, person: int) -> Rows:
        hears = replace(self.shelf, ties=self.earshot).hears
        friends, _ = hears(person, FRIENDS)
        theirs = [hears(friend, THEIRS)[0] for friend in friends[:BEYOND].tolist()]
        return np.unique(np.concatenate([np.array([person], np.int32), friends, *theirs]))

    def _standing(self, moment: int) -> NDArray[np.int8]:
        """What is offered: as at the fit, what the shop is known to have since, and what somebody turned to
        again.
        """
        stands = self.shelf.stands
        come = (stands == UNAVAILABLE) & (self.known < moment) & self.whole.products.available
        back = (stands == STALE) & (self.woken < moment)
        return np.where(come | back, np.int8(OFFERED), stands)


def _first(events: Events, rows: Longs, products: int) -> Longs:
    """µs of the first of some events with each product, (products,). rows: in order of time."""
    first = np.full(products, np.iinfo(np.int64).max)
    first[events.product[rows[::-1]]] = events.at[rows[::-1]]
    return first
