"""What a loader asks a graph about the shares it holds."""

from collections.abc import Sequence

from graph.events import Kind
from graph.store import KnownShare
from loaders.schema import FORGOTTEN, finding, found
from loaders.stores.cypher.ask import Ask
from loaders.stores.naming import UNNAMED, UNSAID, Names, Naming, as_asked, by_said, known_shares

_FIELDS = (
    f"RETURN r.id, CASE WHEN a:{FORGOTTEN} THEN '' ELSE a.key END, b.key, "
    "r.at.epochSeconds * 1000000 + r.at.microsecond AS at, r.implied ORDER BY at"
)


def named(ask: Ask, ids: Sequence[str], naming: Naming) -> dict[str, KnownShare]:
    """Those of these shares that are there, by id."""
    names = naming.names(ids)
    match = f"UNWIND $ids AS id {finding(Kind.SHARE)} MATCH (a:User)-[:MADE]->(r)-[:OF]->(b:Product)"
    rows = ask(f"{match} {_FIELDS}", ids=list({names.get(id_, id_) for id_ in ids}))
    return as_asked(known_shares(rows, UNNAMED), ids, names)


def by(ask: Ask, pairs: Sequence[tuple[str, str]], naming: Naming) -> dict[tuple[str, str], list[KnownShare]]:
    """The shares of each (sharer, product), earliest first."""
    # From the sharer, never from the product: one of them may have been shared a million times.
    match = (
        f"{found('a', 'User', 'key', 'pair[0]')} MATCH (a)-[:MADE]->(r:Share) WITH pair, a, r "
        "MATCH (r)-[:OF]->(b:Product) WHERE b.key = pair[1]"
    )
    rows = ask(f"UNWIND $pairs AS pair {match} {_FIELDS}", pairs=[list(pair) for pair in set(pairs)])
    by_pair: dict[tuple[str, str], list[KnownShare]] = {}
    for share in known_shares(rows, naming):
        by_pair.setdefault((share.sharer, share.product), []).append(share)
    return by_pair


def of(ask: Ask, product: str, naming: Naming) -> list[KnownShare]:
    """The shares of one product, earliest first."""
    match = f"{found('b', 'Product', 'key', '$product')} MATCH (a:User)-[:MADE]->(r:Share)-[:OF]->(b)"
    return known_shares(ask(f"{match} {_FIELDS}", product=product), naming)


def share_seqs(ask: Ask, ids: Sequence[str], names: Names = UNSAID) -> dict[str, int]:
    """The seq of those of these shares that are there, by id."""
    kept = [names.get(id_, id_) for id_ in ids]
    rows = ask(f"UNWIND $ids AS id {finding(Kind.SHARE)} RETURN id, r.seq", ids=kept) if kept else []
    return by_said(dict(rows), ids, names)
