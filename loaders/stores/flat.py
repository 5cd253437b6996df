"""An event as one flat record of texts and integers, the form in which every store keeps it.

Nothing is lost on the way: `unflat(flat(event)) == event` for every event, with the share that was found for
a bare sharer. Text stays text here; a store may write it as a code. Money is whole ten-thousandths beside its
currency, time is microseconds since 1970, consent is four base-4 digits beside the notice. What was not said
is None.
"""

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from graph.events import Consent, Event, Kind, Money, Verdict, instant, micros, scaled, unscaled
from graph.log import NONE, EventColumns

PEOPLE = ("user", "visitor", "other", "recipient", "sharer")
"""Fields that name a person."""

SHARES = ("share", "parent")
"""Fields that name a share by its event id; `share` is the one said or, with `found`, the one found."""

WORDS = (
    *("order", "channel", "campaign", "device", "region", "surface", "variant", "query", "answer"),
    *("currency", "incentive_currency", "notice"),
)
"""Fields of free text."""

NUMBERS = (
    *("quantity", "rank", "amount", "incentive", "rating", "propensity", "verdict", "consent"),
    *("implied", "found"),
)
"""Fields that are stored as they are."""

CONSENTS = ("personalisation", "named_to_friends", "location", "research")
"""The purposes of a consent, by digit."""

FLAT = ("id", "kind", "at", *PEOPLE, "product", *SHARES, *WORDS, *NUMBERS)
"""The names of a flat record's fields, in order."""

_texts = attrgetter(*PEOPLE, "product", "through", "parent_share", *WORDS[:9])

Record = tuple[Any, ...]


def flat(event: Event) -> Record:
    """The record of an event, in the order of `FLAT`."""
    amount, incentive, consent = event.amount, event.incentive, event.consent
    return (
        event.id,
        int(event.kind),
        micros(event.at),
        *_texts(event),
        amount and amount.currency,
        incentive and incentive.currency,
        consent and consent.notice,
        event.quantity,
        event.rank,
        amount and scaled(amount.amount),
        incentive and scaled(incentive.amount),
        event.rating,
        event.propensity,
        event.verdict and int(event.verdict),
        consent and consent_digits(consent),
        True if event.implied else None,
        True if event.found_share is not None and event.share is None else None,
    )


def unflat(record: Iterable[Any]) -> Event:
    """The event of a record; the inverse of `flat`."""
    said = dict(zip(FLAT, record, strict=True))
    share, found = said.pop("share"), said.pop("found")
    currency, incentive_currency = said.pop("currency"), said.pop("incentive_currency")
    amount, incentive = said.pop("amount"), said.pop("incentive")
    verdict, digits, notice = said.pop("verdict"), said.pop("consent"), said.pop("notice")
    return Event(
        kind=Kind(said.pop("kind")),
        at=instant(said.pop("at")),
        share=None if found else share,
        found_share=share if found else None,
        parent_share=said.pop("parent"),
        amount=None if currency is None else Money(unscaled(amount), currency),
        incentive=None if incentive_currency is None else Money(unscaled(incentive), incentive_currency),
        verdict=None if verdict is None else Verdict(verdict),
        consent=None if digits is None else consent_of(digits, notice),
        implied=bool(said.pop("implied")),
        **said,
    )


def consent_digits(consent: Consent) -> int:
    """Four base-4 digits, personalisation the lowest: 0 not said, 1 no, 2 yes.

    >>> consent_digits(Consent(personalisation=True, location=False))
    18
    """
    answers = (getattr(consent, name) for name in CONSENTS)
    return sum((0 if answer is None else 1 + answer) << 2 * place for place, answer in enumerate(answers))


def consent_of(digits: int, notice: str | None) -> Consent:
    """The inverse of `consent_digits`."""
    answers = ((None, False, True)[digits >> 2 * place & 3] for place in range(4))
    return Consent(**dict(zip(CONSENTS, answers, strict=True)), notice=notice)


DTYPES: Mapping[str, DTypeLike] = {
    **dict.fromkeys(("seq", "digest", "at", *SHARES, "amount", "incentive"), np.int64),
    **dict.fromkeys((*PEOPLE, "product", *WORDS, "quantity", "rank"), np.int32),
    **dict.fromkeys(("kind", "verdict"), np.int8),
    "consent": np.int16,
    "implied": np.bool_,
    "rating": np.float32,
    "propensity": np.float64,
}
_UNSAID: Mapping[str, float] = {
    **dict.fromkeys(("amount", "incentive", "verdict", "consent", "implied"), 0),
    **dict.fromkeys(("rating", "propensity"), np.nan),
}


def columns(said: Mapping[str, NDArray[Any]], n: int) -> EventColumns:
    """The columns of n events from those that were read, each of shape (n,); what is missing was not said,
    and takes no memory.
    """
    return EventColumns(
        **{
            name: said[name].astype(DTYPES[name], copy=False)
            if name in said
            else np.broadcast_to(np.array(unsaid(name), DTYPES[name]), n)
            for name in EventColumns.__dataclass_fields__
        }
    )


def unsaid(name: str) -> float:
    """What stands in a column where an event did not say it."""
    return _UNSAID.get(name, NONE)
