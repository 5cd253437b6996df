"""The store in Neo4j: the log is the graph (loaders.schema), readable by whoever opens it in Neo4j Browser.

One `(:Log)` node counts: a writer locks it first, in the transaction that writes, so there is one writer at a
time and numbers have no gaps. Transactions are managed and retried by the driver; each works out anew what is
there, so one that is tried twice stores nothing twice. What the statements are stands in
`loaders.stores.cypher`; here is who may ask when, and what the driver's errors mean in words.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from itertools import chain
from secrets import token_bytes
from threading import Lock
from typing import Any, TypeVar, cast

from neo4j import (
    Driver,
    GraphDatabase,
    ManagedTransaction,
    NotificationMinimumSeverity,
    Record,
    Session,
    Transaction,
    TrustCustomCAs,
    unit_of_work,
)
from neo4j.exceptions import AuthError, ConfigurationError, DriverError, IncompleteCommit, Neo4jError

from graph.answers import Given
from graph.calls import Call
from graph.errors import InvalidInput, StoreUnavailable
from graph.events import Event, Product, Row, User
from graph.log import Log, Opens
from graph.promises.promise import Kept, Outcome, Promise
from graph.stop import Stop, never
from graph.store import Appended, Arrival, Counts, Held, KnownShare, Sealed
from loaders import schema
from loaders.sealing import PLAIN, Seal
from loaders.stores.address import CA, Address
from loaders.stores.admission import admit, checked, references
from loaders.stores.arrivals import source_of
from loaders.stores.cypher import (
    answers,
    arrivals,
    calls,
    copying,
    counting,
    opens,
    promises,
    readout,
    refused,
    reseal,
    shares,
)
from loaders.stores.cypher.append import Writing, digests
from loaders.stores.cypher.ask import Ask
from loaders.stores.cypher.forget import forget, naming
from loaders.stores.cypher.people import one_person, same_person
from loaders.stores.naming import events_told
from loaders.stores.tombstones import Tombstones, secret
from loaders.stores.turns import opened_under
from loaders.stores.versions import Version

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds that a transaction may take, waiting for another writer included."""

BRINGING_UP = 1_800.0
"""Seconds that bringing a database up may take: new indexes read the whole log."""

RETRYING = 5.0
"""Seconds that the driver tries a transaction again after the connection was lost."""

_TOKEN = 8

FORGETTING = 1_800.0
"""Seconds that forgetting may take: it looks at all relations that name people other than by their ends."""


