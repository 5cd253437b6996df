"""Logs and rows in a form that tests can compare: texts instead of codes, sets of tuples."""

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal

from graph.events import Consent, Event, Kind, Money, Row, Verdict
from graph.log import Log
from graph.store import Store
from tests.toy import START, events

PEOPLE = {"user", "visitor", "other", "recipient", "sharer"}
WORDS = {"order", "channel", "campaign", "device", "region", "surface", "variant", "query", "answer"} | {
    "currency",
    "incentive_currency",
}


def rows(told: str | Iterable[Event]) -> list[Row]:
    """One row an event, of a text in the toy language or of events."""
    return [
        Row(line, (event,)) for line, event in enumerate(events(told) if isinstance(told, str) else told, 1)
    ]


def decoded(log: Log) -> list[tuple[object, ...]]:
    """The events of a log, each as a tuple of texts and numbers, as comparable between stores."""
    columns = []
    for field in fields(log.events):
        values = getattr(log.events, field.name).tolist()
        if field.name in PEOPLE | WORDS | {"product"}:
            texts = log.people if field.name in PEOPLE else log.words if field.name in WORDS else log.products
            values = [None if code < 0 else texts[code] for code in values]
        # NaN is not itself; its repr is.
        columns.append([repr(value) if isinstance(value, float) else value for value in values])
    return list(zip(*columns, strict=True))


def ids(store: Store) -> set[str]:
    """The ids of the events of a store."""
    return {event.id for event in store.events()}


def said(store: Store) -> list[tuple[Event, str | None]]:
    """The events of a store with what was found for their sharers, which takes no part in an event's `==`."""
    return [(event, event.found_share) for event in store.events()]


TALKATIVE = (
    Event("s1", Kind.SHARE, START, user="ana", visitor="a-phone", product="tea", recipient="bea",
          channel="wechat", campaign="spring", incentive=Money(Decimal("1.5"), "CNY"), implied=True),
    Event("s2", Kind.SHARE, START + timedelta(microseconds=1), visitor="b-phone", product="tea",
          parent_share="s1", device="d1", region="上海", query="it's \"quoted\" \\ 'n all"),
    Event("o1", Kind.OPEN, START, user="bea", visitor="b-phone", product="tea", share="s1", surface="feed"),
    Event("o2", Kind.OPEN, START, user="cy", product="tea", sharer="ana", found_share="s1"),
    Event("o3", Kind.OPEN, START, user="cy", share="s2"),
    Event("o4", Kind.OPEN, START, user="cy", product="mug"),
    Event("v1", Kind.VIEW, START, user="cy", product="tea", share="s2"),
    Event("v2", Kind.VIEW, START, visitor="c-phone"),
    Event("q1", Kind.SEARCH, START, user="cy", query="green tea", region="CN-31"),
    Event("q2", Kind.SEARCH, START, user="cy", product="tea"),
    Event("c1", Kind.CART, START, user="cy", product="tea", quantity=2, rank=1),
    Event("f1", Kind.FAVOURITE, START, user="cy", product="mug", answer="a-1", rank=0),
    Event("p1", Kind.PURCHASE, START, user="cy", product="tea", order="7", quantity=2, share="s2",
          amount=Money(Decimal("123456789.0123"), "CNY")),
    Event("p2", Kind.PURCHASE, START, user="cy", product="mug",
          amount=Money(Decimal("999999999999.9999"), "VND")),
    Event("p3", Kind.PURCHASE, START, user="cy", product="mug", amount=Money(Decimal(0), "CNY")),
    Event("r1", Kind.REFUND, START, user="cy", order="7", amount=Money(Decimal("0.01"), "CNY")),
    Event("r2", Kind.REFUND, START, user="cy", product="tea", amount=Money(Decimal("0.1"), "CNY")),
    Event("n1", Kind.RATE, START, user="cy", product="tea", rating=4.3),
    Event("x1", Kind.EXPOSURE, START, user="cy", product="tea", share="s1", propensity=0.1 + 0.2,
          variant="B"),
    Event("j1", Kind.FEEDBACK, START, user="cy", product="tea", verdict=Verdict.CLEAR),
    Event("k1", Kind.CONSENT, START, user="cy", surface="settings",
          consent=Consent(personalisation=True, research=False, notice="May we?")),
    Event("k2", Kind.CONSENT, START, user="ana", consent=Consent()),
    Event("t1", Kind.TIE, START, user="bea", other="ana", channel="mention"),
    Event("t2", Kind.UNTIE, START, user="bea", other="ana"),
    Event("u1", Kind.SIGNUP, START, user="dan", visitor="d-phone", share="s1"),
    Event("u2", Kind.SIGNUP, START, user="dan"),
)  # fmt: skip
"""Events that say everything that can be said, each of them something."""


def at(event: Event, minutes: float) -> Event:
    """The same event at another time."""
    return replace(event, at=START + timedelta(minutes=minutes))
