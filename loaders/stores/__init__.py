"""The durable record, behind one protocol (graph.store.Store): a URL picks which store keeps it.

`sqlite:///shop.db` is one file beside the program, `neo4j://user@host:7687` a database where the log *is* the
graph. Both take the same rows, refuse the same ones, and give the same log back.
"""

import re
from pathlib import Path

from graph.errors import InvalidInput
from graph.store import Store
from loaders.sealing import Seal
from loaders.secretfile import given
from loaders.stores.address import SCHEMES

__all__ = ["open_store"]


def open_store(url: str, *, create: bool = True, seal: Seal | None = None) -> Store:
    """The store that a URL names, made where there is none (unless `create` is False).

    `sqlite:///shop.db` (relative), `sqlite:////var/lib/shop.db` (absolute),
    `neo4j://user:password@host:7687/database` (also neo4j+s, bolt, bolt+s; user and password also from
    SHAREGRAPH_NEO4J_USER and SHAREGRAPH_NEO4J_PASSWORD). seal: of names, regions and attributes; None for
    the one that the environment gives (loaders.secretfile). Raises InvalidInput for any other URL,
    StoreUnavailable where it cannot be reached, StoreSealed where a secret is missing, StoreIncompatible
    where it is of a newer format or no sharegraph store.
    """
    seal = given() if seal is None else seal
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite" and rest.startswith("/") and rest.strip("/"):
        from loaders.stores.embedded import EmbeddedStore

        return EmbeddedStore(Path(rest[1:]), create=create, seal=seal)
    if scheme in SCHEMES:
        # The driver takes most of a second to import.
        from loaders.stores.neo4j import Neo4jStore

        return Neo4jStore(url, create=create, seal=seal)
    raise InvalidInput(
        f"{_masked(url)} is no store; write sqlite:///shop.db or neo4j://user:password@host:7687"
    )


def _masked(url: str) -> str:
    """A URL without what stands between `//` and `@`."""
    return re.sub(r"//[^@/]*@", "//", url)
