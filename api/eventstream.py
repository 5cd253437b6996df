"""Replies as server-sent events: the "distinct connections" of the protocol graphql-sse, one a request.

Each reply is an event `next`, the end an event `complete`; what is wrong with an operation is told by a
`next` too, since a browser hides the body of a refusal. Between events a comment says that we are still
there, as long as whoever asked may stay. A client that takes nothing for as long as that is let go
(api.patience).
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from time import perf_counter

import orjson
import structlog
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from api.errors import TOO_MANY, UNAUTHENTICATED, refusal, spoken
from api.follow import Following, Full
from api.metrics import Metrics
from api.patience import Line, line_of, taken
from api.request import Asked, Reply
from api.service import GONE

EVENTS = "text/event-stream"
PROTOCOL = "graphql-sse"

HEADERS = {"content-type": f"{EVENTS}; charset=utf-8", "cache-control": "no-cache", "x-accel-buffering": "no"}
"""No proxy keeps events back until it has a page of them."""

ALIVE, COMPLETE = b":\n\n", b"event: complete\ndata:\n\n"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Stage:
    """What every stream needs. alive: seconds between two signs of life. still: whether whoever asked may
    stay.
    """

    following: Following
    metrics: Metrics
    alive: float
    still: Callable[[], bool]


class EventStream(Response):
    """The replies to one request, until there are no more, the client leaves or the server goes."""

    def __init__(self, replies: AsyncGenerator[Reply, None], stage: Stage, asked: Asked) -> None:
        super().__init__(headers=HEADERS | {"x-request-id": asked.id})
        del self.headers["content-length"]
        self._replies = replies
        self._stage = stage
        self._asked = asked
        self._line: Line | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell everything; 503 where as many follow something as may."""
        self._line = line_of(scope)
        try:
            asked = self._asked
            with self._stage.following.place(PROTOCOL, asked.caller.id, asked.allowance.followed):
                await self._tell(receive, send)
        except Full as full:
            refused = {"errors": [refusal(str(full), TOO_MANY)]}
            await JSONResponse(refused, 503, {"retry-after": "10"})(scope, receive, send)

    async def _tell(self, receive: Receive, send: Send) -> None:
        began, sent, label, ended = perf_counter(), 0, "none", "complete"
        gone, farewell = asyncio.create_task(_gone(receive)), self._farewell()
        try:
            await self._send(send, type="http.response.start", status=200, headers=self.raw_headers)
            async with (
                aclosing(self._replies) as replies,
                aclosing(_until(replies, {gone, farewell}, self._stage.alive)) as coming,
            ):
                async for reply in coming:
                    if reply is None and self._stage.still():
                        await self._body(send, ALIVE)
                        continue
                    told = reply or Reply(None, (refusal(GONE, UNAUTHENTICATED),), label=label)
                    label, sent = told.label, sent + 1
                    await self._body(send, self._event(told))
                    if not told.ran:
                        break
            if gone.done():
                ended = "left"
            else:
                await self._body(send, COMPLETE, more=False)
        except (TimeoutError, OSError):
            ended = "slow"
        except Exception as fault:  # noqa: BLE001  # the client waits for the end of what it asked
            message, ended = spoken(fault, self._asked.id)
            await self._body(send, self._event(Reply(None, (refusal(message, ended),))))
            await self._body(send, COMPLETE, more=False)
        finally:
            gone.cancel()
            farewell.cancel()
            log.info(
                "followed",
                request=self._asked.id,
                operation=label,
                protocol=PROTOCOL,
                messages=sent,
                ended=ended,
                s=round(perf_counter() - began, 3),
            )

    def _farewell(self) -> "asyncio.Task[object]":
        return asyncio.create_task(self._stage.following.farewell.wait())

    def _event(self, reply: Reply) -> bytes:
        self._stage.metrics.told(reply.label, PROTOCOL)
        return b"event: next\ndata: " + orjson.dumps(reply.body(), option=orjson.OPT_NON_STR_KEYS) + b"\n\n"

    async def _body(self, send: Send, body: bytes, *, more: bool = True) -> None:
        await self._send(send, type="http.response.body", body=body, more_body=more)

    async def _send(self, send: Send, **message: object) -> None:
        await taken(lambda: send(message), self._line, self._stage.alive)


async def _until(
    replies: AsyncGenerator[Reply, None], ends: "set[asyncio.Task[object]]", alive: float
) -> AsyncGenerator[Reply | None, None]:
    """The replies until one of the ends is there; None after every silence of `alive` seconds."""
    coming: asyncio.Task[Reply | None] | None = None
    try:
        while not any(end.done() for end in ends):
            coming = coming or asyncio.ensure_future(_next(replies))
            done, _ = await asyncio.wait({coming, *ends}, timeout=alive, return_when=asyncio.FIRST_COMPLETED)
            if not done:
                yield None
            if coming not in done:
                continue
            reply, coming = coming.result(), None
            if reply is None:
                return
            yield reply
    finally:
        if coming is not None:
            coming.cancel()
            with suppress(asyncio.CancelledError):
                await coming


async def _next(replies: AsyncGenerator[Reply, None]) -> Reply | None:
    return await anext(replies, None)


async def _gone(receive: Receive) -> object:
    """Returns when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
    return None
