"""JSON Lines as Segment and RudderStack write them under their e-commerce spec; docs/format.md has the
mapping as a table.

A `track` call becomes the event its name says; an order becomes one PURCHASE or REFUND a line. The spec has
no word for opening a share: a view or click that carries a share's id or its sharer, as a property or in the
query of the page's URL (behind its `#` too), is an OPEN, and no VIEW besides. `identify` and `alias` say that
a visitor is a user; they are kept as a VIEW of no product whose surface has their name. Calls we have no use
for (`page`, `Checkout Started`, …) are refused as not used, so that they are accounted for.

An event's id is its call's `messageId`, in an order with the line's position; a share's is its share id,
where the call has one.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import orjson

from graph.events import Event, Kind, Reject, Row, content_id
from loaders.reasons import MISSING_FIELD, NOT_USED, WRONG_TYPE, Refused, shown
from loaders.sources import values
from loaders.sources.consents import OWN_NAMES, PURPOSES, SURFACE, consent_in
from loaders.sources.files import files_of, travelled_of, unzipped_name
from loaders.sources.records import Item, Plain, Reading, Record, Said, Travelled, texts_of
from loaders.sources.rows import read_event
from loaders.sources.streams import opened
from loaders.sources.tables import json_rows
from loaders.sources.traits import inner, product_key, products_of, user_of

Call = Said
Understanding = Callable[[Call, Reading], list[Said]]
"""What a call says, as rows of our own format, without what all calls say alike."""

SUFFIXES = (".json", ".jsonl", ".ndjson", ".log", ".txt")
_TIMES = ("timestamp", "originalTimestamp", "sentAt", "receivedAt")
_OF_DELIVERY = {"sentAt", "receivedAt"}


@dataclass(frozen=True, slots=True)
class SegmentSource(Plain):
    """Files of calls."""

    files: Sequence[str]
    reading: Reading
    travelled: Travelled

    def items(self) -> Generator[Item, None, None]:
        """Every call of every file."""
        for file in self.files:
            with opened(file, self.travelled) as stream:
                for line, call in json_rows(stream):
                    yield _record(line, call, file, self.reading)


def open_segment(sources: Sequence[str], reading: Reading) -> SegmentSource:
    """The source of files and folders of calls; folders are searched to their depths, as in a bucket."""
    files = files_of(sources, _belongs, "JSON Lines", deep=True)
    return SegmentSource(files, reading, travelled_of(files))


def _belongs(path: Path) -> bool:
    return path.suffix == ".gz" or unzipped_name(path).endswith(SUFFIXES)


def _record(line: int, call: Said | Refused, file: str, reading: Reading) -> Item:
    if isinstance(call, Refused):
        return Reject(line, call.reason, call.detail, file)
    try:
        return _understood(line, call, file, reading)
    except Refused as refused:
        id_ = str(call.get("messageId") or "")[:200]
        return Reject(line, refused.reason, refused.detail, file, id_, texts_of(call))


def _understood(line: int, call: Call, file: str, reading: Reading) -> Record:
    sort = call.get("type") or "track"
    understand = _SORTS.get(sort) if isinstance(sort, str) else None
    if understand is None:
        raise Refused(NOT_USED, f"type {shown(sort)}")
    common = _common(call)
    events = tuple(read_event({**common, **said}, reading) for said in understand(call, reading))
    return Record(
        Row(line, events, file),
        (user_of(call),) if sort == "identify" else (),
        products_of(inner(call, "properties"), reading) if sort == "track" else (),
        _carried(events[0], call, reading),
        _only_seen(Row(line, events, file), call, reading),
    )


def _carried(event: Event, call: Call, reading: Reading) -> Event | None:
    """What a call carries of its sender's consents: an event of its own, unless the call is about them."""
    if event.kind is Kind.CONSENT:
        return event
    consent = consent_in(call, {**OWN_NAMES, **reading.consents})
    if consent is None:
        return None
    id_ = f"{_id(call)}:consent"
    return Event(id_, Kind.CONSENT, event.at, event.user, event.visitor, surface=SURFACE, consent=consent)


def _consented(call: Call, reading: Reading) -> list[Said]:
    consent = consent_in(call, {**OWN_NAMES, **reading.consents})
    if consent is None:
        raise Refused(NOT_USED, "no category that is named a purpose of ours")
    allowed = {name: getattr(consent, field) for name, field in PURPOSES.items()}
    return [{"kind": "CONSENT", "surface": SURFACE, **allowed}]


def _only_seen(row: Row, call: Call, reading: Reading) -> Row | None:
    """An OPEN as the VIEW it is where its share is of another product, since the page's URL still carried the
    share that had brought somebody to an earlier page; and where a sharer that only the URL carries shared
    none of it, since `ref` may be a newsletter. What a property says is said of this very call: that is
    believed.
    """
    (event, *_) = row.events
    if event.kind is not Kind.OPEN or event.product is None:
        return None
    if event.sharer is not None and _first(reading.sharer_names, inner(call, "properties"), {}):
        return None
    return replace(row, events=(replace(event, kind=Kind.VIEW, sharer=None),))


def _common(call: Call) -> Said:
    """What a call says whatever its sort."""
    context = inner(call, "context")
    return {
        "id": _id(call),
        "at": next((call[name] for name in _TIMES if call.get(name)), None),
        "user": call.get("userId"),
        "visitor": call.get("anonymousId"),
        "device": inner(context, "device").get("id"),
        "region": inner(context, "location").get("region"),
        "campaign": inner(context, "campaign").get("name"),
    }


