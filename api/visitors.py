"""Whom this server listens to, as far as a browser tells.

With `--dev` whoever can connect may ask anything, and a browser on this machine can connect in the name of
any page it shows. Two things that no page can forge keep those pages out. A name of somebody else that was
made to point here (DNS rebinding) still stands in `Host`, so only our own names are served then. And a page
of another origin is given away by `Origin`, or by `Sec-Fetch-Site` where a browser sends no origin, as with
an image, a link or a script's plain GET; it is refused with keys and tokens too, unless `--allow-origin`
names it.
"""

import re
from collections.abc import Collection, Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

NOT_OURS = "this server goes by another name; ask it as localhost or 127.0.0.1"
FOREIGN = "a page of another origin may not ask here"

_NAME = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]*)(?::\d*)?")


class Named:
    """An application that is served under these names alone, at any port; 421 for every other."""

    def __init__(self, app: ASGIApp, names: Iterable[str]) -> None:
        self._app = app
        self._names = frozenset(f"[{name}]" if ":" in name else name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, or refuse."""
        if scope["type"] == "lifespan" or name_of(Headers(scope=scope).get("host", "")) in self._names:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse(NOT_OURS + "\n", 421)(scope, receive, send)
        else:
            await refuse(WebSocket(scope, receive, send), 421, NOT_OURS)


SEALED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
}
"""What an answer says of itself, where it does not say otherwise: nothing in it is to be run, framed, kept or
guessed at.
"""


class Sealed:
    """An application whose answers carry these headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve."""

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SEALED.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, sealed)


def name_of(host: str) -> str | None:
    """The name in a `Host` header, without the port; None where it is no such header.

    >>> name_of("LocalHost:8000"), name_of("[::1]:8000"), name_of("127.0.0.1")
    ('localhost', '[::1]', '127.0.0.1')
    >>> name_of("localhost:8000@evil.example") is None
    True
    """
    found = _NAME.fullmatch(host)
    return found and found[1].lower()


def foreign(headers: Headers, origins: Collection[str] = ()) -> bool:
    """Whether a page asks whose origin is neither ours nor one of these. Programs send neither header, and
    may.

    Another port of this machine is the same site to a browser, and another program's page: it is foreign too.

    >>> foreign(Headers({"host": "localhost:8000", "origin": "http://localhost:3000"}))
    True
    >>> foreign(Headers({"host": "localhost:8000", "origin": "http://localhost:8000"}))
    False
    """
    origin = headers.get("origin")
    if origin in origins:
        return False
    if origin is not None and origin.partition("://")[2] != headers.get("host"):
        return True
    return headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}


async def refuse(socket: WebSocket, status: int, sentence: str) -> None:
    """Refuse a WebSocket, with a sentence where the server can hand one over."""
    if "websocket.http.response" in socket.scope.get("extensions", {}):
        await socket.send_denial_response(PlainTextResponse(sentence + "\n", status))
    else:
        await socket.close()
