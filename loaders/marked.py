"""How many events of a load are noise, without building a snapshot.

Whether an open belongs to a burst depends on what came before and after it and on who turned out to be whom,
so it is counted from the store after the load, over all opens.
"""

import numpy as np

from graph.events import Kind
from graph.log import NONE
from graph.noise import bursts
from graph.people import joined
from graph.store import Store


def noise_since(store: Store, version: str | None) -> int:
    """Events stored after this version of the store that belong to bursts no person can make; all such events
    for None, or for a version from before somebody was forgotten.
    """
    log = store.read()
    events = log.events
    opens = np.flatnonzero(events.kind == Kind.OPEN)
    opens = opens[np.lexsort((events.digest[opens], events.at[opens]))]
    canonical, _ = joined(events.user, events.visitor, events.at, events.digest, len(log.people))
    said = np.where(events.user != NONE, events.user, events.visitor)[opens]
    person = np.where(said != NONE, canonical[said], NONE)
    _, share = np.unique(events.share[opens], return_inverse=True)
    noise = bursts(events.kind[opens], events.at[opens], person, share.astype(np.int32), events.device[opens])
    return int(np.count_nonzero(noise & (events.seq[opens] > _last_before(store, version))))


def _last_before(store: Store, version: str | None) -> int:
    if version is None or not store.continues(version):
        return 0
    return int(store.read(version).events.seq.min(initial=np.iinfo(np.int64).max)) - 1
