"""Answers that were given out, in an SQLite file: two tables of their own, which no version counts.

graph.answers has the law. Keys stand there as they are, so that the tables can be read by themselves.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import groupby
from operator import itemgetter

import orjson

from graph.answers import FORGOTTEN, Given, Place, unnamed
from loaders.stores.tombstones import Tombstones

_NEW = "INSERT INTO answers (id, version, person, surface, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_PLACE = (
    "INSERT INTO places VALUES ((SELECT seq FROM answers WHERE id = ?), ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)


def keep(connection: sqlite3.Connection, given: Sequence[Given], tombstones: Tombstones) -> int:
    """Note answers, or further pages of them; how many were not there before."""
    new = 0
    for one in given:
        gone = one.person is not None and tombstones.hold(one.person)
        answer = one.without_person() if gone else one
        row = answer.id, answer.version, answer.person, answer.surface, answer.at
        new += connection.execute(_NEW, row).rowcount
        connection.executemany(_PLACE, _rows(answer))
    return new


def since(connection: sqlite3.Connection, at: int) -> Iterator[Given]:
    """Those given at a time (µs) or later, in order of time."""
    return _given(connection, "a.at >= ?", at)


def given_to(connection: sqlite3.Connection, keys: Sequence[str]) -> Iterator[Given]:
    """Those given to who has these keys, in order of time, without a look at others'."""
    theirs = "a.person <> '' AND a.person IN (SELECT value FROM json_each(?))"
    return _given(connection, theirs, orjson.dumps(keys).decode())


def _given(connection: sqlite3.Connection, where: str, parameter: object) -> Iterator[Given]:
    told = connection.execute(
        "SELECT a.seq, a.id, a.version, a.person, a.surface, a.at, p.rank, p.product, p.propensity, p.source "
        f"FROM answers a LEFT JOIN places p ON p.answer = a.seq WHERE {where} ORDER BY a.at, a.seq, p.rank",
        (parameter,),
    )
    for (_, id_, version, person, surface, given_at), rows in groupby(told, itemgetter(slice(6))):
        places = tuple(Place(*row[6:]) for row in rows if row[6] is not None)
        yield Given(id_, version, person, surface, given_at, places)


def drop(connection: sqlite3.Connection, before: int, most: int) -> int:
    """Delete at most so many of those given before a time (µs), the oldest first; how many it were."""
    oldest = "SELECT seq FROM answers WHERE at < ? ORDER BY at, seq LIMIT ?"
    connection.execute(f"DELETE FROM places WHERE answer IN ({oldest})", (before, most))
    return connection.execute(f"DELETE FROM answers WHERE seq IN ({oldest})", (before, most)).rowcount


def take_out(connection: sqlite3.Connection, keys: AbstractSet[str]) -> None:
    """Leave the figures alone of what was given to who has these keys."""
    for key in keys:
        hers = connection.execute("SELECT seq FROM answers WHERE person = ?", (key,)).fetchall()
        connection.executemany(
            "UPDATE places SET product = ? WHERE answer = ?", [(FORGOTTEN, *row) for row in hers]
        )
        connection.executemany(
            "UPDATE answers SET id = ?, person = ? WHERE seq = ?",
            [(unnamed(), FORGOTTEN, *row) for row in hers],
        )


def _rows(answer: Given) -> Iterator[tuple[str, int, str, float, str]]:
    return ((answer.id, *row) for row in ((p.rank, p.product, p.propensity, p.source) for p in answer.places))
