"""Bringing what is said of people under another secret, batch by batch, while others read and write.

The file says which secrets are written with, in turn (`sealing`; loaders.stores.turns), and which one
everything was brought under last (`sealed`). Whoever writes looks there first, inside the transaction that
writes: so from the moment a newer one is settled on nothing more comes under an older, and one pass over the
rest is enough; if a newer one yet is settled on before it ends, another is due. It may be stopped at any
moment and begun again, and passes over what is done. Rows keep their times and numbers, so no version changes
and whoever reads meanwhile reads the same.
"""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Final

from graph.store import Sealed
from loaders.sealing import Text
from loaders.stores.sayings import asked_kept, asked_of, user_anew
from loaders.stores.sqlite.codes import Codes, Regions
from loaders.stores.sqlite.file import Connection
from loaders.stores.sqlite.forget import drop_unused
from loaders.stores.turns import MIXED, after, ended, present

PEOPLE: Final = 2_000
"""People looked at in one transaction: some tens of milliseconds."""

EVENTS: Final = 100_000
"""Events looked at in one transaction."""

Done = tuple[int | None, int]
"""Where the next batch begins, None after the last; how many values were changed."""


def settled(connection: sqlite3.Connection) -> Sealed:
    """What the file says of its secrets."""
    sealing, under = connection.execute("SELECT sealing, sealed FROM store").fetchone()
    return Sealed(present(sealing), under)


def turns(connection: sqlite3.Connection) -> str | None:
    """All secrets that were written with, in turn."""
    (sealing,) = connection.execute("SELECT sealing FROM store").fetchone()
    return None if sealing is None else str(sealing)


def settle(connection: Connection) -> None:
    """Have everybody write under the newest secret that is held, where it is new to the store; in a store
    that holds nothing yet everything is under it. The secrets are asked for here, where nobody else settles.
    """
    newest = connection.seal.newest
    sealing = after(turns(connection), None if newest is None else newest.id)
    connection.execute(
        "UPDATE store SET sealing = ?, sealed = CASE WHEN seq = 0 AND changes = 0 THEN ? ELSE sealed END",
        (sealing, present(sealing)),
    )


def end(connection: sqlite3.Connection) -> None:
    """Have everybody write plain text. Until the next pass has ended some of it is and some is not."""
    sealing = turns(connection)
    if present(sealing) is not None:
        connection.execute("UPDATE store SET sealing = ?, sealed = ?", (ended(sealing), MIXED))


def finish(connection: sqlite3.Connection, began: str | None) -> bool:
    """Note that everything is under the secret that was written with when the pass began, told by the turns
    until then; False where there was another turn since: then another pass is due.
    """
    noted = connection.execute("UPDATE store SET sealed = ? WHERE sealing IS ?", (present(began), began))
    return noted.rowcount > 0


def people(connection: Connection, after: int) -> Done:
    """Names, regions and attributes of the people behind a code."""
    query = "SELECT id, key, name, region, attributes FROM people WHERE id > ? ORDER BY id LIMIT ?"
    rows = connection.execute(query, (after, PEOPLE)).fetchall()
    anew = ((user_anew(row[1:], connection.seal), row[0]) for row in rows)
    changed = [(*kept, id_) for kept, id_ in anew if kept is not None]
    connection.executemany("UPDATE people SET name = ?, region = ?, attributes = ? WHERE id = ?", changed)
    return (rows[-1][0] if len(rows) == PEOPLE else None), len(changed)


def forecasts(connection: Connection, _: int) -> Done:
    """What forecasts were asked, which may name regions."""
    seal = connection.seal
    rows = connection.execute("SELECT place, asked FROM promises").fetchall()
    changed = [
        (asked_kept(asked_of(asked, place, seal), place, seal), place)
        for place, asked in rows
        if not seal.is_current(asked)
    ]
    connection.executemany("UPDATE promises SET asked = ? WHERE place = ?", changed)
    return None, len(changed)