class Neo4jStore:
    """A store in a Neo4j database; graph.store.Store says what it does. Threads may share it."""

    def __init__(
        self, url: str, *, create: bool = True, patience: float = PATIENCE, seal: Seal = PLAIN
    ) -> None:
        """Open the database, set up where it is empty. patience: seconds to wait for another writer.

        StoreSealed where something in it is sealed under a secret that `seal` does not hold.
        """
        self._address, self._seal = Address.read(url), seal
        self._patience = patience
        self._lock = Lock()
        self._memory = Writing()
        self._tombstones = Tombstones(b"", frozenset())
        self._epoch = -1
        self._closed = False
        self._bookmarks = GraphDatabase.bookmark_manager()
        with self._translated():
            self._driver = _driver(self._address)
            try:
                with self._session() as session:
                    counting.bring_up(_StepByStep(session, seal), self.url, self._alone, create=create)
                self._naming = self._read(counting.naming)
                self._settle_seal()
            except BaseException:
                self._driver.close()
                raise

    def __repr__(self) -> str:
        return f"Neo4jStore({self.url!r})"

    @property
    def url(self) -> str:
        """The address without user and password."""
        return self._address.url

    def append(self, rows: Sequence[Row], at: int | None = None) -> Appended:
        """Add rows, each whole or not at all, in one durable transaction.

        Raises InvalidInput where a row refers to a share that is nowhere, StoreUnavailable where another
        writer is not done in time or the database went away; what was acknowledged before is in it.
        """
        digests_of = [[self._naming.digest(event) for event in row.events] for row in checked(rows)]
        ids = [event.id for row in rows for event in row.events]
        referred = list(
            {reference for row in rows for event in row.events for reference in references(event)}
        )

        names = self._naming.names(chain(ids, referred))

        def work(ask: Ask, version: Version) -> Appended:
            known_shares = shares.share_seqs(ask, referred, names)
            appended, new = admit(
                rows,
                digests_of,
                seq=version.seq,
                stored=digests(ask, ids, names),
                shares=known_shares.keys(),
                forgotten=self._tombstones.name,
            )
            if new:
                self._memory.events(ask, new, known_shares, names)
                ask(
                    "MATCH (l:Log) SET l.seq = $seq, l.events = l.events + $new", seq=new[-1][0], new=len(new)
                )
                if at is not None:
                    came = Arrival(at, source_of(rows[position] for position in appended.stored))
                    arrivals.note(ask, new[0][0], new[-1][0], came)
            return appended

        return self._write(work)

    def upsert_users(self, users: Sequence[User]) -> int:
        """Say something of people; those forgotten are passed over. How many were new or changed."""

        def work(ask: Ask, version: Version) -> int:
            said = [user for user in users if not self._tombstones.hold(user.key)]
            return counting.count_change(ask, self._memory.users(ask, said, version.changes + 1))

        return self._write(work)

    def upsert_products(self, products: Sequence[Product]) -> int:
        """Say something of products. How many were new or changed."""

        def work(ask: Ask, version: Version) -> int:
            return counting.count_change(ask, self._memory.catalogue(ask, products, version.changes + 1))

        return self._write(work)

    def shares(self, ids: Sequence[str]) -> dict[str, KnownShare]:
        """Those of the named shares that exist."""
        return self._read(lambda ask: shares.named(ask, ids, self._naming))

    def shares_by(self, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], list[KnownShare]]:
        """All shares of each (sharer, product), earliest first."""
        return self._read(lambda ask: shares.by(ask, pairs, self._naming))

    def shares_of(self, product: str) -> list[KnownShare]:
        """All shares of one product, earliest first."""
        return self._read(lambda ask: shares.of(ask, product, self._naming))

    def same_person(self, keys: Sequence[str]) -> dict[str, frozenset[str]]:
        """All keys of each of these people, for those who have more than one."""
        return self._read(lambda ask: same_person(ask, keys))

    def consents(self, people: Sequence[str]) -> list[Event]:
        """All CONSENT events of these people."""
        return events_told(self._read(lambda ask: readout.consents(ask, people)), self._naming)

    def read(self, since: str | None = None) -> Log:
        """Everything as columns, or what came after a version; beside any writer."""
        while True:
            settled = self._settled()
            then = settled.since(since)
            log = self._read(partial(readout.log, version=settled, since=then))
            # Neo4j has no view of a moment: what was forgotten while we read may be there in part.
            if self._version().epoch == settled.epoch:
                return log

    def opens(self, since: str | None = None, within: timedelta = timedelta(0)) -> Opens:
        """All opens, or those near one that came after a version, in five columns."""
        version = self._settled()
        then = version.since(since)
        return self._read(partial(opens.opens, version=version, since=then.seq if then else 0, within=within))

    def events(self, since: str | None = None) -> Iterator[Event]:
        """The events in the order stored, up to the last when the first was asked for."""
        settled = self._settled()
        then = settled.since(since)
        with self._translated(), self._session() as session:
            yield from readout.events(_Asking(session, self._seal), then.seq if then else 0, settled.seq)

    def version(self) -> str:
        """Names the present content; one node."""
        return str(self._version())

    def secret(self, purpose: str) -> bytes:
        """64 bytes of the store's own for one purpose."""
        ((salt,),) = self._read(lambda ask: ask("MATCH (l:Log) RETURN l.salt"))
        return secret(bytes.fromhex(salt), purpose)

    @property
    def keyed(self) -> bool:
        """Whether ids that are made of content stand in it under its own key."""
        return self._naming.keyed

    def continues(self, since: str) -> bool:
        """Whether what came after `since` can be added to what was read then."""
        return self._version().since(since) is not None

    def allow_by_default(self, *, allowed: bool) -> bool:
        """Settle whether people who never said allow what one may refuse; whether that was news."""

        def work(ask: Ask, _: Version) -> bool:
            changed = ask(
                "MATCH (l:Log) WHERE l.consenting <> $allowed "
                "SET l.consenting = $allowed, l.epoch = l.epoch + 1 RETURN true",
                allowed=allowed,
            )
            return bool(changed)

        return self._write(work)

    def counts(self) -> Counts:
        """How much it holds."""

        def work(ask: Ask) -> Counts:
            doubled = sum(key != end for key, end in one_person(ask).items())
            ((events, consenting),) = ask("MATCH (l:Log) RETURN l.events, l.consenting")
            ((people,),) = ask("MATCH (n:User) RETURN count(n)")
            ((blanks,),) = ask(f"MATCH (n:{schema.FORGOTTEN}) RETURN count(n)")
            ((products,),) = ask("MATCH (n:Product) RETURN count(n)")
            return Counts(events, people - blanks - doubled, products, consenting)

        return self._read(work)

    def promise(self, promised: Sequence[Promise]) -> int:
        """Keep forecasts that were given out; how many were not given before."""
        return self._write(lambda ask, _: promises.keep(ask, promised, self._tombstones))

    def promises(self, stop: Stop = never) -> list[Kept]:
        """All forecasts that were kept, from the first."""
        return self._read(promises.chain, stop)

    def settle(self, outcomes: Mapping[int, Outcome]) -> None:
        """Say what became of some, by place."""
        self._write(lambda ask, _: promises.settle(ask, outcomes))

    def keep_answers(self, given: Sequence[Given]) -> int:
        """Keep answers that were given out; how many were not there before."""
        return self._write(lambda ask, _: answers.keep(ask, given, self._tombstones))

    def answers(self, since: int = 0) -> Iterator[Given]:
        """The answers given at a time or later, in order of time."""
        with self._translated(), self._session() as session:
            yield from answers.since(_Asking(session, self._seal), since)

    def drop_answers(self, before: int, most: int) -> int:
        """Delete at most so many of the answers given before a time, the oldest first; how many it were."""
        return self._write(lambda ask, _: answers.drop(ask, before, most))

    def begin_call(self, key: bytes, content: bytes, at: int) -> Call | None:
        """Begin a call; None where it is the caller's to make, else the one that stands there."""
        token = token_bytes(_TOKEN)
        return self._write_for_sure(lambda ask, _: calls.begin(ask, key, content, at, token))

    def answer_call(self, key: bytes, content: bytes, answer: bytes) -> bytes:
        """Keep what a call was answered; what is kept."""
        return self._write_for_sure(lambda ask, _: calls.answer(ask, key, content, answer))

    def drop_call(self, key: bytes, content: bytes) -> None:
        """A call that was begun was not made."""
        self._write_for_sure(lambda ask, _: calls.drop(ask, key, content))

    def count_refused(self, rows: Mapping[str, Mapping[str, int]], *, anew: bool) -> None:
        """Keep how many rows of each source were refused, by reason."""

        def work(ask: Ask, _: Version) -> None:
            by_hash = {self._tombstones.source(name): by_reason for name, by_reason in rows.items()}
            refused.keep(ask, by_hash, anew=anew)

        self._write(work)

    def refused(self) -> dict[str, int]:
        """How many rows were refused, by reason, the most frequent first."""
        return self._read(refused.by_reason)

    def forget(self, user: str) -> bool:
        """Remove a person, with all visitors joined to them; False where nobody of that key was known."""
        found = False

        def work(ask: Ask, _: Version) -> bool:
            nonlocal found
            # Tried again after a commit that nobody acknowledged, it finds them gone.
            found |= forget(ask, user, self._tombstones, self._memory)
            return found

        return self._write_for_sure(work, patience=FORGETTING)

    def held(self, keys: Sequence[str], stop: Stop = never) -> Held:
        """What is held about a person, who has these keys."""

        def work(ask: Ask) -> Held:
            given = answers.given_to(ask, keys)
            told = naming(ask, keys)
            came = arrivals.of(ask, [number for number, _ in told])
            by_id = {event.id: came[number] for number, event in told if number in came}
            return Held(readout.described(ask, keys), [event for _, event in told], given, by_id)

        return self._read(work, stop)

    def compact(self) -> bool:
        """The files are the database's own, and its free edition has no statement that writes them anew; see
        `copy_into`.
        """
        return False

    def copy_into(self, url: str) -> int:
        """Write everything into another database, which is this store then, of the same version; how many
        nodes and relations. Other writers wait meanwhile.

        InvalidInput where the other holds something, StoreUnavailable where either goes away: the other is no
        store then, and has to be emptied before another try.
        """
        with (
            closing(Neo4jStore(url, seal=self._seal)) as other,
            self._lock,
            self._translated(),
            self._session() as session,
            session.begin_transaction() as transaction,
        ):
            ask = _Asking(transaction, self._seal)
            return other.take(counting.locked_version(ask).identity, ask, _streaming(transaction))

    def take(self, identity: str, ask: Ask, stream: copying.Stream) -> int:
        """Become a copy of the store of another identity, which `ask` and `stream` read; see `copy_into`."""
        if self._version().identity == identity or not self._read(copying.is_empty):
            raise InvalidInput(f"{self.url} holds a store; name an empty database")
        with self._translated(), self._session() as session:
            return copying.copied(ask, stream, _writing(session))

    def forgotten(self) -> Tombstones:
        """What tells who was forgotten until now."""
        return self._read(counting.tombstones)

    def close(self) -> None:
        """Release the connections; idempotent."""
        self._closed = True
        self._driver.close()

    def sealed(self) -> Sealed:
        """Under which secret it writes what is said of people, and whether all of it is under that one."""
        return self._read(reseal.settled)

    def reseal(self) -> int:
        """Bring what is said of people under the secret that is written with; how many values it were."""
        changed, whole = 0, False
        while not whole:
            began = self._read(reseal.turns)
            changed += self._reseal_once()
            whole = self._write(partial(_finished, began))
        return changed

    def unseal(self) -> int:
        """Keep what is said of people as plain text from now on; how many values were sealed."""
        self._write(lambda ask, _: reseal.end(ask))
        return self.reseal()

    def _reseal_once(self) -> int:
        changed = 0
        for step in reseal.STEPS:
            after: reseal.Place | None = reseal.BEGIN
            while after is not None:
                after, some = self._write(partial(_stepped, step, after))
                changed += some
        return changed

    def _settle_seal(self) -> None:
        """Write under the newest secret from now on, if it is new to the store; StoreSealed where the store's
        own is not held.
        """
        if opened_under(self._read(reseal.turns), self._seal, self.url):
            self._write(lambda ask, _: reseal.settle(ask))

    def _session(self) -> Session:
        if self._closed:
            raise StoreUnavailable(f"{self.url} is closed; open it again")
        # The bookmarks let a member of a cluster answer only once it has what was written here.
        return self._driver.session(database=self._address.database, bookmark_manager=self._bookmarks)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While nobody else brings the database up."""
        with self._session() as session, session.begin_transaction(timeout=BRINGING_UP) as holding:
            counting.hold(_Asking(holding, self._seal))
            yield
            holding.rollback()

    def _read(self, work: Callable[[Ask], T], stop: Stop = never) -> T:
        with self._translated(), self._session() as session:
            return session.execute_read(lambda transaction: work(_Asking(transaction, self._seal, stop)))

    def _write(self, work: Callable[[Ask, Version], T], patience: float | None = None) -> T:
        """Do the one writer's work in a transaction; from the start again where the driver has to try
        again.
        """

        @unit_of_work(timeout=patience or self._patience)
        def locked(transaction: ManagedTransaction) -> tuple[int, T]:
            ask = _Asking(transaction, self._seal)
            version = counting.locked_version(ask)
            self._seal.write_with(reseal.settled(ask).writes)
            if version.epoch != self._epoch:
                self._memory.forget()
                self._tombstones = counting.tombstones(ask)
            # Until this is committed nobody knows whether what is remembered is there.
            self._epoch = -1
            return version.epoch, work(ask, version)

        with self._lock, self._translated(), self._session() as session:
            self._epoch, done = session.execute_write(locked)
            return done

    def _write_for_sure(self, work: Callable[[Ask, Version], T], patience: float | None = None) -> T:
        """As `_write`, of work that may be done twice: once more where a commit was acknowledged to nobody.
        It may have been made, so the driver leaves that to who knows the work.
        """
        try:
            return self._write(work, patience)
        except StoreUnavailable as lost:
            if not isinstance(lost.__cause__, IncompleteCommit):
                raise
            return self._write(work, patience)

    def _settled(self) -> Version:
        """The version once the writer of the moment is done: a commit is not seen all at once, its lock
        is.
        """

        @unit_of_work(timeout=self._patience)
        def locked(transaction: ManagedTransaction) -> Version:
            return counting.locked_version(_Asking(transaction, self._seal))

        with self._translated(), self._session() as session:
            return session.execute_write(locked)

    def _version(self) -> Version:
        return self._read(counting.version)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Says in our words what the driver says in its own."""
        try:
            yield
        except ConfigurationError as error:
            raise InvalidInput(f"{self.url} cannot be used as an address: {error}") from error
        except (DriverError, Neo4jError) as error:
            raise StoreUnavailable(f"{self.url} {self._in_words(error)}") from error

    def _in_words(self, error: DriverError | Neo4jError) -> str:
        if isinstance(error, AuthError):
            user = self._address.user
            return f"refused the login of {user}; check SHAREGRAPH_NEO4J_USER and SHAREGRAPH_NEO4J_PASSWORD"
        # The driver hides what a certificate lacks behind "no routing information", or says it in many lines.
        if isinstance(error, DriverError) and (lack := self._address.lack_of_proof()):
            return (
                f"shows a certificate that proves nothing here: {lack}; {CA}=FILE names the authority that "
                "signed it, and its host has to be the one in the address"
            )
        if isinstance(error, DriverError):
            return (
                f"cannot be reached, or went away and was not back within {RETRYING:.0f} s; what was "
                "acknowledged is in it, run the same command again"
            )
        reason = next((reason for code, reason in _REASONS.items() if code in str(error.code)), None)
        return reason or f"refused a statement: {error.message}"


