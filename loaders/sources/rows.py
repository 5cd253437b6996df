"""What a row of our own format says, as an `Event`, a `User` or a `Product`; see docs/format.md.

The names are the contract's (`EventInput`, `UserInput`, `ProductInput`), so a row of a file, a line of JSON
and a GraphQL input are read by the same functions. Empty is not said. A row says everything it must for its
kind, or it is refused with the field that is missing.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from graph.errors import UnreadableSource
from graph.events import Consent, Event, Kind, Money, Product, User, content_id, micros, scaled
from loaders.reasons import MISSING_FIELD, SELF, TWO_PARENTS, UNKNOWN_FIELD, WRONG_TYPE, Refused, shown
from loaders.sources import values
from loaders.sources.records import Reading, Said

_T = TypeVar("_T")

_PLAIN: dict[str, tuple[str, Callable[[object], object]]] = {
    **{
        name: (field, values.key)
        for name, field in (
            *((same, same) for same in ("id", "user", "visitor", "product", "share", "sharer", "recipient")),
            *((same, same) for same in ("other", "answer", "variant", "order", "surface", "channel")),
            *((same, same) for same in ("campaign", "device", "region")),
            ("parentShare", "parent_share"),
        )
    },
    "kind": ("kind", values.kind),
    "query": ("query", values.text),
    "rank": ("rank", values.whole),
    "quantity": ("quantity", values.whole),
    "propensity": ("propensity", values.chance),
    "rating": ("rating", values.rating),
    "verdict": ("verdict", values.verdict),
}
_PURPOSES: dict[str, tuple[str, Callable[[object], object]]] = {
    "personalisation": ("personalisation", values.truth),
    "namedToFriends": ("named_to_friends", values.truth),
    "location": ("location", values.truth),
    "research": ("research", values.truth),
    "notice": ("notice", values.text),
}
_MONEY = ("amount", "currency", "incentive", "incentiveCurrency")

EVENT_FIELDS = frozenset({"at", *_PLAIN, *_PURPOSES, *_MONEY})
"""All columns of a log in our own format."""

# Of each group one must be said.
_NEEDS: dict[Kind, tuple[tuple[str, ...], ...]] = {
    Kind.TIE: (("other",),),
    Kind.UNTIE: (("other",),),
    Kind.SEARCH: (("query",),),
    Kind.CART: (("product",),),
    Kind.FAVOURITE: (("product",),),
    Kind.SHARE: (("product",),),
    Kind.OPEN: (("share", "sharer"), ("share", "product")),
    Kind.PURCHASE: (("product",),),
    Kind.REFUND: (("order", "product"),),
    Kind.RATE: (("product",), ("rating",)),
    Kind.EXPOSURE: (("product", "share"),),
    Kind.FEEDBACK: (("product",), ("verdict",)),
    Kind.CONSENT: (("consent",),),
}


def read_event(said: Said, reading: Reading) -> Event:
    """The event of one row, by the contract's field names.

    Money is `amount` and `currency` (`incentive` and `incentiveCurrency`), or `{"amount", "currency"}` in
    one. A row without an id gets a hash of what it says. A share says whose it is: a sharer beside it is not
    kept. On a SHARE, `share` is its parent too, unless it is the share itself. Refused where something is
    unreadable, missing or impossible in itself; what the row refers to is not looked at.
    """
    given: dict[str, Any] = {}
    apart: dict[str, object] = {}
    for name, value in said.items():
        if value is None or value == "":
            continue
        plain = _PLAIN.get(name)
        if plain is None:
            apart[name] = value
        else:
            try:
                given[plain[0]] = plain[1](value)
            except Refused as refused:
                raise Refused(refused.reason, f"{name}: {refused.detail}") from None
    given["at"] = values.time(_needed(apart, "at"), reading.timezone)
    if apart:
        _add_apart(given, apart, reading)
    _check(given)
    if "share" in given:
        given.pop("sharer", None)
        if given["kind"] is Kind.SHARE:
            _take_parent(given)
    if "id" not in given:
        given["id"] = content_id(*sorted((name, _hashed(value)) for name, value in given.items()))
    return Event(**given)


def _needed(apart: dict[str, object], name: str) -> object:
    try:
        return apart.pop(name)
    except KeyError:
        raise Refused(MISSING_FIELD, name) from None


def _add_apart(given: dict[str, Any], apart: dict[str, object], reading: Reading) -> None:
    """Fields that are said together: money and its currency, the purposes of a consent."""
    for name in apart:
        if name not in EVENT_FIELDS:
            raise Refused(UNKNOWN_FIELD, shown(name))
    currency = apart.get("currency") or reading.currency
    if "amount" in apart:
        given["amount"] = values.money(apart["amount"], currency)
    if "incentive" in apart:
        given["incentive"] = values.money(apart["incentive"], apart.get("incentiveCurrency") or currency)
    purposes: dict[str, Any] = {
        field: read(apart[name]) for name, (field, read) in _PURPOSES.items() if name in apart
    }
    if purposes:
        given["consent"] = Consent(**purposes)


def _check(given: dict[str, Any]) -> None:
    if "kind" not in given:
        raise Refused(MISSING_FIELD, "kind")
    if "user" not in given and "visitor" not in given:
        raise Refused(MISSING_FIELD, "user or visitor")
    for group in _NEEDS.get(given["kind"], ()):
        if given.keys().isdisjoint(group):
            raise Refused(MISSING_FIELD, " or ".join(group))
    if given["kind"] in {Kind.TIE, Kind.UNTIE} and given["other"] in {
        given.get("user"),
        given.get("visitor"),
    }:
        raise Refused(SELF, shown(given["other"]))


def _take_parent(given: dict[str, Any]) -> None:
    share = given.pop("share")
    if share != given.get("id") and given.setdefault("parent_share", share) != share:
        raise Refused(TWO_PARENTS, f"{shown(share)} and {shown(given['parent_share'])}")


def _hashed(value: object) -> str:
    """Equal for equal content, however it was written."""
    if isinstance(value, datetime):
        return str(micros(value))
    if isinstance(value, Money):
        return f"{scaled(value.amount)} {value.currency}"
    return repr(value)


def event_columns(file: str, columns: Sequence[str]) -> None:
    """UnreadableSource where a log's header has a column that is not ours, or lacks `kind` or `at`."""
    unknown = [column for column in columns if column not in EVENT_FIELDS]
    if unknown:
        ours = ", ".join(sorted(EVENT_FIELDS))
        raise UnreadableSource(
            f"{file}: {', '.join(map(shown, unknown))}: no column of a log, which are {ours}"
        )
    lacking = {"kind", "at"} - set(columns)
    if lacking:
        raise UnreadableSource(f"{file}: has no column {' and no column '.join(sorted(lacking))}")


