"""Pairs of things that the same person did within some time, and the people behind each pair."""

from dataclasses import dataclass, fields
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.kernels.cooccurrence import pairs_within
from graph.log import NONE
from graph.timeline import Events, Rows

Longs = NDArray[np.int64]

SUCCESSORS = 30
"""Pairs that one act makes at the most with the acts after it."""


@dataclass(frozen=True, slots=True, eq=False)
class Acts:
    """n acts on products; person after person, each in order of time. order: what was done at one go has the
    same code, −1 where the log does not say.
    """

    person: Rows
    product: Rows
    at: Longs
    order: Rows
    bought: NDArray[np.bool_]

    @classmethod
    def of(cls, events: Events, rows: NDArray[np.intp], silent: NDArray[np.bool_]) -> "Acts":
        """Some of the events, in order of time; those of people who allow no use of them left out."""
        rows = rows[(events.product[rows] != NONE) & (events.person[rows] != NONE) & ~events.own[rows]]
        rows = rows[~silent[events.person[rows]]]
        rows = rows[np.argsort(events.person[rows], kind="stable")]
        bought = events.kind[rows] == Kind.PURCHASE
        return cls(events.person[rows], events.product[rows], events.at[rows], events.order[rows], bought)

    def __len__(self) -> int:
        return len(self.person)

    @property
    def people(self) -> int:
        """How many people acted at all."""
        return len(np.unique(self.person))

    @property
    def occasion(self) -> Longs:
        """What was done together: the order, or where none is said everything that the person did."""
        return np.where(self.order == NONE, -1 - self.person.astype(np.int64), self.order)

    def people_by(self, group: Rows, groups: int) -> Longs:
        """How many people acted on something of each group, (groups,). group: of each product."""
        people = np.int64(self.person.max(initial=0)) + 1
        each = np.unique(group[self.product] * people + self.person)
        return np.bincount(each // people, minlength=groups).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Successions:
    """k times that one person did first one thing and then another: (k,). at_once: on one occasion, so that
    nobody knows which came first. first_bought, second_bought: whether it was a purchase.
    """

    person: Rows
    first: Rows
    second: Rows
    at_once: NDArray[np.bool_]
    first_bought: NDArray[np.bool_]
    second_bought: NDArray[np.bool_]

    @classmethod
    def of(cls, acts: Acts, people: int, window: timedelta) -> "Successions":
        """All pairs of different products no further apart than a window."""
        indptr = np.searchsorted(acts.person, np.arange(people + 1)).astype(np.int64)
        i, j = pairs_within(indptr, acts.at, round(window.total_seconds() * 1e6), SUCCESSORS)
        other = acts.product[i] != acts.product[j]
        i, j = i[other], j[other]
        at_once = ((acts.order[i] == acts.order[j]) & (acts.order[i] != NONE)) | (acts.at[i] == acts.at[j])
        ends = acts.product[i], acts.product[j]
        return cls(acts.person[i], *ends, at_once, acts.bought[i], acts.bought[j])

    def taken(self, rows: NDArray[np.bool_]) -> "Successions":
        """Some of them."""
        return Successions(**{column.name: getattr(self, column.name)[rows] for column in fields(self)})

    @property
    def either_way(self) -> "Successions":
        """With every pair that was at once standing in both orders."""
        once = self.at_once
        return Successions(
            person=np.append(self.person, self.person[once]),
            first=np.append(self.first, self.second[once]),
            second=np.append(self.second, self.first[once]),
            at_once=np.append(once, once[once]),
            first_bought=np.append(self.first_bought, self.second_bought[once]),
            second_bought=np.append(self.second_bought, self.first_bought[once]),
        )


def people_by_pair(person: Rows, first: Rows, second: Rows, width: int) -> tuple[Longs, Longs]:
    """Distinct pairs as first · width + second, rising, and how many people are behind each."""
    pair = first * np.int64(width) + second
    order = np.lexsort((person, pair))
    pair, person = pair[order], person[order]
    anew = np.ones(len(pair), np.bool_)
    anew[1:] = (np.diff(pair) != 0) | (np.diff(person) != 0)
    distinct, people = np.unique(pair[anew], return_counts=True)
    return distinct, people.astype(np.int64)


def found(pairs: Longs, among: Longs) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Where each pair stands in rising `among`, and whether it does."""
    if not len(among):
        return np.zeros(len(pairs), np.intp), np.zeros(len(pairs), np.bool_)
    place = np.minimum(np.searchsorted(among, pairs), len(among) - 1)
    return place, np.asarray(among[place] == pairs)
