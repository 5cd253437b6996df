"""Every open of a graph in five narrow columns, for where the whole log would not fit into memory."""

import numpy as np

from graph.events import Kind
from graph.log import NONE, Opens
from loaders.stores.cypher.ask import Ask
from loaders.stores.cypher.people import one_person
from loaders.stores.cypher.readout import CHUNK, RUN, Texts, events_told, said_by_kind
from loaders.stores.versions import Version

_FIELDS = ("at", "user", "visitor", "share", "device")


def opens(ask: Ask, version: Version) -> Opens:
    """All opens up to a version, in the order stored; who opened is the person they turned out to be."""
    said = said_by_kind(ask).get(Kind.OPEN, [])
    names = [name for name in _FIELDS if name in said]
    canonical, people, devices = one_person(ask), Texts(), Texts()
    chunks = [np.empty((5, 0), np.int64)]
    for start in range(0, version.seq if said else 0, CHUNK):
        told = events_told(ask, Kind.OPEN, names, RUN, after=start, upto=min(start + CHUNK, version.seq))
        nothing = [False] * len(told["seq"])
        users, visitors = (told.get(name, nothing) for name in ("user", "visitor"))
        keys = [user or visitor for user, visitor in zip(users, visitors, strict=True)]
        chunks.append(
            np.array(
                [
                    told["seq"],
                    told["at"],
                    people.codes([canonical.get(key, key) for key in keys]),
                    [NONE if share is False else share for share in told.get("share", nothing)],
                    devices.codes(told.get("device", nothing)),
                ],
                dtype=np.int64,
            )
        )
    columns = np.concatenate(chunks, axis=1)
    seq, at, person, share, device = columns[:, np.argsort(columns[0])]
    return Opens(seq, at, person.astype(np.int32), share, device.astype(np.int32))
