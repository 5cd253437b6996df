"""Whether somebody took back what they allowed, between two analyses of one store."""

import numpy as np
from numpy.typing import NDArray

from graph.analysis import Analysis
from graph.consent import Purpose
from graph.log import NONE

Allowed = NDArray[np.uint8]


def retracted(before: Analysis, now: Analysis) -> bool:
    """Whether there is somebody who allows less in `now` than in `before`, an analysis of an earlier version
    of the same store: what was answered from that may then show what they took back.

    Rows of one fit stay where they are (graph.live.newcomers); everybody else is found by their key. A
    visitor who became somebody is asked as who they are now. Who turned out to be a visitor without an
    account is named no longer, and took nothing back.
    """
    unknown = now.snapshot.people.strangers & ~now.refusing(Purpose.NAMED_TO_FRIENDS)
    then, today = _allowed(before, before.shelf.named), _allowed(now, now.shelf.named | unknown)
    same = len(before.last_fit.snapshot.people) if before.last_fit is now.last_fit else 0
    if np.any(then[:same] & ~today[:same]):
        return True
    others = same + np.flatnonzero(then[same:])
    rows = now.snapshot.people.rows([before.snapshot.people.keys[int(row)] for row in others])
    found = rows != NONE
    return bool(np.any(then[others[found]] & ~today[rows[found]]))


def _allowed(analysis: Analysis, named: NDArray[np.bool_]) -> Allowed:
    """What everybody allows, a bit for each purpose."""
    allowed = np.stack([analysis.shelf.personal, named, analysis.shelf.located])
    packed: Allowed = np.packbits(allowed, axis=0)[0]
    return packed
