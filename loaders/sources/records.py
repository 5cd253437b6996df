"""What a source gives: rows of a log as events, rows that could not be read, and what is said of users and
products.

Law: every row of a log comes out once, as a `Record` or as a `Reject`; rows of attribute files come out in
`Attributes` and are no rows of the log. A source yields rows as it meets them; what they refer to is the
business of loaders.references.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Protocol

from graph.events import Event, Product, Reject, Row, User
from graph.store import Store

Said = Mapping[str, object]
"""What a row says, by the name of column or field."""


THOUSAND = 1_000
"""Characters that a usual row has at the most."""


def texts_of(said: object) -> tuple[str, ...]:
    """Every text and number that a row says, however deep.

    >>> texts_of({"userId": "ana", "context": {"ids": [7, None]}})
    ('ana', '7')
    """
    texts, waiting = [], [said]
    while waiting:
        match waiting.pop():
            case Mapping() as fields:
                waiting += reversed([*fields.values()])
            case list() | tuple() as values:
                waiting += reversed(values)
            case None:
                pass
            case value:
                texts.append(str(value))
    return tuple(texts)


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a log, and what it says in passing of users and products (kept only if the row is taken).

    consent: a CONSENT event of what the row carries, stored where it is a change; None where it carries none.
    otherwise: what the row says where a share it names turns out to be of another product, or a sharer it
    names has shared none of it; None if it is then refused.
    """

    row: Row
    users: tuple[User, ...] = ()
    products: tuple[Product, ...] = ()
    consent: Event | None = None
    otherwise: Row | None = None


@dataclass(frozen=True, slots=True)
class Attributes:
    """Some rows of an attribute file. rejects: those of them that could not be read."""

    users: Sequence[User] = ()
    products: Sequence[Product] = ()
    rejects: Sequence[Reject] = ()


Item = Record | Reject | Attributes


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read what a log leaves open.

    timezone: of times without an offset; None refuses them. currency: of amounts without one; None refuses
    them. Of segment alone: share_names, sharer_names: the properties and URL parameters that carry a share's
    id or its sharer; consents: the purposes (fields of `Consent`) by a shop's categories, as
    loaders.sources.consents.categories gives them.
    """

    timezone: tzinfo | None = None
    currency: str | None = None
    share_names: Sequence[str] = ("share_id", "shareId")
    sharer_names: Sequence[str] = ("sharer", "sharer_id", "ref")
    consents: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Travelled:
    """How far a source has been read: done of total, in a unit of its own (bytes or rows). total: None where
    it cannot be known.
    """

    done: int = 0
    total: int | None = None

    @property
    def fraction(self) -> float | None:
        """In [0, 1]; None where the whole is not known."""
        return min(self.done / self.total, 1.0) if self.total else None


def weight(item: Item) -> int:
    """How many usual rows an item is as large as: one for each event, and one for each thousand characters of
    what it describes, or of what a refused row said.

    >>> weight(Reject(7, "half a line", texts=("x" * 2_500,)))
    3
    """
    if isinstance(item, Reject):
        return 1 + sum(map(len, item.texts)) // THOUSAND
    events = len(item.row.events) if isinstance(item, Record) else 1
    return (
        events + described(item.users) + described(item.products) if item.users or item.products else events
    )


def described(said: Sequence[User | Product]) -> int:
    """How many thousands of characters attributes say of users or products."""
    texts = (len(name) + len(value) for one in said for name, value in one.attributes.items())
    return sum(texts) // THOUSAND


class Source(Protocol):
    """A log of one format, opened but not yet read."""

    @property
    def travelled(self) -> Travelled:
        """How far it has been read."""
        ...

    def items(self) -> Generator[Item, None, None]:
        """Every row, once. UnreadableSource where a file breaks off, after everything before the break has
        come out.
        """
        ...

    def completed(self, records: Sequence[Record], store: Store) -> Sequence[Record]:
        """The same rows, one by one, with what only the store can tell (was this already shared?). Everything
        the source gave before is in the store by then, or was refused.
        """
        ...


class Plain:
    """Common to sources whose rows say everything themselves."""

    __slots__ = ()

    def completed(self, records: Sequence[Record], store: Store) -> Sequence[Record]:  # noqa: ARG002
        """The rows as they are."""
        return records
