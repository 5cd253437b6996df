"""Operations over a WebSocket, by the protocol graphql-transport-ws.

One socket carries many operations, each under an id of the client's. What breaks the protocol closes the
socket with the code that the protocol has for it; what is wrong with an operation is told under its id. A
page of another origin is refused, since nothing else keeps it from asking in a visitor's name. Every `alive`
seconds of silence we ping; whoever has not said a word by the next is let go. Whoever is still at what they
were sent before is not asked for one; whoever takes none of it for so long is let go as well (api.patience).
"""

import asyncio
from contextlib import ExitStack, aclosing, suppress
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any
from uuid import uuid4

import orjson
import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from api.auth.caller import Caller, Unauthenticated, UnknownPurpose
from api.errors import FORBIDDEN, TOO_MANY, Told, refusal, spoken
from api.follow import GAVE_WAY, Following, Full
from api.http import Unfit, asked_of
from api.limits import CALLED, OPERATIONS
from api.metrics import Metrics
from api.patience import line_of, taken
from api.request import Asked
from api.service import GONE, Service
from api.settings import Settings
from api.visitors import FOREIGN, foreign, refuse

PROTOCOL = "graphql-transport-ws"

GREETING_SECONDS = 3.0
"""Until a client has to have said `connection_init`."""

GOING_AWAY, FAULT, TRY_LATER = 1001, 1011, 1013
INVALID, UNGREETED, UNKNOWN, LATE, TAKEN, GREETED_TWICE, SILENT = (
    4400,
    4401,
    4403,
    4408,
    4409,
    4429,
    4499,
)
"""Close codes of the protocol; the last is its libraries' for a peer that answers no ping."""

log = structlog.get_logger()


