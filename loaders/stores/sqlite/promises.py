"""Forecasts that were given out, in an SQLite file: a table of its own, which no version counts.

graph.promises.promise has the law; what was asked goes with whom it names.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from secrets import token_bytes
from typing import Any

from graph.estimate import Estimate
from graph.promises.promise import NONCE_BYTES, Kept, Kind, Outcome, Promise, linked
from loaders.sealing import Seal
from loaders.stores.sayings import asked_kept, asked_of
from loaders.stores.sqlite.file import Connection
from loaders.stores.tombstones import Tombstones

_COLUMNS = (
    "place, kind, unit, asked, version, as_of, due, value, low, high, confidence, nonce, commitment, seal, "
    "realised, settled"
)


def keep(connection: Connection, promises: Sequence[Promise], tombstones: Tombstones) -> int:
    """Link those that were not given before to the chain; how many these were."""
    by_question = {tombstones.question(promise.question): promise for promise in promises}
    known = {
        question
        for question in by_question
        if connection.execute("SELECT 1 FROM promises WHERE question = ?", (question,)).fetchone()
    }
    new = [promise for question, promise in by_question.items() if question not in known]
    last = connection.execute(f"SELECT {_COLUMNS} FROM promises ORDER BY place DESC LIMIT 1").fetchone()
    before = None if last is None else _kept(last, connection.seal)
    chain = linked(new, [token_bytes(NONCE_BYTES) for _ in new], before)
    connection.executemany(
        f"INSERT INTO promises ({_COLUMNS}, question) VALUES ({', '.join('?' * 17)})",
        [_row(kept, tombstones, connection.seal) for kept in chain],
    )
    return len(new)


def chain(connection: Connection) -> list[Kept]:
    """All of them, from the first."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM promises ORDER BY place")
    return [_kept(row, connection.seal) for row in rows]


def settle(connection: sqlite3.Connection, outcomes: Mapping[int, Outcome]) -> None:
    """Say what became of some, by place; what was said before stays."""
    connection.executemany(
        "UPDATE promises SET realised = ?, settled = ? WHERE place = ? AND settled IS NULL",
        [(came.realised, came.version, place) for place, came in outcomes.items()],
    )


def take_out(connection: Connection, names: AbstractSet[str]) -> None:
    """Leave the figures alone of what names one of these people or shares."""
    gone = [kept.place for kept in chain(connection) if not names.isdisjoint(kept.promise.names())]
    connection.executemany(
        "UPDATE promises SET asked = '', nonce = x'', question = NULL WHERE place = ?",
        [(place,) for place in gone],
    )


def _row(kept: Kept, tombstones: Tombstones, under: Seal) -> tuple[object, ...]:
    question: bytes | None = tombstones.question(kept.promise.question)
    if tombstones.mention(kept.promise.names()):
        kept, question = kept.without_question(), None
    promise, told = kept.promise, kept.promise.told
    return (
        *(
            kept.place,
            promise.kind.value,
            promise.unit,
            asked_kept(promise.asked, kept.place, under),
            promise.version,
            promise.as_of,
            promise.due,
        ),
        *(told.value, told.low, told.high, told.confidence),
        *(kept.nonce, kept.commitment, kept.seal, None, None, question),
    )


def _kept(row: Sequence[Any], under: Seal) -> Kept:
    place, kind, unit, asked, version, as_of, due, *told, nonce, commitment, seal, realised, settled = row
    promise = Promise(Kind(kind), unit, asked_of(asked, place, under), version, as_of, due, Estimate(*told))
    outcome = None if settled is None else Outcome(realised, settled)
    return Kept(place, promise, nonce, commitment, seal, outcome)
