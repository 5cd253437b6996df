"""The log as the graph sees it: one person per person, shares with their parents, every row in order of time.

`Snapshot.of(log)` resolves what the order of arrival must not decide: visitors become the accounts they were
joined to, people and products get rows in the order of their keys, events are sorted by (time, shares first,
digest), a share without a parent gets the share of that product its sharer had opened last, bursts no person
can make are marked. The result is arrays only, so it can be written to files and mapped back into memory; the
same events give the same arrays from every store, however they were cut into loads.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind, Product, User, instant, scaled
from graph.lineage import depths_and_roots, last_opened, latest_shares
from graph.log import NONE, EventColumns, Log
from graph.noise import bursts
from graph.people import joined
from graph.texts import Keys, Texts
from graph.timeline import Events, Rows, Shares

Told = tuple[str, tuple[str, str, str]]
"""A key, and what is said of whom it names: name, region and cost, "" where nothing is."""


def said_of(users: Iterable[User]) -> list[Told]:
    """What a log says of its people."""
    return [
        (user.key, (user.name or "", user.region or "", user.attributes.get("cost") or "")) for user in users
    ]


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """n people by row. keys: the account's key, or the visitor's; a forgotten person has the empty key's
    place.

    visitors: keys that were joined to somebody; visitor_person: whom. refused_joins: claims on a visitor that
    was somebody else's already. names, regions: "" where unknown; costs: the attribute `cost`, "" where
    unknown. merged: rows of visitors who became somebody after the snapshot was made; nobody is in them.
    """

    keys: Keys
    visitors: Keys
    visitor_person: Rows
    refused_joins: int
    names: Texts
    regions: Texts
    costs: Texts
    merged: int = 0

    def __len__(self) -> int:
        return len(self.keys)

    def row(self, key: str) -> int | None:
        """The person of a user key, a visitor's id or an earlier key; None where nobody is known by it."""
        if key.startswith(BLANK):
            return None
        joined_row = self.visitors.row(key)
        return self.keys.row(key) if joined_row is None else int(self.visitor_person[joined_row])

    def rows(self, keys: Sequence[str]) -> Rows:
        """As `row` for many at once, −1 for None."""
        at = self.visitors.rows(keys)
        known = np.where(at == NONE, self.keys.rows(keys), through(self.visitor_person, at))
        blank = np.array([key.startswith(BLANK) for key in keys], np.bool_)
        return np.where(blank, NONE, known).astype(np.int32)

    @property
    def blanks(self) -> int:
        """How many were forgotten: places in cascades, and nothing more. Theirs are the first rows."""
        return bisect_left(self.keys, AFTER_BLANKS)

    def told(self, said: Iterable[Told]) -> "People":
        """With what is said of some by one of their keys; of whom nobody knows nothing is kept.

        The account's own word stands; a visitor's fills what these people do not say yet, that of the last
        key among several: no order of arrival decides.
        """
        news = sorted(said)
        keys = [key for key, _ in news]
        rows, account = self.rows(keys), self.visitors.rows(keys) == NONE
        changes = []
        for column, held in enumerate((self.names, self.regions, self.costs)):
            free = account | (held.ends[rows] == held.ends[rows + 1])
            order = np.concatenate(
                [np.flatnonzero(part & free & (rows != NONE)) for part in (~account, account)]
            )
            words = ((int(rows[i]), news[i][1][column]) for i in order.tolist())
            changes.append({row: word for row, word in words if word})
        names, regions, costs = map(Texts.changed, (self.names, self.regions, self.costs), changes)
        return replace(self, names=names, regions=regions, costs=costs)


BLANK, AFTER_BLANKS = "\x00", "\x01"
"""Leads the key of a forgotten person in a snapshot; no key of a log may hold it."""


