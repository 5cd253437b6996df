"""One suite over every store: `store` is each of them in turn, empty."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from graph.store import Store
from loaders.stores import open_store
from tests.neo4j_server import Server


@pytest.fixture(params=["sqlite", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/shop.db"
    server = request.getfixturevalue("neo4j")
    clear(server)
    return str(server.url)


def clear(server: Server) -> None:
    """Take everything out of a database but its constraints, which take seconds to make again."""
    with server.driver() as driver:
        driver.execute_query("MATCH (n) DETACH DELETE n")


@pytest.fixture
def opened() -> Iterator[Callable[[str], Store]]:
    """Opens stores by their address, and closes them when the test is over."""
    with ExitStack() as stores:

        def open_until_the_end(url: str) -> Store:
            store = open_store(url)
            stores.callback(store.close)
            return store

        yield open_until_the_end


@pytest.fixture
def store(store_url: str, opened: Callable[[str], Store]) -> Store:
    """An empty store of each kind."""
    return opened(store_url)
