"""Which share was passed on, where the log does not say: one function, several rules.

A share without a parent passed on one of the shares of its product that its sharer had opened before it, if
any. Each rule prefers one of these: the one opened last (the snapshot's own, made when it is built), the one
opened first, or the one whose sharer is most likely to have moved this person, by the posterior chance that a
share of theirs is seen and opened. (Those posteriors are learned with the snapshot's parents.) What the log
says stays. Shares that have a parent and those that have none are nearly the same under every rule; cascades
keep their roots, and their people stand elsewhere in them.

Where it matters is asked for, not built in: cascades are grown under a rule (`Cascades` of another snapshot),
and the stored snapshot stays one.
"""

from dataclasses import replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.lineage import Preference, depths_and_roots, last_opened
from graph.log import NONE
from graph.snapshot import Snapshot
from graph.ties import Ties
from graph.timeline import Rows


class ParentRule(Enum):
    """Which of the opened shares was passed on."""

    LATEST = "the one opened last"
    FIRST = "the one opened first"
    LIKELIEST = "the one whose sharer this person follows most, by transmission"


def under(snapshot: Snapshot, rule: ParentRule, tied: Ties) -> Snapshot:
    """The snapshot with the parents that this rule infers.

    >>> from graph.ties import ties
    >>> from tests.toy import snapshot
    >>> shop = snapshot("ana>cy:tea bea>cy:tea cy>:tea")
    >>> firsts = under(shop, ParentRule.FIRST, ties(shop))
    >>> shop.shares.parent.tolist(), firsts.shares.parent.tolist()
    ([-1, -1, 1], [-1, -1, 0])
    """
    events, shares = snapshot.events, snapshot.shares
    said = np.where(shares.inferred, NONE, shares.parent).astype(np.int32)
    rows = np.flatnonzero(events.kind == Kind.SHARE)
    guessed = np.full(len(shares), NONE, np.int32)
    guessed[events.share[rows]] = last_opened(
        events, rows, shares.at, said, _preference(snapshot, rule, tied)
    )
    parent = np.where(said != NONE, said, guessed)
    root, depth = depths_and_roots(parent)
    inferred = (said == NONE) & (guessed != NONE)
    return replace(snapshot, shares=replace(shares, parent=parent, root=root, depth=depth, inferred=inferred))


def _preference(snapshot: Snapshot, rule: ParentRule, tied: Ties) -> Preference | None:
    if rule is ParentRule.LATEST:
        return None
    if rule is ParentRule.FIRST:
        return lambda opens, _: -opens.astype(np.float64)

    def chance(opens: NDArray[np.intp], share: Rows) -> NDArray[np.float64]:
        if not len(tied):
            return np.zeros(len(opens))
        people = np.int64(len(snapshot.people))
        known = tied.source * people + tied.target
        asked = snapshot.shares.person[share] * people + snapshot.events.person[opens]
        place = np.minimum(np.searchsorted(known, asked), len(known) - 1)
        return np.where(known[place] == asked, tied.per_share[place], 0.0)

    return chance
