"""The log as a graph: kinds of nodes and relations as frozen data, and every Cypher pattern derived from
them.

Reads aloud as (:User)-[:MADE]->(:Share)-[:OF]->(:Product), (:Share)-[:RESHARE_OF]->(:Share),
(:User)-[:OPENED]->(:Share), (:User)-[:BOUGHT]->(:Product). A SHARE is a node, since others point to it; every
other event is one relation, from who did it to what it was done to, and carries the rest of what was said
under the event's own field names. (:User)-[:TIED_TO]->(:User) points the way a share travels: to the
follower. What has neither share nor product leads to the day it happened on. A visitor is a `User` too; a
relation that says `stranger: true` was made by somebody without an account, and (:User)-[:IS]->(:User) tells
who that turned out to be.

A `share` on a relation is the share's `seq`. Amounts are in the currency's unit; `amount_exact` stands beside
one, in ten-thousandths, where a float cannot hold it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from graph.events import Kind


@dataclass(frozen=True, slots=True)
class Node:
    """A kind of node. key: the property that names it, unique; indexed: others that are searched by."""

    label: str
    key: str
    indexed: tuple[str, ...] = ()


USER = Node("User", "key", ("changed",))
PRODUCT = Node("Product", "key", ("changed",))
SHARE = Node("Share", "id", ("seq",))
QUERY = Node("Query", "text")
ORDER = Node("Order", "key")
DAY = Node("Day", "date")
LOG = Node("Log", "name")
TOMBSTONE = Node("Tombstone", "hash")
NODES = (USER, PRODUCT, SHARE, QUERY, ORDER, DAY, LOG, TOMBSTONE)

FORGOTTEN = "Forgotten"
"""A second label of the `User` in whose name a forgotten person's shares and opens stay."""


@dataclass(frozen=True, slots=True)
class End:
    """Where a relation may lead: a field of the event, and the node whose property holds the field's
    value.
    """

    field: str
    node: Node
    property: str


TO_SHARE = End("share", SHARE, "seq")
TO_PRODUCT = End("product", PRODUCT, "key")
TO_QUERY = End("query", QUERY, "text")
TO_ORDER = End("order", ORDER, "key")
TO_PERSON = End("person", USER, "key")
TO_DAY = End("day", DAY, "date")


@dataclass(frozen=True, slots=True)
class Relation:
    """A kind of event as a relation. ends: where it leads, the first that the event says; source: the field
    that
    names the user it comes from.
    """

    kind: Kind
    type: str
    ends: tuple[End, ...]
    source: str = "person"


RELATIONS = (
    Relation(Kind.TIE, "TIED_TO", (TO_PERSON,), source="other"),
    Relation(Kind.UNTIE, "UNTIED_FROM", (TO_PERSON,), source="other"),
    Relation(Kind.SIGNUP, "SIGNED_UP", (TO_SHARE, TO_DAY)),
    Relation(Kind.VIEW, "VIEWED", (TO_PRODUCT, TO_DAY)),
    Relation(Kind.SEARCH, "SEARCHED", (TO_QUERY, TO_DAY)),
    Relation(Kind.CART, "CARTED", (TO_PRODUCT, TO_DAY)),
    Relation(Kind.FAVOURITE, "FAVOURITED", (TO_PRODUCT, TO_DAY)),
    Relation(Kind.OPEN, "OPENED", (TO_SHARE, TO_PRODUCT, TO_DAY)),
    Relation(Kind.PURCHASE, "BOUGHT", (TO_PRODUCT, TO_ORDER, TO_DAY)),
    Relation(Kind.REFUND, "REFUNDED", (TO_PRODUCT, TO_ORDER, TO_DAY)),
    Relation(Kind.RATE, "RATED", (TO_PRODUCT, TO_DAY)),
    Relation(Kind.EXPOSURE, "WAS_SHOWN", (TO_PRODUCT, TO_SHARE, TO_DAY)),
    Relation(Kind.FEEDBACK, "JUDGED", (TO_PRODUCT, TO_DAY)),
    Relation(Kind.CONSENT, "CONSENTED", (TO_DAY,)),
)
RELATION_OF = {relation.kind: relation for relation in RELATIONS}


def constraints() -> Iterator[str]:
    """Makes what has to exist before the first MERGE; each statement may be run again."""
    for node in NODES:
        yield (
            f"CREATE CONSTRAINT sharegraph_{node.label.lower()} IF NOT EXISTS "
            f"FOR (n:{node.label}) REQUIRE n.{node.key} IS UNIQUE"
        )
        for name in node.indexed:
            yield (
                f"CREATE INDEX sharegraph_{node.label.lower()}_{name} IF NOT EXISTS "
                f"FOR (n:{node.label}) ON (n.{name})"
            )
    for relation in RELATIONS:
        name = relation.type.lower()
        yield (
            f"CREATE CONSTRAINT sharegraph_{name} IF NOT EXISTS "
            f"FOR ()-[r:{relation.type}]-() REQUIRE r.id IS UNIQUE"
        )
        yield f"CREATE INDEX sharegraph_{name}_seq IF NOT EXISTS FOR ()-[r:{relation.type}]-() ON (r.seq)"


