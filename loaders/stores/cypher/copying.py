"""Everything of one database into another that is empty: nodes with their labels, then relations, then the
one (:Log) node that makes a store of it.

What the other has never held is in none of its files, whatever the first keeps of what it deleted. While it
is copied each node has a label and a property more, by which relations find their ends.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Protocol

from loaders import schema
from loaders.stores.cypher.ask import Ask

BATCH = 5_000

Row = Mapping[str, Any]

Stream = Callable[[str], Iterable[list[Any]]]
"""Gives the rows of an answer one by one."""


class Write(Protocol):
    """Runs a statement on `$rows`; what it did is durable when it returns."""

    def __call__(self, statement: str, rows: Sequence[Row] = ()) -> None:
        """Run it."""
        ...


NODES = "MATCH (n) WHERE NOT n:Log RETURN elementId(n), labels(n), properties(n)"
RELATIONS = "MATCH (a)-[r]->(b) RETURN elementId(a), elementId(b), type(r), properties(r)"

BEGIN = (
    "MATCH (l:Log) DETACH DELETE l",
    "CREATE INDEX sharegraph_copying IF NOT EXISTS FOR (n:Copying) ON (n.copying)",
    "CALL db.awaitIndexes(60)",
)
END = (
    "MATCH (n:Copying) CALL (n) { REMOVE n:Copying, n.copying } IN TRANSACTIONS OF 10000 ROWS",
    "DROP INDEX sharegraph_copying IF EXISTS",
)


def is_empty(ask: Ask) -> bool:
    """Whether nothing but a (:Log) node is there."""
    return not ask("MATCH (n) WHERE NOT n:Log RETURN 1 LIMIT 1")


def copied(ask: Ask, stream: Stream, write: Write) -> int:
    """Copy a database; how many nodes and relations it has. ask, stream: of the one, within a transaction;
    write: into the other.
    """
    for statement in BEGIN:
        write(statement)
    count = 1
    for labels, nodes in _batches(
        (tuple(labels), {"id": id_, "said": said}) for id_, labels, said in stream(NODES)
    ):
        node = f"(n:{_named(labels)}:Copying)"
        write(f"UNWIND $rows AS row CREATE {node} SET n = row.said, n.copying = row.id", nodes)
        count += len(nodes)
    ends = " ".join(schema.found(end, "Copying", "copying", f"row.{end}") for end in "ab")
    found = (((type_,), {"a": a, "b": b, "said": said}) for a, b, type_, said in stream(RELATIONS))
    for type_, relations in _batches(found):
        write(f"UNWIND $rows AS row {ends} CREATE (a)-[r:{_named(type_)}]->(b) SET r = row.said", relations)
        count += len(relations)
    for statement in END:
        write(statement)
    ((log,),) = ask("MATCH (l:Log) RETURN properties(l)")
    write("UNWIND $rows AS row CREATE (l:Log) SET l = row", [log])
    return count


def _named(names: tuple[str, ...]) -> str:
    return ":".join(f"`{name}`" for name in names)


def _batches(rows: Iterable[tuple[tuple[str, ...], Row]]) -> Iterator[tuple[tuple[str, ...], list[Row]]]:
    """Rows in batches of one kind each."""
    coming = iter(rows)
    while some := list(islice(coming, BATCH)):
        by_kind: defaultdict[tuple[str, ...], list[Row]] = defaultdict(list)
        for kind, row in some:
            by_kind[kind].append(row)
        yield from by_kind.items()
