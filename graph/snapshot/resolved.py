"""A snapshot, and the steps from a log to it."""

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from graph.claims import joined
from graph.events import Kind, instant
from graph.lineage import depths_and_roots, last_opened, latest_shares
from graph.log import NONE, EventColumns, Log
from graph.noise import bursts
from graph.snapshot.codes import rows_by_seq, sorted_keys, through
from graph.snapshot.meaning import Naming, actors, meant, named, newest, through_shares
from graph.snapshot.people import BLANK, People, said_of
from graph.snapshot.products import Products, words_of
from graph.texts import Keys, Texts
from graph.timeline import Events, Rows, Shares


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Everything accepted up to `version`, frozen. as_of: the newest event's time in microseconds, 0 for an
    empty log. consenting: whether people who never said allow what one may refuse (graph.consent).
    """

    version: str
    as_of: int
    people: People
    products: Products
    words: Keys
    events: Events
    shares: Shares
    consenting: bool

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
        self.words, self.word_row = sorted_keys(
            log.words, [w for p in log.catalogue for w in words_of(p) if w]
        )
        self.products, self.product_row = sorted_keys(log.products, [p.key for p in log.catalogue])
        self._resolve_people(columns)

    def _resolve_people(self, columns: EventColumns) -> None:
        log = self.log
        position = {key: code for code, key in enumerate(log.people) if key}
        said = [user.key for user in log.users if user.key not in position]
        raw = self._with_blanks() + said
        canonical, self.refused_joins = joined(
            columns.user, columns.visitor, columns.at, columns.digest, len(raw)
        )
        kept, self.person_row = sorted_keys([raw[code] for code in canonical.tolist()])
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
            consenting=self.log.consenting,
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
        people = People(self.keys, *visitors, nothing, nothing, nothing, self._strangers())
        return people.told(said_of(self.log.users))

    def _strangers(self) -> NDArray[np.bool_]:
        by_account, by_visitor = actors(self.log.events, self.person_row)
        found = np.zeros(len(self.keys), np.bool_)
        found[by_visitor] = True
        found[by_account] = False
        return found