class Close(Exception):
    """The socket has to be closed, with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Sockets:
    """The address `/graphql` for WebSockets."""

    service: Service
    settings: Settings
    metrics: Metrics
    following: Following

    async def __call__(self, socket: WebSocket) -> None:
        """Talk to one client until either goes."""
        with ExitStack() as held:
            try:
                _check(socket, self.settings)
                place = held.enter_context(self.following.socket())
            except Unfit as unfit:
                await refuse(socket, 400 if unfit.code == PROTOCOL else 403, str(unfit))
                return
            except Full as full:
                await refuse(socket, 503, str(full))
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(self.settings.alive_seconds):
                    await socket.accept(PROTOCOL)
                await _Conversation(self, socket, place).held()


def _check(socket: WebSocket, settings: Settings) -> None:
    """Unfit where this is no socket of ours."""
    if PROTOCOL not in socket.scope.get("subprotocols", ()):
        raise Unfit(PROTOCOL, f"this speaks the subprotocol {PROTOCOL}, and nothing else")
    if foreign(socket.headers, settings.origins):
        raise Unfit(FORBIDDEN, FOREIGN)


@dataclass(slots=True)
class _Conversation:
    """What one socket carries. place: set once it gave way to another."""

    owner: Sockets
    socket: WebSocket
    place: asyncio.Event
    caller: Caller | None = None
    greeted: ExitStack = field(default_factory=ExitStack)
    stuck: asyncio.Event = field(default_factory=asyncio.Event)
    operations: dict[str, "asyncio.Task[None]"] = field(default_factory=dict)

    async def held(self) -> None:
        """Hear the client until it leaves, breaks the protocol, is silent or takes nothing any more, gives
        way, or the server goes.
        """
        hearing = asyncio.create_task(self._hear())
        farewell = asyncio.create_task(self.owner.following.farewell.wait())
        stuck = asyncio.create_task(self.stuck.wait())
        giving_way = asyncio.create_task(self.place.wait())
        ends = {hearing, farewell, stuck, giving_way}
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            with suppress(TimeoutError, WebSocketDisconnect, OSError, RuntimeError):
                if farewell.done():
                    await self._end()
                elif hearing.done():
                    await self._close(hearing.exception())
                elif giving_way.done():
                    await self._close(Close(TRY_LATER, GAVE_WAY))
        finally:
            await _cancelled(*ends, *self.operations.values())
            self.greeted.close()

    async def _end(self) -> None:
        """Complete what is followed, and close."""
        following = list(self.operations)
        await _cancelled(*self.operations.values())
        async with asyncio.timeout(self.owner.settings.alive_seconds):
            for id_ in following:
                await self._say(type="complete", id=id_)
        await self._close(Close(GOING_AWAY, "the server is going; come back"))

    async def _close(self, why: BaseException | None) -> None:
        """Close the socket, where it is us who do."""
        if isinstance(why, Close):
            async with asyncio.timeout(self.owner.settings.alive_seconds):
                await self.socket.close(why.code, str(why))
        elif why is not None:
            raise why

    async def _hear(self) -> None:
        quiet, now = False, asyncio.get_running_loop().time
        until = now() + GREETING_SECONDS
        while True:
            known = self.caller is not None
            try:
                async with asyncio.timeout_at(now() + self.owner.settings.alive_seconds if known else until):
                    said = await self.socket.receive()
            except TimeoutError:
                if self.caller is None:
                    raise Close(LATE, "Connection initialisation timeout") from None
                self._check_welcome()
                if self._behind():
                    quiet = False
                    continue
                if quiet:
                    raise Close(SILENT, "no answer to a ping") from None
                quiet = True
                await self._say(type="ping")
                continue
            if said["type"] == "websocket.disconnect":
                return
            quiet = False
            self._check_welcome()
            message = _message(said, self.owner.settings.body_bytes)
            await self._heed(message, len(said["text"]))

    async def _heed(self, message: dict[str, Any], size: int) -> None:
        match message:
            case {"type": "connection_init"} if self.caller is not None:
                raise Close(GREETED_TWICE, "Too many initialisation requests")
            case {"type": "connection_init"}:
                caller = await self._known(message.get("payload"))
                share = caller.allowance.followed
                try:
                    self.greeted.enter_context(self.owner.following.greeted(self.place, caller.id, share))
                except Full as full:
                    raise Close(TRY_LATER, str(full)) from None
                self.caller = caller
                await self._say(type="connection_ack")
            case {"type": "ping"}:
                await self._say(type="pong")
            case {"type": "pong"}:
                pass
            case {"type": "subscribe", "id": str(id_), "payload": dict(payload)} if 0 < len(id_) <= CALLED:
                await self._begin(id_, payload, size)
            case {"type": "complete", "id": str(id_)}:
                if id_ in self.operations:
                    self.operations.pop(id_).cancel()
            case _:
                raise Close(INVALID, "Invalid message received")

    async def _known(self, payload: object) -> Caller:
        """Who greets us: by the greeting, where a browser can send no headers, or by the headers."""
        said = payload if isinstance(payload, dict) else {}
        told = {str(name).lower(): value for name, value in said.items() if isinstance(value, str)}
        service = self.owner.service
        try:
            return await service.gate.caller({**self.socket.headers, **told}, service.clock)
        except Unauthenticated as unknown:
            raise Close(UNKNOWN, str(unknown)) from None
        except UnknownPurpose as unsaid:
            raise Close(INVALID, str(unsaid)) from None
        except Exception as fault:  # noqa: BLE001  # told or hidden, like a fault behind any question
            raise Close(FAULT, spoken(fault, uuid4().hex)[0]) from None

    async def _begin(self, id_: str, payload: dict[str, Any], size: int) -> None:
        if self.caller is None:
            raise Close(UNGREETED, "Unauthorized")
        if id_ in self.operations:
            raise Close(TAKEN, f"Subscriber for {id_:.40} already exists")
        try:
            asked = asked_of(payload, size, uuid4().hex, self.socket.headers.get("accept-language"))
            asked = replace(asked, caller=self.caller)
        except Unfit as unfit:
            raise Close(INVALID, str(unfit)) from None
        if len(self.operations) >= OPERATIONS:
            many = f"{OPERATIONS} operations are under way on this connection; complete one first"
            await self._say(type="error", id=id_, payload=[refusal(many, TOO_MANY)])
            return
        self.operations[id_] = asyncio.create_task(self._operate(id_, asked))

    async def _operate(self, id_: str, asked: Asked) -> None:
        """Run one operation, say everything it gives and how it ended, and write that down."""
        course = _Course()
        try:
            wrong = await self._run(id_, asked, course)
            self.operations.pop(id_, None)
            if wrong:
                await self._say(type="error", id=id_, payload=list(wrong))
            else:
                await self._say(type="complete", id=id_)
        except (TimeoutError, WebSocketDisconnect, OSError):
            course.ended = "slow"
            self.stuck.set()
        finally:
            log.info(
                "followed",
                request=asked.id,
                operation=course.label,
                protocol=PROTOCOL,
                messages=course.sent,
                ended=course.ended,
                s=round(perf_counter() - course.began, 3),
            )

    async def _run(self, id_: str, asked: Asked, course: "_Course") -> tuple[Told, ...]:
        """Say all replies; what went wrong, or nothing where the operation is complete."""
        try:
            with self.owner.following.place(PROTOCOL, asked.caller.id, asked.allowance.followed):
                seconds = self.owner.settings.request_seconds
                async with aclosing(self.owner.service.replies(asked, seconds)) as replies:
                    async for reply in replies:
                        course.label = reply.label
                        if not reply.ran:
                            course.ended = reply.code
                            return reply.errors
                        await self._say(type="next", id=id_, payload=reply.body())
                        self.owner.metrics.told(reply.label, PROTOCOL)
                        course.sent += 1
        except Full as full:
            course.ended = TOO_MANY
            return (refusal(str(full), TOO_MANY),)
        except (TimeoutError, WebSocketDisconnect, OSError):
            raise
        except Exception as fault:  # noqa: BLE001  # the client waits for the end of what it asked
            message, course.ended = spoken(fault, asked.id)
            return (refusal(message, course.ended),)
        course.ended = "complete"
        return ()

    def _check_welcome(self) -> None:
        """Close where whoever greeted us may stay no longer."""
        service = self.owner.service
        if self.caller is not None and not service.gate.still(self.caller, service.clock):
            raise Close(UNKNOWN, GONE)

    def _behind(self) -> bool:
        """Whether the client has something of ours to take still."""
        line = line_of(self.socket.scope)
        return line is not None and line.left > 0

    async def _say(self, **message: object) -> None:
        """One message, as text: bytes would make a binary frame of it. TimeoutError where nothing is
        taken, WebSocketDisconnect where it is closed.
        """
        text = orjson.dumps(message, option=orjson.OPT_NON_STR_KEYS).decode()
        if self.socket.application_state is WebSocketState.DISCONNECTED:
            raise WebSocketDisconnect(GOING_AWAY)
        seconds = self.owner.settings.alive_seconds
        await taken(lambda: self.socket.send_text(text), line_of(self.socket.scope), seconds)


@dataclass(slots=True)
class _Course:
    """How an operation goes, for the log."""

    began: float = field(default_factory=perf_counter)
    label: str = "none"
    sent: int = 0
    ended: str = "left"


def _message(said: Any, most: int) -> dict[str, Any]:
    text = said.get("text")
    if text is None or len(text) > most:
        raise Close(INVALID, "a message is one JSON object as text, and not too long")
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Close(INVALID, "a message is one JSON object") from None
    if not isinstance(message, dict):
        raise Close(INVALID, "a message is one JSON object")
    return message


async def _cancelled(*tasks: "asyncio.Task[Any]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
