"""`make neo4j`: a throw-away Neo4j to try things on, told as what the tests and `open_store` want to know."""

import signal
from contextlib import suppress
from pathlib import Path

from tests.neo4j_server import neo4j_server

CACHE = Path(__file__).parents[2] / ".cache" / "neo4j"

for end in (signal.SIGINT, signal.SIGTERM):
    signal.signal(end, signal.default_int_handler)

with suppress(KeyboardInterrupt), neo4j_server(CACHE, environment={}) as server:
    print(f"export SHAREGRAPH_TEST_NEO4J_URI={server.uri} SHAREGRAPH_TEST_NEO4J_PASSWORD={server.password}")  # noqa: T201
    print(f"export SHAREGRAPH_STORE={server.url}", flush=True)  # noqa: T201
    signal.pause()
