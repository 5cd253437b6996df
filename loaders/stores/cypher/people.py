"""Who is who in a graph: visitors joined to accounts, and who was forgotten."""

import numpy as np

from graph.people import joined
from loaders.schema import FORGOTTEN
from loaders.stores.cypher.ask import Ask


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


def forgotten_keys(ask: Ask) -> set[str]:
    """The keys of the nodes in whose name the forgotten's shares and opens stay."""
    return {key for (key,) in ask(f"MATCH (n:{FORGOTTEN}) RETURN n.key")}
