"""What an application says to somebody who follows something, event by event, without a socket."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp, Message, Scope

SECONDS = 30
"""The longest wait for an event."""


class Following:
    """One subscription over graphql-sse, from the client's side. bearer: who asks."""

    def __init__(self, app: ASGIApp, document: str, variables: Mapping[str, Any], bearer: str) -> None:
        self._app = app
        self._body = json.dumps({"query": document, "variables": variables}).encode()
        headers = {"content-type": "application/json", "accept": "text/event-stream", "authorization": bearer}
        self._headers = [
            (name.encode(), value.encode()) for name, value in {"host": "shop", **headers}.items()
        ]

    async def begin(self) -> None:
        """Ask."""
        self._asked, self._left, self._said = False, asyncio.Event(), asyncio.Queue[Any]()
        scope: Scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
            "path": "/graphql", "raw_path": b"/graphql", "root_path": "", "query_string": b"",
            "scheme": "http", "server": ("shop", 80), "client": ("127.0.0.1", 1), "headers": self._headers,
        }  # fmt: skip
        answering = self._app(scope, self._receive, self._send)
        self._answering: asyncio.Future[None] = asyncio.ensure_future(answering)

    async def _receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": self._body, "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        body = message.get("body", b"")
        if body.startswith(b"event: next"):
            self._said.put_nowait(json.loads(body.partition(b"data: ")[2]))
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self._said.put_nowait(None)

    async def next(self) -> Any:
        """The body of the next event; None where there are no more."""
        return await asyncio.wait_for(self._said.get(), SECONDS)

    async def end(self) -> None:
        """Leave."""
        self._left.set()
        await asyncio.wait_for(self._answering, SECONDS)