def by_time(kind: Kind) -> str:
    """Makes the index that finds a kind of relation by its time; may be run again."""
    type_ = RELATION_OF[kind].type
    return f"CREATE INDEX sharegraph_{type_.lower()}_at IF NOT EXISTS FOR ()-[r:{type_}]-() ON (r.at)"


_AT = "datetime({epochSeconds: row.seconds, nanosecond: row.nanoseconds})"


def found(name: str, label: str, key: str, value: str) -> str:
    """Matches a node by a property that is indexed, by a seek in that index: a statement is planned once,
    perhaps when the graph was so small that a scan would do, and then scans a large one for every row.
    """
    return f"MATCH ({name}:{label} {{{key}: {value}}}) USING INDEX SEEK {name}:{label}({key})"


def merging(node: Node) -> str:
    """Makes those nodes of a list of keys that are not there."""
    return f"UNWIND $keys AS key MERGE (:{node.label} {{{node.key}: key}})"


_SOURCE = found("a", "User", "key", "row.source")


def creating(relation: Relation, end: End) -> str:
    """Makes a relation of each row: source, target, seconds, nanoseconds, and what else was `said`."""
    target = found("b", end.node.label, end.property, "row.target")
    return (
        f"UNWIND $rows AS row {_SOURCE} {target} "
        f"CREATE (a)-[r:{relation.type}]->(b) SET r = row.said, r.at = {_AT}"
    )


CREATING_SHARES = (
    # (:User)-[:MADE]->(:Share)-[:OF]->(:Product)
    f"UNWIND $rows AS row {_SOURCE} {found('b', 'Product', 'key', 'row.target')} "
    f"CREATE (a)-[:MADE]->(r:Share)-[:OF]->(b) SET r = row.said, r.at = {_AT}"
)
REWRITING_SHARES = (
    f"UNWIND $rows AS row {found('r', 'Share', 'seq', 'row.said.seq')} MATCH (r)<-[made:MADE]-() {_SOURCE} "
    f"DELETE made CREATE (a)-[:MADE]->(r) SET r = row.said, r.at = {_AT}"
)
CREATING_RESHARES = (
    # (:Share)-[:RESHARE_OF]->(:Share)
    f"UNWIND $pairs AS pair {found('a', 'Share', 'seq', 'pair[0]')} {found('b', 'Share', 'seq', 'pair[1]')} "
    "CREATE (a)-[:RESHARE_OF]->(b)"
)
CLAIMING = (
    # (:User)-[:IS]->(:User), from a visitor to the account; the first claim's time and digest stand.
    f"UNWIND $rows AS row {found('a', 'User', 'key', 'row.visitor')} {found('b', 'User', 'key', 'row.user')} "
    f"MERGE (a)-[r:IS]->(b) WITH r, row, {_AT} AS at "
    "WHERE r.at IS NULL OR at < r.at OR at = r.at AND row.digest < r.digest "
    "SET r.at = at, r.digest = row.digest"
)


def finding(kind: Kind) -> str:
    """Matches the event of a kind, as `r`, whose id is `id`."""
    if kind == Kind.SHARE:
        return found("r", "Share", "id", "id")
    type_ = RELATION_OF[kind].type
    return f"MATCH ()-[r:{type_} {{id: id}}]->() USING INDEX SEEK r:{type_}(id)"


def reading(kind: Kind, by: str = "seq") -> str:
    """Matches events of a kind as `r` by a property that is indexed, between `a`, who they come from, and
    `b`.
    """
    if kind == Kind.SHARE:
        return f"MATCH (a:User)-[:MADE]->(r:Share)-[:OF]->(b:Product) USING INDEX SEEK r:Share({by})"
    type_ = RELATION_OF[kind].type
    return f"MATCH (a:User)-[r:{type_}]->(b) USING INDEX SEEK r:{type_}({by})"


def said_in(name: str, ends: tuple[End, ...]) -> str:
    """The expression for what an event says in a field: on the relation `r`, or by the node `b` it leads
    to.
    """
    value = f"r.`{name}`"
    for end in ends:
        if end.field == name:
            return f"CASE WHEN b:{end.node.label} THEN b.{end.property} ELSE {value} END"
    return value
