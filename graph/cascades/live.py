"""Cascades of a fit and what came since: the trees that something came into are grown anew, the others stay.

A tree is stirred where one of its shares is new, has another parent or sharer than in the fit, or is opened
by people or at times it was not; and where somebody in it bought or gave back. The shares of the stirred
trees, by their old roots and by their new ones, are whole trees again; with all that was ever done to them
they make a small snapshot, and `graph.cascades.cascades`, which grew every tree of the fit, grows these.

Law: every column of every cascade is that of a refit (tests/properties/test_live_laws.py), but for `delay`,
a figure of the whole log, which stays the fit's; and where two shares of one depth were made in the same
microsecond and opened by one person in another same microsecond, the order of arrival decides, since a
snapshot keeps no digests. Growing costs what the stirred trees hold; putting them in their places copies the
columns once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from graph.cascades import Cascades, Participants, Takings, cascades
from graph.events import Kind
from graph.kernels.groups import gathered
from graph.log import NONE
from graph.openings import openings
from graph.purchases import purchases
from graph.snapshot import Snapshot
from graph.texts import Keys, Texts
from graph.timeline import Events, Rows, Shares

T = TypeVar("T", bound=np.generic)
Longs = NDArray[np.int64]
Mask = NDArray[np.bool_]
Places = NDArray[np.intp]

GROWS = np.array([Kind.SHARE, Kind.OPEN], np.int8)
TRADE = np.array([Kind.PURCHASE, Kind.REFUND], np.int8)

OWN_SHAPE = frozenset(
    {"starts", "everybody", "takings", "row_by_share", "share_opens", "share_purchases", "delay", "as_of"}
)
"""Fields of `Cascades` that are not one value a cascade."""


@dataclass(frozen=True, slots=True, eq=False)
class Grove:
    """Where the events of each tree of a fit stand, so that one is found without a look at the others.

    starts: (c + 1,), each tree's places in `rows`; rows: positions in `events` of SHARE and OPEN, tree by
    tree; trade: positions of PURCHASE and REFUND.
    """

    events: Events
    starts: Longs
    rows: Rows
    trade: Places

    @classmethod
    def of(cls, snapshot: Snapshot, grown: Cascades) -> "Grove":
        """Of a fit: one pass over its events."""
        events = snapshot.events
        rows = np.flatnonzero(np.isin(events.kind, GROWS) & (events.share != NONE) & (events.person != NONE))
        starts, order = gathered(grown.row_by_share[events.share[rows]], len(grown))
        return cls(events, starts, rows[order].astype(np.int32), np.flatnonzero(np.isin(events.kind, TRADE)))

    def of_trees(self, trees: Places) -> Rows:
        """The positions of what was done in these trees."""
        parts = [self.rows[self.starts[tree] : self.starts[tree + 1]] for tree in trees.tolist()]
        return np.concatenate(parts) if parts else np.empty(0, np.int32)


def regrown(
    fitted: Cascades, grove: Grove, before: Snapshot, now: Snapshot, *, include_noise: bool = False
) -> Cascades:
    """All cascades as of a fit and a delta, those of the fit with the stirred ones in their places.

    fitted: of the fit, with or without noise as `include_noise` says. before, now: all events of the people
    whom the delta touches, as the fit knew them and as they are; `now.shares` has every share, those of the
    fit in their rows and the new ones behind. Rows of people are those of `now`.
    """
    stirred = _stirred(before, now, include_noise=include_noise)
    if not stirred.any():
        return replace(fitted, as_of=now.as_of)
    root, was = now.shares.root, before.shares.root
    begins = np.zeros(len(root), np.bool_)
    begins[root[stirred]] = True
    begins[root[was[stirred[: len(was)]]]] = True
    rows = np.flatnonzero(begins[root])
    rows = rows[np.argsort(now.shares.at[rows], kind="stable")]
    gone = np.unique(fitted.row_by_share[rows[rows < len(was)]]).astype(np.intp)
    grown = cascades(_cut_out(grove, before, now, rows, gone), include_noise=include_noise)
    return _Joint(fitted, grown, rows, gone).whole(len(now.shares), now.as_of)


def _stirred(before: Snapshot, now: Snapshot, *, include_noise: bool) -> Mask:
    """Which shares make their tree another than it was; shape (shares now,)."""
    old, new = before.shares, now.shares
    stirred = np.ones(len(new), np.bool_)
    stirred[: len(old)] = False
    for name in ("parent", "person", "inferred"):
        stirred[: len(old)] |= getattr(old, name) != getattr(new, name)[: len(old)]
    then, since = (openings(part, include_noise=include_noise) for part in (before, now))
    columns = ("share", "person", "at", "passed_on")
    for opened, other in zip((then, since), _unmatched(then, since, columns), strict=True):
        stirred[opened.share[other]] = True
    kept = purchases(before.events), purchases(now.events)
    buyers = np.zeros(len(now.people), np.bool_)
    of_line = ("person", "product", "at", "amount", "currency")
    for bought, other in zip(kept, _unmatched(*kept, of_line), strict=True):
        buyers[bought.person[other]] = True
    for opened in (then, since):
        stirred[opened.share[buyers[opened.person]]] = True
    stirred |= buyers[new.person]
    return stirred


class _Table(Protocol):
    def __len__(self) -> int: ...


def _unmatched(then: _Table, since: _Table, columns: Sequence[str]) -> tuple[Mask, Mask]:
    """Which rows of each of two tables the other does not hold as often."""
    both = [np.concatenate([getattr(then, name), getattr(since, name)]) for name in columns]
    order = np.lexsort(both)
    begins = np.ones(len(order), np.bool_)
    begins[1:] = np.any([np.diff(column[order]) != 0 for column in both], axis=0)
    group = np.cumsum(begins) - 1
    balance = np.bincount(group, np.where(order < len(then), -1, 1), len(order))
    other = np.zeros(len(order), np.bool_)
    other[order] = balance[group] != 0
    return other[: len(then)], other[len(then) :]


def _cut_out(grove: Grove, before: Snapshot, now: Snapshot, rows: Places, gone: Places) -> Snapshot:
    """The snapshot of some whole trees: their shares, renumbered in this order, all that was done to them,
    and what their people bought and gave back.
    """
    place = np.full(len(now.shares), NONE, np.int32)
    place[rows] = np.arange(len(rows), dtype=np.int32)
    people = len(now.people)
    anew, inside = np.zeros(people, np.bool_), np.zeros(people, np.bool_)
    anew[before.events.person[before.events.person != NONE]] = True
    old, new = grove.events, now.events
    still = grove.of_trees(gone)
    still = still[~anew[old.person[still]]]
    named = (new.share != NONE) & (new.person != NONE)
    came = np.flatnonzero(np.isin(new.kind, GROWS) & named & (place[new.share] != NONE))
    inside[now.shares.person[rows]] = True
    inside[old.person[still]] = inside[new.person[came]] = True
    trade = grove.trade[_among(inside & ~anew, old.person[grove.trade])]
    traded = np.flatnonzero(np.isin(new.kind, TRADE) & _among(inside, new.person))
    both = old.at_rows(np.concatenate([still, trade])).followed_by(
        new.at_rows(np.concatenate([came, traded]))
    )
    events = both.at_rows(np.lexsort((both.kind != Kind.SHARE, both.at)))
    share = np.where(events.share == NONE, NONE, place[events.share]).astype(np.int32)
    return replace(now, events=replace(events, share=share), shares=_taken(now.shares, rows, place))


def _among(people: Mask, person: Rows) -> Mask:
    inside: Mask = (person != NONE) & people[person]
    return inside


def _taken(shares: Shares, rows: Places, place: Rows) -> Shares:
    """Some shares, with all that they were passed on from; place: (shares,), where each stands among them."""
    ids = [shares.ids[row] for row in rows.tolist()]
    packed = Texts.of(ids)
    in_order = np.array(sorted(range(len(ids)), key=ids.__getitem__), np.int32)
    columns: dict[str, Any] = {
        column.name: getattr(shares, column.name)[rows] for column in fields(shares) if column.name != "ids"
    }
    for name in ("parent", "root"):
        columns[name] = np.where(columns[name] == NONE, NONE, place[columns[name]]).astype(np.int32)
    return Shares(**columns, ids=Keys(packed.letters, packed.ends, in_order))


@dataclass(frozen=True, slots=True, eq=False)
class _Joint:
    """Cascades of a fit without those that are gone, and others in their places, by root share.

    rows: the share that each share of `grown` is in the fit and what came since.
    """

    fitted: Cascades
    grown: Cascades
    rows: Places
    gone: Places

    def whole(self, shares: int, as_of: int) -> Cascades:
        """All of them, of so many shares in all."""
        pieces, sources = self._pieces(), (self.fitted, self.grown)
        row_of = [np.full(len(source), NONE, np.int32) for source in sources]
        end = 0
        for of, first, last in pieces:
            row_of[of][first:last] = np.arange(end, end + last - first, dtype=np.int32)
            end += last - first
        columns = {
            column.name: np.concatenate([getattr(sources[of], column.name)[a:b] for of, a, b in pieces])
            for column in fields(Cascades)
            if column.name not in OWN_SHAPE
        }
        columns["root"][row_of[1]] = self.rows[self.grown.root]
        return Cascades(
            **columns,
            starts=np.append(np.int64(0), np.cumsum(columns["size"])),
            everybody=self._everybody(pieces),
            takings=self._takings(row_of),
            row_by_share=self._by_share(
                row_of[0][self.fitted.row_by_share], row_of[1][self.grown.row_by_share], shares
            ),
            share_opens=self._by_share(self.fitted.share_opens, self.grown.share_opens, shares),
            share_purchases=self._by_share(self.fitted.share_purchases, self.grown.share_purchases, shares),
            delay=self.fitted.delay,
            as_of=as_of,
        )

    def _pieces(self) -> list[tuple[int, int, int]]:
        """Runs of rows in the order of roots: of which of the two (0 the fit), from, to."""
        root = self.rows[self.grown.root]
        rows = np.argsort(root)
        places = np.searchsorted(self.fitted.root, root[rows]).tolist()
        cuts = [(place, 0, row) for place, row in zip(places, rows.tolist(), strict=True)]
        cuts += [(row, 1, row) for row in self.gone.tolist()]
        pieces, done = [], 0
        for place, is_gone, row in sorted(cuts):
            if place > done:
                pieces.append((0, done, place))
            if not is_gone:
                pieces.append((1, row, row + 1))
            done = place + is_gone
        return [*pieces, (0, done, len(self.fitted))]

    def _everybody(self, pieces: Sequence[tuple[int, int, int]]) -> Participants:
        grown = self.grown.everybody
        own = np.where(grown.share == NONE, NONE, self.rows[grown.share]).astype(np.int32)
        people = self.fitted.everybody, replace(grown, share=own)
        starts = self.fitted.starts, self.grown.starts
        places = [(of, int(starts[of][a]), int(starts[of][b])) for of, a, b in pieces]
        return Participants(
            **{
                column.name: np.concatenate([getattr(people[of], column.name)[a:b] for of, a, b in places])
                for column in fields(Participants)
            }
        )

    def _takings(self, row_of: Sequence[Rows]) -> Takings:
        both = self.fitted.takings, self.grown.takings
        group = np.concatenate([row_of[of][part.group] for of, part in enumerate(both)])
        currency, amount = (
            np.concatenate([getattr(part, name) for part in both]) for name in ("currency", "amount")
        )
        order = np.lexsort((currency, group))
        order = order[group[order] != NONE]
        return Takings(group[order].astype(np.int64), currency[order], amount[order])

    def _by_share(self, old: NDArray[T], new: NDArray[T], shares: int) -> NDArray[T]:
        column = np.empty(shares, old.dtype)
        column[: len(old)] = old
        column[self.rows] = new
        return column
