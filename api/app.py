"""The web application of one store.

`/graphql` answers, over HTTP and WebSocket, and shows browsers GraphiQL; `/healthz` says that the process
lives, `/readyz` that it can answer from everything it should and without a first question's wait, `/metrics`
what it counted. The first analysis is made, and warmed (api.warming), while the server already listens: until
then `/readyz` says no, and questions wait. Without authentication (`dev`) all of it is served under this
machine's own names alone (api.visitors).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from api.auth.caller import Unauthenticated, UnknownPurpose
from api.auth.gate import gate_of
from api.commons import Commons
from api.errors import spoken
from api.follow import Following
from api.http import BEARER, METHODS, Endpoint, wants_page
from api.metrics import Metrics
from api.refresh import Fitting
from api.rights.table import EVERYTHING
from api.service import Clock, Service, utc_now
from api.settings import LOOPBACK, Records, Settings
from api.sockets import Sockets
from api.visitors import Named, Sealed
from graph.errors import StoreUnavailable
from graph.store import Store
from loaders.stores import open_store

STATIC = Path(__file__).parent / "static"
REACHABLE_SECONDS = 2.0

OTHERS = ("PUT", "PATCH", "DELETE", "OPTIONS")
"""Refused by the endpoint, which says so as it says everything."""

PAGE_HEADERS = {
    "content-security-policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
"""GraphiQL runs from our own files alone and may speak to nobody else."""


def create_app(
    settings: Settings,
    store: Store | None = None,
    clock: Clock = utc_now,
    commons: Commons | None = None,
) -> Starlette:
    """The application; StoreUnavailable or StoreIncompatible where the store cannot be opened.

    store: one that is open already, and stays open when the application ends. clock: what tells the time.
    commons: what it shares with the other processes of one server.
    """
    metrics = Metrics(commons)
    held = open_store(settings.store, create=False) if store is None else store
    if settings.consenting is not None:
        held.allow_by_default(allowed=settings.consenting)
    service = Service(
        held,
        how=Fitting(settings.seed, settings.cap, settings.order, settings.calendar),
        rates=settings.rates,
        trusted=settings.trusted,
        gate=gate_of(settings),
        clock=clock,
        metrics=metrics,
        records=Records(
            settings.answer_days, settings.audit, commons, settings.privacy, settings.budget, settings.k
        ),
    )
    following = Following(settings.subscriptions, metrics)
    endpoint = Endpoint(service, settings, metrics, following)
    sockets = Sockets(service, settings, metrics, following)
    page = (STATIC / "graphiql" / "index.html").read_text("utf-8")

    async def graphql(request: Request) -> Response:
        if wants_page(request) and not settings.trusted.only:
            return HTMLResponse(page, headers=PAGE_HEADERS)
        return await endpoint(request)

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def readyz(_: Request) -> Response:
        missing = await _missing(service)
        return JSONResponse({"status": missing or "ready"}, 503 if missing else 200)

    async def counted(request: Request) -> Response:
        return await _counted(request, service, metrics)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        first = asyncio.create_task(service.begin())
        yield
        first.cancel()
        await following.end(settings.shutdown_seconds)
        await service.end()
        if store is None:
            held.close()

    # What the page is made of is nobody's where the page is not shown.
    pages = [] if settings.trusted.only else [Mount("/static", StaticFiles(directory=STATIC))]
    app = Starlette(
        routes=[
            Route("/graphql", graphql, methods=[*METHODS, *OTHERS]),
            WebSocketRoute("/graphql", sockets.__call__),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", counted),
            *pages,
        ],
        middleware=_around(settings),
        lifespan=lifespan,
    )
    app.state.following = following
    return app


def _around(settings: Settings) -> list[Middleware]:
    """What every request goes through, outermost first."""
    around = [Middleware(Sealed)]
    if settings.dev:
        around.append(Middleware(Named, LOOPBACK | {settings.host}))
    if settings.origins:
        around.append(
            Middleware(
                CORSMiddleware,
                allow_origins=sorted(settings.origins),
                allow_methods=["GET", "POST"],
                allow_headers=["accept", "authorization", "content-type", "x-purpose", "x-request-id"],
                expose_headers=["retry-after", "x-request-id"],
                max_age=600,
            )
        )
    return around


async def _counted(request: Request, service: Service, metrics: Metrics) -> Response:
    """What the server counted, for who runs it."""
    try:
        caller = await service.gate.caller(request.headers, service.clock)
    except Unauthenticated as unknown:
        return JSONResponse({"error": str(unknown)}, 401, {"www-authenticate": BEARER})
    except UnknownPurpose as unsaid:
        return JSONResponse({"error": str(unsaid)}, 400)
    except Exception as fault:  # noqa: BLE001  # told or hidden, like a fault behind any question
        return JSONResponse({"error": spoken(fault, uuid4().hex)[0]}, 500)
    if caller.role not in EVERYTHING:
        return JSONResponse({"error": "for the role admin"}, 403)
    return Response(metrics.page(), media_type="text/plain; version=0.0.4")


async def _missing(service: Service) -> str | None:
    """Why this process should not be asked yet; None where it can be."""
    if service.answers.latest is None:
        return "no snapshot yet"
    try:
        async with asyncio.timeout(REACHABLE_SECONDS):
            await service.answers.looked()
    except (StoreUnavailable, TimeoutError):
        return "the store cannot be reached"
    return None if service.warm else "warming up"
