"""Bringing what is said of people under another secret, batch by batch, while others read and write.

The file says which secret is written with (`sealing`) and which one everything was brought under last
(`sealed`). Whoever writes looks there first, inside the transaction that writes: so from the moment a newer
one is settled on nothing more comes under an older, and one pass over the rest is enough; if a newer one yet
is settled on before it ends, another is due. It may be stopped at any moment and begun again, and passes over
what is done. Rows keep their codes, times and numbers, so no
version changes and whoever reads meanwhile reads the same.
"""

import sqlite3
from collections.abc import Callable
from typing import Final

from graph.store import Sealed
from loaders.stores.sayings import asked_kept, asked_of, user_anew
from loaders.stores.sqlite.codes import Regions
from loaders.stores.sqlite.file import Connection
from loaders.stores.sqlite.forget import drop_unused

PEOPLE: Final = 2_000
"""People looked at in one transaction: some tens of milliseconds."""

EVENTS: Final = 100_000
"""Events looked at in one transaction."""

Done = tuple[int | None, int]
"""Where the next batch begins, None after the last; how many values were changed."""


def settled(connection: sqlite3.Connection) -> Sealed:
    """What the file says of its secrets."""
    return Sealed(*connection.execute("SELECT sealing, sealed FROM store").fetchone())


def settle(connection: Connection) -> None:
    """Have everybody write under the newest secret that is held; in a store that holds nothing yet everything
    is under it. The secrets are asked for here, where nobody else settles, so an older one never comes back.
    """
    newest = connection.seal.newest
    connection.execute(
        "UPDATE store SET sealing = :id, sealed = CASE WHEN seq = 0 AND changes = 0 THEN :id ELSE sealed END",
        {"id": None if newest is None else newest.id},
    )


def finish(connection: sqlite3.Connection, id_: str | None) -> bool:
    """Note that everything is under the secret that was written with when the pass began; False where a newer
    one was settled on since, under which a part may be: then another pass is due.
    """
    return connection.execute("UPDATE store SET sealed = ? WHERE sealing IS ?", (id_, id_)).rowcount > 0


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
    rows = connection.execute("SELECT id, text FROM words WHERE typeof(text) = 'blob'").fetchall()
    changed = [
        (seal.region(seal.opened_region(text)), id_) for id_, text in rows if not seal.is_current(text)
    ]
    connection.executemany("UPDATE words SET text = ? WHERE id = ?", changed)
    return None, len(changed)


def plain_regions(connection: Connection, after: int) -> Done:
    """Regions in the next events that are plain words yet, in a store in which not everything is sealed: each
    gets a code of its own, since the same word may be a campaign elsewhere and stays plain there.
    """
    (last,) = connection.execute("SELECT seq FROM store").fetchone()
    if settled(connection).under is not None:
        return None, 0
    run = {"after": after, "upto": after + EVENTS}
    plain = connection.execute(f"SELECT DISTINCT w.text, w.id {_PLAIN}", run).fetchall()
    code = Regions().of(connection, {text for text, _ in plain})
    connection.execute("CREATE TEMP TABLE moved (old INTEGER PRIMARY KEY, new INTEGER)")
    connection.executemany("INSERT INTO moved VALUES (?, ?)", [(word, code[text]) for text, word in plain])
    connection.execute("INSERT OR IGNORE INTO once_regions SELECT old FROM moved")
    changed = connection.execute(_MOVING, run).rowcount
    connection.execute("DROP TABLE moved")
    return (after + EVENTS if after + EVENTS < last else None), changed


_RUN = "seq > :after AND seq <= :upto"
_PLAIN = (
    f"FROM events e JOIN words w ON w.id = e.region WHERE {_RUN} AND typeof(w.text) = 'text' AND w.text <> ''"
)
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


STEPS: Final[tuple[Callable[[Connection, int], Done], ...]] = (
    people,
    forecasts,
    regions,
    plain_regions,
    plain_words,
)
"""Each is asked from 0 on until it is done."""
