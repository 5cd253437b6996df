"""The server, until it is told to stop."""

import socket
import sys
from contextlib import suppress

import uvicorn
from starlette.applications import Starlette

from api.app import create_app
from api.follow import Following
from api.logs import configure
from api.settings import Settings

NOT_STARTED = 3
"""Uvicorn's own exit code."""


class Server(uvicorn.Server):
    """Uvicorn waits for requests under way, and what is followed never ends: it is told to, first."""

    def __init__(self, app: Starlette, settings: Settings) -> None:
        self._following: Following = app.state.following
        self._patience = settings.shutdown_seconds
        super().__init__(
            uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=settings.shutdown_seconds,
                ws_max_size=settings.body_bytes,
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Complete subscriptions, then finish requests under way."""
        await self._following.end(self._patience)
        await super().shutdown(sockets)


def run(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; requests under way are finished first, subscriptions completed.

    InvalidInput where the settings would open the server to the world, StoreUnavailable where the store
    cannot be opened, OSError where the port is taken.
    """
    settings.check()
    configure()
    server = Server(create_app(settings), settings)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(NOT_STARTED)
