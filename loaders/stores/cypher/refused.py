"""How many rows were refused, by source and reason, in a graph: `(:Refused)` nodes that nothing leads to and
no version counts.
"""

from collections.abc import Mapping

from loaders.stores.cypher.ask import Ask

Rows = Mapping[bytes, Mapping[str, int]]
"""By the hash of a source, then by reason."""


def keep(ask: Ask, rows: Rows, *, anew: bool) -> None:
    """Count rows of some sources in addition to what is there; with `anew`, in place of it."""
    if anew:
        gone = [source.hex() for source in rows]
        ask("UNWIND $sources AS source MATCH (r:Refused {source: source}) DELETE r", sources=gone)
    said = [
        {"key": f"{source.hex()} {reason}", "source": source.hex(), "reason": reason, "rows": count}
        for source, by_reason in rows.items()
        for reason, count in by_reason.items()
    ]
    ask(
        "UNWIND $said AS row MERGE (r:Refused {key: row.key}) "
        "SET r.source = row.source, r.reason = row.reason, r.rows = coalesce(r.rows, 0) + row.rows",
        said=said,
    )


def by_reason(ask: Ask) -> dict[str, int]:
    """Rows of all sources, the most frequent reason first."""
    query = "MATCH (r:Refused) WITH r.reason AS reason, sum(r.rows) AS count RETURN reason, count"
    found = ((str(reason), int(count)) for reason, count in ask(query))
    return dict(sorted(found, key=lambda counted: (-counted[1], counted[0])))
