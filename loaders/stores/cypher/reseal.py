"""Bringing what is said of people in a graph under another secret, batch by batch, while others read and
write.

The `(:Log)` node says which secrets are written with, in turn (`sealing`; loaders.stores.turns), and which
one everything was brought under last (`sealed`); a writer looks there once it has the node's lock, so from
the moment a newer one is settled on nothing more comes under an older; if a newer one yet is settled on
before a pass ends, another is due. A pass may be stopped at any moment and begun again. Keys, times and the
graph itself are never sealed.
"""

from collections.abc import Callable
from typing import Any, Final

from graph.events import Kind
from graph.store import Sealed
from loaders import schema
from loaders.stores.cypher.ask import USER_FIELDS, Ask
from loaders.stores.cypher.readout import said_by_kind
from loaders.stores.sayings import asked_kept, asked_of, user_anew
from loaders.stores.turns import MIXED, after, ended, present

PEOPLE: Final = 2_000
"""People looked at in one transaction."""

EVENTS: Final = 20_000
"""Events looked at in one transaction."""

Place = tuple[str, int]
"""Where a step goes on: behind a key, or behind a number."""

BEGIN: Final[Place] = ("", 0)

Done = tuple[Place | None, int]
"""Where the next batch begins, None after the last; how many values were changed."""

Step = Callable[[Ask, Place], Done]


def settled(ask: Ask) -> Sealed:
    """What the graph says of its secrets."""
    ((sealing, under),) = ask("MATCH (l:Log) RETURN l.sealing, l.sealed")
    return Sealed(present(sealing), under)


def turns(ask: Ask) -> str | None:
    """All secrets that were written with, in turn."""
    ((sealing,),) = ask("MATCH (l:Log) RETURN l.sealing")
    return None if sealing is None else str(sealing)


def settle(ask: Ask) -> None:
    """Have everybody write under the newest secret that is held, where it is new to the graph; in one that
    holds nothing yet everything is under it. The secrets are asked for here, where nobody else settles.
    """
    newest = ask.seal.newest
    sealing = after(turns(ask), None if newest is None else newest.id)
    ask(
        "MATCH (l:Log) SET l.sealing = $sealing, "
        "l.sealed = CASE WHEN l.seq = 0 AND l.changes = 0 THEN $id ELSE l.sealed END",
        sealing=sealing,
        id=present(sealing),
    )


def end(ask: Ask) -> None:
    """Have everybody write plain text. Until the next pass has ended some of it is and some is not."""
    sealing = turns(ask)
    if present(sealing) is not None:
        ask("MATCH (l:Log) SET l.sealing = $sealing, l.sealed = $under", sealing=ended(sealing), under=MIXED)


def finish(ask: Ask, began: str | None) -> bool:
    """Note that everything is under the secret that was written with when the pass began, told by the turns
    until then; False where there was another turn since: then another pass is due.
    """
    same = "l.sealing = $began OR l.sealing IS NULL AND $began IS NULL"
    noted = f"MATCH (l:Log) WHERE {same} SET l.sealed = $id RETURN l.seq"
    return bool(ask(noted, began=began, id=present(began)))


def people(ask: Ask, place: Place) -> Done:
    """Names, regions and attributes of the people behind a key."""
    rows = ask(_PEOPLE, after=place[0], most=PEOPLE)
    anew = ((row[0], user_anew(row, ask.seal)) for row in rows)
    changed = [[key, *kept] for key, kept in anew if kept is not None]
    ask(_PEOPLE_ANEW, rows=changed)
    return ((rows[-1][0], 0) if len(rows) == PEOPLE else None), len(changed)


_PEOPLE = f"MATCH (r:User) WHERE r.key > $after RETURN {USER_FIELDS} ORDER BY r.key LIMIT $most"
_PEOPLE_ANEW = (
    f"UNWIND $rows AS row {schema.found('n', 'User', 'key', 'row[0]')} "
    "SET n.name = row[1], n.region = row[2], n.attributes = row[3]"
)


def forecasts(ask: Ask, _: Place) -> Done:
    """What forecasts were asked, which may name regions."""
    seal = ask.seal
    changed = [
        [place, asked_kept(asked_of(asked, place, seal), place, seal)]
        for place, asked in ask("MATCH (p:Promise) RETURN p.place, p.asked")
        if not seal.is_current(asked)
    ]
    ask("UNWIND $rows AS row MATCH (p:Promise {place: row[0]}) SET p.asked = row[1]", rows=changed)
    return None, len(changed)


def regions(ask: Ask, place: Place) -> Done:
    """Where the next events happened."""
    ((last,),) = ask("MATCH (l:Log) RETURN l.seq")
    run = {"after": place[1], "upto": place[1] + EVENTS}
    kinds = [kind for kind, names in said_by_kind(ask).items() if "region" in names]
    changed = sum(_regions(ask, kind, run) for kind in kinds)
    return (("", run["upto"]) if run["upto"] < last else None), changed


def _regions(ask: Ask, kind: Kind, run: dict[str, Any]) -> int:
    which = f"{schema.reading(kind)} WHERE r.seq > $after AND r.seq <= $upto AND r.region IS NOT NULL"
    rows = ask(f"{which} RETURN r.seq, r.region", **run)
    seal = ask.seal
    anew = [[seq, seal.region(seal.opened_region(kept))] for seq, kept in rows if not seal.is_current(kept)]
    if anew:
        ask(f"UNWIND $rows AS row {_named(kind)} SET r.region = row[1]", rows=anew)
    return len(anew)


def _named(kind: Kind) -> str:
    if kind == Kind.SHARE:
        return schema.found("r", "Share", "seq", "row[0]")
    type_ = schema.RELATION_OF[kind].type
    return f"MATCH ()-[r:{type_} {{seq: row[0]}}]->() USING INDEX SEEK r:{type_}(seq)"


STEPS: Final[tuple[Step, ...]] = (people, forecasts, regions)
"""Each is asked from BEGIN on until it is done."""
