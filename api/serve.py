"""The server, until it is told to stop: one process, or several on one port."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_bytes
from tempfile import TemporaryDirectory

import structlog
import uvicorn
from rich.console import Console
from starlette.applications import Starlette

from api.app import create_app
from api.auth.gate import gate_of
from api.certificate import STAY
from api.commons import Commons
from api.follow import Following
from api.logs import configure
from api.patience import Config, Patient, PatientSocket
from api.settings import Settings
from api.workers import Keeper
from loaders.stores import open_store

NOT_STARTED = 3
"""Uvicorn's own exit code."""

COUNTS = "PROMETHEUS_MULTIPROC_DIR"
"""By which prometheus_client, as it is imported, is told where several processes count."""

OPENLY = "nobody is asked who they are: whoever reaches this port may read, change and delete anything"
"""Said where a server asks nobody."""

log = structlog.get_logger()


class Server(uvicorn.Server):
    """Uvicorn waits for requests under way, and what is followed never ends: it is told to, first."""

    def __init__(self, app: Starlette, settings: Settings) -> None:
        self._following: Following = app.state.following
        self._patience = settings.shutdown_seconds
        tls = settings.certificate
        super().__init__(
            Config(
                app,
                slowest=settings.slowest,
                host=settings.host,
                port=settings.port,
                log_config=None,
                access_log=False,
                http=Patient,
                ws=PatientSocket,
                server_header=False,
                timeout_graceful_shutdown=settings.shutdown_seconds,
                ws_max_size=settings.body_bytes,
                # We ask for signs of life ourselves (api.sockets), of nobody who is busy reading.
                ws_ping_interval=None,
                ssl_certfile=None if tls is None else tls.chain,
                ssl_keyfile=None if tls is None else tls.key,
                headers=[STAY] if tls else None,
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
    warn(settings)
    if settings.workers == 1:
        app = create_app(settings)
        with _listening(settings) as port:
            _serve(Server(app, settings), port)
        return
    # What every worker would fail of is told once, and before any is begun.
    open_store(settings.store, create=False).close()
    gate_of(settings)
    with _listening(settings) as port, _commons(settings.workers) as commons:
        Keeper(settings.workers, work, (settings, port, commons), 2 * settings.shutdown_seconds + 5).keep()


def warn(settings: Settings) -> None:
    """Say loudly that nobody is asked who they are, where that is so: in the log, and in red to whoever sits
    before it.
    """
    if not settings.dev:
        return
    log.warning(OPENLY, dev=True, host=settings.host)
    if sys.stderr.isatty():
        Console(file=sys.stderr, highlight=False).print(f"--dev: {OPENLY}", style="bold red", soft_wrap=True)


def work(settings: Settings, port: socket.socket, commons: Commons) -> None:
    """One worker of several."""
    configure()
    _serve(Server(create_app(settings, commons=commons), settings), port)


def _serve(server: Server, port: socket.socket) -> None:
    with suppress(KeyboardInterrupt):
        server.run([port])
    if not server.started:
        sys.exit(NOT_STARTED)


@contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    """A socket that takes connections, which wait until somebody answers; said with its addresses."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.create_server((settings.host, settings.port), family=family, backlog=2_048) as port:
        at = settings.address("/graphql")
        page = {} if settings.trusted.only else {"page": at}
        log.info("serving", graphql=at, **page, workers=settings.workers)
        yield port


@contextmanager
def _commons(workers: int) -> Iterator[Commons]:
    with TemporaryDirectory(prefix="sharegraph-") as folder:
        commons = Commons(Path(folder), token_bytes(32), workers)
        commons.counts.mkdir()
        os.environ[COUNTS] = str(commons.counts)
        yield commons
