"""GraphQL over HTTP, as the specification of that name has it.

POST takes `application/json`, which no page of another origin can send unasked; GET takes queries, never
mutations, and changes nothing; such a page is refused, whatever it sends (api.visitors). A client that
accepts `application/graphql-response+json` gets a status that speaks for the response; one that asks for
plain JSON gets 200 wherever the request itself could be understood; one that accepts `text/event-stream` gets
all replies of a subscription as they come (api.eventstream).
"""

import asyncio
import re
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter
from typing import Any
from uuid import uuid4

import orjson
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from api import errors
from api.auth.caller import Unauthenticated, UnknownPurpose
from api.errors import refusal
from api.eventstream import EVENTS, EventStream, Stage
from api.follow import Following
from api.metrics import Metrics
from api.request import Asked, Reply
from api.service import Service
from api.settings import Settings
from api.trusted import NOT_FOUND, NOT_TRUSTED, named
from api.visitors import FOREIGN, foreign

RESPONSE_JSON = "application/graphql-response+json"
PLAIN_JSON = "application/json"
HTML = "text/html"
GONE = "the client left"

BEARER = 'Bearer realm="sharegraph"'
"""How to say who asks."""

SECONDS = {errors.AWAY: 5, errors.WARMING: 5, errors.BUSY: 5}
"""After which it is worth asking again: where the store is away or has too much to write, where what was
asked is not computed yet, and where the caller has the like under way.
"""

STATUS = {
    errors.BAD_REQUEST: 400,
    errors.UNAUTHENTICATED: 401,
    errors.FORBIDDEN: 403,
    errors.METHOD: 405,
    errors.NOT_ACCEPTABLE: 406,
    errors.TOO_LARGE: 413,
    errors.MEDIA_TYPE: 415,
    errors.RATE: 429,
    NOT_TRUSTED: 403,
    errors.INTERNAL: 500,
    errors.TIMEOUT: 503,
    errors.WARMING: 503,
    errors.LEFT: 499,
    errors.AWAY: 503,
    errors.SLOW: 408,
}
"""Of a request that was not run, whatever the client accepts."""

METHODS = ("GET", "POST")

UNDERSTOOD = dict.fromkeys(
    (
        errors.PARSE,
        errors.VALIDATION,
        errors.BAD_INPUT,
        errors.TOO_COMPLEX,
        errors.TOO_DEAR,
        NOT_FOUND,
        "STALE_CURSOR",
    ),
    400,
)
"""Of a well-formed request that was not run: only for clients that accept RESPONSE_JSON, else 200."""

_REQUEST_ID = re.compile(r"[\w.-]{1,64}")

log = structlog.get_logger()


