"""The one (:Log) node: which store it is, of which format, and how far its log goes."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from secrets import token_hex

from graph.errors import StoreIncompatible, StoreUnavailable
from graph.events import Kind
from loaders import schema
from loaders.stores.cypher.ask import Ask
from loaders.stores.naming import PURPOSE, Naming
from loaders.stores.tombstones import SALT_BYTES, Tombstones, secret
from loaders.stores.versions import Version


def bring_up(ask: Ask, url: str, alone: Callable[[], AbstractContextManager[None]], *, create: bool) -> None:
    """Make the database a store of the present format: set up where it is empty, brought up where it is
    older.

    alone: waits until nobody else does so, and keeps others waiting. Statements that change the schema lock
    whole labels, and `awaitIndexes` waits for what others began; two at once stand in each other's way.
    """
    if _present(ask, url, create=create) == len(STEPS):
        return
    ask("CREATE CONSTRAINT sharegraph_bringing_up IF NOT EXISTS FOR (b:BringingUp) REQUIRE b.name IS UNIQUE")
    with alone():
        for step in STEPS[_present(ask, url, create=create) :]:
            for statement in step:
                ask(statement, salt=token_hex(SALT_BYTES))
        ask("MATCH (l:Log) SET l.format = $format", format=len(STEPS))


def hold(ask: Ask) -> None:
    """Be alone in bringing up the database until the transaction ends, which has to be without a commit."""
    ask("MERGE (:BringingUp {name: 'sharegraph'})")


def _present(ask: Ask, url: str, *, create: bool) -> int:
    """The format of the database, 0 where it is none of ours yet."""
    ((begun, present, anything),) = ask(
        "OPTIONAL MATCH (l:Log) RETURN l IS NOT NULL, coalesce(l.format, 0), EXISTS { (n) }"
    )
    if present > len(STEPS):
        raise StoreIncompatible(
            f"{url} has store format {present}, this program knows formats up to {len(STEPS)}; "
            "use the newer program"
        )
    if present == 0 and not create:
        raise StoreUnavailable(f"{url}: there is no store yet; `sharegraph load` makes one")
    if anything and not begun:
        raise StoreIncompatible(f"{url} holds a graph, but no sharegraph store; name an empty database")
    return int(present)


STEPS = (
    (
        *schema.constraints(),
        "CALL db.awaitIndexes(60)",
        (
            "MERGE (l:Log {name: 'sharegraph'}) ON CREATE SET l.identity = randomUUID(), l.salt = $salt, "
            "l.epoch = 0, l.seq = 0, l.changes = 0, l.events = 0, l.said = []"
        ),
    ),
    (schema.by_time(Kind.OPEN), "CALL db.awaitIndexes(600)"),
    (
        ("CREATE CONSTRAINT sharegraph_promise IF NOT EXISTS FOR (p:Promise) REQUIRE p.place IS UNIQUE"),
        (
            "CREATE CONSTRAINT sharegraph_promise_question IF NOT EXISTS "
            "FOR (p:Promise) REQUIRE p.question IS UNIQUE"
        ),
        "CALL db.awaitIndexes(60)",
    ),
    (
        "CREATE CONSTRAINT sharegraph_answer IF NOT EXISTS FOR (a:Answer) REQUIRE a.id IS UNIQUE",
        "CREATE INDEX sharegraph_answer_at IF NOT EXISTS FOR (a:Answer) ON (a.at)",
        "CREATE INDEX sharegraph_answer_person IF NOT EXISTS FOR (a:Answer) ON (a.person)",
        "CALL db.awaitIndexes(60)",
    ),
    ("MATCH (l:Log) SET l.consenting = false",),
    (
        "CREATE CONSTRAINT sharegraph_refused IF NOT EXISTS FOR (r:Refused) REQUIRE r.key IS UNIQUE",
        "CREATE INDEX sharegraph_refused_source IF NOT EXISTS FOR (r:Refused) ON (r.source)",
        "CALL db.awaitIndexes(60)",
    ),
    # From here on names may be sealed, which an older program would take for names.
    ("MATCH (l:Log) REMOVE l.sealing, l.sealed",),
    (
        "CREATE CONSTRAINT sharegraph_arrival IF NOT EXISTS FOR (a:Arrival) REQUIRE a.last IS UNIQUE",
        "CALL db.awaitIndexes(60)",
    ),
    # Events of a store of before are known by plain hashes, and go on to be; what was promised was, and is
    # not.
    (
        "MATCH (l:Log) WHERE l.keyed IS NULL SET l.keyed = l.seq = 0",
        "MATCH (p:Promise) REMOVE p.question",
        "CREATE CONSTRAINT sharegraph_call IF NOT EXISTS FOR (c:Call) REQUIRE c.key IS UNIQUE",
        "CREATE INDEX sharegraph_call_at IF NOT EXISTS FOR (c:Call) ON (c.at)",
        "CALL db.awaitIndexes(60)",
    ),
)
"""STEPS[v] takes a database of format v to v + 1; an empty one is of format 0."""


def version(ask: Ask) -> Version:
    """What the log counts now."""
    rows = ask("MATCH (l:Log) RETURN l.identity, l.epoch, l.seq, l.changes")
    if not rows:
        raise StoreIncompatible("the database holds no sharegraph store any more; somebody emptied it")
    return Version(*rows[0])


def locked_version(ask: Ask) -> Version:
    """What the log counts, once no other writer is at work; none will be until the transaction ends."""
    # Setting a property takes the node's lock; a statement of its own then reads what the last left.
    ask("MATCH (l:Log) SET l.locked = true")
    return version(ask)


def tombstones(ask: Ask) -> Tombstones:
    """What is left of the forgotten."""
    ((salt,),) = ask("MATCH (l:Log) RETURN l.salt")
    hashes = frozenset(bytes.fromhex(hash_) for (hash_,) in ask("MATCH (t:Tombstone) RETURN t.hash"))
    return Tombstones(bytes.fromhex(salt), hashes, naming(ask))


def naming(ask: Ask) -> Naming:
    """What it calls ids that are made of content."""
    ((salt, keyed),) = ask("MATCH (l:Log) RETURN l.salt, l.keyed")
    return Naming(secret(bytes.fromhex(salt), PURPOSE) if keyed else None)


def count_change(ask: Ask, changed: int) -> int:
    """Count the upsert, where it changed something."""
    if changed:
        ask("MATCH (l:Log) SET l.changes = l.changes + 1")
    return changed
