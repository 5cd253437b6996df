"""A log small enough to read: who shared what with whom, in one line of text.

    TOY = "ana>bea:tea  ana>cy:tea  bea>dan:mug"

Words are separated by blanks; every event comes a minute after the one before. A word is one of

    ana>bea:tea       bea opens ana's latest share of the tea, which is made first where there is none
    ana>bea,cy:tea    so does cy
    ana>:tea          ana shares the tea (again)
    ana>bea>cy:tea    bea passes ana's share on and the log says so; cy opens what bea shared
    bea>cy:tea        bea shares, and the log has no parent: that is for `graph.lineage` to find
    bea$tea           bea buys the tea; bea$tea=12.50 for that much, bea$tea=12.50USD#o7 in that order
    bea$tea=-12.50    she gets that much back; bea$=-12.50#o7 of the whole order
    ana~bea           a tie: what ana shares reaches bea (bea follows ana); ana~bea:mention has that channel
    ana/~bea          bea follows ana no longer
    bea.view:tea      any other kind of event (view, search, cart, favourite, rate, exposure) or verdict
                      (like, not_interested, already_owned, clear); bea.rate:tea=4.5 has a rating
    bea=?phone        the visitor `phone` turns out to be bea; a person written `?phone` is a visitor
    @2h               the next event is two hours after the start (s, m, h, d)

A share's id is `ana/tea`, the second one's `ana/tea/2`; other events are numbered `e1`, `e2`, ….
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from graph.events import Consent, Event, Kind, Money, Product, User, Verdict, digest, micros, scaled
from graph.log import NONE, EventColumns, Log
from graph.snapshot import Snapshot

START = datetime(2026, 5, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CURRENCY = "CNY"
TOY = "ana>bea:tea  ana>cy:tea  bea>dan:mug"

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_CLOCK = re.compile(r"@(?P<count>[\d.]+)(?P<unit>[smhd])$")
_SHARED = re.compile(r"(?P<chain>[^:$=]+>[^:$=]*):(?P<product>[^:]+)$")
_BOUGHT = re.compile(
    r"(?P<person>[^$]+)\$(?P<product>[^=#]*)(=(?P<amount>-?[\d.]+)(?P<currency>[A-Z]*))?(#(?P<order>.+))?$"
)
_TIED = re.compile(r"(?P<source>[^~/]+)(?P<cut>/?)~(?P<target>[^:]+)(:(?P<channel>.+))?$")
_JOINED = re.compile(r"(?P<user>[^=]+)=\?(?P<visitor>.+)$")
_OTHER = re.compile(r"(?P<person>[^.]+)\.(?P<what>\w+)(:(?P<product>[^=]+))?(=(?P<rating>[\d.]+))?$")


def events(text: str) -> list[Event]:
    """The events that a text tells, in its order.

    >>> [(event.id, event.user) for event in events(TOY)]
    [('ana/tea', 'ana'), ('e1', 'bea'), ('e2', 'cy'), ('bea/mug', 'bea'), ('e3', 'dan')]
    """
    return _Telling().hear(text)


def log_of(events: Iterable[Event], *, users: Sequence[User] = (), catalogue: Sequence[Product] = ()) -> Log:
    """The log a store would hand out that had been given these events in this order, in plain Python.

    References are followed by id (`share`, `found_share`, `parent_share`), wherever the share stands among
    the events; KeyError where it is nowhere.
    """
    told = list(events)
    people, products, words = _Codes(), _Codes(), _Codes()
    seq = {event.id: position + 1 for position, event in enumerate(told)}
    rows = [_row(event, seq, people, products, words) for event in told]
    for product in catalogue:
        products.code(product.key)
        for word in (product.category, product.brand, product.price.currency if product.price else None):
            words.code(word)
    columns = {name: np.array([row[name] for row in rows], dtype) for name, dtype in _DTYPES.items()}
    return Log(
        version=f"toy-{len(told)}",
        people=list(people.by_text),
        products=list(products.by_text),
        words=list(words.by_text),
        share_ids=[event.id for event in told if event.kind is Kind.SHARE],
        events=EventColumns(**columns),
        users=list(users),
        catalogue=list(catalogue),
        consenting=True,
    )


def snapshot(
    told: str | Iterable[Event], *, users: Sequence[User] = (), catalogue: Sequence[Product] = ()
) -> Snapshot:
    """The snapshot of a text or of events.

    >>> list(snapshot(TOY).people.keys)
    ['ana', 'bea', 'cy', 'dan']
    """
    said = events(told) if isinstance(told, str) else told
    return Snapshot.of(log_of(said, users=users, catalogue=catalogue))


def saying_no(told: Sequence[Event], silent: Collection[str]) -> list[Event]:
    """The same events after a first word of everybody: who is silent allows no use of what they do. All
    products have been shown, so that rows are the same whatever of it is left out.
    """
    first = [
        Event(f"{key} said", Kind.CONSENT, START, user=key, consent=Consent(key not in silent))
        for key in dict.fromkeys(event.user for event in told if event.user)
    ]
    loud = next(event.user for event in first if event.user not in silent)
    shown = [
        Event(f"{product} shown", Kind.EXPOSURE, START, user=loud, product=product)
        for product in dict.fromkeys(event.product for event in told if event.product)
    ]
    return [*first, *shown, *told]


def without_acts_of(silent: Collection[str], told: Sequence[Event]) -> list[Event]:
    """What is left where some people did nothing but say what they allow, and nobody is tied to them.

    KeyError in `log_of` where somebody opened what they shared.
    """
    return [
        event
        for event in told
        if event.kind is Kind.CONSENT or not (event.user in silent or event.other in silent)
    ]


class _Telling:
    """Where a text has come to: the time, the events so far, everybody's latest share."""

    def __init__(self) -> None:
        self.at = START
        self.told: list[Event] = []
        self.latest: dict[tuple[str, str], str] = {}
        self.shares: dict[tuple[str, str], int] = {}
        self.others = 0

    def hear(self, text: str) -> list[Event]:
        rules = (
            (_CLOCK, self._clock),
            (_SHARED, self._shared),
            (_BOUGHT, self._bought),
            (_TIED, self._tied),
            (_JOINED, self._joined),
            (_OTHER, self._other),
        )
        for word in text.split():
            for pattern, rule in rules:
                if match := pattern.match(word):
                    rule(**match.groupdict())
                    break
            else:
                raise ValueError(f"not a word of the toy language: {word}")
        return self.told

    def _clock(self, count: str, unit: str) -> None:
        self.at = START + timedelta(**{_UNITS[unit]: float(count)})

    def _shared(self, chain: str, product: str) -> None:
        sharer, *rest = chain.split(">")
        if not rest[-1] and (sharer, product) in self.latest and len(rest) == 1:
            del self.latest[sharer, product]
        parent = None
        for openers in rest:
            share = self._latest(sharer, product, parent)
            for opener in filter(None, openers.split(",")):
                self._say(Kind.OPEN, opener, product=product, share=share)
            sharer, parent = openers, share

    def _latest(self, sharer: str, product: str, parent: str | None) -> str:
        if (sharer, product) not in self.latest:
            count = self.shares[sharer, product] = self.shares.get((sharer, product), 0) + 1
            share = f"{sharer}/{product}" + (f"/{count}" if count > 1 else "")
            self._say(Kind.SHARE, sharer, id=share, product=product, parent_share=parent)
            self.latest[sharer, product] = share
        return self.latest[sharer, product]

    def _bought(
        self, person: str, product: str, amount: str | None, currency: str | None, order: str | None
    ) -> None:
        refund = amount is not None and amount.startswith("-")
        money = Money(Decimal(amount.lstrip("-")), currency or CURRENCY) if amount else None
        kind = Kind.REFUND if refund else Kind.PURCHASE
        self._say(kind, person, product=product or None, amount=money, order=order)

    def _tied(self, source: str, cut: str, target: str, channel: str | None) -> None:
        self._say(Kind.UNTIE if cut else Kind.TIE, target, other=source, channel=channel)

    def _joined(self, user: str, visitor: str) -> None:
        self._say(Kind.SIGNUP, user, visitor=visitor)

    def _other(self, person: str, what: str, product: str | None, rating: str | None) -> None:
        if what.upper() in Verdict.__members__:
            self._say(Kind.FEEDBACK, person, product=product, verdict=Verdict[what.upper()])
        else:
            self._say(Kind[what.upper()], person, product=product, rating=float(rating) if rating else None)

    def _say(self, kind: Kind, person: str, **said: Any) -> None:
        if "id" not in said:
            self.others += 1
            said["id"] = f"e{self.others}"
        who: dict[str, Any] = {"visitor": person[1:]} if person.startswith("?") else {"user": person}
        self.told.append(Event(kind=kind, at=self.at, **who, **said))
        self.at += MINUTE


