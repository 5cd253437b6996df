"""The words of the domain: what happened, to whom, when.

An `Event` is one accepted fact of a shop's log: ana SHAREd the tea, bea OPENed that share, bea PURCHASEd. It
is a value: two events with the same id and the same `digest` are one event said twice, with another digest
they contradict each other. An event names people, products and shares by the shop's own keys; what a key
resolves to (a visitor who later signed in, the share that a bare sharer stands for) is decided later, from
the whole log, so that the order of arrival never matters.

Time is aware UTC. Money is a `Decimal` with at most four decimals. A tie A→B means that what A shares reaches
B, and a TIE event says "`user` follows `other`", which is the tie other→user.
"""

from base64 import b32encode
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from hashlib import blake2b
from operator import attrgetter

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MONEY_SCALE = 10_000
"""Amounts are held in arrays as whole ten-thousandths of the currency's unit: sums are exact."""


class Kind(IntEnum):
    """What happened. The numbers are written to stores and snapshots and never change."""

    TIE = 1
    UNTIE = 2
    SIGNUP = 3
    VIEW = 4
    SEARCH = 5
    CART = 6
    FAVOURITE = 7
    SHARE = 8
    OPEN = 9
    PURCHASE = 10
    REFUND = 11
    RATE = 12
    EXPOSURE = 13
    FEEDBACK = 14
    CONSENT = 15


class Verdict(IntEnum):
    """What a person said of a product; CLEAR takes the earlier verdict back."""

    LIKE = 1
    NOT_INTERESTED = 2
    ALREADY_OWNED = 3
    CLEAR = 4


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency's unit (ISO 4217 code, upper case); at most four decimals."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person allows, purpose by purpose; None leaves that purpose as it was."""

    personalisation: bool | None = None
    named_to_friends: bool | None = None
    location: bool | None = None
    research: bool | None = None
    notice: str | None = None
    """The wording that was shown."""


@dataclass(frozen=True, slots=True)
class Event:
    """One fact of the log. Field by field it is the contract's `EventInput`.

    id: unique over the whole log. at: aware UTC. user: who did it (EXPOSURE: who saw it); None for a visitor
    without an account. visitor: together with `user` it says that the two are one person, earlier events
    included. share: the share it came from; sharer: given instead, stands for the sharer's latest share of
    `product` at `at`. parent_share: SHARE only, the share passed on. implied: not in the log itself, but
    follows from a row of it (Higgs: somebody was retweeted, so had shared).
    """

    id: str
    kind: Kind
    at: datetime
    user: str | None = None
    visitor: str | None = None
    product: str | None = None
    share: str | None = None
    sharer: str | None = None
    parent_share: str | None = None
    recipient: str | None = None
    other: str | None = None
    answer: str | None = None
    rank: int | None = None
    propensity: float | None = None
    variant: str | None = None
    order: str | None = None
    quantity: int | None = None
    amount: Money | None = None
    surface: str | None = None
    rating: float | None = None
    query: str | None = None
    channel: str | None = None
    campaign: str | None = None
    incentive: Money | None = None
    device: str | None = None
    region: str | None = None
    verdict: Verdict | None = None
    consent: Consent | None = None
    implied: bool = False
    found_share: str | None = field(default=None, compare=False)
    """The share that `sharer` was found to stand for; not part of what was said, so not part of the
    digest."""

    @property
    def person(self) -> str | None:
        """Who did it: the account where there is one, else the visitor."""
        return self.user if self.user is not None else self.visitor

    @property
    def through(self) -> str | None:
        """The id of the share it came from, said or found."""
        return self.share if self.share is not None else self.found_share


_PLAIN = tuple(
    f.name
    for f in fields(Event)
    if f.name not in {"kind", "at", "amount", "incentive", "verdict", "consent", "found_share"}
)
_plain_values = attrgetter(*_PLAIN)
_consent_values = attrgetter(*(f.name for f in fields(Consent)))


def digest(event: Event) -> int:
    """A signed 64-bit fingerprint of everything an event says, its id included.

    Equal content gives equal digests on any machine and in any release: only what was said enters, under its
    field's name. It tells a repeat from a conflict, and breaks ties of time when events are put in order, so
    that no order depends on how a log was cut into loads. Money counts by value (10.0 is 10.00).
    """
    said = [f"{int(event.kind)}@{micros(event.at)}"]
    said += [
        f"{name}={value!r}"
        for name, value in zip(_PLAIN, _plain_values(event), strict=True)
        if value is not None and value is not False
    ]
    for name, money in (("amount", event.amount), ("incentive", event.incentive)):
        if money is not None:
            said.append(f"{name}={scaled(money.amount)} {money.currency}")
    if event.verdict is not None:
        said.append(f"verdict:{int(event.verdict)}")
    if event.consent is not None:
        said.append(f"consent={_consent_values(event.consent)!r}")
    return int.from_bytes(blake2b("\x1f".join(said).encode(), digest_size=8).digest(), "big", signed=True)


class ContentId(str):
    """An id made of what a row says, for one that carries none. A store keeps it under a name of its own
    (loaders.stores.naming), so it stands in no file and in no answer; its type tells it from the ids that a
    shop gave.
    """

    __slots__ = ()


def content_id(*said: object) -> ContentId:
    """An event id for a row that carries none: a hash of what the row says (80 bits, base 32, led by `~`).

    >>> content_id("ana", "tea") == content_id("ana", "tea") != content_id("ana", "mug")
    True
    """
    hashed = blake2b(repr(said).encode(), digest_size=10).digest()
    return ContentId("~" + b32encode(hashed).decode().lower())


def micros(at: datetime) -> int:
    """Microseconds since 1970 of an aware time; exact.

    >>> micros(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    return (at - EPOCH) // MICROSECOND


def instant(at: int) -> datetime:
    """The inverse of `micros`."""
    return EPOCH + int(at) * MICROSECOND


def scaled(amount: Decimal) -> int:
    """An amount as whole ten-thousandths.

    >>> scaled(Decimal("12.5"))
    125000
    """
    return int(amount * MONEY_SCALE)


def unscaled(amount: int) -> Decimal:
    """The inverse of `scaled`, with two decimals, or four where they are needed.

    >>> str(unscaled(125000)), str(unscaled(125001))
    ('12.50', '12.5001')
    """
    exact = Decimal(int(amount)) / MONEY_SCALE
    cents = exact.quantize(Decimal("0.01"))
    return cents if cents == exact else exact.quantize(Decimal("0.0001"))


@dataclass(frozen=True, slots=True)
class User:
    """What a shop says of a person; None leaves what is known. attributes: name → text; `cost` is read as
    money (`120.00 CNY`).
    """

    key: str
    name: str | None = None
    region: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Product:
    """What a shop says of a product; None leaves what is known."""

    key: str
    name: str | None = None
    category: str | None = None
    brand: str | None = None
    price: Money | None = None
    available: bool | None = None
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a log and the events it stands for; it is stored whole or not at all. line: from 1, the
    header included.
    """

    line: int
    events: tuple[Event, ...]
    file: str = ""


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not taken, and why. reason: short and stable, it is counted by; detail: the row's own
    particulars, none where it names somebody forgotten.
    """

    line: int
    reason: str
    detail: str = ""
    file: str = ""
    event: str = ""
    """The event's id, where it could be read."""
    texts: tuple[str, ...] = field(default=(), repr=False, compare=False)
    """What the row says, for telling whether it names somebody forgotten; written nowhere."""