def regions(connection: Connection, _: int) -> Done:
    """Regions that are sealed under an earlier secret: each keeps its code."""
    seal = connection.seal
    if seal.writes is None:
        return None, 0
    rows = connection.execute("SELECT id, text FROM words WHERE typeof(text) = 'blob'").fetchall()
    changed = [
        (seal.region(seal.opened_region(text)), id_) for id_, text in rows if not seal.is_current(text)
    ]
    connection.executemany("UPDATE words SET text = ? WHERE id = ?", changed)
    return None, len(changed)


def plain_regions(connection: Connection, place: int) -> Done:
    """Regions in the next events that are plain words yet, in a store in which not everything is sealed: each
    gets a code of its own, since the same word may be a campaign elsewhere and stays plain there.
    """
    if connection.seal.writes is None or settled(connection).under:
        return None, 0
    plain = _regions_of(connection, place, "text")
    code = Regions().of(connection, {str(text) for text in plain.values()})
    moved = {word: code[str(text)] for word, text in plain.items()}
    connection.executemany("INSERT OR IGNORE INTO once_regions VALUES (?)", [(word,) for word in moved])
    return _moved(connection, place, moved)


def sealed_regions(connection: Connection, place: int) -> Done:
    """Regions in the next events that are sealed and are to be plain: each gets the code of its word."""
    seal = connection.seal
    if seal.writes is not None:
        return None, 0
    said = {word: seal.opened_region(text) for word, text in _regions_of(connection, place, "blob").items()}
    code = Codes("words", "text").of(connection, {*said.values()})
    return _moved(connection, place, {word: code[text] for word, text in said.items()})


def _regions_of(connection: Connection, place: int, kept_as: str) -> dict[int, Text]:
    """Word → what is kept of it, for the regions in the events of one batch that are kept as text or blob."""
    query = f"SELECT DISTINCT w.id, w.text FROM events e JOIN words w ON w.id = e.region WHERE {_RUN} "
    which = {**_run(place), "kept": kept_as}
    return dict(connection.execute(f"{query} AND typeof(w.text) = :kept AND w.text <> ''", which))


def _moved(connection: Connection, place: int, new: Mapping[int, int | None]) -> Done:
    """Give the events of one batch other words for their regions."""
    connection.execute("CREATE TEMP TABLE moved (old INTEGER PRIMARY KEY, new INTEGER)")
    connection.executemany("INSERT INTO moved VALUES (?, ?)", new.items())
    changed = connection.execute(_MOVING, _run(place)).rowcount
    connection.execute("DROP TABLE moved")
    (last,) = connection.execute("SELECT seq FROM store").fetchone()
    return (place + EVENTS if place + EVENTS < last else None), changed


def _run(place: int) -> dict[str, int]:
    return {"after": place, "upto": place + EVENTS}


_RUN = "seq > :after AND seq <= :upto"
_MOVING = (
    "UPDATE events SET region = (SELECT new FROM moved WHERE old = region) "
    f"WHERE {_RUN} AND region IN (SELECT old FROM moved)"
)


def plain_words(connection: Connection, _: int) -> Done:
    """The plain words that were regions, and that no event says any more: they go."""
    once = {word for (word,) in connection.execute("SELECT word FROM once_regions")}
    if once:
        drop_unused(connection, "words", once)
        connection.execute("DELETE FROM once_regions")
    return None, 0


def sealed_words(connection: Connection, _: int) -> Done:
    """The sealed words that were regions, once all are plain: they go."""
    if connection.seal.writes is None:
        connection.execute("DELETE FROM words WHERE typeof(text) = 'blob'")
    return None, 0


STEPS: Final[tuple[Callable[[Connection, int], Done], ...]] = (
    people,
    forecasts,
    regions,
    plain_regions,
    plain_words,
    sealed_regions,
    sealed_words,
)
"""Each is asked from 0 on until it is done."""
