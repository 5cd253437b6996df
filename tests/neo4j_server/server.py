"""What the ways to a server have in common: its address, when it answers, whether it is empty."""

import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from neo4j import Driver, GraphDatabase
from neo4j.exceptions import AuthError, DriverError, Neo4jError

LOOPBACK = "127.0.0.1"


class Unavailable(Exception):
    """No real Neo4j can be had on this machine; the message says what is missing."""


class NotEmpty(Exception):
    """The database that the tests were pointed to holds something."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server is and how to log in; its password stays out of its repr. authority: the certificate of
    whoever signed its own, where it speaks TLS on the same port too; None for one that need not. home: the
    folder of our own child's.
    """

    uri: str
    user: str
    password: str = field(repr=False)
    authority: Path | None = None
    home: Path | None = None

    @property
    def url(self) -> str:
        """The address with its credentials, as `open_store` takes it.

        >>> Server("neo4j://127.0.0.1:7687", "neo4j", "p@ss").url
        'neo4j://neo4j:p%40ss@127.0.0.1:7687'
        """
        parts = urlsplit(self.uri)
        login = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}@"
        return urlunsplit(parts._replace(netloc=login + parts.netloc.rpartition("@")[2]))

    def driver(self) -> Driver:
        """Return a driver to use in a `with`; it connects at its first query."""
        return GraphDatabase.driver(self.uri, auth=(self.user, self.password), connection_timeout=5)


def new_server() -> Server:
    """Choose an address that nobody has: a free port of the loopback interface and a random password."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port = probe.getsockname()[1]
    return Server(f"neo4j://{LOOPBACK}:{port}", "neo4j", secrets.token_urlsafe(24))


def port_of(server: Server) -> int:
    """Return the port in the server's address; 7687 where it names none."""
    return urlsplit(server.uri).port or 7687


def wait_until_open(server: Server, alive: Callable[[], bool], seconds: float) -> None:
    """Return once the server lets us in; RuntimeError if it died or took longer.

    A fresh server of our own still has Neo4j's first password, which is replaced here: over Bolt, so that the
    new one stands on no command line.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not alive():
            raise RuntimeError("Neo4j ended while it was starting")
        try:
            admit(server)
        except (DriverError, Neo4jError, OSError):
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"Neo4j did not answer on {server.uri} within {seconds:.0f} s")


def admit(server: Server) -> None:
    """Log in, with the first password if ours is not known yet."""
    with socket.create_connection((LOOPBACK, port_of(server)), timeout=1):
        pass  # Bolt opens last; asking the driver before that fills its log.
    try:
        with server.driver() as driver:
            driver.verify_connectivity()
    except AuthError:
        with GraphDatabase.driver(server.uri, auth=("neo4j", "neo4j"), connection_timeout=5) as driver:
            driver.execute_query(
                "ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO $password",
                password=server.password,
                database_="system",
            )


def holdings(server: Server) -> str:
    """Say what the database holds, or nothing if it is empty; constraints count, since a person made them."""
    with server.driver() as driver:
        nodes = driver.execute_query("MATCH (n) RETURN count(n) AS nodes").records[0]["nodes"]
        constraints = len(driver.execute_query("SHOW CONSTRAINTS").records)
    if not nodes and not constraints:
        return ""
    return f"{nodes:,} nodes and {constraints} constraints"


def empty(server: Server) -> None:
    """Remove every node, constraint and index; only for a database that was empty when we came."""
    with server.driver() as driver, driver.session() as session:
        session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS").consume()
        for row in session.run("SHOW CONSTRAINTS YIELD name").data():
            session.run(f"DROP CONSTRAINT `{row['name']}`").consume()
        for row in session.run("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP'").data():
            session.run(f"DROP INDEX `{row['name']}`").consume()
