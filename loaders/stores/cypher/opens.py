"""Opens of a graph in five narrow columns, for where the whole log would not fit into memory."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np

from graph.events import Kind
from graph.log import NONE, Opens
from loaders.stores.cypher.ask import Ask
from loaders.stores.cypher.people import one_person
from loaders.stores.cypher.readout import CHUNK, RUN, Texts, Told, events_told, said_by_kind
from loaders.stores.nearby import mostly_new, stretches
from loaders.stores.versions import Version

_FIELDS = ("at", "user", "visitor", "share", "device")
_STRETCH = "datetime({epochSeconds: $begin}) <= r.at <= datetime({epochSeconds: $end}) AND r.seq <= $upto"


def opens(ask: Ask, version: Version, since: int, within: timedelta) -> Opens:
    """Opens up to a version, in the order stored: at least those within so much of one stored after `since`.

    Who opened is the person they turned out to be.
    """
    said = said_by_kind(ask).get(Kind.OPEN, [])
    names = [name for name in _FIELDS if name in said]
    canonical, people, devices = one_person(ask), Texts(), Texts()
    chunks = [np.empty((5, 0), np.int64)]
    for told in _told(ask, names, version, since, within) if said else ():
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


def _told(ask: Ask, names: list[str], version: Version, since: int, within: timedelta) -> Iterator[Told]:
    if mostly_new(since, version.seq):
        yield from (events_told(ask, Kind.OPEN, names, RUN, **run) for run in _runs(0, version.seq))
        return
    new = (events_told(ask, Kind.OPEN, ["at"], RUN, **run) for run in _runs(since, version.seq))
    times = np.array([at for told in new for at in told["at"]], np.int64)
    for begin, end in stretches(times, within):
        # Whole seconds hold the stretch; what is beside it does no harm.
        moments = {"begin": begin // 1_000_000, "end": -(-end // 1_000_000), "upto": version.seq}
        yield events_told(ask, Kind.OPEN, names, _STRETCH, by="at", **moments)


def _runs(after: int, last: int) -> Iterator[dict[str, Any]]:
    return ({"after": start, "upto": min(start + CHUNK, last)} for start in range(after, last, CHUNK))
