"""Who opened whose share, and when: what cascades, credit and conversion all count.

An opening is an OPEN of somebody else's share, or the passing on of one, which counts as an open of it at
the time of the passing on. Opens of one's own shares never count, passing on one's own share neither; noise
counts only if asked for. A person may open a share again and again; counts are of distinct (person, share),
at the first of these.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.kernels.groups import firsts
from graph.log import NONE
from graph.snapshot import Snapshot
from graph.timeline import Rows


@dataclass(frozen=True, slots=True, eq=False)
class Openings:
    """k openings in order of time; all arrays of shape (k,).

    person: who opened, never the sharer. share, sharer, product: what of whose. at: microseconds since 1970.
    first: no earlier opening of this share by this person. passed_on: it is a passing on.
    """

    person: Rows
    share: Rows
    sharer: Rows
    product: Rows
    at: NDArray[np.int64]
    first: NDArray[np.bool_]
    passed_on: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.person)

    def taken(self, rows: NDArray[np.bool_]) -> "Openings":
        """Some of them; `rows` has to take all of a share's or none, so that the first stay the first."""
        return Openings(
            person=self.person[rows],
            share=self.share[rows],
            sharer=self.sharer[rows],
            product=self.product[rows],
            at=self.at[rows],
            first=self.first[rows],
            passed_on=self.passed_on[rows],
        )


def openings(snapshot: Snapshot, *, include_noise: bool = False) -> Openings:
    """Every opening of a snapshot.

    >>> from tests.toy import snapshot
    >>> opened = openings(snapshot("ana>bea>cy:tea ana>ana,bea:tea"))
    >>> list(zip(opened.person.tolist(), opened.share.tolist(), opened.first.tolist(), strict=True))
    [(1, 0, True), (1, 0, False), (2, 1, True), (1, 0, False)]
    """
    events, shares = snapshot.events, snapshot.shares
    made_by = shares.person
    of_share = events.share.copy()
    passed_on = events.kind == Kind.SHARE
    of_share[passed_on] = shares.parent[events.share[passed_on]]
    counts = (of_share != NONE) & (events.person != NONE) & (passed_on | (events.kind == Kind.OPEN))
    counts &= ~events.noise | np.bool_(include_noise)
    rows = np.flatnonzero(counts)
    rows = rows[made_by[of_share[rows]] != events.person[rows]]
    share, person = of_share[rows], events.person[rows]
    return Openings(
        person=person,
        share=share,
        sharer=made_by[share],
        product=shares.product[share],
        at=events.at[rows],
        first=firsts(share, person, len(shares), len(snapshot.people)),
        passed_on=passed_on[rows],
    )
