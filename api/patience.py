"""HTTP/1.1 and WebSockets that wait for nobody for ever: a connection that sends no head of a request in time
is closed, and one that takes what it is sent too slowly is cut off.

What follows the head has deadlines of its own (`api.http`), and so has silence between two requests
(uvicorn's `timeout_keep_alive`); before the first request, and in the middle of a head, only this has. What
was answered and is not taken stays in memory, with its connection, and a connection that is closed waits for
it without end. So at each look whoever has something left to take has to have taken all that was left at the
look before, or so much for each second since then as `slowest` says: a byte now and then keeps nothing.
Whoever takes more stays, however much more there is for them by then. What the system still holds for them is
not taken either, where it tells how much that is (Linux); elsewhere what was handed over to it counts as
taken.
"""

import asyncio
import fcntl
import socket
import sys
import termios
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

HEAD_SECONDS = 10.0
"""From the first byte of a head, or from a connection being made, until the head is there."""

TAKING_SECONDS = 20.0
"""Between two looks at whether somebody takes what they are sent."""

SLOWEST = 500
"""Bytes a second that somebody has to take who is behind, where nothing else is said: half of what the worst
of mobile lines carry.
"""

RECORD, ENVELOPE = 16_384, 29
"""Bytes of a record of TLS, and what goes with each at the most (TLS 1.2; 22 in 1.3)."""

CLOSING_SECONDS = 3.0
"""Until a client has to have answered that a WebSocket is closed."""

LINE = "sharegraph.line"
"""Of a scope, among its extensions: the connection's `Line`."""


class Config(uvicorn.Config):
    """Uvicorn's, with what it does not know. slowest: bytes a second that somebody has to take."""

    def __init__(self, app: Starlette, *, slowest: int, **more: Any) -> None:
        super().__init__(app, **more)
        self.slowest = slowest


class Line:
    """A transport that counts what it has to send for what it is given; all else is the transport's own.
    slowest: bytes of it a second that somebody has to take who is behind.
    """

    def __init__(self, transport: asyncio.Transport, slowest: int = SLOWEST) -> None:
        self._transport = transport
        self._given = 0
        self._envelope = 0 if transport.get_extra_info("ssl_object") is None else ENVELOPE
        self.slowest = slowest

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, text: bytes) -> None:
        """Send, and count."""
        self._given += len(text) + self._envelope * -(-len(text) // RECORD)
        self._transport.write(text)

    @property
    def left(self) -> int:
        """Bytes that are still to be taken."""
        return self._transport.get_write_buffer_size() + _held(self._transport.get_extra_info("socket"))

    @property
    def taken(self) -> int:
        """Bytes that were."""
        return self._given - self.left


def _held(through: Any) -> int:
    """Bytes that were handed to the system and that the other side has not acknowledged; 0 where it does not
    tell.
    """
    told = bytearray(4)
    try:
        fcntl.ioctl(through.fileno(), termios.TIOCOUTQ, told)
    except (OSError, AttributeError, ValueError):
        return 0
    return int.from_bytes(told, sys.byteorder)


async def taken(send: Callable[[], Awaitable[None]], line: Line | None, seconds: float) -> None:
    """Send, as long as enough is taken in every so many seconds; TimeoutError else, and at once where it is
    not known how much is. send: does all or nothing where it is cancelled.
    """
    before = 0 if line is None else line.taken
    while True:
        try:
            async with asyncio.timeout(seconds):
                return await send()
        except TimeoutError:
            if line is None or line.taken < before + line.slowest * seconds:
                raise
            before = line.taken


def line_of(scope: MutableMapping[str, Any]) -> Line | None:
    """The connection that something came on; None of a server that is not ours."""
    line: Line | None = scope.get("extensions", {}).get(LINE)
    return line


class Taken(asyncio.Protocol):
    """A connection of somebody who takes what they are sent; before one of uvicorn's protocols."""

    loop: asyncio.AbstractEventLoop
    transport: Any
    config: uvicorn.Config

    _taking: asyncio.TimerHandle | None = None
    _seen = 0, 0

    def connection_made(self, transport: Any) -> None:
        """Look now and then. One that becomes a WebSocket has another protocol from then on."""
        slowest = getattr(self.config, "slowest", SLOWEST)
        line: Any = transport if isinstance(transport, Line) else Line(transport, slowest)
        # An answer leaves in two parts; the second waits 40 ms for the first to be acknowledged (Nagle 1984).
        # asyncio prevents it only where the socket knows its protocol, which one that was accepted does not.
        line.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(line)
        self._taking = self.loop.call_later(TAKING_SECONDS, self._look_at_taking)

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no further."""
        if self._taking is not None:
            self._taking.cancel()
        super().connection_lost(exc)

    def _look_at_taking(self) -> None:
        """Go on while enough is taken, or there was nothing to take."""
        if self.transport.get_protocol() is not self:
            return
        seen = self.transport.left, self.transport.taken
        (were_left, were_taken), self._seen = self._seen, seen
        # TLS says things of its own, too: what is left growing less is a sign as well.
        took = max(seen[1] - were_taken, were_left - seen[0])
        if were_left and took < min(were_left, self.transport.slowest * TAKING_SECONDS):
            self.transport.abort()
            return
        self._taking = self.loop.call_later(TAKING_SECONDS, self._look_at_taking)


class PatientSocket(Taken, WebSocketsSansIOProtocol):
    """Uvicorn's WebSockets, which have no such deadline."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.close_timeout = CLOSING_SECONDS

    def handle_connect(self, event: Any) -> None:
        """Have whoever answers know the line."""
        super().handle_connect(event)
        if not self.close_sent:
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[LINE] = self.transport


class Patient(Taken, H11Protocol):
    """Uvicorn's HTTP, which has no such deadlines."""

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Wait for a head."""
        super().connection_made(transport)
        self._look()

    def data_received(self, data: bytes) -> None:
        """Go on waiting, or no longer."""
        super().data_received(data)
        self._look()

    def handle_events(self) -> None:
        """Have whoever answers know the line."""
        super().handle_events()
        if self.scope is not None:
            scope: Any = self.scope
            scope.setdefault("extensions", {})[LINE] = self.transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing."""
        self._forget()
        super().connection_lost(exc)

    def _look(self) -> None:
        """Wait exactly while a head is wanted of somebody who sends one."""
        # There is no cycle before the first head.
        wanted = getattr(self.cycle, "response_complete", True)
        between = self.timeout_keep_alive_task is not None
        if not wanted or between or self.transport.is_closing() or self.transport.get_protocol() is not self:
            self._forget()
        elif self._waiting is None:
            self._waiting = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _forget(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
