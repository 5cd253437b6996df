"""Whom a demonstration shows: five people who have little in common, and a link for a stranger.

Chosen by what they did, so that the same log always shows the same people: whoever bought most, whoever
opened shares of most people, whoever's shares were opened by most, somebody who did one thing only, and the
newest account, which did nothing yet. Bursts no person can make do not count.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.log import NONE
from graph.snapshot import Snapshot

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Role:
    """One of the cast. key: of the user; says: why they are shown."""

    key: str
    says: str


@dataclass(frozen=True, slots=True)
class Link:
    """A share that a stranger opens."""

    share: str
    sharer: int
    product: int


def cast(snapshot: Snapshot) -> list[Role]:
    """Up to five different people; fewer where the log holds nobody for a role."""
    bought, opened, reached = _bought(snapshot), _opened(snapshot), _reached(snapshot)
    did = _did(snapshot)
    told = (
        (bought, "bought {} times, more than anybody"),
        (opened, "opened what {} people shared"),
        (reached, "had shares opened by {} people"),
        ((did == 1) * opened, "opened one share, and nothing else"),
        (_new(snapshot) * (did == 0), "signed up last, and did nothing yet"),
    )
    roles: dict[int, str] = {}
    for score, says in told:
        left = np.where(np.isin(np.arange(len(score)), list(roles)), 0, score)
        if left.any():
            best = int(left.argmax())
            roles[best] = says.format(f"{left[best]:,}")
    return [Role(snapshot.people.keys[person], says) for person, says in roles.items()]


def link(snapshot: Snapshot) -> Link | None:
    """The share opened by most people, of the last tenth of all shares; None where nothing was opened."""
    events, shares = snapshot.events, snapshot.shares
    opens = events.rows(Kind.OPEN)
    through = events.share[opens[~events.own[opens]]]
    times = np.bincount(through[through != NONE], minlength=len(shares))
    times[: len(shares) * 9 // 10] = 0
    if not times.any():
        return None
    share = int(times.argmax())
    event = shares.event[share]
    return Link(shares.ids[share], int(events.person[event]), int(events.product[event]))


def _bought(snapshot: Snapshot) -> Counts:
    return _times(snapshot, snapshot.events.person[snapshot.events.rows(Kind.PURCHASE)])


def _opened(snapshot: Snapshot) -> Counts:
    """By person, of how many others they opened shares."""
    opener, sharer = _pairs(snapshot)
    return _times(snapshot, opener[_first(opener, sharer)])


def _reached(snapshot: Snapshot) -> Counts:
    """By person, how many others opened their shares."""
    opener, sharer = _pairs(snapshot)
    return _times(snapshot, sharer[_first(opener, sharer)])


def _did(snapshot: Snapshot) -> Counts:
    """By person, what they did, signing up aside."""
    events = snapshot.events
    kinds = [kind for kind in Kind if kind not in (Kind.SIGNUP, Kind.CONSENT, Kind.EXPOSURE)]
    return _times(snapshot, events.person[events.rows(*kinds, noise=True)])


def _new(snapshot: Snapshot) -> Counts:
    """By person, the position of their SIGNUP: the later, the larger; 0 without one."""
    signups = snapshot.events.rows(Kind.SIGNUP)
    position = np.zeros(len(snapshot.people), np.int64)
    position[snapshot.events.person[signups]] = signups + 1
    return position


def _pairs(snapshot: Snapshot) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    events = snapshot.events
    opens = events.rows(Kind.OPEN)
    opens = opens[~events.own[opens] & (events.share[opens] != NONE)]
    return events.person[opens], events.person[snapshot.shares.event[events.share[opens]]]


def _first(opener: NDArray[np.int32], sharer: NDArray[np.int32]) -> NDArray[np.int64]:
    """A position of each distinct pair."""
    first: NDArray[np.int64]
    _, first = np.unique(opener.astype(np.int64) << 32 | sharer, return_index=True)
    return first


def _times(snapshot: Snapshot, people: NDArray[np.int32]) -> Counts:
    """How often each person stands there; 0 for whoever was forgotten or has no account."""
    return np.bincount(people[people != NONE], minlength=len(snapshot.people))
