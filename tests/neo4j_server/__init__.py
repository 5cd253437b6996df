"""A real Neo4j for the tests: somebody's, Docker's, or one run from Maven's jars; never an imitation.

`neo4j_server(cache)` yields a `Server` whose database is empty and is emptied again (or thrown away) when the
block is left:

1. `SHAREGRAPH_TEST_NEO4J_URI` (with `…_USER`, default neo4j, and `…_PASSWORD`) is used where it is set. A
   database that holds anything is somebody's: `NotEmpty` is raised and nothing in it is touched.
2. Otherwise a server is started on a free port of the loopback interface, with a random password: in Docker
   where `docker info` succeeds, else from Java ≥ 17 and Maven. Jars, files and logs lie in `cache`; only
   Docker keeps its image where Docker keeps images.
3. Otherwise `Unavailable` says in one line what is missing.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.neo4j_server import docker, java
from tests.neo4j_server.server import NotEmpty, Server, Unavailable, empty, holdings

__all__ = ["NotEmpty", "Server", "Unavailable", "neo4j_server"]

URI = "SHAREGRAPH_TEST_NEO4J_URI"


@contextmanager
def neo4j_server(cache: Path, environment: Mapping[str, str] = os.environ) -> Iterator[Server]:
    """Yield an empty real Neo4j; see the module for where it comes from and for what is raised."""
    if environment.get(URI):
        with borrowed(environment) as server:
            yield server
        return
    cache.mkdir(parents=True, exist_ok=True)
    missing = docker.missing()
    with java.started(cache) if missing else docker.started(cache) as server:
        yield server


@contextmanager
def borrowed(environment: Mapping[str, str]) -> Iterator[Server]:
    """Yield the server that the environment names, if it is empty, and leave it empty."""
    server = Server(
        uri=environment[URI],
        user=environment.get("SHAREGRAPH_TEST_NEO4J_USER", "neo4j"),
        password=environment.get("SHAREGRAPH_TEST_NEO4J_PASSWORD", ""),
    )
    if found := holdings(server):
        raise NotEmpty(
            f"{server.uri} holds {found}: it may be somebody's, so the tests leave it alone; "
            f"point {URI} to an empty database or unset it"
        )
    try:
        yield server
    finally:
        empty(server)
