"""The k-factor: how many new people each person brings, as invites per person × conversion of an invite.

An invite is a share, to one recipient or to whoever sees it. The people of some shares are those who made
them or opened them. A share converts whom it brings: by JOINED a person whose first trace in the log is its
opening, by OPENED everybody but its sharer who opened it, each once. Both are counted within a span after the
share, so that old shares have no longer to convert than new ones; a period whose last shares have not had
that long yet is incomplete. For any shares together

    k = (invites / people) · (conversions / invites) = conversions / people

(Penenberg 2009; Skok 2009). Above 1 each generation is larger than the one before. In the first weeks of a
log everybody is new to it: JOINED is then too high, OPENED is not. Intervals are of mean counts that may
differ among people or shares (Estimate.of_counts).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from graph.errors import InvalidInput
from graph.estimate import Estimate
from graph.kernels.stretches import NOT_YET, stretches
from graph.log import NONE
from graph.openings import Openings
from graph.snapshot import Snapshot
from graph.timeline import Rows

Longs = NDArray[np.int64]
Mask = NDArray[np.bool_]

DAY = 86_400_000_000
PERIODS = 400
"""At most so many periods are told."""


class Conversion(Enum):
    """What a share is for."""

    JOINED = "people whose first trace in the log is the opening"
    OPENED = "people who opened"


class Every(Enum):
    """Lengths of periods, in UTC; a week begins on Monday."""

    DAY = "D"
    WEEK = "W"
    MONTH = "M"

    def number(self, at: Longs) -> Longs:
        """The running number of the period that each time, µs, is in."""
        if self is Every.WEEK:
            return (at // DAY + 3) // 7
        return np.asarray(at.astype("datetime64[us]").astype(f"datetime64[{self.value}]").astype(np.int64))

    def begins(self, number: int) -> int:
        """When a period begins, µs."""
        if self is Every.WEEK:
            return (number * 7 - 3) * DAY
        return int(np.datetime64(number, self.value).astype("datetime64[us]").astype(np.int64))


@dataclass(frozen=True, slots=True)
class Asked:
    """What is counted. within: span after a share, µs; since, until: shares made at or after, and before,
    µs. fewest: people who must have acted before what they did is told: shares count as made when the stretch
    of their time began (graph.kernels.stretches).
    """

    conversion: Conversion = Conversion.JOINED
    within: int = 7 * DAY
    since: int | None = None
    until: int | None = None
    fewest: int = 0


@dataclass(frozen=True, slots=True)
class KFactor:
    """Of some shares. people: who made or opened them; invites: the shares; converted: whom they brought.
    squares: sums of squares of invites by person, of conversions by sharer and by share. The estimates are
    None where there is nobody, or no invite.
    """

    people: int
    invites: int
    converted: int
    squares: tuple[int, int, int]

    @property
    def invites_per_person(self) -> Estimate | None:
        """Shares by each of the people."""
        return Estimate.of_counts(self.people, self.invites, self.squares[0]) if self.people else None

    @property
    def factor(self) -> Estimate | None:
        """Conversions by each of the people."""
        return Estimate.of_counts(self.people, self.converted, self.squares[1]) if self.people else None

    @property
    def conversion(self) -> Estimate | None:
        """Conversions by each share."""
        return Estimate.of_counts(self.invites, self.converted, self.squares[2]) if self.invites else None

    def rounded(self, rounding: Callable[[int], int]) -> "KFactor":
        """The same of counts that are rounded, so that nothing of it tells more than they do."""
        people, invites, converted = map(rounding, (self.people, self.invites, self.converted))
        by_person, by_sharer, by_share = map(rounding, self.squares)
        return KFactor(people, invites, converted, (by_person, by_sharer, by_share))


NOBODY = KFactor(0, 0, 0, (0, 0, 0))


@dataclass(frozen=True, slots=True)
class Period:
    """Of the shares made from `begins` to before `ends`, µs. complete: all have had their span to convert."""

    begins: int
    ends: int
    complete: bool
    told: KFactor


@dataclass(frozen=True, slots=True)
class Group:
    """Of the shares of one code (−1: of those that say none), and its periods in order of time."""

    code: int
    told: KFactor
    periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Invites:
    """Shares and whom they brought. made_at: (shares,), when each is counted as made. share: (s,), rows of
    shares that are counted; opening: (o,), rows of openings of these within their span, each person and share
    once; converts: (o,), which of them count.
    """

    sharer: Rows
    made_at: Longs
    share: Longs
    opening_share: Rows
    opener: Rows
    converts: Mask
    as_of: int
    within: int

    @classmethod
    def of(cls, snapshot: Snapshot, opened: Openings, asked: Asked) -> "Invites":
        """Of a snapshot."""
        shares = snapshot.shares
        people, times = np.append(shares.person, opened.person), np.append(shares.at, opened.at)
        made_at, opened_at = np.split(stretches(people, times, asked.fewest), [len(shares)])
        chosen = made_at != NOT_YET
        if asked.since is not None:
            chosen &= made_at >= asked.since
        if asked.until is not None:
            chosen &= made_at < asked.until
        soon = opened.first & chosen[opened.share] & (opened_at != NOT_YET)
        soon &= opened.at - shares.at[opened.share] <= asked.within
        rows = np.flatnonzero(soon)
        converts = np.ones(len(rows), np.bool_)
        if asked.conversion is Conversion.JOINED:
            converts = _joins(snapshot, opened)[rows]
        return cls(
            sharer=shares.person,
            made_at=made_at,
            share=np.flatnonzero(chosen),
            opening_share=opened.share[rows],
            opener=opened.person[rows],
            converts=converts,
            as_of=snapshot.as_of,
            within=asked.within,
        )

    def told(self, cell: Longs, cells: int) -> list[KFactor]:
        """The k-factor of the shares of each cell. cell: (shares,), −1 for those that are in none."""
        share = self.share[cell[self.share] != NONE]
        opening = np.flatnonzero(cell[self.opening_share] != NONE)
        here, opener = cell[self.opening_share[opening]], self.opener[opening]
        brings = self.opening_share[opening][self.converts[opening]]
        width = np.int64(max(self.sharer.max(initial=0), self.opener.max(initial=0))) + 1
        made = cell[share] * width + self.sharer[share]
        people = np.bincount(np.unique(np.append(made, here * width + opener)) // width, minlength=cells)
        invites = _counted(made, width, cells)
        by_person = _counted(cell[brings] * width + self.sharer[brings], width, cells)
        by_share = _counted(cell[brings] * np.int64(len(cell)) + brings, np.int64(len(cell)), cells)
        columns = zip(people.tolist(), *invites, *by_person, by_share[1], strict=True)
        return [
            KFactor(people, invites, converted, (invited, by_sharer, by_share))
            for people, invites, invited, converted, by_sharer, by_share in columns
        ]


def k_factors(
    invites: Invites,
    code: Rows,
    *,
    every: Every | None = None,
    first: int = 10,
    fewest: int = 0,
    hidden: Sequence[int] = (),
    rounding: Callable[[int], int] = int,
) -> tuple[KFactor, tuple[Group, ...]]:
    """The k-factor of all shares, and of the `first` groups of shares with most people.

    code: (shares,), what each share is of, −1 where it does not say; groups of equally many people by code.
    fewest: a whole of fewer people is one of nobody; groups and periods of fewer are kept back, and one more
    where those kept back are together of fewer different people: invites add up, so that they would follow
    from the others. Which they are does not hang on `first`. hidden: codes that are kept back whatever their
    size. rounding: of every count that is told, and by which groups come in order. InvalidInput where `every`
    makes more than 400 periods.
    """
    everything = invites.told(np.zeros(len(code), np.int64), 1)[0]
    codes, place = np.unique(code, return_inverse=True)
    by_code = invites.told(place.astype(np.int64), len(codes))
    shown = (_people(by_code) >= fewest) & ~np.isin(codes, hidden)
    _complete(invites, place, shown[np.newaxis], by_code, fewest)
    some = [number for number, told in enumerate(by_code) if told.invites and shown[number]]
    chosen = sorted(some, key=lambda number: -rounding(by_code[number].people))[:first]
    over_time = _periods(invites, place, chosen, every, fewest) if every else [()] * len(chosen)
    groups = tuple(
        Group(
            int(codes[number]),
            by_code[number].rounded(rounding),
            tuple(replace(period, told=period.told.rounded(rounding)) for period in periods),
        )
        for number, periods in zip(chosen, over_time, strict=True)
    )
    return everything.rounded(rounding) if everything.people >= fewest else NOBODY, groups


def _people(told: list[KFactor]) -> Longs:
    return np.array([cell.people for cell in told], np.int64)


def _complete(invites: Invites, cell: Longs, shown: Mask, told: list[KFactor], fewest: int) -> None:
    """Hide of each row the smallest shown cell where those hidden are together of somebody, and of fewer than
    `fewest` different people.

    shown: (rows, columns), changed in place; cell: (shares,), row · columns + column, −1 for none.
    """
    if shown.all():
        return
    rows, columns = shown.shape
    within = (cell != NONE) & ~shown.ravel()[cell]
    together = _people(invites.told(np.where(within, cell // columns, NONE), rows))
    sizes = _people(told).reshape(shown.shape)
    for row in np.flatnonzero((together > 0) & (together < fewest) & shown.any(axis=1)).tolist():
        others = np.flatnonzero(shown[row])
        shown[row, others[np.argmin(sizes[row, others])]] = False


def _periods(
    invites: Invites, place: Longs, chosen: list[int], every: Every, fewest: int
) -> list[tuple[Period, ...]]:
    number = every.number(invites.made_at)
    if not len(invites.share):
        return [()] * len(chosen)
    earliest, latest = (int(bound(number[invites.share])) for bound in (np.min, np.max))
    span = latest - earliest + 1
    if span > PERIODS:
        raise InvalidInput(
            f"{span:,} periods from the first share to the last, at most {PERIODS} are told; "
            "ask for longer ones, or since a later day"
        )
    rank = np.full(int(place.max()) + 1, NONE, np.int64)
    rank[chosen] = np.arange(len(chosen))
    group = rank[place]
    inside = (group != NONE) & (number >= earliest) & (number <= latest)
    cell = np.where(inside, group * span + number - earliest, NONE)
    told = invites.told(cell, len(chosen) * span)
    shown = (_people(told) >= fewest).reshape(len(chosen), span)
    _complete(invites, cell, shown, told, fewest)
    begins = [every.begins(earliest + step) for step in range(span + 1)]
    return [
        tuple(
            Period(
                begins[step],
                begins[step + 1],
                begins[step + 1] + invites.within <= invites.as_of,
                told[row * span + step],
            )
            for step in np.flatnonzero(shown[row]).tolist()
        )
        for row in range(len(chosen))
    ]


def _joins(snapshot: Snapshot, opened: Openings) -> Mask:
    """Which openings are the first trace of the person who opened; one a person at most."""
    events = snapshot.events
    known = (events.person != NONE) & ~events.noise
    since = np.full(len(snapshot.people), np.iinfo(np.int64).max, np.int64)
    np.minimum.at(since, events.person[known], events.at[known])
    joins = np.zeros(len(opened), np.bool_)
    _, earliest = np.unique(opened.person, return_index=True)
    joins[earliest] = opened.at[earliest] == since[opened.person[earliest]]
    return joins


def _counted(key: Longs, width: np.int64, cells: int) -> tuple[list[int], list[int]]:
    """In each cell how many rows there are, and the sum of squares of how many each member has; key: cell ·
    width + member.
    """
    pairs, count = np.unique(key, return_counts=True)
    cell = pairs // width
    total, squares = np.zeros((2, cells), np.int64)
    np.add.at(total, cell, count)
    np.add.at(squares, cell, count**2)
    return total.tolist(), squares.tolist()


def span_of(days: int) -> int:
    """A span of days in µs; InvalidInput below one and above 366.

    >>> span_of(7) == timedelta(days=7) // timedelta(microseconds=1)
    True
    """
    if not 1 <= days <= 366:
        raise InvalidInput(f"within {days} days: from 1 to 366")
    return timedelta(days=days) // timedelta(microseconds=1)
