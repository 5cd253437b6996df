"""Who is who in a graph: visitors joined to accounts, and who was forgotten."""

from collections.abc import Sequence

import numpy as np

from graph.claims import joined
from loaders.schema import FORGOTTEN, found
from loaders.stores.cypher.ask import Ask
from loaders.stores.joining import Claim, together

_CLAIMS_ON = (
    # Of a visitor who is nobody's account the first claim decides.
    f"UNWIND $keys AS key {found('a', 'User', 'key', 'key')} MATCH (a)-[r:IS]->(b:User) "
    "WITH a, b.key AS user, r.at.epochSeconds * 1000000 + r.at.microsecond AS at, r.digest AS digest "
    "ORDER BY at, digest WITH a, collect([user, a.key, at, digest]) AS claims "
    "UNWIND CASE WHEN EXISTS { (a)<-[:IS]-(:User) } THEN claims ELSE claims[..1] END AS claim "
    "RETURN claim[0], claim[1], claim[2], claim[3]"
)
_VISITORS_OF = (
    f"UNWIND $keys AS key {found('b', 'User', 'key', 'key')} MATCH (a:User)-[:IS]->(b) RETURN DISTINCT a.key"
)


def one_person(ask: Ask) -> dict[str, str]:
    """The canonical key of everybody whom a claim names."""
    rows = ask(
        "MATCH (a:User)-[r:IS]->(b:User) "
        "RETURN b.key, a.key, r.at.epochSeconds * 1000000 + r.at.microsecond, r.digest"
    )
    keys = sorted({key for row in rows for key in row[:2]})
    code = {key: position for position, key in enumerate(keys)}
    user = np.array([code[row[0]] for row in rows], dtype=np.int32)
    visitor = np.array([code[row[1]] for row in rows], dtype=np.int32)
    at, digests = (np.array([row[place] for row in rows], dtype=np.int64) for place in (2, 3))
    canonical, _ = joined(user, visitor, at, digests, len(keys))
    return {key: keys[end] for key, end in zip(keys, canonical.tolist(), strict=True)}


def same_person(ask: Ask, keys: Sequence[str]) -> dict[str, frozenset[str]]:
    """All keys of each of these people, for those who have more than one."""

    def claims_on(visitors: list[str]) -> list[Claim[str]]:
        rows = ask(_CLAIMS_ON, keys=visitors)
        return [(user, visitor, at, digest) for user, visitor, at, digest in rows]

    def visitors_of(users: list[str]) -> list[str]:
        return [visitor for (visitor,) in ask(_VISITORS_OF, keys=users)]

    return together(list(dict.fromkeys(keys)), claims_on, visitors_of)


def forgotten_keys(ask: Ask) -> set[str]:
    """The keys of the nodes in whose name the forgotten's shares and opens stay."""
    return {key for (key,) in ask(f"MATCH (n:{FORGOTTEN}) RETURN n.key")}
