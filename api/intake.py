"""What comes in: events, users, products, verdicts, on their way into the store.

Everything said here is durable before it is acknowledged. Rows are read by the functions that read a file's
rows, so a wrong one is told with the same words. A fault of the caller's that concerns one call is a `Fault`,
which mutations list under `userErrors`.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Any, TypeVar

import orjson

from api.limits import CALL
from graph.errors import SharegraphError, StoreUnavailable
from graph.events import Event, Product, Reject, User, micros
from graph.stop import Stop
from graph.store import Store
from loaders.aliases import Aliases
from loaders.calls import PURPOSE, AnotherCall, Sent, once
from loaders.erasure import erase
from loaders.exported import exported
from loaders.ingest import Taken, ingest_events
from loaders.reasons import FORGOTTEN, Refused
from loaders.sources import values
from loaders.sources.records import Reading, Said, texts_of
from loaders.sources.rows import read_event, read_product, read_user

WAITING = 50
"""Calls with events, users or products that wait for the store at once; a further one is sent away, to come
again."""

AGAIN = 0.05
"""Seconds between two looks at a call that another process is making."""

S = TypeVar("S", User, Product)
T = TypeVar("T")


class Fault(SharegraphError):
    """Something the caller can mend. code: a UserErrorCode's name; field: the path to what is wrong."""

    def __init__(self, code: str, message: str, *field: str) -> None:
        super().__init__(message)
        self.code = code
        self.field = field


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a call's events, and the store's version after it."""

    taken: Taken
    version: str


@dataclass(frozen=True, slots=True)
class Upserted:
    """How many rows were new or changed, and what was wrong with the others."""

    stored: int
    faults: tuple[Fault, ...]


class Intake:
    """The only way into the store. One call at a time writes; the others wait."""

    def __init__(self, store: Store, aliases: Aliases | None = None) -> None:
        """aliases: the ids by which an audit log speaks of people."""
        self._store = store
        self._aliases = aliases
        self._under_way: dict[tuple[str, str], tuple[bytes, asyncio.Task[Recorded]]] = {}
        self._secret = b""
        self._writing = asyncio.Lock()
        self._waiting = 0

    async def record(self, said: Sequence[Said], key: str | None, now: datetime, whose: str = "") -> Recorded:
        """Take events, each on its own. Fault for too many of them, or for a key that stood for others.

        key: the same key with the same events is answered as it was first, by whichever process took it, also
        while that is still at it (loaders.calls). A call that failed is not remembered: its events are
        idempotent by their ids. whose: the caller's; nobody takes a key away from another.
        """
        _at_most(len(said), "events")
        if key is None:
            return await self._record(said, now)
        text = orjson.dumps(said, option=orjson.OPT_SORT_KEYS, default=str)
        call = whose, key
        known = self._under_way.get(call)
        if known is None:
            known = self._under_way[call] = text, asyncio.create_task(self._once(call, text, said, now))
            known[1].add_done_callback(lambda done: self._over(call, done))
        if known[0] != text:
            raise _conflict(key)
        return await asyncio.shield(known[1])

    def _over(self, call: tuple[str, str], done: asyncio.Task[Recorded]) -> None:
        del self._under_way[call]
        # Whoever asked may have left by the time it fails.
        _ = done.cancelled() or done.exception()

    async def _once(
        self, call: tuple[str, str], text: bytes, said: Sequence[Said], now: datetime
    ) -> Recorded:
        """Record, or say what was recorded under this caller's key."""
        came, record = monotonic(), partial(_record, self._store, said, now)
        key = orjson.dumps(call).decode()

        def work() -> bytes | None:
            self._secret = self._secret or self._store.secret(PURPOSE)
            at = micros(now) + int(1e6 * (monotonic() - came))
            return once(self._store, Sent(key, text, self._secret), at, lambda: _written(record()))

        try:
            while (answer := await self._in_turn(work)) is None:  # noqa: ASYNC110 - another process tells nobody.
                await asyncio.sleep(AGAIN)
        except AnotherCall:
            raise _conflict(call[1]) from None
        return _read(answer)

    async def _record(self, said: Sequence[Said], now: datetime) -> Recorded:
        return await self._in_turn(partial(_record, self._store, said, now))

    async def forget(self, key: str) -> bool:
        """Remove a person for good; False where nobody was known by this key."""
        return await self._write(partial(erase, self._store, key, self._aliases))

    def export(self, key: str, called: Callable[[str], str], stop: Stop) -> dict[str, Any] | None:
        """All that is held about a person; None where nobody is known by this key. called: what the others in
        it are called. stop: asked now and then, since every event and forecast is looked at.
        """
        log = None if self._aliases is None else self._aliases.log
        return exported(self._store, key, called, stop, audit=log)

    async def nothing(self) -> Recorded:
        """What has become of no events: the store as it is."""
        return Recorded(Taken(0, 0, ()), await asyncio.to_thread(self._store.version))

    async def upsert_users(self, said: Sequence[Said]) -> Upserted:
        """Say something of people. A row of somebody forgotten is told by its place alone."""
        forgotten = await asyncio.to_thread(self._store.forgotten)

        def read(row: Said) -> User:
            user = read_user(row)
            if forgotten.mention([user.key]):
                raise Refused(FORGOTTEN)
            return user

        users, faults = _readable(said, read, "users")
        return Upserted(await self._in_turn(partial(self._store.upsert_users, users)), faults)

    async def upsert_products(self, said: Sequence[Said]) -> Upserted:
        """Say something of products."""
        products, faults = _readable(said, partial(read_product, reading=Reading()), "products")
        return Upserted(await self._in_turn(partial(self._store.upsert_products, products)), faults)

    def refused(self) -> Mapping[str, int]:
        """How many rows were refused, by reason, the most frequent first."""
        return self._store.refused()

    def consents(self, keys: Sequence[str]) -> list[Event]:
        """Everything that a person of these keys ever said of consent, in no order."""
        return self._store.consents(keys)

    async def take(self, event: Event, now: datetime) -> None:
        """One event of our own making; Fault where its words are none, or the store refuses it."""
        _check_words(event)
        taken = await self._write(partial(ingest_events, [event], self._store, now=now))
        for reject in taken.rejected:
            raise Fault("INVALID", why(reject))

    async def _in_turn(self, write: Callable[[], T]) -> T:
        """Write, unless so many wait for it that a client had better come again; StoreUnavailable then."""
        if self._waiting >= WAITING:
            raise StoreUnavailable(f"{self._waiting} calls wait for the store already")
        self._waiting += 1
        try:
            return await self._write(write)
        finally:
            self._waiting -= 1

    async def _write(self, write: Callable[[], T]) -> T:
        async with self._writing:
            return await asyncio.to_thread(write)