def read_user(said: Said) -> User:
    """What a row says of a person: `key`, `name`, `region`; every other column is an attribute."""
    rest = {name: value for name, value in said.items() if value is not None and value != ""}
    return User(
        key=values.key(_needed(rest, "key")),
        name=_taken(rest, "name", values.text),
        region=_taken(rest, "region", values.key),
        attributes=_attributes(rest),
    )


def read_product(said: Said, reading: Reading) -> Product:
    """What a row says of a product: `key`, `name`, `category`, `brand`, `price` and `currency`, `available`;
    the rest are attributes.
    """
    rest = {name: value for name, value in said.items() if value is not None and value != ""}
    price, currency = rest.pop("price", None), rest.pop("currency", None) or reading.currency
    return Product(
        key=values.key(_needed(rest, "key")),
        name=_taken(rest, "name", values.text),
        category=_taken(rest, "category", values.key),
        brand=_taken(rest, "brand", values.key),
        price=None if price is None else values.money(price, currency),
        available=_taken(rest, "available", values.truth),
        attributes=_attributes(rest),
    )


def _taken(rest: dict[str, object], name: str, read: Callable[[object], _T]) -> _T | None:
    return read(rest.pop(name)) if name in rest else None


def _attributes(rest: dict[str, object]) -> dict[str, str]:
    """`attributes` as an object or as the contract's list of name and value, and all columns left over."""
    named = rest.pop("attributes", {})
    if isinstance(named, list):
        named = {entry.get("name"): entry.get("value") for entry in named if isinstance(entry, dict)}
    if not isinstance(named, dict):
        raise Refused(WRONG_TYPE, f"attributes: {shown(named)}")
    said = {
        values.key(name): value for name, value in (named | rest).items() if value is not None and value != ""
    }
    return {name: _attribute(value) for name, value in said.items()}


def _attribute(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else values.text(value)
