"""What became of forecasts: each compared with the log, once it fell due, by rules said beforehand.

**Spread and KOL sets** say how many people are reached *if* these people share. They fall due `HORIZON` after
the newest event they were computed from. If by then each of these people has shared what was asked about (the
product's category, a category, or anything), the promise is scored: from the first such share of each,
counted are they themselves and everybody who by then has opened that share, or one that was passed on from
it, however far, and whom the audience's region admits. New users are those of them who had not bought (in
a log without purchases: not opened anything) when it was told; purchases those who then bought and kept what
they opened or shared; revenue what they paid, in the currency told. If one of them did not share, or the
audience was a community (which no log names), it is void: neither right nor wrong.

**KOL sets by openers** say how many different people will open what these people share, and ask nothing of
them. They fall due as late, and whoever shared or not, they are scored by the people who by then had opened
anything that any of them shared (of what was asked about), after it was told, and whom the audience's region
admits; void where somebody is unknown or the audience was a community.

**Cascades** say a size in the end. They fall due when the forecast counts the cascade as over
(graph.cascades.growth), and are scored by the people in it then. Void where it is no cascade of its own any
more.

An outcome is settled once, from the first version whose newest event lies at or after the due time; what
arrives later with an earlier time does not change it. Nothing here sees what was forecast.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.campaign.surprise import AHEAD
from graph.cascades import Cascades
from graph.consent import Purpose, refused
from graph.estimate import Estimate
from graph.events import MONEY_SCALE
from graph.kernels.groups import gathered
from graph.log import NONE
from graph.openings import Openings
from graph.promises.promise import NEW_USERS, OPENERS, PEOPLE, PURCHASES, Kept, Kind, Outcome, Promise
from graph.purchases import Purchases, bought_after
from graph.snapshot import Snapshot
from graph.timeline import Rows

Longs = NDArray[np.int64]
Mask = NDArray[np.bool_]

HORIZON = AHEAD // timedelta(microseconds=1)
"""Microseconds within which people who are asked to share are given to do so, and their shares to travel."""


@dataclass(frozen=True, slots=True, eq=False)
class Afterwards:
    """A log in which to look what became of promises.

    opened, kept, grown: of the snapshot. by_sharer, by_parent, by_share: where each person's shares, each
    share's passings-on and its openings stand, as `gathered` gives them.
    """

    snapshot: Snapshot
    opened: Openings
    kept: Purchases
    grown: Cascades
    by_sharer: tuple[Longs, Longs]
    by_parent: tuple[Longs, Longs]
    by_share: tuple[Longs, Longs]

    @classmethod
    def of(cls, snapshot: Snapshot, opened: Openings, kept: Purchases, grown: Cascades) -> "Afterwards":
        """Of everything in a snapshot."""
        shares = snapshot.shares
        return cls(
            snapshot,
            opened,
            kept,
            grown,
            gathered(shares.person, len(snapshot.people)),
            gathered(shares.parent, len(shares)),
            gathered(opened.share, len(shares)),
        )

    def outcome(self, promise: Promise) -> Outcome | None:
        """What became of a promise; None while it is not due."""
        if promise.due > self.snapshot.as_of:
            return None
        realised = self._size(promise) if promise.kind is Kind.CASCADE else self._reach(promise)
        return Outcome(realised, self.snapshot.version)

    def _size(self, promise: Promise) -> float | None:
        share = self.snapshot.shares.row(promise.parts.get("cascade", ""))
        if share is None or self.snapshot.shares.parent[share] != NONE:
            return None
        people = self.grown.participants(self.grown.of_share(share))
        return float(np.count_nonzero(people.at <= promise.due))

    def _reach(self, promise: Promise) -> float | None:
        asked = promise.parts
        found = [self.snapshot.people.row(key) for key in asked.get("users", ())]
        people = [person for person in found if person is not None]
        if not people or len(people) < len(found) or "audienceCommunity" in asked:
            return None
        if promise.unit == OPENERS:
            came = self._openings(people, promise)
            return float(len(np.unique(self._admitted(came, asked).person)))
        first = [self._first_share(person, asked, promise) for person in people]
        if None in first:
            return None
        entries = self._below(np.array(first, np.int64), promise.due)
        return self._counted(self._admitted(entries, asked), promise)

    def _openings(self, people: Sequence[int], promise: Promise) -> "_Entries":
        """What was opened, of what was asked about and these people shared, from when it was told until it
        was due.
        """
        opened = self.opened
        start, stop = np.searchsorted(opened.at, [promise.as_of, promise.due], side="right")
        rows = np.arange(start, stop)
        rows = rows[np.isin(opened.sharer[rows], people)]
        rows = rows[_is_about(self.snapshot, opened.product[rows], promise.parts)]
        return _Entries(opened.person[rows], opened.product[rows], opened.at[rows])

    def _admitted(self, entries: "_Entries", asked: dict[str, Any]) -> "_Entries":
        """Those of the audience's region who allow that to be used."""
        region = asked.get("audienceRegion")
        if region is None:
            return entries
        lives = self.snapshot.people.regions.equal(region) & ~refused(self.snapshot, Purpose.LOCATION)
        return entries.among(lives[entries.person])

    def _first_share(self, person: int, asked: dict[str, Any], promise: Promise) -> int | None:
        """The person's first share of what was asked about, once it was told and before it was due."""
        starts, rows = self.by_sharer
        own, shares = rows[starts[person] : starts[person + 1]], self.snapshot.shares
        own = own[(shares.at[own] > promise.as_of) & (shares.at[own] <= promise.due)]
        own = own[_is_about(self.snapshot, shares.product[own], asked)]
        return int(own[np.argmin(shares.at[own])]) if len(own) else None

    def _below(self, shares: Longs, due: int) -> "_Entries":
        """Everybody who made or opened these shares, or shares that were passed on from them, by a time."""
        made, at = self.snapshot.shares, self.snapshot.shares.at
        entries = [_Entries(made.person[shares], made.product[shares], at[shares])]
        seen = np.zeros(len(made), np.bool_)
        while len(shares):
            seen[shares] = True
            acts = _rows_of(self.by_share, shares)
            acts = acts[self.opened.at[acts] <= due]
            entries.append(
                _Entries(self.opened.person[acts], self.opened.product[acts], self.opened.at[acts])
            )
            shares = _rows_of(self.by_parent, shares)
            shares = shares[(at[shares] <= due) & ~seen[shares]]
        return _Entries.together(entries)

    def _counted(self, entries: "_Entries", promise: Promise) -> float:
        """What came of these, in the promise's unit."""
        people = np.unique(entries.person)
        if promise.unit == PEOPLE:
            return float(len(people))
        if promise.unit == NEW_USERS:
            bought = self.kept.person[self.kept.at <= promise.as_of]
            known = bought if len(bought) else self.opened.person[self.opened.at <= promise.as_of]
            return float(len(np.setdiff1d(people, known)))
        until = self.kept.taken(self.kept.at <= promise.due)
        followed = bought_after(until, entries.person, entries.product, entries.at)
        if promise.unit == PURCHASES:
            return float(len(np.unique(entries.person[followed.count > 0])))
        currency = self.snapshot.words.row(promise.unit)
        stretches = zip(followed.low.tolist(), followed.high.tolist(), strict=True)
        lines = np.unique(np.concatenate([followed.lines[a:b] for a, b in stretches]))
        return float(until.amount[lines][until.currency[lines] == currency].sum() / MONEY_SCALE)