_BUSY = "is written by another process, which takes longer than we wait; try again"
_REASONS = {
    "Transaction.TransactionTimedOut": _BUSY,
    "Transaction.LockClientStopped": _BUSY,
    "Database.DatabaseNotFound": "has no such database; create it, or name another",
    "General.MemoryPoolOutOfMemoryError": "has too little memory for so many rows at once; give it more heap",
    "General.DatabaseUnavailable": "is not ready; try again",
}


def _driver(address: Address) -> Driver:
    """A driver that gives up in seconds, not in half a minute."""
    scheme, trusted = address.scheme, dict[str, Any]()
    if address.authority is not None:
        # The driver takes an authority beside a plain scheme only; the certificate is checked as by `+s`.
        scheme = scheme.removesuffix("+s")
        trusted = {"encrypted": True, "trusted_certificates": TrustCustomCAs(address.authority)}
    return GraphDatabase.driver(
        f"{scheme}://{address.host}",
        auth=(address.user, address.password),
        **trusted,
        connection_timeout=RETRYING,
        connection_acquisition_timeout=2 * RETRYING,
        max_transaction_retry_time=RETRYING,
        liveness_check_timeout=RETRYING,
        notifications_min_severity=NotificationMinimumSeverity.OFF,
        telemetry_disabled=True,
    )


