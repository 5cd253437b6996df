"""The durable record: an append-only log of events, idempotent by event id.

Law: appending the same rows again changes nothing; nothing is deleted by absence; only `forget` deletes, and
what is forgotten does not come back. `append` returns after the events are durable: an acknowledged event
survives the death of any process. Every change of what the store would answer gives a new `version`. Both
stores pass one suite (tests/contract).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from graph.answers import Given
from graph.calls import Call
from graph.events import Event, Product, Row, User
from graph.log import Log, Opens
from graph.promises.promise import Kept, Outcome, Promise
from graph.stop import Stop, never


@dataclass(frozen=True, slots=True)
class KnownShare:
    """What a reference to a share is checked against."""

    id: str
    sharer: str
    product: str
    at: datetime
    implied: bool = False


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of each row of an append, by position. conflicts: an event id was there with other content,
    or twice in the batch with different content. forgotten: a row names a person who was forgotten. implied:
    implied shares among the events newly stored.
    """

    stored: tuple[int, ...]
    repeated: tuple[int, ...]
    conflicts: tuple[int, ...]
    forgotten: tuple[int, ...]
    implied: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """What the store holds: events, people (users and visitors, joined ones once), products. consenting:
    whether people who never said allow what one may refuse.
    """

    events: int
    users: int
    products: int
    consenting: bool = False


@dataclass(frozen=True, slots=True)
class Sealed:
    """Which secret, by its id, seals what a store keeps of people; None for plain text. writes: what comes
    now; under: what everything was last brought under, "" where a part is plain and another sealed.
    """

    writes: str | None = None
    under: str | None = None

    @property
    def whole(self) -> bool:
        """Whether everything is under the secret that is written with."""
        return self.writes == self.under


@dataclass(frozen=True, slots=True)
class Arrival:
    """How events came. at: when, µs, to the minute for calls; source: files and the lines among which they
    are, "" for a call.
    """

    at: int
    source: str


@dataclass(frozen=True, slots=True)
class Held:
    """What a store holds about somebody. described: what was said of them; events: that name them, in no
    order; answers: given to them, in order of time. came: how, by the event's id, where that was noted.
    """

    described: Sequence[User]
    events: Sequence[Event]
    answers: Sequence[Given]
    came: Mapping[str, Arrival] = field(default_factory=dict)


class Forgotten(Protocol):
    """Tells who was forgotten, by hashes under the store's own key."""

    def name(self, event: Event) -> bool:
        """Whether an event names a forgotten person, or a share of theirs."""
        ...

    def mention(self, texts: Iterable[str]) -> bool:
        """Whether one of these texts is a key of a forgotten person, or the id of a share of theirs."""
        ...


