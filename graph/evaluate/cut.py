"""A log as it stood at an earlier time."""

from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.log import EventColumns, Log


def until(log: Log, at: int) -> Log:
    """What of a whole log lies strictly before a time (µs since 1970).

    Shares that the remaining events came from remain too, since none is opened before it was made. People and
    products keep their codes, also those who do nothing in it any more, and what was said of them is not
    dated: it stays.
    """
    return kept(log, log.events.at < at)


def kept(log: Log, rows: NDArray[np.bool_]) -> Log:
    """Some of a log's events, all that was said of people and products. rows: shape (n,); has to keep the
    shares that kept events came from.
    """
    columns = {field.name: getattr(log.events, field.name)[rows] for field in fields(EventColumns)}
    is_share = log.events.kind == Kind.SHARE
    ids = [log.share_ids[place] for place in np.flatnonzero(rows[is_share]).tolist()]
    return replace(
        log, version=f"{log.version}:{int(rows.sum())}", share_ids=ids, events=EventColumns(**columns)
    )