def _id(call: Call) -> str:
    """The call's own id, else a hash of what it says, apart from how it was delivered."""
    if call.get("messageId"):
        return values.key(call["messageId"])
    said = {name: value for name, value in call.items() if name not in _OF_DELIVERY}
    return content_id("segment", orjson.dumps(said, option=orjson.OPT_SORT_KEYS))


def _tracked(call: Call, reading: Reading) -> list[Said]:
    name = call.get("event")
    if not name:
        raise Refused(MISSING_FIELD, "event")
    understand = _TRACKED.get(name) if isinstance(name, str) else None
    if understand is None:
        raise Refused(NOT_USED, shown(name))
    return understand(call, reading)


def _identified(call: Call, _: Reading) -> list[Said]:
    if not call.get("userId"):
        raise Refused(NOT_USED, "identify without userId")
    return [{"kind": "VIEW", "surface": "identify"}]


def _aliased(call: Call, _: Reading) -> list[Said]:
    for name in ("previousId", "userId"):
        if not call.get(name):
            raise Refused(MISSING_FIELD, name)
    return [{"kind": "VIEW", "surface": "alias", "visitor": call["previousId"]}]


def _seen(call: Call, reading: Reading) -> list[Said]:
    """A view or click; an OPEN where it carries a share or a sharer."""
    properties = inner(call, "properties")
    product, answer = product_key(properties), properties.get("answer_id")
    query = _page_query(call)
    share = _first(reading.share_names, properties, query)
    sharer = _first(reading.sharer_names, properties, query)
    through: Said = {"share": share} if share else {"sharer": sharer} if sharer else {}
    return [{"kind": "OPEN" if through else "VIEW", "product": product, "answer": answer, **through}]


def _page_query(call: Call) -> dict[str, list[str]]:
    """The parameters of the page's URL; where its router keeps them behind a `#`, those too, after the
    others.
    """
    page = inner(inner(call, "context"), "page")
    url = page.get("url") or page.get("search")
    if not isinstance(url, str) or "?" not in url:
        return {}
    try:
        _, _, _, query, fragment = urlsplit(url)
        return parse_qs(fragment.partition("?")[2]) | parse_qs(query)
    except ValueError:
        raise Refused(WRONG_TYPE, f"{shown(url)} is no URL") from None


def _first(names: Sequence[str], properties: Said, query: dict[str, list[str]]) -> object:
    for name in names:
        if said := properties.get(name):
            return said
    return next((query[name][0] for name in names if name in query), None)


def _shared(call: Call, reading: Reading) -> list[Said]:
    properties = inner(call, "properties")
    said = {
        "kind": "SHARE",
        "product": product_key(properties),
        "parentShare": properties.get("parent_share_id"),
        "channel": properties.get("share_via"),
        "recipient": _user_key(properties.get("recipient")),
    }
    own = _first(reading.share_names, properties, {})
    return [said | {"id": own} if own else said]


def _user_key(recipient: object) -> object:
    """The spec allows a mail address here, which is nobody's key and none of our business."""
    return None if isinstance(recipient, str) and "@" in recipient else recipient


def _bought(call: Call, _: Reading) -> list[Said]:
    lines = _order_lines(call, "PURCHASE")
    if not lines:
        raise Refused(MISSING_FIELD, "products")
    return lines


def _refunded(call: Call, _: Reading) -> list[Said]:
    """Line by line where the call names them, else of the whole order."""
    order = inner(call, "properties")
    whole = {
        "kind": "REFUND",
        "order": order.get("order_id"),
        "amount": order.get("total"),
        "currency": order.get("currency"),
    }
    return _order_lines(call, "REFUND") or [whole]


def _order_lines(call: Call, kind: str) -> list[Said]:
    order = inner(call, "properties")
    lines = order.get("products") or []
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        raise Refused(WRONG_TYPE, f"products: {shown(lines)}")
    return [
        _line(line, order) | {"kind": kind, "id": f"{_id(call)}:{position}"}
        for position, line in enumerate(lines, 1)
    ]


def _line(line: Said, order: Said) -> dict[str, object]:
    """One line of an order: the price is of one, the amount of all."""
    quantity, price = line.get("quantity"), line.get("price")
    count = 1 if quantity is None or quantity == "" else values.whole(quantity)
    return {
        "order": order.get("order_id"),
        "product": product_key(line),
        "quantity": count,
        "amount": None if price is None or price == "" else values.amount(price) * count,
        "currency": line.get("currency") or order.get("currency"),
    }


def _about_product(kind: str, **others: str) -> Understanding:
    """A call whose properties name one product. others: our field by the spec's property."""

    def understand(call: Call, _: Reading) -> list[Said]:
        properties = inner(call, "properties")
        said = {field: properties.get(name) for field, name in others.items()}
        return [{"kind": kind, "product": product_key(properties), **said}]

    return understand


def _searched(call: Call, _: Reading) -> list[Said]:
    return [{"kind": "SEARCH", "query": inner(call, "properties").get("query")}]


_TRACKED: dict[str, Understanding] = {
    "Product Shared": _shared,
    "Product Viewed": _seen,
    "Product Clicked": _seen,
    "Product Added": _about_product("CART"),
    "Product Added to Wishlist": _about_product("FAVOURITE"),
    "Product Reviewed": _about_product("RATE", rating="rating"),
    "Products Searched": _searched,
    "Order Completed": _bought,
    "Order Refunded": _refunded,
    "Signed Up": lambda *_: [{"kind": "SIGNUP"}],
    "Segment Consent Preference Updated": _consented,
}
_SORTS: dict[str, Understanding] = {"track": _tracked, "identify": _identified, "alias": _aliased}
