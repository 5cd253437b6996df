"""Consent: what people allow, each purpose by itself, by the last word they said of it.

A CONSENT event says yes or no to one or several purposes and leaves the others. Who never said anything of a
purpose allows it or not as the store's operator settled for everybody (`Snapshot.consenting`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.log import NONE, EventColumns, Log
from graph.snapshot import Snapshot


class Purpose(IntEnum):
    """What one may refuse, by its digit in graph.log.EventColumns.consent: suggestions made for oneself, and
    what one does counting for others'; being named to friends; a place of one's own being used; being
    counted in evaluations.
    """

    PERSONALISATION = 0
    NAMED_TO_FRIENDS = 1
    LOCATION = 2
    RESEARCH = 3


NO, YES = 1, 2
"""A digit; 0 is no word."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What one person allows. said: the purposes they spoke of themselves; updated_at: µs of their last
    word, None without one.
    """

    allowed: frozenset[Purpose]
    said: frozenset[Purpose]
    updated_at: int | None


def refused(snapshot: Snapshot, purpose: Purpose) -> NDArray[np.bool_]:
    """Who does not allow a purpose; shape (people,)."""
    events = snapshot.events
    rows = events.rows(Kind.CONSENT)
    said = (events.consent[rows] >> (2 * purpose)) & 3
    answered = said > 0
    no = np.full(len(snapshot.people), not snapshot.consenting)
    no[events.person[rows[answered]]] = (
        said[answered] == NO
    )  # rows are in order of time: the last word stands
    return no


def consent_of(snapshot: Snapshot, person: int) -> Standing:
    """What a person of a snapshot allows now."""
    events = snapshot.events
    rows = events.rows(Kind.CONSENT)
    mine = rows[events.person[rows] == person]
    word: dict[Purpose, int] = {}
    for row in mine.tolist():
        digits = int(events.consent[row])
        word |= {purpose: digit for purpose in Purpose if (digit := (digits >> (2 * purpose)) & 3)}
    allowed = {purpose for purpose in Purpose if word.get(purpose, YES if snapshot.consenting else NO) == YES}
    at = int(events.at[mine[-1]]) if len(mine) else None
    return Standing(frozenset(allowed), frozenset(word), at)


UNSAID = {"amount": 0, "incentive": 0, "rating": np.nan, "propensity": np.nan, "verdict": 0, "implied": False}
"""What stands in a column of an event that does not say it; NONE in the others."""


def supposing(log: Log, key: str, words: Mapping[Purpose, bool], at: int) -> Log:
    """A log in which somebody said this last, and nothing else is different; the store knows nothing of it.

    key: a user's or visitor's key. at: µs.
    """
    people = list(log.people)
    if key not in people:
        people.append(key)
    digits = sum((YES if word else NO) << (2 * purpose) for purpose, word in words.items())
    seq = np.iinfo(np.int64).max
    said = {
        "seq": seq, "digest": seq, "kind": int(Kind.CONSENT), "at": at, "user": people.index(key),
        "consent": digits,
    }  # fmt: skip
    row = {
        column.name: said.get(column.name, UNSAID.get(column.name, NONE)) for column in fields(EventColumns)
    }
    columns = {name: np.append(held := getattr(log.events, name), held.dtype.type(row[name])) for name in row}
    return replace(log, people=people, events=EventColumns(**columns))