class _Codes:
    """Texts numbered in the order they are met."""

    def __init__(self) -> None:
        self.by_text: dict[str, int] = {}

    def code(self, text: str | None) -> int:
        return NONE if text is None else self.by_text.setdefault(text, len(self.by_text))


_DTYPES: dict[str, type[np.generic]] = {
    "seq": np.int64, "digest": np.int64, "kind": np.int8, "at": np.int64,
    **dict.fromkeys(("user", "visitor", "other", "recipient", "sharer", "product"), np.int32),
    "share": np.int64, "parent": np.int64,
    **dict.fromkeys(
        ("order", "channel", "campaign", "device", "region", "surface", "variant", "query", "answer",
         "currency", "incentive_currency", "quantity", "rank"), np.int32
    ),
    "amount": np.int64, "incentive": np.int64, "rating": np.float32, "propensity": np.float64,
    "verdict": np.int8, "consent": np.int16, "implied": np.bool_,
}  # fmt: skip

_WORDS = ("order", "channel", "campaign", "device", "region", "surface", "variant", "query", "answer")
_PEOPLE = ("user", "visitor", "other", "recipient", "sharer")


def _row(
    event: Event, seq: dict[str, int], people: _Codes, products: _Codes, words: _Codes
) -> dict[str, object]:
    return {
        "seq": seq[event.id],
        "digest": digest(event),
        "kind": int(event.kind),
        "at": micros(event.at),
        **{name: people.code(getattr(event, name)) for name in _PEOPLE},
        "product": products.code(event.product),
        "share": NONE if event.through is None else seq[event.through],
        "parent": NONE if event.parent_share is None else seq[event.parent_share],
        **{name: words.code(getattr(event, name)) for name in _WORDS},
        **dict(_money("amount", "currency", event.amount, words)),
        **dict(_money("incentive", "incentive_currency", event.incentive, words)),
        "quantity": NONE if event.quantity is None else event.quantity,
        "rank": NONE if event.rank is None else event.rank,
        "rating": np.nan if event.rating is None else event.rating,
        "propensity": np.nan if event.propensity is None else event.propensity,
        "verdict": int(event.verdict or 0),
        "consent": _consent_code(event),
        "implied": event.implied,
    }


def _money(amount: str, currency: str, money: Money | None, words: _Codes) -> Iterator[tuple[str, int]]:
    yield amount, scaled(money.amount) if money else 0
    yield currency, words.code(money.currency if money else None)


def _consent_code(event: Event) -> int:
    purposes = astuple(event.consent)[:4] if event.consent else ()
    return sum((0 if said is None else 1 + said) * 4**digit for digit, said in enumerate(purposes))
