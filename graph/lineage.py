"""Where a share came from: its parent, its root and how many hands it passed through.

Most logs do not say which share was passed on. The rule here: a share without a parent gets the share of that
product which its sharer had opened last, if that one is older than the share itself; else it is a root.
Whatever rests on such a guess says so (`inferred`). Other rules prefer another of those opened
(graph.cascades.parents).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.kernels.jit import njit
from graph.log import NONE
from graph.timeline import Events, Rows

Preference = Callable[[NDArray[np.intp], Rows], NDArray[np.float64]]
"""How much each of some opens (positions in `Events`, and the shares opened) is preferred."""


def last_opened(
    events: Events,
    rows: NDArray[np.intp],
    shared_at: NDArray[np.int64],
    parent: Rows,
    preferred: Preference | None = None,
) -> Rows:
    """For each of these events the share of its product that its person had opened last, −1 where there is
    none. preferred: of those opened by then the one preferred most, and of these the last.

    rows: positions of events that have a person and a product. shared_at, parent: when each share was made,
    and the share it passed on (−1 none, or not known), by row: passing on counts as opening. An open at the
    very time of the event counts; the share that was opened has to be strictly older than the event. Opens of
    one's own shares and noise do not count.
    """
    opened = np.where(events.kind == Kind.OPEN, events.share, NONE)
    shares = events.kind == Kind.SHARE
    opened[shares] = parent[events.share[shares]]
    opens = np.flatnonzero((opened != NONE) & ~events.own & ~events.noise)
    place = np.concatenate([opens, rows])
    asks = np.zeros(len(place), np.bool_)
    asks[len(opens) :] = True
    order = np.lexsort((asks, events.at[place], events.product[place], events.person[place]))
    answer = np.full(len(place), NONE, np.int32)
    ordered = place[order]
    same = np.zeros(len(order), np.bool_)
    same[1:] = (np.diff(events.person[ordered]) == 0) & (np.diff(events.product[ordered]) == 0)
    liked = np.zeros(len(place))
    if preferred is not None:
        liked[: len(opens)] = preferred(opens, opened[opens].astype(np.int32))
    answer[order] = _carry_forward(
        opened[ordered], events.at[ordered], asks[order], same, shared_at, liked[order]
    )
    return answer[len(opens) :]


def latest_shares(events: Events, sharer: Rows, shares: tuple[Rows, Rows, NDArray[np.int64]]) -> Rows:
    """For each event that names somebody as its sharer, that person's latest share of its product; −1 where
    there is none.

    sharer: shape (n,), a row of people, −1 where none is named. shares: person, product and time of every
    share, by row. At or before the event's time; strictly before for a SHARE, so that none finds itself. It
    rests on the whole log, not on what had arrived when the event did.
    """
    asks = np.flatnonzero((sharer != NONE) & (events.product != NONE))
    person, product, at = shares
    known = np.flatnonzero(np.isin(person, sharer[asks]))
    who = np.concatenate([person[known], sharer[asks]])
    what = np.concatenate([product[known], events.product[asks]])
    turn = np.concatenate([np.ones(len(known), np.int8), np.where(events.kind[asks] == Kind.SHARE, 0, 2)])
    order = np.lexsort((turn, np.concatenate([at[known], events.at[asks]]), what, who))
    place, is_share = np.arange(len(order)), order < len(known)
    begins = np.ones(len(order), np.bool_)
    begins[1:] = (np.diff(who[order]) != 0) | (np.diff(what[order]) != 0)
    latest = np.maximum.accumulate(np.where(is_share, place, NONE))
    met = ~is_share & (latest >= np.maximum.accumulate(np.where(begins, place, 0)))
    found = np.full(len(events), NONE, np.int32)
    found[asks[order[met] - len(known)]] = known[order[latest[met]]]
    return found


@njit
def _carry_forward(
    share: Rows,
    at: NDArray[np.int64],
    asks: NDArray[np.bool_],
    same: NDArray[np.bool_],
    shared_at: NDArray[np.int64],
    liked: NDArray[np.float64],
) -> Rows:
    answer = np.full(len(share), -1, np.int32)
    best, most = -1, 0.0
    for i in range(len(share)):
        if not same[i]:
            best = -1
        if not asks[i]:
            if best < 0 or liked[i] >= most:
                best, most = share[i], liked[i]
        elif best >= 0 and shared_at[best] < at[i]:
            answer[i] = best
    return answer


@njit
def depths_and_roots(parent: Rows) -> tuple[Rows, Rows]:
    """The root of every share and the number of shares before it on the way, in O(m) whatever the order of
    rows.

    parent: shape (m,), −1 for a root, without cycles.

    >>> depths_and_roots(np.array([-1, 0, 1, -1], np.int32))[0].tolist()
    [0, 0, 0, 3]
    """
    root = np.full(len(parent), -1, np.int32)
    depth = np.zeros(len(parent), np.int32)
    path = np.empty(len(parent), np.int32)
    for start in range(len(parent)):
        share, steps = start, 0
        while root[share] < 0 and parent[share] >= 0:
            path[steps] = share
            steps += 1
            share = parent[share]
        if root[share] < 0:
            root[share] = share
        for step in range(steps - 1, -1, -1):
            below = path[step]
            root[below] = root[share]
            depth[below] = depth[parent[below]] + 1
    return root, depth
