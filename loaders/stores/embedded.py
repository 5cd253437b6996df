"""The embedded store: one SQLite file, for a fresh machine and a small shop.

Write-ahead logging lets any number of processes read while one writes; `synchronous = FULL` makes an
acknowledged append survive the loss of power. One writer at a time: a second waits, then is told so. What
SQLite is asked stands in `loaders.stores.sqlite`; here is who may ask when, on which connection.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from itertools import chain
from pathlib import Path
from threading import Lock

import numpy as np

from graph.answers import Given
from graph.calls import Call
from graph.errors import InvalidInput, StoreUnavailable
from graph.events import Event, Product, Row, User
from graph.log import Log, Opens
from graph.promises.promise import Kept, Outcome, Promise
from graph.stop import Stop, never
from graph.store import Appended, Arrival, Counts, Held, KnownShare, Sealed
from loaders.sealing import PLAIN, Seal
from loaders.stores.admission import admit, checked, references
from loaders.stores.arrivals import source_of
from loaders.stores.naming import PURPOSE, Naming, events_told
from loaders.stores.sqlite import answers, arrivals, calls, opens, promises, readout, refused, reseal, shares
from loaders.stores.sqlite.append import Writing, digests, share_seqs
from loaders.stores.sqlite.file import (
    PATIENCE,
    Connection,
    back_up,
    connect,
    numbered,
    opened,
    reading,
    translated,
    writing,
)
from loaders.stores.sqlite.forget import forget
from loaders.stores.sqlite.people import consents, naming, one_person, same_person
from loaders.stores.sqlite.place import Place
from loaders.stores.sqlite.stopping import stopping
from loaders.stores.tombstones import Tombstones, secret
from loaders.stores.turns import opened_under, present
from loaders.stores.versions import Version

READERS_GO = 500
"""Milliseconds that readers are given to end before the write-ahead log is emptied."""


class EmbeddedStore:
    """A store in an SQLite file; graph.store.Store says what it does. Threads may share it.

    Law: what is acknowledged is in the file that the path names. Where that was deleted or replaced since it
    was opened, everything but `close` raises StoreUnavailable.
    """

    def __init__(
        self, path: Path, *, create: bool = True, patience: float = PATIENCE, seal: Seal = PLAIN
    ) -> None:
        """Open the file, made where there is none. patience: seconds to wait for another writer.

        StoreSealed where something in it is sealed under a secret that `seal` does not hold.
        """
        self._path, self._seal = path, seal
        self._writer = opened(path, seal, create=create, patience=patience)
        self._place = Place.of(path)
        self._reader = connect(path, seal)
        self._write_lock, self._read_lock = Lock(), Lock()
        self._owes = False
        self._memory = Writing()
        self._tombstones = Tombstones(b"", frozenset())
        self._epoch = -1
        self._turns: str | None = None
        try:
            self._naming = self._named()
            self._settle_seal()
        except BaseException:
            self.close()
            raise

    def __repr__(self) -> str:
        return f"EmbeddedStore({self.url!r})"

    @property
    def url(self) -> str:
        """`sqlite:///` and the path."""
        return f"sqlite:///{self._path}"

    def append(self, rows: Sequence[Row], at: int | None = None) -> Appended:
        """Add rows, each whole or not at all, in one durable transaction.

        Raises InvalidInput where a row refers to a share that is nowhere, StoreUnavailable where another
        writer is not done in time; nothing was stored then.
        """
        digests_of = [[self._naming.digest(event) for event in row.events] for row in checked(rows)]
        ids = [event.id for row in rows for event in row.events]
        referred = list(
            {reference for row in rows for event in row.events for reference in references(event)}
        )
        names = self._naming.names(chain(ids, referred))
        with self._writing() as (connection, version):
            known_shares = share_seqs(connection, referred, names)
            appended, new = admit(
                rows,
                digests_of,
                seq=version.seq,
                stored=digests(connection, ids, names),
                shares=known_shares.keys(),
                forgotten=self._tombstones.name,
            )
            if new:
                self._memory.events(connection, new, known_shares, names)
                connection.execute("UPDATE store SET seq = ?, events = events + ?", (new[-1][0], len(new)))
                if at is not None:
                    came = Arrival(at, source_of(rows[position] for position in appended.stored))
                    arrivals.note(connection, new[0][0], new[-1][0], came)
        if self._owes:
            with self._write_lock, translated(self._path):
                self._empty_the_log()
        return appended

    def upsert_users(self, users: Sequence[User]) -> int:
        """Say something of people; those forgotten are passed over. How many were new or changed."""
        with self._writing() as (connection, version):
            said = [user for user in users if not self._tombstones.hold(user.key)]
            changed = self._memory.users(connection, said, version.changes + 1)
            return _changed(connection, changed)

    def upsert_products(self, products: Sequence[Product]) -> int:
        """Say something of products. How many were new or changed."""
        with self._writing() as (connection, version):
            changed = self._memory.catalogue(connection, products, version.changes + 1)
            return _changed(connection, changed)

    def shares(self, ids: Sequence[str]) -> dict[str, KnownShare]:
        """Those of the named shares that exist."""
        with self._asking() as connection:
            return shares.named(connection, ids, self._naming)

    def shares_by(self, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], list[KnownShare]]:
        """All shares of each (sharer, product), earliest first."""
        with self._asking() as connection:
            return shares.by(connection, pairs, self._naming)

    def shares_of(self, product: str) -> list[KnownShare]:
        """All shares of one product, earliest first."""
        with self._asking() as connection:
            return shares.of(connection, product, self._naming)

    def same_person(self, keys: Sequence[str]) -> dict[str, frozenset[str]]:
        """All keys of each of these people, for those who have more than one."""
        with self._asking() as connection:
            return same_person(connection, keys)

    def consents(self, people: Sequence[str]) -> list[Event]:
        """All CONSENT events of these people."""
        with self._asking() as connection:
            return events_told(consents(connection, people), self._naming)

    def read(self, since: str | None = None) -> Log:
        """Everything as columns, or what came after a version; on a connection of its own, beside any
        writer.
        """
        with self._viewing() as connection:
            version = _version(connection)
            return readout.log(connection, version, version.since(since))

    def opens(self, since: str | None = None, within: timedelta = timedelta(0)) -> Opens:
        """All opens, or those near one that came after a version, in five columns."""
        with self._viewing() as connection:
            version = _version(connection)
            then = version.since(since)
            return opens.opens(connection, version, then.seq if then else 0, within)

    def events(self, since: str | None = None) -> Iterator[Event]:
        """The events in the order stored, as they were when the first was asked for."""
        with self._viewing() as connection:
            then = _version(connection).since(since)
            where = "seq > ? ORDER BY seq"
            yield from (event for _, event in numbered(connection, where, (then.seq if then else 0,)))

    def version(self) -> str:
        """Names the present content; one row of one small table."""
        with self._asking() as connection:
            return str(_version(connection))

    def secret(self, purpose: str) -> bytes:
        """64 bytes of the store's own for one purpose."""
        with self._asking() as connection:
            (salt,) = connection.execute("SELECT salt FROM store").fetchone()
        return secret(salt, purpose)

    def _named(self) -> Naming:
        with self._asking() as connection:
            return _naming(connection)

    @property
    def keyed(self) -> bool:
        """Whether ids that are made of content stand in it under its own key."""
        return self._naming.keyed

    def continues(self, since: str) -> bool:
        """Whether what came after `since` can be added to what was read then."""
        with self._asking() as connection:
            return _version(connection).since(since) is not None

    def allow_by_default(self, *, allowed: bool) -> bool:
        """Settle whether people who never said allow what one may refuse; whether that was news."""
        with self._writing() as (connection, _):
            settle = "UPDATE store SET consenting = ?, epoch = epoch + 1 WHERE consenting <> ?"
            return connection.execute(settle, (allowed, allowed)).rowcount > 0

    def counts(self) -> Counts:
        """How much it holds."""
        with self._viewing() as connection:
            canonical = one_person(connection)
            doubled = np.count_nonzero(canonical != np.arange(len(canonical)))
            events, consenting = connection.execute("SELECT events, consenting FROM store").fetchone()
            (keys,) = connection.execute("SELECT count(key) FROM people").fetchone()
            (products,) = connection.execute("SELECT count(*) FROM products").fetchone()
            return Counts(events, keys - int(doubled), products, bool(consenting))

    def promise(self, promised: Sequence[Promise]) -> int:
        """Keep forecasts that were given out; how many were not given before."""
        with self._writing() as (connection, _):
            return promises.keep(connection, promised, self._tombstones)

    def promises(self, stop: Stop = never) -> list[Kept]:
        """All forecasts that were kept, from the first."""
        with self._viewing() as connection, stopping(connection, stop):
            return promises.chain(connection)

    def settle(self, outcomes: Mapping[int, Outcome]) -> None:
        """Say what became of some, by place."""
        with self._writing() as (connection, _):
            promises.settle(connection, outcomes)

    def keep_answers(self, given: Sequence[Given]) -> int:
        """Keep answers that were given out; how many were not there before."""
        with self._writing() as (connection, _):
            return answers.keep(connection, given, self._tombstones)

    def answers(self, since: int = 0) -> Iterator[Given]:
        """The answers given at a time or later, in order of time; as they were when the first was asked
        for.
        """
        with self._viewing() as connection:
            yield from answers.since(connection, since)

    def drop_answers(self, before: int, most: int) -> int:
        """Delete at most so many of the answers given before a time, the oldest first; how many it were."""
        with self._writing() as (connection, _):
            return answers.drop(connection, before, most)

    def begin_call(self, key: bytes, content: bytes, at: int) -> Call | None:
        """Begin a call; None where it is the caller's to make, else the one that stands there."""
        with self._writing() as (connection, _):
            return calls.begin(connection, key, content, at)

    def answer_call(self, key: bytes, content: bytes, answer: bytes) -> bytes:
        """Keep what a call was answered; what is kept."""
        with self._writing() as (connection, _):
            return calls.answer(connection, key, content, answer)

    def drop_call(self, key: bytes, content: bytes) -> None:
        """A call that was begun was not made."""
        with self._writing() as (connection, _):
            calls.drop(connection, key, content)

    def count_refused(self, rows: Mapping[str, Mapping[str, int]], *, anew: bool) -> None:
        """Keep how many rows of each source were refused, by reason."""
        with self._writing() as (connection, _):
            by_hash = {self._tombstones.source(name): by_reason for name, by_reason in rows.items()}
            refused.keep(connection, by_hash, anew=anew)

    def refused(self) -> dict[str, int]:
        """How many rows were refused, by reason, the most frequent first."""
        with self._asking() as connection:
            return refused.by_reason(connection)

    def forget(self, user: str) -> bool:
        """Remove a person, with all visitors joined to them; False where nobody of that key was known."""
        with self._writing() as (connection, _):
            forgotten = forget(connection, user, self._tombstones, self._memory)
        if forgotten:
            with self._write_lock, translated(self._path):
                self._empty_the_log()
        return forgotten

    def held(self, keys: Sequence[str], stop: Stop = never) -> Held:
        """What is held about a person, who has these keys."""
        with self._viewing() as connection, stopping(connection, stop):
            told = naming(connection, keys)
            came = arrivals.of(connection, [number for number, _ in told])
            return Held(
                readout.described(connection, keys),
                [event for _, event in told],
                list(answers.given_to(connection, keys)),
                {event.id: came[number] for number, event in told if number in came},
            )

    def compact(self) -> bool:
        """Write the file anew without its free pages, and empty the write-ahead log."""
        with self._write_lock, translated(self._path):
            self._place.check()
            # The copy is as large as the store, so it goes to a file of the system's that has no name.
            self._writer.execute("PRAGMA temp_store = FILE")
            self._writer.execute("VACUUM")
            self._writer.execute("PRAGMA temp_store = MEMORY")
            self._empty_the_log()
        if self._owes:
            raise StoreUnavailable(
                f"{self._path}: a reader keeps what was deleted in the write-ahead log; try again later"
            )
        return True

    def sealed(self) -> Sealed:
        """Under which secret it writes what is said of people, and whether all of it is under that one."""
        with self._asking() as connection:
            return reseal.settled(connection)

    def reseal(self) -> int:
        """Bring what is said of people under the secret that is written with; how many values it were."""
        changed, whole = 0, False
        while not whole:
            with self._asking() as connection:
                began = reseal.turns(connection)
            changed += self._reseal_once()
            with self._writing() as (connection, _):
                whole = reseal.finish(connection, began)
        with self._write_lock, translated(self._path):
            self._empty_the_log()
        return changed

    def unseal(self) -> int:
        """Keep what is said of people as plain text from now on; how many values were sealed."""
        with self._writing() as (connection, _):
            reseal.end(connection)
        return self.reseal()

    def _reseal_once(self) -> int:
        changed = 0
        for step in reseal.STEPS:
            after: int | None = 0
            while after is not None:
                with self._writing() as (connection, _):
                    after, some = step(connection, after)
                    changed += some
        return changed

    def copy_into(self, url: str) -> int:
        """Refused: its one file is written anew where it is."""
        raise InvalidInput(f"{url}: only a Neo4j is written into another; `compact` writes {self.url} anew")

    def forgotten(self) -> Tombstones:
        """What tells who was forgotten until now."""
        with self._asking() as connection:
            return _tombstones(connection)

    def _empty_the_log(self) -> None:
        """What was overwritten stays in the write-ahead log until that is emptied, and a reader of what was
        there before keeps it from that; then it is owed, and tried again after every append.
        """
        (patience,) = self._writer.execute("PRAGMA busy_timeout").fetchone()
        self._writer.execute(f"PRAGMA busy_timeout = {READERS_GO:d}")
        busy, _, _ = self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        self._writer.execute(f"PRAGMA busy_timeout = {patience:d}")
        self._owes = bool(busy)

    def backup(self, path: Path) -> None:
        """Write a copy as of now, beside readers and a writer; a store of its own, with an identity of its
        own.

        Raises InvalidInput where there is something at the path already.
        """
        self._place.check()
        with translated(path):
            back_up(self._place.path, path)

    def close(self) -> None:
        """Release the connections; idempotent."""
        with self._write_lock, self._read_lock:
            self._writer.close()
            self._reader.close()

    def _settle_seal(self) -> None:
        """Write under the newest secret from now on, if it is new to the store; StoreSealed where the store's
        own is not held.
        """
        with self._asking() as connection:
            turns = reseal.turns(connection)
        if opened_under(turns, self._seal, self.url):
            with self._writing() as (connection, _):
                reseal.settle(connection)

    @contextmanager
    def _writing(self) -> Iterator[tuple[Connection, Version]]:
        """The writer's transaction, its codes and tombstones up to date."""
        with self._write_lock, translated(self._path):
            self._place.check()
            try:
                with writing(self._writer):
                    version = _version(self._writer)
                    turns = reseal.turns(self._writer)
                    # At each turn words may have gone, and their codes may be those of others since.
                    if version.epoch != self._epoch or turns != self._turns:
                        self._seal.write_with(present(turns))
                        self._turns = turns
                        self._memory.forget()
                        self._tombstones = _tombstones(self._writer)
                        self._epoch = version.epoch
                    yield self._writer, version
                    self._place.check()
            except BaseException:
                self._memory.forget()
                self._epoch = -1
                raise

    @contextmanager
    def _asking(self) -> Iterator[Connection]:
        """The connection that answers what is small."""
        with self._read_lock, translated(self._path):
            self._place.check()
            yield self._reader

    @contextmanager
    def _viewing(self) -> Iterator[Connection]:
        """A connection with one view of the file, for what takes longer."""
        self._place.check()
        with translated(self._path), closing(connect(self._place.path, self._seal)) as connection:
            self._place.check()
            with reading(connection):
                yield connection


def _version(connection: sqlite3.Connection) -> Version:
    return Version(*connection.execute("SELECT identity, epoch, seq, changes FROM store").fetchone())


def _tombstones(connection: sqlite3.Connection) -> Tombstones:
    (salt,) = connection.execute("SELECT salt FROM store").fetchone()
    hashes = frozenset(hash_ for (hash_,) in connection.execute("SELECT hash FROM tombstones"))
    return Tombstones(salt, hashes, _naming(connection))


def _naming(connection: sqlite3.Connection) -> Naming:
    salt, keyed = connection.execute("SELECT salt, keyed FROM store").fetchone()
    return Naming(secret(salt, PURPOSE) if keyed else None)


def _changed(connection: sqlite3.Connection, changed: int) -> int:
    """Count the upsert, where it changed something."""
    if changed:
        connection.execute("UPDATE store SET changes = changes + 1")
    return changed
