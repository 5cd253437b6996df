"""How far what came lay from what lists of openers would have told, week by week, before today."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from graph.appeal import Acts, Memory, appeal
from graph.kernels.limited_audiences import Audiences, additions

AHEAD = timedelta(days=7)
"""The coming days."""

FIRST, STRETCHES, FEWEST = 50, 12, 3
"""How many people of earlier lists are asked about, over how many stretches as long as the one ahead, and
below how many of these they say nothing.
"""

BELIEVED = 10.0
"""People for whom as many are believed to come as are expected, before any week is looked at."""

WORK = 1 << 24
"""Acts that all these lists together may look at; of larger logs fewer stretches are asked about."""


@dataclass(frozen=True, slots=True)
class Surprise:
    """level: how many came for each who was expected. variance: of what came around that, beyond a Poisson's,
    as a multiple of its square.
    """

    level: float
    variance: float


def surprise(acts: Acts, memory: Memory, at: int, ahead: timedelta = AHEAD) -> Surprise | None:
    """How the first fifty people of earlier lists did, by moments; None where too few stretches are known.

    Over the lists of the last stretches of this length before a time (µs since 1970), three months of weeks.
    memory: today's, so that errors of learning it are not in this.
    """
    length = ahead // timedelta(microseconds=1)
    known = (at - int(acts.at[0])) // length - 1 if len(acts) else 0
    stretches = min(known, STRETCHES, max(WORK // max(len(acts), 1), FEWEST))
    if stretches < FEWEST:
        return None
    then = (_told_and_came(acts, memory, at - back * length, ahead) for back in range(1, stretches + 1))
    told, came = np.array(list(then)).T
    level = float((came.sum() + BELIEVED) / (told.sum() + BELIEVED))
    foretold = level * told
    off, whole = float(np.sum((came - foretold) ** 2 - foretold)), float(np.sum(foretold**2))
    return Surprise(level, max(off / whole, 0.0) if whole > 0 else memory.spread)


def _told_and_came(acts: Acts, memory: Memory, at: int, ahead: timedelta) -> tuple[float, int]:
    """What the first people of the list of a time expected together, and how many came."""
    told = appeal(acts, at=at, horizon=ahead, memory=memory)
    first = told.seeds(FIRST)
    rows = Audiences(told.pairs.indptr, told.pairs.indices, told.pairs.each_weight(), memory.alike)
    later = acts.since(at).before(at + ahead // timedelta(microseconds=1))
    came = np.unique(later.person[np.isin(later.sharer, first)])
    return float(additions(rows, np.empty(0, np.int32), first).sum()), len(came)
