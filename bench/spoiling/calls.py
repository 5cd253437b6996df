"""Spoilt calls of recordEvents, in process: every event of a call has a verdict, or the call as a whole a
code.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from api.errors import INTERNAL
from api.request import Asked, Reply
from api.service import Service
from bench.spoiling.mutations import WORDS, spoilt_object
from bench.spoiling.originals import Said
from graph.store import Store

RECORD = """mutation ($events: [EventInput!]!) { recordEvents(input: { events: $events }) {
  stored repeated rejected { id reason } userErrors { code } version } }"""

AT_ONCE = 500
TEXTS = ("id", "user", "visitor", "product", "share", "parentShare", "sharer", "other", "order", "surface")
OWN = ("rating", "quantity", "rank", "propensity")
"""Words and numbers that stand in a field of their own type, so that each is judged by itself."""


AMOUNTS = ("-1", "0", "1", "1.23456", "9" * 11)
CURRENCIES = ("CNY", "", "¥¥¥", "cny")


class Unanswered(Exception):
    """A call that was answered by a fault of ours, or an event without a verdict."""


@dataclass(slots=True)
class Answered:
    """What became of some calls. whole: those that were refused as a whole."""

    calls: int = 0
    whole: int = 0
    sent: int = 0
    stored: int = 0
    repeated: int = 0
    refused: Counter[str] = field(default_factory=Counter)


class Calls:
    """Calls that tell a shop's events."""

    def __init__(self, told: Sequence[Said]) -> None:
        self._told = [_input(said) for said in told if said["kind"] not in {"FEEDBACK", "CONSENT"}]

    async def recorded(self, store: Store, dice: Random, rows: int) -> Answered:
        """Send so many events, each call twice."""
        service, became = Service(store), Answered()
        while became.sent < rows:
            events = [self._told[(became.sent + n) % len(self._told)] for n in range(AT_ONCE)]
            events = [_spoilt(dice, event) for event in events]
            if dice.random() < 0.2:
                place = dice.randrange(len(events))
                events[place] = spoilt_object(dice, events[place])
            first, again = [await service.answer(Asked(RECORD, {"events": events})) for _ in range(2)]
            became.calls += 1
            became.sent += len(events)
            _judge(became, events, first, again)
        await service.end()
        return became


def _judge(became: Answered, events: Sequence[Said], first: Reply, again: Reply) -> None:
    if first.code == INTERNAL or again.code != first.code:
        raise Unanswered(f"{first.errors} then {again.errors}: {events}")
    if first.code != "OK":
        became.whole += 1
        became.refused["the whole call"] += len(events)
        return
    one, other = (reply.data["recordEvents"] for reply in (first, again) if reply.data)
    if one["stored"] + one["repeated"] + len(one["rejected"]) != len(events) or one["userErrors"]:
        raise Unanswered(f"{one} of {len(events)} events")
    if other["stored"] or other["rejected"] != one["rejected"] or other["version"] != one["version"]:
        raise Unanswered(f"{other} the second time, {one} the first")
    became.stored += one["stored"]
    became.repeated += one["repeated"]
    became.refused.update(rejected["reason"].partition(":")[0] for rejected in one["rejected"])


def _input(said: Said) -> Said:
    """An event as the API takes it."""
    event: dict[str, Any] = dict(said)
    for name, currency in (("amount", "currency"), ("incentive", "incentiveCurrency")):
        if name in event:
            event[name] = {"amount": event[name], "currency": event.pop(currency)}
    return event


def _spoilt(dice: Random, event: Said) -> Said:
    """An event of the right types, mostly with another word or number somewhere."""
    if dice.random() < 0.4:
        return event
    spoilt = dict(event)
    if dice.random() < 0.8:
        spoilt[dice.choice(TEXTS)] = dice.choice(WORDS)
    elif dice.random() < 0.5:
        spoilt["amount"] = {"amount": dice.choice(AMOUNTS), "currency": dice.choice(CURRENCIES)}
    else:
        spoilt[dice.choice(OWN)] = dice.choice((0, -1, 1, 2**31 - 1))
    return spoilt
