"""The durable record, behind one protocol (graph.store.Store): a URL picks which store keeps it.

`sqlite:///shop.db` is one file beside the program, `neo4j://user@host:7687` a database where the log *is* the
graph. Both take the same rows, refuse the same ones, and give the same log back.
"""

import re
from pathlib import Path

from graph.errors import InvalidInput
from graph.store import Store
from loaders.stores.address import SCHEMES

__all__ = ["open_store"]


def open_store(url: str, *, create: bool = True) -> Store:
    """The store that a URL names, made where there is none (unless `create` is False).

    `sqlite:///shop.db` (relative), `sqlite:////var/lib/shop.db` (absolute),
    `neo4j://user:password@host:7687/database` (also neo4j+s, bolt, bolt+s; user and password also from
    SHAREGRAPH_NEO4J_USER and SHAREGRAPH_NEO4J_PASSWORD). Raises InvalidInput for any other URL,
    StoreUnavailable where it cannot be reached, StoreIncompatible where it is of a newer format or no
    sharegraph store.
    """
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite" and rest.startswith("/") and rest.strip("/"):
        from loaders.stores.embedded import EmbeddedStore

        return EmbeddedStore(Path(rest[1:]), create=create)
    if scheme in SCHEMES:
        # The driver takes most of a second to import.
        from loaders.stores.neo4j import Neo4jStore

        return Neo4jStore(url, create=create)
    raise InvalidInput(
        f"{_masked(url)} is no store; write sqlite:///shop.db or neo4j://user:password@host:7687"
    )


def _masked(url: str) -> str:
    """A URL without what stands between `//` and `@`."""
    return re.sub(r"//[^@/]*@", "//", url)