def _streaming(transaction: Transaction) -> copying.Stream:
    return lambda statement: map(Record.values, transaction.run(cast("Any", statement)))


def _writing(session: Session) -> copying.Write:
    def write(statement: str, rows: Sequence[copying.Row] = ()) -> None:
        session.run(cast("Any", statement), rows=rows).consume()

    return write


def _stepped(step: reseal.Step, after: reseal.Place, ask: Ask, _: Version) -> reseal.Done:
    return step(ask, after)


def _finished(began: str | None, ask: Ask, _: Version) -> bool:
    return reseal.finish(ask, began)


class _Asking:
    """Asks within a transaction, or by a session. stop: asked before each statement."""

    def __init__(
        self, runner: Session | ManagedTransaction | Transaction, seal: Seal, stop: Stop = never
    ) -> None:
        self._runner = runner
        self._stop = stop
        self.seal = seal

    def __call__(self, statement: str, /, **parameters: Any) -> list[list[Any]]:
        self._stop()
        # Our own statements; what comes from outside is bound.
        return self._runner.run(cast("Any", statement), parameters).values()


class _StepByStep:
    """Asks each statement in a transaction of its own, as those have to be that change the schema."""

    def __init__(self, session: Session, seal: Seal) -> None:
        self._session = session
        self.seal = seal

    def __call__(self, statement: str, /, **parameters: Any) -> list[list[Any]]:
        try:
            return self._session.execute_write(
                lambda transaction: _Asking(transaction, self.seal)(statement, **parameters)
            )
        except Neo4jError as error:
            # `IF NOT EXISTS` looks before it locks: somebody else sets up the same at this moment.
            if "AlreadyExists" in str(error.code):
                return []
            raise