@dataclass(frozen=True, slots=True, eq=False)
class Products:
    """n products by row. category, brand: codes into `Snapshot.words`, −1 unknown. price: ten-thousandths, −1
    unknown.
    """

    keys: Keys
    names: Texts
    category: Rows
    brand: Rows
    price: NDArray[np.int64]
    currency: Rows
    available: NDArray[np.bool_]

    @classmethod
    def unknown(cls, keys: Keys) -> "Products":
        """Products of which nothing is said."""
        n = len(keys)
        code = np.full(n, NONE, np.int32)
        price, available = np.full(n, NONE, np.int64), np.ones(n, np.bool_)
        return cls(keys, Texts.of([""] * n), code, code, price, code, available)

    def __len__(self) -> int:
        return len(self.keys)

    def with_more(self, keys: Sequence[str]) -> "Products":
        """These, and others of which nothing is said in the rows behind them."""
        if not keys:
            return self
        more = Products.unknown(Keys.of(keys))
        return Products(
            self.keys.with_more(keys),
            self.names.followed_by([""] * len(keys)),
            *(
                np.append(getattr(self, name), getattr(more, name))
                for name in ("category", "brand", "price", "currency", "available")
            ),
        )

    def told(self, catalogue: Sequence[Product], words: Keys) -> "Products":
        """With what a catalogue says of some of them; what it says of one is all that is known of it."""
        if not catalogue:
            return self
        rows = self.keys.rows([product.key for product in catalogue])
        category, brand, price, currency, available = (
            getattr(self, name).copy() for name in ("category", "brand", "price", "currency", "available")
        )
        for column, said in zip(
            (category, brand, currency), zip(*map(words_of, catalogue), strict=True), strict=True
        ):
            column[rows] = words.rows([word or "" for word in said])
        price[rows] = [NONE if one.price is None else scaled(one.price.amount) for one in catalogue]
        available[rows] = [one.available is not False for one in catalogue]
        names = {row: one.name or "" for row, one in zip(rows.tolist(), catalogue, strict=True)}
        return Products(self.keys, self.names.changed(names), category, brand, price, currency, available)


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Everything accepted up to `version`, frozen. as_of: the newest event's time in microseconds, 0 for an
    empty log.
    """

    version: str
    as_of: int
    people: People
    products: Products
    words: Keys
    events: Events
    shares: Shares

    @property
    def at(self) -> datetime:
        """`as_of` as an aware time."""
        return instant(self.as_of)

    @classmethod
    def of(cls, log: Log) -> "Snapshot":
        """Resolve a whole log (one read from the beginning)."""
        return _Resolution(log).snapshot()


class _Resolution:
    """The steps from a log to its snapshot, each a few arrays; lives only while `Snapshot.of` runs."""

    def __init__(self, log: Log) -> None:
        self.log = log
        columns = log.events
        late = (columns.kind != Kind.SHARE).astype(np.int8)
        self.order = np.lexsort((columns.digest, late, columns.at))
        self.words, self.word_row = _sorted_keys(
            log.words, [w for p in log.catalogue for w in words_of(p) if w]
        )
        self.products, self.product_row = _sorted_keys(log.products, [p.key for p in log.catalogue])
        self._resolve_people(columns)

    def _resolve_people(self, columns: EventColumns) -> None:
        log = self.log
        position = {key: code for code, key in enumerate(log.people) if key}
        said = [user.key for user in log.users if user.key not in position]
        raw = self._with_blanks() + said
        canonical, self.refused_joins = joined(
            columns.user, columns.visitor, columns.at, columns.digest, len(raw)
        )
        kept, self.person_row = _sorted_keys([raw[code] for code in canonical.tolist()])
        self.keys = kept
        mine = np.flatnonzero(canonical != np.arange(len(raw)))
        aliases = sorted((raw[code], int(self.person_row[code])) for code in mine.tolist())
        self.visitors = Keys.of([key for key, _ in aliases])
        self.visitor_person = np.array([row for _, row in aliases], np.int32)

    def _with_blanks(self) -> list[str]:
        """The keys of all codes; the forgotten are numbered by the first event that is left of each, so that
        no store's order shows.
        """
        log = self.log
        keys = list(log.people)
        forgotten = np.array([not key for key in keys], np.bool_)
        who = log.events.user[self.order]
        acted = who[through(forgotten.astype(np.int32), who) == 1]
        numbered = dict.fromkeys([*acted.tolist(), *np.flatnonzero(forgotten).tolist()])
        for number, code in enumerate(numbered):
            keys[code] = f"{BLANK}{number:09d}"
        return keys

    def snapshot(self) -> Snapshot:
        events, parent, implied = self._events()
        shares = self._shares(events, parent, implied)
        return Snapshot(
            version=self.log.version,
            as_of=newest(events.kind, events.at),
            people=self._people(),
            products=Products.unknown(self.products).told(self.log.catalogue, self.words),
            words=self.words,
            events=events,
            shares=shares,
        )

    def _events(self) -> tuple[Events, Rows, NDArray[np.bool_]]:
        columns, order = self.log.events, self.order
        events = named(columns, order, Naming(self.person_row, self.product_row, self.word_row))
        is_share = events.kind == Kind.SHARE
        share_of_seq = rows_by_seq(columns.seq[order][is_share])
        made = events.person[is_share], events.product[is_share], events.at[is_share]
        sharer = through(self.person_row, columns.sharer[order])
        share, parent = meant(columns, order, share_of_seq, latest_shares(events, sharer, made))
        share[is_share] = np.arange(int(is_share.sum()), dtype=np.int32)
        events = through_shares(events, share, made[0], made[1])
        noise = bursts(events.kind, events.at, events.person, events.share, events.device)
        return replace(events, noise=noise), parent[is_share], columns.implied[order][is_share]

    def _shares(self, events: Events, parent: Rows, implied: NDArray[np.bool_]) -> Shares:
        event = np.flatnonzero(events.kind == Kind.SHARE)
        guessed = last_opened(events, event, events.at[event], parent)
        inferred = (parent == NONE) & (guessed != NONE)
        parent = np.where(parent != NONE, parent, guessed).astype(np.int32)
        root, depth = depths_and_roots(parent)
        columns = self.log.events
        arrival = np.cumsum(columns.kind == Kind.SHARE) - 1
        ids = Texts.of(self.log.share_ids).take(arrival[self.order[event]])
        strings = list(ids)
        in_order = np.array(sorted(range(len(strings)), key=strings.__getitem__), np.int32)
        said = ("person", "product", "at", "channel", "campaign")
        return Shares(
            event=event.astype(np.int64),
            parent=parent,
            root=root,
            depth=depth,
            inferred=inferred,
            implied=implied,
            seq=columns.seq[self.order[event]],
            ids=Keys(ids.letters, ids.ends, in_order),
            **{name: getattr(events, name)[event] for name in said},
        )

    def _people(self) -> People:
        nothing = Texts.of([""] * len(self.keys))
        visitors = self.visitors, self.visitor_person, self.refused_joins
        return People(self.keys, *visitors, nothing, nothing, nothing).told(said_of(self.log.users))


@dataclass(frozen=True, slots=True, eq=False)
class Naming:
    """The row of everything that a log's codes name; arrays by code."""

    person: Rows
    product: Rows
    word: Rows


