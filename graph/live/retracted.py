"""Whether somebody took back what they allowed, between two analyses of one store."""

import numpy as np
from numpy.typing import NDArray

from graph.analysis import Analysis
from graph.log import NONE

Allowed = NDArray[np.uint8]


def retracted(before: Analysis, now: Analysis) -> bool:
    """Whether there is somebody who allows less in `now` than in `before`, an analysis of an earlier version
    of the same store: what was answered from that may then show what they took back.

    Rows of one fit stay where they are (graph.live.newcomers); everybody else is found by their key. A
    visitor who became somebody is asked as who they are now.
    """
    then, today = _allowed(before), _allowed(now)
    same = len(before.last_fit.snapshot.people) if before.last_fit is now.last_fit else 0
    if np.any(then[:same] & ~today[:same]):
        return True
    others = same + np.flatnonzero(then[same:])
    rows = now.snapshot.people.rows([before.snapshot.people.keys[int(row)] for row in others])
    found = rows != NONE
    return bool(np.any(then[others[found]] & ~today[rows[found]]))


def _allowed(analysis: Analysis) -> Allowed:
    """What everybody allows, a bit for each purpose."""
    shelf = analysis.shelf
    allowed = np.stack([shelf.personal, shelf.named, shelf.located])
    packed: Allowed = np.packbits(allowed, axis=0)[0]
    return packed
