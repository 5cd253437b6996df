"""All that is held about a person, as they may ask for it (GDPR, articles 15 and 20), each thing with where
it came from.

Of an event the store knows when it was received, and from a file among which of its lines it stood; its id is
the shop's own, and finds the row there. An event without an id of the shop's is known by one that is made of
what it says, under the store's key (`~…`). Rows that were refused are in the list beside the store, by file
and line; who asked about the person is in the audit log, where there is one. What is computed from all of
this (ties, communities, suggestions) is held nowhere but in memory; the API answers it field by field.
"""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Final

from graph.answers import Given
from graph.events import Consent, Event, Kind, Money, Reject, User, Verdict, instant
from graph.promises.promise import Kept
from graph.stop import Stop, never
from graph.store import Arrival, Store
from loaders import audited
from loaders.aliases import Aliases, standing
from loaders.rejects import beside, naming

PEOPLE: Final = ("user", "visitor", "other", "recipient", "sharer")
"""Fields of an event that name a person."""

SHARED: Final = frozenset(
    {"id", "kind", "at", *PEOPLE, "product", "share", "parent_share", "channel", "campaign"}
)
"""Of somebody else's event what is not of them alone; a field that nobody thought of is theirs."""

TOWARDS: Final = frozenset({Kind.SHARE, Kind.OPEN, Kind.TIE, Kind.UNTIE})
"""What people do towards each other; whatever else they do is between them and the shop."""

TELLING: Final = frozenset({"id", "user", "visitor", "channel", "campaign"})
"""By what an event with the shop and an opening would be known for one person's."""

FROM_LOG: Final = "the shop's log, or recordEvents; `id` is the row's"
FROM_CALL: Final = "a call of the API; `id` is the event's"
IMPLIED: Final = "follows from a row of "
FROM_SHOP: Final = "said of the person by the shop: upsertUsers, rows of users, or beside an event"
FROM_ANSWERS: Final = "kept when this service answered"
FROM_FORECASTS: Final = "kept when this service gave a forecast"

Called = Callable[[str], str]


def exported(
    store: Store, key: str, called: Called = str, stop: Stop = never, audit: Path | None = None
) -> dict[str, Any] | None:
    """Everything about whoever has this key; None where nobody of it is known. Plain JSON values.

    called: what other people are called, where whoever reads this may not know their keys. stop: asked while
    the store is searched; what it raises ends that. audit: the log of who asked, where one is kept.
    """
    keys = store.same_person([key]).get(key, frozenset({key}))
    held, refused = store.held(sorted(keys), stop), naming(beside(store.url), keys, stop)
    if not (held.described or held.events or held.answers or refused):
        return None
    events = sorted(held.events, key=lambda event: (event.at, event.id))

    def said(event: Event) -> dict[str, Any]:
        return _said(event, keys, called) | _came(event, held.came.get(event.id))

    named = ((kept, {*kept.promise.names()}) for kept in store.promises(stop))
    forecasts = [_forecast(kept, alone=names <= keys) for kept, names in named if names & keys]
    return {
        "keys": sorted(keys),
        "described": [_described(user) for user in held.described],
        "did": [said(event) for event in events if event.person in keys],
        "namedIn": [said(event) for event in events if event.person not in keys],
        "shown": [_shown(given) for given in held.answers],
        "forecasts": forecasts,
        "refused": [_refused(row, told=called is str) for row in refused],
        "askedAbout": [] if audit is None else _asked(audit, keys, stop, told=called is str),
    }


def _described(user: User) -> dict[str, Any]:
    return {**asdict(user), "from": FROM_SHOP}


def _said(event: Event, keys: AbstractSet[str], called: Called) -> dict[str, Any]:
    """What an event says, by the names of our own format (docs/format.md); of somebody else's that names
    this person, not what is theirs alone, nor, where the reader may not know others, who it was that did
    something with the shop.
    """
    told = {field.name for field in fields(Event)} - {"implied"}
    if event.person not in keys:
        told &= SHARED
        if called is not str and event.kind not in TOWARDS:
            told -= TELLING
    head = {"id": event.id, "kind": event.kind.name, "at": event.at.isoformat()}
    said: dict[str, Any] = {name: each for name, each in head.items() if name in told}
    for field in fields(Event):
        value = getattr(event, field.name)
        if field.name in head or field.name not in told or value is None:
            continue
        another = field.name in PEOPLE and value not in keys
        said |= _plain(_camel(field.name), called(value) if another else value)
    return said


def _came(event: Event, arrival: Arrival | None) -> dict[str, Any]:
    """Where an event came from, and when where that was noted.

    >>> from graph.events import Kind
    >>> tea = Event("e1", Kind.VIEW, instant(0), user="ana", product="tea")
    >>> _came(tea, Arrival(0, "shop.csv, lines 2 to 9"))
    {'from': 'shop.csv, lines 2 to 9', 'received': '1970-01-01T00:00:00+00:00'}
    """
    source = FROM_LOG if arrival is None else arrival.source or FROM_CALL
    told: dict[str, Any] = {"from": IMPLIED + source if event.implied else source}
    return told if arrival is None else {**told, "received": instant(arrival.at).isoformat()}


def _plain(name: str, value: object) -> dict[str, Any]:
    """A field as JSON holds it; a consent as its purposes.

    >>> _plain("consent", Consent(True, notice="May we?"))
    {'personalisation': True, 'notice': 'May we?'}
    """
    match value:
        case Money(amount, currency):
            return {name: str(amount), "currency" if name == "amount" else f"{name}Currency": currency}
        case Verdict():
            return {name: value.name}
        case Consent():
            said = {_camel(field): each for field, each in asdict(value).items()}
            return {field: each for field, each in said.items() if each is not None}
        case _:
            return {name: value}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


def _refused(row: Reject, *, told: bool) -> dict[str, Any]:
    """A row that was not taken. told: whether the reader may know whom else it names.

    >>> _refused(Reject(7, "self", "'ana'", "shop.csv", "e1"), told=False)
    {'from': 'shop.csv, line 7', 'reason': 'self'}
    """
    said = {"from": f"{row.file}, line {row.line}", "reason": row.reason}
    more = {"detail": row.detail, "id": row.event} if told else {}
    return said | {name: each for name, each in more.items() if each}


def _asked(log: Path, keys: AbstractSet[str], stop: Stop, *, told: bool) -> list[dict[str, Any]]:
    """Who asked about the person, or asked as the person, what for and when. told: whether the reader may
    know services and others by their ids.
    """
    ids = standing(Aliases.of_log(log).path, keys).keys()
    rows = []
    for row in audited.naming(audited.parts(log), ids, stop):
        asking = row.asking
        who = "themselves" if asking.caller in ids else asking.caller if told else None
        said = {"at": asking.at, "who": who, "role": asking.role, "purpose": asking.purpose}
        rows.append({**said, "what": [*asking.what], "from": f"{log.name}, row {row.place}"})
    return rows


def _shown(given: Given) -> dict[str, Any]:
    places: list[Mapping[str, Any]] = [asdict(place) for place in given.places]
    at = instant(given.at).isoformat()
    return {"id": given.id, "at": at, "surface": given.surface, "places": places, "from": FROM_ANSWERS}


def _forecast(kept: Kept, *, alone: bool) -> dict[str, Any]:
    """Its figures, and what was asked where that names nobody else."""
    promise = kept.promise
    asked = promise.asked if alone else None
    told = {"kind": promise.kind.value, "asked": asked, "asOf": instant(promise.as_of).isoformat()}
    return {**told, **asdict(promise.told), "from": FROM_FORECASTS}