def outcomes(chain: Iterable[Kept], log: Afterwards) -> dict[int, Outcome]:
    """What became of the promises that are due and were not settled before, by place."""
    found = {kept.place: log.outcome(kept.promise) for kept in chain if kept.outcome is None}
    return {place: came for place, came in found.items() if came is not None}


@dataclass(frozen=True, slots=True, eq=False)
class _Entries:
    """Who came upon which product when."""

    person: Rows
    product: Rows
    at: Longs

    @classmethod
    def together(cls, parts: Sequence["_Entries"]) -> "_Entries":
        return cls(
            np.concatenate([part.person for part in parts]),
            np.concatenate([part.product for part in parts]),
            np.concatenate([part.at for part in parts]),
        )

    def among(self, rows: Mask) -> "_Entries":
        return _Entries(self.person[rows], self.product[rows], self.at[rows])


def _rows_of(gathered_by: tuple[Longs, Longs], groups: Longs) -> Longs:
    starts, rows = gathered_by
    return np.concatenate([*(rows[starts[one] : starts[one + 1]] for one in groups), np.empty(0, np.int64)])


def _is_about(snapshot: Snapshot, product: Rows, asked: dict[str, Any]) -> Mask:
    """Which of these products are what was asked about; a product stands for its category, if it has one."""
    category = snapshot.products.category
    about = np.ones(len(product), np.bool_)
    if (word := asked.get("category")) is not None:
        code = snapshot.words.row(word)
        about &= category[product] == (NONE - 1 if code is None else code)
    if (key := asked.get("product")) is not None:
        row = snapshot.products.keys.row(key)
        own = NONE if row is None else int(category[row])
        about &= category[product] == own if own != NONE else product == (NONE if row is None else row)
    return about