class Unfit(Exception):
    """A request that is no GraphQL request."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address `/graphql`."""

    service: Service
    settings: Settings
    metrics: Metrics
    following: Following

    async def __call__(self, request: Request) -> Response:
        """Answer one request, at once or as a stream of events."""
        began = perf_counter()
        given = request.headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        media = PLAIN_JSON
        try:
            media = accepted(request.headers.get("accept"))
            caller = await self.service.gate.caller(request.headers, self.service.clock)
            asked = replace(await self._asked(request, request_id), caller=caller)
            if media == EVENTS:
                return self._streamed(asked)
            reply = await self._answer(asked, request)
        except Unfit as unfit:
            reply = Reply(None, (refusal(str(unfit), unfit.code),))
        except ClientDisconnect:
            reply = Reply(None, (refusal(GONE, errors.LEFT),))
        except Unauthenticated as unknown:
            reply = Reply(None, (refusal(str(unknown), errors.UNAUTHENTICATED),))
        except UnknownPurpose as unsaid:
            reply = Reply(None, (refusal(str(unsaid), errors.BAD_REQUEST),))
        except Exception as fault:  # noqa: BLE001  # whatever it is, it is told or hidden like any other fault
            reply = Reply(None, (refusal(*errors.spoken(fault, request_id)),))
        seconds = perf_counter() - began
        self.metrics.answered(reply.label, reply.code, seconds)
        response = _response(reply, media)
        if response.status_code == 405:
            response.headers["allow"] = "POST" if request.method == "GET" else ", ".join(METHODS)
        response.headers["x-request-id"] = request_id
        log.info(
            "answered",
            request=request_id,
            operation=reply.label,
            code=reply.code,
            status=response.status_code,
            version=reply.version,
            bytes=len(response.body),
            ms=round(seconds * 1e3, 2),
        )
        return response

    async def _asked(self, request: Request, request_id: str) -> Asked:
        """What is asked, as long as it comes in time."""
        seconds = self.settings.request_seconds
        try:
            async with asyncio.timeout(seconds):
                return await asked_by(request, request_id, self.settings)
        except TimeoutError:
            raise Unfit(errors.SLOW, f"the request was not here after {seconds:g} s") from None

    def _streamed(self, asked: Asked) -> Response:
        """The replies as events."""
        gate, clock = self.service.gate, self.service.clock
        still = partial(gate.still, asked.caller, clock)
        stage = Stage(self.following, self.metrics, self.settings.alive_seconds, still)
        return EventStream(self.service.replies(asked, self.settings.request_seconds), stage, asked)

    async def _answer(self, asked: Asked, request: Request) -> Reply:
        """The reply, as long as there is time and somebody to take it: what is asked for nobody is dropped,
        with the work for it (api.memo).
        """
        answering = asyncio.ensure_future(self.service.answer(asked))
        leaving = asyncio.ensure_future(_left(request))
        seconds = self.settings.request_seconds
        try:
            await asyncio.wait({answering, leaving}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if answering.done():
                return answering.result()
            if leaving.done():
                raise Unfit(errors.LEFT, GONE)
            raise Unfit(*self.service.late(seconds))
        finally:
            leaving.cancel()
            answering.cancel()


async def _left(request: Request) -> None:
    """Once whoever asked has closed the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _response(reply: Reply, media: str) -> Response:
    status = 200 if reply.ran else STATUS.get(reply.code, 200)
    if media == RESPONSE_JSON and not reply.ran:
        status = UNDERSTOOD.get(reply.code, status)
    body = orjson.dumps(reply.body(), option=orjson.OPT_NON_STR_KEYS)
    headers = {}
    if status == 408:
        headers["connection"] = "close"
    if status == 401:
        headers["www-authenticate"] = BEARER
    wait = SECONDS.get(reply.code, reply.wait)
    if wait is not None:
        headers["retry-after"] = str(wait)
    return Response(body, status, headers, f"{media}; charset=utf-8")


def accepted(header: str | None) -> str:
    """The media type to answer in, the client's favourite of ours; Unfit where it accepts neither.

    >>> accepted("text/html, application/graphql-response+json;q=0.9, */*;q=0.1")
    'application/graphql-response+json'
    >>> accepted("*/*"), accepted(None)
    ('application/json', 'application/json')
    """
    wanted = [(quality, offered) for quality, offered in _ranges(header or "*/*") if quality > 0]
    for _, offered in sorted(wanted, key=lambda one: -one[0]):
        if offered in {RESPONSE_JSON, PLAIN_JSON, EVENTS}:
            return offered
        if offered in {"*/*", "application/*"}:
            return PLAIN_JSON
    raise Unfit(errors.NOT_ACCEPTABLE, f"this answers as {RESPONSE_JSON}, {PLAIN_JSON} or {EVENTS}")


def wants_page(request: Request) -> bool:
    """Whether a browser asks for something to look at."""
    ranges = [offered for _, offered in _ranges(request.headers.get("accept", ""))]
    return request.method == "GET" and "query" not in request.query_params and HTML in ranges


def _ranges(header: str) -> list[tuple[float, str]]:
    found = []
    for part in header.split(","):
        offered, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((value[2:] for value in parameters if value.startswith("q=")), "1")
        found.append((float(quality) if re.fullmatch(r"[01](\.\d{0,3})?", quality) else 0.0, offered))
    return found


async def asked_by(request: Request, request_id: str, settings: Settings) -> Asked:
    """What a request asks; Unfit where it is no GraphQL request, or a foreign page's."""
    if request.method not in METHODS:
        raise Unfit(errors.METHOD, "this answers POST, and GET for queries")
    if foreign(request.headers, settings.origins):
        raise Unfit(errors.FORBIDDEN, FOREIGN)
    reading = request.method == "GET"
    if reading:
        size = len(request.scope["query_string"])
        said: Any = dict(request.query_params)
        for name in ("variables", "extensions"):
            if name in said:
                said[name] = _json(said[name].encode(), name)
    else:
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media != PLAIN_JSON:
            raise Unfit(errors.MEDIA_TYPE, f"send the request as {PLAIN_JSON}")
        body = await _body(request, settings.body_bytes)
        said, size = _json(body, "the body"), len(body)
    if not isinstance(said, dict):
        raise Unfit(errors.BAD_REQUEST, "the body has to be one JSON object with a `query`")
    return asked_of(said, size, request_id, request.headers.get("accept-language"), reading=reading)


def asked_of(
    said: dict[str, Any], size: int, request_id: str, spoken: str | None, *, reading: bool = False
) -> Asked:
    """What the parameters of a request ask, whatever brought them in so many bytes; Unfit where they are
    none.
    """
    _typed(said, "extensions", dict)
    document = named(said)
    return Asked(
        query=_typed(said, "query", str, required=document is None) or "",
        document=document,
        variables=_typed(said, "variables", dict) or {},
        operation=_typed(said, "operationName", str) or None,
        spoken=spoken,
        id=request_id,
        reading=reading,
        size=size,
    )


def _typed(said: dict[str, Any], name: str, kind: type, *, required: bool = False) -> Any:
    value = said.get(name)
    if (value is None and required) or not isinstance(value, kind | None):
        raise Unfit(errors.BAD_REQUEST, f"`{name}` has to be {'a string' if kind is str else 'an object'}")
    return value


def _json(text: bytes, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as unreadable:
        raise Unfit(errors.BAD_REQUEST, f"{what} is no JSON: {unreadable}") from None


async def _body(request: Request, most: int) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise Unfit(errors.TOO_LARGE, f"a request has at most {most:,} bytes")
        parts.append(part)
    return b"".join(parts)
