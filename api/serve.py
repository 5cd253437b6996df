"""The server, until it is told to stop."""

import uvicorn

from api.app import create_app
from api.logs import configure
from api.settings import Settings


def run(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; requests under way are finished first.

    InvalidInput where the settings would open the server to the world, StoreUnavailable where the store
    cannot be opened, OSError where the port is taken.
    """
    settings.check()
    configure()
    app = create_app(settings)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
