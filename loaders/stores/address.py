"""Where a Neo4j database is and how to log in, from a URL and the environment."""

import os
import socket
import ssl
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from graph.errors import InvalidInput

CA = "SHAREGRAPH_NEO4J_CA"
"""Names a PEM file with the certificates of a shop's own authority."""

SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
PORT = 7687
PATIENCE = 5.0
"""Seconds that a look at a certificate may take."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is and how to log in. Its password stays out of its repr, its `url` and every
    message. authority: a file with the certificates that its own is checked against, None for the system's.
    """

    scheme: str
    host: str
    database: str | None
    user: str
    password: str = field(repr=False)
    authority: str | None = None

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
        authority = os.environ.get(CA) or None
        if authority is not None:
            _check_authority(authority, parts.scheme)
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return cls(
            parts.scheme,
            f"{host}:{port}",
            parts.path.strip("/") or None,
            unquote(parts.username or "") or os.environ.get("SHAREGRAPH_NEO4J_USER", "neo4j"),
            unquote(parts.password or "") or os.environ.get("SHAREGRAPH_NEO4J_PASSWORD", ""),
            authority,
        )

    @property
    def url(self) -> str:
        """The address without user and password."""
        return f"{self.scheme}://{self.host}" + (f"/{self.database}" if self.database else "")

    def lack_of_proof(self) -> str:
        """What is wrong with the certificate that answers there; "" where nothing is, or none is checked."""
        parts = urlsplit(self.url)
        if not self.scheme.endswith("+s") or parts.hostname is None:
            return ""
        context = ssl.create_default_context(cafile=self.authority)
        try:
            with (
                socket.create_connection((parts.hostname, parts.port or PORT), PATIENCE) as opened,
                context.wrap_socket(opened, server_hostname=parts.hostname),
            ):
                return ""
        except ssl.SSLCertVerificationError as unproved:
            return unproved.verify_message
        except OSError:
            return ""


def _check_authority(file: str, scheme: str) -> None:
    """InvalidInput where an authority is named that nothing would be checked against."""
    if not scheme.endswith("+s"):
        raise InvalidInput(
            f"{CA} names an authority, and {scheme}:// checks no certificate; write {scheme.partition('+')[0]}+s://"
        )
    try:
        ssl.create_default_context(cafile=file)
    except (OSError, ssl.SSLError) as unfit:
        raise InvalidInput(f"{CA}: {file} holds no certificates ({unfit.strerror or unfit})") from None
