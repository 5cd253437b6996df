"""What a loader asks a graph about the shares it holds."""

from collections.abc import Iterable, Sequence
from typing import Any

from graph.events import Kind, instant
from graph.store import KnownShare
from loaders.schema import FORGOTTEN, finding, found
from loaders.stores.cypher.ask import Ask

_FIELDS = (
    f"RETURN r.id, CASE WHEN a:{FORGOTTEN} THEN '' ELSE a.key END, b.key, "
    "r.at.epochSeconds * 1000000 + r.at.microsecond AS at, r.implied ORDER BY at, r.id"
)


def named(ask: Ask, ids: Sequence[str]) -> dict[str, KnownShare]:
    """Those of these shares that are there, by id."""
    match = f"UNWIND $ids AS id {finding(Kind.SHARE)} MATCH (a:User)-[:MADE]->(r)-[:OF]->(b:Product)"
    return {share.id: share for share in _shares(ask(f"{match} {_FIELDS}", ids=list(set(ids))))}


def by(ask: Ask, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], list[KnownShare]]:
    """The shares of each (sharer, product), earliest first."""
    # From the sharer, never from the product: one of them may have been shared a million times.
    match = (
        f"{found('a', 'User', 'key', 'pair[0]')} MATCH (a)-[:MADE]->(r:Share) WITH pair, a, r "
        "MATCH (r)-[:OF]->(b:Product) WHERE b.key = pair[1]"
    )
    rows = ask(f"UNWIND $pairs AS pair {match} {_FIELDS}", pairs=[list(pair) for pair in set(pairs)])
    by_pair: dict[tuple[str, str], list[KnownShare]] = {}
    for share in _shares(rows):
        by_pair.setdefault((share.sharer, share.product), []).append(share)
    return by_pair


def of(ask: Ask, product: str) -> list[KnownShare]:
    """The shares of one product, earliest first."""
    match = f"{found('b', 'Product', 'key', '$product')} MATCH (a:User)-[:MADE]->(r:Share)-[:OF]->(b)"
    return list(_shares(ask(f"{match} {_FIELDS}", product=product)))


def share_seqs(ask: Ask, ids: Sequence[str]) -> dict[str, int]:
    """The seq of those of these shares that are there, by id."""
    rows = ask(f"UNWIND $ids AS id {finding(Kind.SHARE)} RETURN id, r.seq", ids=ids) if ids else []
    return dict(rows)


def _shares(rows: Iterable[Sequence[Any]]) -> Iterable[KnownShare]:
    return (
        KnownShare(id_, sharer, product, instant(at), bool(implied))
        for id_, sharer, product, at, implied in rows
    )
