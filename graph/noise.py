"""Bursts a person cannot make.

Three rules, each counted on the events in order of time: the same person opening the same share again within
a second; more than `OPENS_PER_DEVICE` opens within any hour from one device; more than `OPENS_PER_PERSON`
within any hour by one person. What a rule catches stays in the store and in every snapshot, marked; measures
leave it out unless asked.
"""

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.kernels.jit import njit
from graph.log import NONE

Rows = NDArray[np.int32]

SECOND = 1_000_000
HOUR = 3_600 * SECOND
OPENS_PER_DEVICE = 200
OPENS_PER_PERSON = 600
"""One open every six seconds for an hour: beyond a person's patience, whatever the device."""


def bursts(
    kind: NDArray[np.int8],
    at: NDArray[np.int64],
    person: Rows,
    share: Rows,
    device: Rows,
) -> NDArray[np.bool_]:
    """Which of n events, in order of time, belong to a burst; columns as in `graph.timeline.Events`, all of
    shape (n,).

    Of a repeat within a second the first event is kept; of an hour above the limit every open is marked, the
    first ones too, because it is the device that is not believed.
    """
    noise = np.zeros(len(kind), np.bool_)
    opens = np.flatnonzero(kind == Kind.OPEN)
    order = opens[np.lexsort((at[opens], share[opens], person[opens]))]
    again = (np.diff(person[order]) == 0) & (np.diff(share[order]) == 0) & (np.diff(at[order]) < SECOND)
    noise[order[1:][again]] = True
    for who, limit in ((device, OPENS_PER_DEVICE), (person, OPENS_PER_PERSON)):
        known = opens[who[opens] != NONE]
        order = known[np.lexsort((at[known], who[known]))]
        _mark_crowded_hours(order, who, at, limit, noise)
    return noise


@njit
def _mark_crowded_hours(
    order: NDArray[np.intp], who: Rows, at: NDArray[np.int64], limit: int, noise: NDArray[np.bool_]
) -> None:
    first, marked = 0, 0
    for last in range(len(order)):
        while who[order[first]] != who[order[last]] or at[order[last]] - at[order[first]] >= HOUR:
            first += 1
        if last - first + 1 > limit:
            for i in range(max(first, marked), last + 1):
                noise[order[i]] = True
            marked = last + 1
