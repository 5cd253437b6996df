"""A log as it stood at an earlier time."""

from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from graph.errors import InvalidInput
from graph.events import Kind
from graph.log import EventColumns, Log


def parted(at: NDArray[np.int64], train_share: float) -> int:
    """The time (µs since 1970) before which such a share of some openings lies, to cut a log at.

    at: (n,), rising. InvalidInput where one of the sides would be empty.

    >>> parted(np.array([10, 20, 30, 40, 50]), 0.8)
    50
    """
    cut = int(train_share * len(at))
    if not 0 < cut < len(at):
        raise InvalidInput(f"{len(at):,} openings leave nothing to learn from or to ask")
    return int(at[cut])


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
