"""Where a Neo4j database is and how to log in, from a URL and the environment."""

import os
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from graph.errors import InvalidInput

SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
PORT = 7687


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is and how to log in. Its password stays out of its repr, its `url` and every
    message.
    """

    scheme: str
    host: str
    database: str | None
    user: str
    password: str = field(repr=False)

    @classmethod
    def read(cls, url: str) -> "Address":
        """The address in a URL; user and password may come from SHAREGRAPH_NEO4J_USER and …_PASSWORD
        instead.
        """
        try:
            parts = urlsplit(url)
            port = parts.port or PORT
        except ValueError:
            raise InvalidInput("the store's URL has a port that is no number") from None
        if parts.scheme not in SCHEMES or not parts.hostname:
            raise InvalidInput("write neo4j://user:password@host:7687/database")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return cls(
            parts.scheme,
            f"{host}:{port}",
            parts.path.strip("/") or None,
            unquote(parts.username or "") or os.environ.get("SHAREGRAPH_NEO4J_USER", "neo4j"),
            unquote(parts.password or "") or os.environ.get("SHAREGRAPH_NEO4J_PASSWORD", ""),
        )

    @property
    def url(self) -> str:
        """The address without user and password."""
        return f"{self.scheme}://{self.host}" + (f"/{self.database}" if self.database else "")
