"""HTTP/1.1 and WebSockets that wait for nobody for ever: a connection that sends no head of a request in time
is closed, and one that takes nothing of what it is sent is cut off.

What follows the head has deadlines of its own (`api.http`), and so has silence between two requests
(uvicorn's `timeout_keep_alive`); before the first request, and in the middle of a head, only this has. What
was answered and is not taken stays in memory, with its connection, and a connection that is closed waits for
it without end; so whoever has taken none of it from one look to the next is not waited for.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

HEAD_SECONDS = 10.0
"""From the first byte of a head, or from a connection being made, until the head is there."""

TAKING_SECONDS = 20.0
"""Between two looks at whether somebody takes what they are sent."""


class Taken(asyncio.Protocol):
    """A connection of somebody who takes what they are sent; before one of uvicorn's protocols."""

    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport

    _taking: asyncio.TimerHandle | None = None
    _left = 0

    def connection_made(self, transport: Any) -> None:
        """Look now and then. One that becomes a WebSocket has another protocol from then on."""
        super().connection_made(transport)
        self._taking = self.loop.call_later(TAKING_SECONDS, self._look_at_taking)

    def resume_writing(self) -> None:
        """Most of what was sent was taken."""
        super().resume_writing()
        self._left = 0

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no further."""
        if self._taking is not None:
            self._taking.cancel()
        super().connection_lost(exc)

    def _look_at_taking(self) -> None:
        """Go on while what is left to be taken grows less, or there is nothing."""
        if self.transport.get_protocol() is not self:
            return
        left = self.transport.get_write_buffer_size()
        if left >= self._left > 0:
            self.transport.abort()
            return
        self._left = left
        self._taking = self.loop.call_later(TAKING_SECONDS, self._look_at_taking)


class PatientSocket(Taken, WebSocketsSansIOProtocol):
    """Uvicorn's WebSockets, which have no such deadline."""


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
