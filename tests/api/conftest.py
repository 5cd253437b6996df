"""A toy shop behind the API: its log in one line, its answers as dictionaries."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from api.app import create_app
from api.request import Asked
from api.service import Service
from api.settings import Settings
from graph.events import Event
from graph.store import Store
from loaders.ingest import ingest_events
from loaders.stores.embedded import EmbeddedStore
from tests import toy

NOW = toy.START + timedelta(days=30)


class Shop:
    """A store with a toy log in it, and a service that answers from it. reads: what the service asked of the
    store, call by call.
    """

    def __init__(self, folder: Path) -> None:
        self.store = Counting(EmbeddedStore(folder / "shop.db"))
        self.store.allow_by_default(allowed=True)
        self.store.calls.clear()
        ticks = count()
        self.clock = lambda: NOW + timedelta(seconds=next(ticks))
        self.service = Service(self.store, clock=self.clock)
        self._told = ""

    def tell(self, text: str) -> None:
        """Store the events of a text in the toy language, going on from what was told before."""
        self._told += f"  {text}"
        self.take(toy.events(self._told))

    def take(self, events: Sequence[Event]) -> None:
        """Store events."""
        taken = ingest_events(events, self.store, now=NOW)
        assert not taken.rejected

    async def ask(self, document: str, spoken: str | None = None, **variables: Any) -> Any:
        """The answer's data; there must be no error."""
        reply = await self.service.answer(Asked(document, variables, spoken=spoken))
        assert not reply.errors, reply.errors
        return reply.data

    async def refused(self, document: str, **variables: Any) -> list[tuple[str, str]]:
        """The codes and messages of the answer's errors."""
        reply = await self.service.answer(Asked(document, variables, id="r1"))
        errors: Any = reply.errors
        return [(error["extensions"]["code"], error["message"]) for error in errors]

    @asynccontextmanager
    async def client(self, **settings: Any) -> AsyncIterator[AsyncClient]:
        """An HTTP client of an application on this store."""
        told = {"dev": True, "host": "shop", **settings}
        app = create_app(Settings(self.store.url, **told), self.store, clock=self.clock)
        async with app.router.lifespan_context(app):
            transport = ASGITransport(app, raise_app_exceptions=False)
            async with AsyncClient(transport=transport, base_url="http://shop") as client:
                yield client


class Counting:
    """A real store, and the names of what was called; a test may put something in the place of `read`."""

    read: Any

    def __init__(self, store: Store) -> None:
        self._store = store
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if not callable(found):
            return found

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.calls.append(name)
            return found(*args, **kwargs)

        return counted


@pytest.fixture(scope="session", autouse=True)
def compiled(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What a first answer compiles is compiled before a test waits for one; a new machine takes seconds."""
    first = Shop(tmp_path_factory.mktemp("compiled"))
    first.tell("ana>bea:tea  ana>cy:mug  ana>bea>dan:tea  cy$tea=5")
    asyncio.run(first.ask("{ cascades { nodes { size shares opens participants { totalCount } } } }"))
    first.service.close()
    first.store.close()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """An empty shop."""
    opened = Shop(tmp_path)
    yield opened
    opened.service.close()
    opened.store.close()