class Store(Protocol):
    """A log of events and what is said of users and products. One writer at a time, any number of readers."""

    @property
    def url(self) -> str:
        """Where it is, without a password."""
        ...

    def append(self, rows: Sequence[Row], at: int | None = None) -> Appended:
        """Add rows, each whole or not at all, in one durable transaction, judged in order; what they refer to
        is there or comes before them (see loaders.ingest). at: when they came, µs; without it nothing is
        noted of where from.

        InvalidInput where a row refers to a share that is nowhere or an event lacks what makes it one,
        StoreUnavailable where another writer is not done in time or the store is away; nothing is stored
        then.
        """
        ...

    def upsert_users(self, users: Sequence[User]) -> int:
        """Say something of people, known or not; None leaves what is there. Returns of how many something was
        said for the first time or anew. Those forgotten are passed over.
        """
        ...

    def upsert_products(self, products: Sequence[Product]) -> int:
        """Say something of products, known or not; None leaves what is there. Returns how many were new or
        changed.
        """
        ...

    def shares(self, ids: Sequence[str]) -> dict[str, KnownShare]:
        """Those of the named shares that exist."""
        ...

    def shares_by(self, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], list[KnownShare]]:
        """All shares of each (sharer, product), earliest first, ties of time by id; pairs without one are
        left out. Sharer: the key as it stands in the share's event (user, else visitor); see `same_person`.
        """
        ...

    def shares_of(self, product: str) -> list[KnownShare]:
        """All shares of one product, earliest first, ties of time by id."""
        ...

    def same_person(self, keys: Sequence[str]) -> dict[str, frozenset[str]]:
        """All keys of each of these people, the one asked for included, by what the log claims so far
        (graph.claims); those who have one key only, or are not known, are left out.
        """
        ...

    def consents(self, people: Sequence[str]) -> list[Event]:
        """All CONSENT events of these people, in no order. People: the key as it stands in the event (user,
        else visitor).
        """
        ...

    def read(self, since: str | None = None) -> Log:
        """Everything, or what came after a version. `since` of another store, or from before a `forget`,
        gives everything: the caller can tell by `Log.version` and the first seq (see `continues`).
        """
        ...

    def opens(self, since: str | None = None, within: timedelta = timedelta(0)) -> Opens:
        """All opens, in a fraction of the memory that `read` takes; or, after a version that this one
        continues, at least those that happened within so much of one stored since.
        """
        ...

    def events(self, since: str | None = None) -> Iterator[Event]:
        """The accepted events in the order stored, as objects; for export and small logs."""
        ...

    def version(self) -> str:
        """Names the present content; cheap enough to ask once a request."""
        ...

    def secret(self, purpose: str) -> bytes:
        """64 bytes of the store's own for one purpose: always the same, and told by nothing else it says."""
        ...

    @property
    def keyed(self) -> bool:
        """Whether ids that are made of content (graph.events.ContentId) stand in it under its own key; not,
        in a store that was made before there was one. Loaders are told them as they are made.
        """
        ...

    def continues(self, since: str) -> bool:
        """Whether what came after `since` can be added to what was read then (same store, nothing forgotten
        or rewritten in between).
        """
        ...

    def allow_by_default(self, *, allowed: bool) -> bool:
        """Settle whether people who never said allow what one may refuse; not, in a new store. Whether that
        was news: everything is then to be read anew.
        """
        ...

    def counts(self) -> Counts:
        """How much it holds."""
        ...

    def promise(self, promised: Sequence[Promise]) -> int:
        """Keep forecasts that were given out, before the fact (graph.promises.promise); how many were not
        given before: a question of a version is one promise. What is asked is left out of one that names
        somebody forgotten. The version stays as it is.
        """
        ...

    def promises(self, stop: Stop = never) -> list[Kept]:
        """All forecasts that were kept, from the first. stop: see `held`."""
        ...

    def settle(self, outcomes: Mapping[int, Outcome]) -> None:
        """Say what became of some, by place; what was said before stays."""
        ...

    def keep_answers(self, given: Sequence[Given]) -> int:
        """Keep answers that were given out, or further pages of them (graph.answers); how many were not there
        before. What was kept stays as it is. Of one for somebody forgotten only the figures are kept. The
        version stays as it is.
        """
        ...

    def answers(self, since: int = 0) -> Iterator[Given]:
        """The answers given at a time (µs) or later, in order of time."""
        ...

    def drop_answers(self, before: int, most: int) -> int:
        """Delete at most so many of the answers given before a time (µs), the oldest first; how many it
        were.
        """
        ...

    def begin_call(self, key: bytes, content: bytes, at: int) -> Call | None:
        """Begin a call under a key at a time (µs): None where it is the caller's to make, else the one that
        stands there, answered or under way. One that was given up is begun anew (graph.calls). The version
        stays as it is.
        """
        ...

    def answer_call(self, key: bytes, content: bytes, answer: bytes) -> bytes:
        """Keep what a call was answered; what is kept: the first answer, should there be two. Nothing is kept
        of a call that nobody began, or that went since, also where another took its key.
        """
        ...

    def drop_call(self, key: bytes, content: bytes) -> None:
        """A call that was begun was not made: the next may be."""
        ...

    def count_refused(self, rows: Mapping[str, Mapping[str, int]], *, anew: bool) -> None:
        """Keep how many rows of each source were refused, by reason: with `anew` in place of what was kept of
        that source, else in addition to it. A source is kept as a hash of its name. The version stays as it
        is.
        """
        ...

    def refused(self) -> Mapping[str, int]:
        """How many rows of all sources were refused, by reason, the most frequent first, equals by
        reason.
        """
        ...

    def forget(self, user: str) -> bool:
        """Remove a person, with all visitors joined to them; False where nobody of that key was known. Their
        shares and opens stay as blanks, so that cascades keep their shape; everything else of theirs goes,
        and what was asked in forecasts that name them, and who and what was answered to them; the figures of
        both stay. A keyed hash remains, so that later rows naming them are refused.
        """
        ...

    def held(self, keys: Sequence[str], stop: Stop = never) -> Held:
        """What is held about a person, who has these keys: what was said of them, the events that name them
        in any way, and what was answered to them. Looks at every event. stop: asked meanwhile; what it raises
        ends the search and is let through.
        """
        ...

    def sealed(self) -> Sealed:
        """Under which secret it writes what is said of people, and whether all of it is under that one."""
        ...

    def reseal(self) -> int:
        """Bring what is said of people under the secret that is written with; how many values were changed.
        In steps, beside readers and writers, and to be begun again where it was stopped. The version stays as
        it is.
        """
        ...

    def unseal(self) -> int:
        """Keep what is said of people as plain text from now on, and bring what is there to it; how many
        values were changed. As `reseal` otherwise. It stays so until there is a secret that never sealed
        anything here.
        """
        ...

    def compact(self) -> bool:
        """Write its files anew without what was deleted; False where they are not ours to write. Slow: other
        writers wait. StoreUnavailable where a reader goes on for longer than we wait.
        """
        ...

    def copy_into(self, url: str) -> int:
        """Write everything into another, empty store of the same kind, which is this one then; how many
        things. InvalidInput where that holds something, or this kind has another way (`compact`).
        """
        ...

    def forgotten(self) -> Forgotten:
        """What tells who was forgotten until now."""
        ...

    def close(self) -> None:
        """Release the connection; idempotent."""
        ...
