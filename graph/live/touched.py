"""Whom a delta touches, and all they ever did, as it was known at the fit and as it is known now.

Both are snapshots like any other, only of fewer events: what is computed from the one and from the other
differs by what the delta changed. Everybody keeps the row they had, so the two stand beside the fit.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.lineage import depths_and_roots, last_opened, latest_shares
from graph.live.newcomers import Newcomers
from graph.log import NONE, EventColumns, Log
from graph.noise import bursts
from graph.snapshot import Snapshot
from graph.snapshot.codes import rows_by_seq, through
from graph.snapshot.meaning import actors, meant, named, newest, through_shares
from graph.ties import Ties
from graph.timeline import Events, Rows, Shares

ByActor: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Where everybody's events begin, and the positions of all events, person by person."""


@dataclass(frozen=True, slots=True, eq=False)
class Touched:
    """All events of the people who are `renewed`, shape (people,), and everybody's names and shares.

    before, now: as they were at the fit and as they are, both as of now. too_late: see `Newcomers`.
    """

    before: Snapshot
    now: Snapshot
    renewed: NDArray[np.bool_]
    too_late: bool

    @classmethod
    def of(cls, base: Snapshot, by_actor: ByActor, tied: Ties, delta: Log) -> "Touched":
        """By a delta that continues a snapshot. by_actor, tied: the snapshot's."""
        names = Newcomers.of(base, delta)
        columns = delta.events
        people = replace(names.people, strangers=_strangers(by_actor, names, columns))
        order = np.lexsort((columns.digest, columns.kind != Kind.SHARE, columns.at))
        came, shares = _shared(base, names, delta, order)
        renewed = _renewed(tied, names, came)
        past = base.events.at_rows(_past(by_actor, np.flatnonzero(renewed[: len(base.people)])))
        events = _together(past, came, names.canonical(), shares)
        as_of = max(base.as_of, newest(came.kind, came.at))
        before = replace(base, as_of=as_of, people=people, events=past)
        now = Snapshot(
            version=delta.version,
            as_of=as_of,
            people=people,
            products=names.products,
            words=names.words,
            events=events,
            shares=_with_parents(shares, events),
            consenting=base.consenting,
        )
        return cls(before, now, renewed, names.too_late)


def _strangers(by_actor: ByActor, names: Newcomers, columns: EventColumns) -> NDArray[np.bool_]:
    """Who did all they did as a visitor, the delta included; see `People`."""
    by_account, by_visitor = actors(columns, names.naming.person)
    found, quiet = names.people.strangers.copy(), np.ones(len(names.people), np.bool_)
    quiet[: len(by_actor[0]) - 1] = np.diff(by_actor[0]) == 0
    found[by_visitor] |= quiet[by_visitor]
    found[by_account] = found[list(names.merged)] = False
    return found


def _past(by_actor: ByActor, people: NDArray[np.intp]) -> NDArray[np.int64]:
    """The positions of all that these people did until the fit, in order of time."""
    starts, rows = by_actor
    return np.sort(np.concatenate([rows[:0], *(rows[starts[row] : starts[row + 1]] for row in people)]))


def _shared(base: Snapshot, names: Newcomers, delta: Log, order: NDArray[np.intp]) -> tuple[Events, Shares]:
    """The delta's events in order, with the rows of their shares; and all shares, the new ones last and
    without a guess at their parents.
    """
    columns = delta.events
    came = named(columns, order, names.naming)
    is_share = came.kind == Kind.SHARE
    anew = np.flatnonzero(is_share)
    row_of = _share_rows(base.shares, columns.seq[order][anew])
    arrival = np.cumsum(columns.kind == Kind.SHARE) - 1
    old, more = base.shares, len(anew)
    said = {name: getattr(came, name)[anew] for name in ("product", "at", "channel", "campaign")}
    made = (
        np.append(names.canonical()[old.person], came.person[anew]),
        np.append(old.product, came.product[anew]),
        np.append(old.at, came.at[anew]),
    )
    sharer = through(names.naming.person, columns.sharer[order])
    share, parent = meant(columns, order, row_of, latest_shares(came, sharer, made))
    shares = Shares(
        event=np.append(old.event, np.full(more, NONE)),
        person=made[0],
        parent=np.append(old.parent, parent[anew]),
        root=np.append(old.root, np.full(more, NONE, np.int32)),
        depth=np.append(old.depth, np.zeros(more, np.int32)),
        inferred=np.append(old.inferred, np.zeros(more, np.bool_)),
        implied=np.append(old.implied, columns.implied[order][anew]),
        seq=np.append(old.seq, columns.seq[order][anew]),
        ids=old.ids.with_more([delta.share_ids[arrival[row]] for row in order[anew]]),
        **{name: np.append(getattr(old, name), column) for name, column in said.items()},
    )
    share[anew] = np.arange(len(old), len(old) + more, dtype=np.int32)
    return through_shares(came, share, shares.person, shares.product), shares


def _share_rows(old: Shares, new: NDArray[np.int64]) -> Callable[[NDArray[np.int64]], Rows]:
    """What finds the row of a share by its running number, the new ones behind the old."""

    def rows(wanted: NDArray[np.int64]) -> Rows:
        asked = np.flatnonzero(np.isin(old.seq, wanted[wanted != NONE]))
        places = np.append(asked, np.arange(len(old), len(old) + len(new))).astype(np.int32)
        found = rows_by_seq(np.append(old.seq[asked], new))(wanted)
        return np.where(found == NONE, NONE, places[found]).astype(np.int32) if len(places) else found

    return rows


def _renewed(tied: Ties, names: Newcomers, came: Events) -> NDArray[np.bool_]:
    """Whose rows change: who did something, who is new, who was merged, and whom the merged reached."""
    renewed = np.zeros(len(names.people), np.bool_)
    renewed[len(tied.indptr) - 1 :] = True
    renewed[came.person[came.person != NONE]] = True
    for old, new in names.merged.items():
        renewed[[old, new]] = True
        renewed[tied.target[tied.listeners(old)]] = True
    return renewed


def _together(past: Events, came: Events, canonical: Rows, shares: Shares) -> Events:
    """Old and new events in order of time, by who everybody is now."""
    then = replace(
        past,
        person=_now(canonical, past.person),
        other=_now(canonical, past.other),
        recipient=_now(canonical, past.recipient),
    )
    both = then.followed_by(came)
    order = np.lexsort((both.kind != Kind.SHARE, both.at))
    events = both.at_rows(order)
    events = through_shares(events, events.share, shares.person, shares.product)
    noise = events.noise | bursts(events.kind, events.at, events.person, events.share, events.device)
    return replace(events, noise=noise)


def _now(canonical: Rows, people: Rows) -> Rows:
    return np.where(people == NONE, NONE, canonical[people]).astype(np.int32)


def _with_parents(shares: Shares, events: Events) -> Shares:
    """The parents that the log does not say, found anew for the shares among these events; and all roots."""
    rows = np.flatnonzero(events.kind == Kind.SHARE)
    of_share = events.share[rows]
    rows = rows[shares.inferred[of_share] | (shares.parent[of_share] == NONE)]
    said = np.where(shares.inferred, NONE, shares.parent).astype(np.int32)
    guessed, of_share = last_opened(events, rows, shares.at, said), events.share[rows]
    parent, inferred = shares.parent.copy(), shares.inferred.copy()
    parent[of_share], inferred[of_share] = guessed, guessed != NONE
    root, depth = depths_and_roots(parent)
    return replace(shares, parent=parent, inferred=inferred, root=root, depth=depth)
