"""Stretches of time in which so many different people acted.

Where nobody is to be told of fewer than k people, two answers about times that differ by one act must not
differ by what one person did. So time is cut where k different people have acted since the last cut, and an
act counts as of the beginning of its stretch: any two times then differ by whole stretches, of k people each,
however they are chosen. It is a fixed partition, the control of overlap that no sequence of questions gets
round (Denning & Schlörer 1983), with time as the only dimension, and groups no larger than they have to be
(Domingo-Ferrer & Mateo-Sanz 2002).
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from graph.kernels.csr import Longs
from graph.kernels.jit import njit

Ints = NDArray[np.signedinteger[Any]]

NOT_YET: Final = np.iinfo(np.int64).max
"""When the stretch of an act began that is not complete."""


def stretches(person: Ints, at: Longs, fewest: int) -> Longs:
    """When the stretch of each act began; shape (n,), NOT_YET for those after the last whole one.

    person: (n,), who acted, not negative. at: (n,), when, in any order; acts at one time are in one stretch.
    fewest: people in a stretch; at 0 each act is told as of its own time.

    >>> ana, bea, cy = range(3)
    >>> stretches(np.array([ana, ana, bea, bea, cy, cy]), np.array([0, 1, 2, 3, 4, 5]), 2).tolist()[:5]
    [0, 0, 0, 3, 3]
    >>> bool(stretches(np.array([ana, ana, bea, bea, cy, cy]), np.arange(6), 2)[5] == NOT_YET)
    True
    """
    if not fewest:
        return at
    order = np.argsort(at, kind="stable")
    began = np.empty(len(at), np.int64)
    began[order] = _began(person[order], at[order], fewest, int(person.max(initial=-1)) + 1)
    return began


@njit
def _began(person: Ints, at: Longs, fewest: int, people: int) -> Longs:
    began = np.full(len(at), NOT_YET, np.int64)
    last = np.full(people, -1, np.int64)
    first, different = 0, 0
    for act in range(len(at)):
        if different >= fewest and at[act] > at[act - 1]:
            began[first:act] = at[first]
            first, different = act, 0
        if last[person[act]] < first:
            different += 1
        last[person[act]] = act
    if different >= fewest:
        began[first:] = at[first]
    return began
