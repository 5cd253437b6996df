"""How many events of a load are noise, without building a snapshot.

Whether an open belongs to a burst depends on what came within an hour before and after it and on who turned
out to be whom, so it is judged after the load, over all opens of the store that are as near to a new one;
five columns of them fit where a log does not.
"""

import numpy as np

from graph.events import MICROSECOND, Kind
from graph.noise import HOUR, bursts
from graph.store import Store
from loaders.stores.versions import Version

NEAR = HOUR * MICROSECOND
"""How far a burst reaches: its rules look at an hour, or less."""


def noise_since(store: Store, version: str | None = None) -> int:
    """How many opens stored after this version of the store are part of a burst no person can make; all such
    opens for None, or for a version from before somebody was forgotten.
    """
    opens = store.opens(version, within=NEAR)
    order = np.lexsort((opens.seq, opens.at))
    kind = np.full(len(order), int(Kind.OPEN), np.int8)
    share = opens.share[order].astype(np.int32)
    noise = bursts(kind, opens.at[order], opens.person[order], share, opens.device[order])
    return int(np.count_nonzero(noise & (opens.seq[order] > _last(store, version))))


def _last(store: Store, version: str | None) -> int:
    """The running number of the newest event of a version."""
    then = Version.read(version) if version is not None and store.continues(version) else None
    return then.seq if then else 0