def named(columns: EventColumns, order: NDArray[np.intp], naming: Naming) -> Events:
    """A log's events in this order, with rows for codes; `through_shares` and `bursts` fill in the rest."""
    who = np.where(columns.user != NONE, columns.user, columns.visitor)
    nothing = np.zeros(len(order), np.bool_)
    words = ("order", "channel", "campaign", "device", "region", "surface", "currency")
    return Events(
        person=through(naming.person, who[order]),
        other=through(naming.person, columns.other[order]),
        recipient=through(naming.person, columns.recipient[order]),
        product=through(naming.product, columns.product[order]),
        share=np.full(len(order), NONE, np.int32),
        own=nothing,
        noise=nothing,
        kind=columns.kind[order],
        at=columns.at[order],
        quantity=columns.quantity[order],
        amount=columns.amount[order],
        rating=columns.rating[order],
        verdict=columns.verdict[order],
        consent=columns.consent[order],
        **{name: through(naming.word, getattr(columns, name)[order]) for name in words},
    )


def newest(kind: NDArray[np.int8], at: NDArray[np.int64]) -> int:
    """The time of the newest event, µs; 0 for none. What people say to us (FEEDBACK, CONSENT) is no news of
    the world: a click in an old log must not make all of it stale.
    """
    told = at[(kind != Kind.FEEDBACK) & (kind != Kind.CONSENT)]
    return int(told.max(initial=0))


def meant(
    columns: EventColumns, order: NDArray[np.intp], row_of: Callable[[NDArray[np.int64]], Rows], latest: Rows
) -> tuple[Rows, Rows]:
    """The share that each event came from, and the parent that each SHARE says it has, as rows.

    row_of: the rows of shares by their running numbers. latest: what `latest_shares` found for those that
    name only a sharer; what the store had found for them when they came stands where there is none. A SHARE
    that came from a share has it as parent.
    """
    share = np.where(latest != NONE, latest, row_of(columns.share[order])).astype(np.int32)
    parent = row_of(columns.parent[order])
    return share, np.where(parent != NONE, parent, share).astype(np.int32)


def through_shares(events: Events, share: Rows, sharer: Rows, shared: Rows) -> Events:
    """The events with the rows of their shares, and what follows from these.

    sharer, shared: person and product of every share, by row. An open of one's own share is `own`; an event
    that names only its share is about that share's product.
    """
    if not len(sharer):
        return replace(events, share=share)
    known = share != NONE
    own = (events.kind == Kind.OPEN) & known & (sharer[share] == events.person)
    product = np.where((events.product == NONE) & known, shared[share], events.product).astype(np.int32)
    return replace(events, share=share, own=own, product=product)


def words_of(product: Product) -> tuple[str | None, str | None, str | None]:
    """Category, brand and currency of a product."""
    return product.category, product.brand, product.price.currency if product.price else None


def _sorted_keys(*keys: Sequence[str]) -> tuple[Keys, Rows]:
    """Distinct keys in order, and for each entry of the first list its row."""
    distinct = sorted({key for part in keys for key in part})
    return Keys.of(distinct), _codes(keys[0], distinct)


def _codes(texts: Iterable[str], distinct: list[str]) -> Rows:
    row = {text: code for code, text in enumerate(distinct)}
    return np.array([row[text] for text in texts], np.int32)


def rows_by_seq(seq: NDArray[np.int64]) -> Callable[[NDArray[np.int64]], Rows]:
    """What finds the row of a share by the store's running number of its event; −1 for −1."""
    order = np.argsort(seq, kind="stable")
    ascending = seq[order]

    def rows(wanted: NDArray[np.int64]) -> Rows:
        if not len(ascending):
            return np.full(len(wanted), NONE, np.int32)
        place = np.minimum(np.searchsorted(ascending, wanted), len(ascending) - 1)
        return np.where(ascending[place] == wanted, order[place], NONE).astype(np.int32)

    return rows


def through(row_by_code: Rows, codes: Rows) -> Rows:
    """Codes translated, "not said" kept."""
    if not len(row_by_code):
        return np.full(len(codes), NONE, np.int32)
    return np.where(codes == NONE, NONE, row_by_code[codes]).astype(np.int32)