def _check_words(event: Event) -> None:
    """What somebody said in an event of our own making is held to what is asked of a row."""
    notice = None if event.consent is None else event.consent.notice
    said = (
        ("user", event.user, values.key),
        ("surface", event.surface, values.key),
        ("notice", notice, values.text),
    )
    for field, word, read in said:
        try:
            if word is not None and not read(word):
                raise Fault("INVALID", f"{field} is empty; leave it out", field)
        except Refused as refused:
            raise Fault("INVALID", why(refused), field) from None


def why(refused: Reject | Refused) -> str:
    """The reason, which is counted by, and the row's own particulars."""
    return f"{refused.reason}: {refused.detail}" if refused.detail else refused.reason


def _record(store: Store, said: Sequence[Said], now: datetime) -> Recorded:
    taken = ingest_events(map(_event, range(1, len(said) + 1), said), store, now=now)
    return Recorded(taken, store.version())


def _conflict(key: str) -> Fault:
    return Fault("CONFLICT", f"the key {key!r:.80} stood for other events before", "idempotencyKey")


def _written(recorded: Recorded) -> bytes:
    """What became of a call's events, to be kept; `_read` is the inverse."""
    taken = recorded.taken
    rejected = [(one.line, one.reason, one.detail, one.file, one.event) for one in taken.rejected]
    return orjson.dumps((taken.stored, taken.repeated, rejected, recorded.version))


def _read(written: bytes) -> Recorded:
    stored, repeated, rejected, version = orjson.loads(written)
    return Recorded(Taken(stored, repeated, tuple(Reject(*one) for one in rejected)), version)


def _event(line: int, said: Said) -> Event | Reject:
    try:
        return read_event(said, Reading())
    except Refused as refused:
        return Reject(line, refused.reason, refused.detail, event=str(said["id"]), texts=texts_of(said))


def _readable(
    said: Sequence[Said], read: Callable[[Said], S], field: str
) -> tuple[list[S], tuple[Fault, ...]]:
    """The rows that can be read, and what is wrong with the others."""
    _at_most(len(said), field)
    rows, faults = [], []
    for position, row in enumerate(said):
        try:
            rows.append(read(row))
        except Refused as refused:
            faults.append(Fault("INVALID", why(refused), field, str(position)))
    return rows, tuple(faults)


def _at_most(rows: int, field: str) -> None:
    if rows > CALL:
        raise Fault("TOO_LARGE", f"{rows:,} {field} in one call; send at most {CALL:,} at a time", field)