@dataclass(frozen=True, slots=True)
class Standing:
    """How the promises of one kind and unit did. given = pending + void + scored.

    coverage: of the scored, how many came out within their interval, with Wilson's (1927) interval for that
    share; promised: the mean confidence told. width: mean width of the intervals told, relative to the value
    told: the sharpness. bias: by how much the values told exceed what came, in sum, relative to that: 0.1 is
    a tenth too much. error: median of |told − came| / max(came, 1). None where nothing was scored.
    """

    kind: Kind
    unit: str
    given: int
    pending: int
    void: int
    scored: int
    coverage: Estimate | None
    promised: float | None
    width: float | None
    bias: float | None
    error: float | None


def track_record(chain: Iterable[Kept]) -> list[Standing]:
    """How every kind of forecast that was ever given out did, by what it counts, in the order first given.

    >>> from graph.promises.promise import linked
    >>> told = [Promise.of((Kind.CASCADE, PEOPLE), {}, "v", (0, 7), Estimate(4, 2, 8))]
    >>> track_record(linked(told, [b""]))[0].pending
    1
    """
    alike: dict[tuple[Kind, str], list[Kept]] = {}
    for kept in chain:
        alike.setdefault((kept.promise.kind, kept.promise.unit), []).append(kept)
    return [_standing(*of, of_kind) for of, of_kind in alike.items()]


def _standing(kind: Kind, unit: str, of_kind: Sequence[Kept]) -> Standing:
    settled = [(kept.promise.told, kept.outcome) for kept in of_kind if kept.outcome is not None]
    scored = [(told, came.realised) for told, came in settled if came.realised is not None]
    counts = len(of_kind), len(of_kind) - len(settled), len(settled) - len(scored), len(scored)
    if not scored:
        return Standing(kind, unit, *counts, None, None, None, None, None)
    told = np.array([(one.value, one.low, one.high, one.confidence) for one, _ in scored])
    value, low, high, confidence = told.T
    came = np.array([realised for _, realised in scored])
    inside = int(np.count_nonzero((low <= came) & (came <= high)))
    positive = value > 0
    return Standing(
        kind,
        unit,
        *counts,
        coverage=wilson(inside, len(scored)),
        promised=float(confidence.mean()),
        width=float(((high - low)[positive] / value[positive]).mean()) if positive.any() else None,
        bias=float(value.sum() / came.sum() - 1) if came.sum() else None,
        error=float(np.median(np.abs(value - came) / np.maximum(came, 1.0))),
    )


def wilson(successes: int, trials: int) -> Estimate:
    """A share with the interval of Wilson (1927), which holds its confidence near 0 and 1 too.

    >>> wilson(9, 10)
    Estimate(value=0.9, low=0.595..., high=0.982..., confidence=0.95)
    """
    z = 1.959963984540054
    share = successes / trials
    middle = share + z * z / (2 * trials)
    half = z * np.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    low = 0.0 if successes == 0 else float((middle - half) / scale)
    high = 1.0 if successes == trials else float((middle + half) / scale)
    return Estimate(share, low, high)
