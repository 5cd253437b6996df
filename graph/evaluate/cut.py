"""A log as it stood at an earlier time, and what of it may be evaluated at all."""

from dataclasses import fields, replace
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from graph.consent import NO, Purpose, refused
from graph.errors import InvalidInput
from graph.events import Kind
from graph.log import NONE, EventColumns, Log
from graph.snapshot import Snapshot

SEEN = np.array([Kind.OPEN, Kind.EXPOSURE], np.int8)
"""What is done to a share, and nothing without one."""


def parted(at: NDArray[np.int64], train_share: float) -> int:
    """The time (µs since 1970) before which such a share of some openings lies, to cut a log at.

    at: (n,), rising. InvalidInput where one of the sides would be empty.

    >>> parted(np.array([10, 20, 30, 40, 50]), 0.8)
    50
    """
    cut = int(train_share * len(at))
    if not 0 < cut < len(at):
        raise InvalidInput(f"{len(at):,} openings leave nothing to learn from or to ask")
    return int(at[cut])


def until(log: Log, at: int) -> Log:
    """What of a whole log lies strictly before a time (µs since 1970).

    Shares that the remaining events came from remain too, since none is opened before it was made. People and
    products keep their codes, also those who do nothing in it any more, and what was said of them is not
    dated: it stays.
    """
    return kept(log, log.events.at < at)


def kept(log: Log, rows: NDArray[np.bool_]) -> Log:
    """Some of a log's events, all that was said of people and products. rows: shape (n,); has to keep the
    shares that kept events came from.
    """
    columns = {field.name: getattr(log.events, field.name)[rows] for field in fields(EventColumns)}
    is_share = log.events.kind == Kind.SHARE
    ids = [log.share_ids[place] for place in np.flatnonzero(rows[is_share]).tolist()]
    return replace(
        log, version=f"{log.version}:{int(rows.sum())}", share_ids=ids, events=EventColumns(**columns)
    )


def for_research(log: Log) -> tuple[Log, int]:
    """A log without the people who do not allow to be counted in evaluations, and how many these are.

    What they did goes, under whichever of their keys, with every opening and showing of their shares, every
    follow of them and what was said of them; of other acts only that they came through a share of theirs, or
    were meant for them. A share that passed on one of theirs stays as its sharer's own. As everywhere, the
    last word of each counts, and for who never spoke that of the store (graph.consent).
    """
    columns = log.events
    spoken = (columns.consent >> (2 * Purpose.RESEARCH)) & 3
    if log.consenting and not (spoken == NO).any():
        return log, 0
    whole = Snapshot.of(log)
    no = _refusing(whole)
    # Whoever is not said, or was forgotten, has the last place.
    out = np.append(no, False)[np.append(whole.people.rows(log.people), NONE)]
    by = out[np.where(columns.user != NONE, columns.user, columns.visitor)]
    theirs = columns.seq[by & (columns.kind == Kind.SHARE)]
    through = np.isin(columns.share, theirs) | out[columns.sharer]
    gone = by | out[columns.other] | (through & np.isin(columns.kind, SEEN))
    without = replace(
        columns,
        share=np.where(through, NONE, columns.share),
        parent=np.where(np.isin(columns.parent, theirs), NONE, columns.parent),
        sharer=np.where(through, NONE, columns.sharer).astype(np.int32),
        recipient=np.where(out[columns.recipient], NONE, columns.recipient).astype(np.int32),
    )
    rows = whole.people.rows([user.key for user in log.users])
    users = [user for user, row in zip(log.users, rows.tolist(), strict=True) if not no[row]]
    return kept(replace(log, events=without, users=users), ~gone), int(no.sum())


def outside_research(log: Log) -> frozenset[str]:
    """The keys of the people whom `for_research` leaves out."""
    whole = Snapshot.of(log)
    rows = whole.people.rows(log.people)
    return frozenset(compress(log.people, ((rows != NONE) & _refusing(whole)[rows]).tolist()))


def _refusing(whole: Snapshot) -> NDArray[np.bool_]:
    no = refused(whole, Purpose.RESEARCH)
    no[: whole.people.blanks] = False
    return no
