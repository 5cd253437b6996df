"""Any run of appends, upserts and forgets leaves both stores with what a few lines of Python hold."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.events import Event, Kind, Row, User, digest
from graph.store import Appended, Store
from loaders.stores import open_store
from tests.contract.conftest import clear
from tests.neo4j_server import Server
from tests.toy import START

KEYS = ("ana", "bea", "cy", "phone", "tablet")
FATES = ("stored", "repeated", "conflicts", "forgotten")
STAYING = (Kind.SHARE, Kind.OPEN)


@dataclass
class Model:
    """What a store is said to hold, by id, in order. gone: keys of the forgotten and ids of their shares."""

    events: dict[str, Event] = field(default_factory=dict)
    users: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    blanks: int = 0

    def append(self, rows: Iterable[Row]) -> Appended:
        fates: dict[str, list[int]] = defaultdict(list)
        lost: dict[str, str] = {}
        for position, row in enumerate(rows):
            fate = self._fate(row, lost)
            fates[fate].append(position)
            if fate == "stored":
                self.events |= {event.id: event for event in row.events if event.id not in self.events}
            elif fate != "repeated":
                lost |= {event.id: fate for event in row.events}
        stored, repeated, conflicts, forgotten = (tuple(fates[name]) for name in FATES)
        return Appended(stored, repeated, conflicts, forgotten)

    def _fate(self, row: Row, lost: dict[str, str]) -> str:
        if any({*people(event), event.id, event.share} & self.gone for event in row.events):
            return "forgotten"
        if any(self.events.get(event.id, event) != event for event in row.events):
            return "conflicts"
        new = [event for event in row.events if event.id not in self.events]
        known = self.shares() | {event.id for event in new if event.kind is Kind.SHARE}
        refused = [lost[event.share] for event in new if event.share and event.share not in known]
        return refused[0] if refused else "stored" if new else "repeated"

    def forget(self, key: str) -> bool:
        hers = {other for other in KEYS if self.end(other) == self.end(key)}
        known = hers & self.users.union(*map(people, self.events.values()))
        if key not in known:
            return False
        staying = [e for e in self.events.values() if e.person in hers and e.kind in STAYING]
        renamed = {event.id: f"~{self.blanks + n}" for n, event in enumerate(staying)}
        self.blanks += len(staying)
        self.gone |= known | {event.id for event in staying if event.kind is Kind.SHARE}
        self.users -= hers
        left = [_left(event, hers, renamed) for event in self.events.values()]
        self.events = {event.id: event for event in left if event is not None}
        return True

    def end(self, key: str) -> str:
        above = {other: other for other in KEYS}

        def top(key: str) -> str:
            return key if above[key] == key else top(above[key])

        claims = [(e.at, e.user, e.visitor) for e in self.events.values() if e.user and e.visitor]
        for _, user, visitor in sorted(claims):
            if above[visitor] == visitor and top(user) != visitor:
                above[visitor] = user
        return top(key)

    def shares(self) -> set[str]:
        return {event.id for event in self.events.values() if event.kind is Kind.SHARE}

    def people(self) -> set[str]:
        return {self.end(key) for key in self.users.union(*map(people, self.events.values()))}


def _left(event: Event, hers: set[str], renamed: dict[str, str]) -> Event | None:
    share = renamed.get(event.share or "", event.share)
    if event.id in renamed:
        return Event(renamed[event.id], event.kind, event.at, product=event.product, share=share)
    if event.person in hers or event.other in hers:
        return None
    return replace(event, share=share, visitor=None if event.visitor in hers else event.visitor)


def people(event: Event) -> set[str]:
    return {key for key in (event.user, event.visitor, event.other) if key is not None}


def told(events: Iterable[Event]) -> list[tuple[object, ...]]:
    """Events with blanks and what leads to them by their place instead of their random id."""
    events = list(events)
    place = {event.id: n for n, event in enumerate(events)}
    return [
        (
            *(event.id if event.person else None, event.kind, event.at, event.product),
            *(event.user, event.visitor, event.other, place[event.share] if event.share else None),
        )
        for event in events
    ]


@st.composite
def an_event(draw: st.DrawFn) -> Event:
    # The time follows from the id, so that no two claims are equally old.
    number = draw(st.integers(0, 9))
    kind = draw(
        st.sampled_from([Kind.SHARE, Kind.SHARE, Kind.OPEN, Kind.OPEN, Kind.VIEW, Kind.TIE, Kind.SIGNUP])
    )
    user, visitor = draw(st.sampled_from([(a, b) for a in (*KEYS, None) for b in (*KEYS, None) if a or b]))
    return Event(
        f"e{number}",
        kind,
        START + timedelta(minutes=number),
        user=user,
        visitor=visitor,
        product=draw(st.sampled_from(["tea", "mug"])) if kind in STAYING else None,
        share=f"e{draw(st.integers(0, 9))}" if kind is Kind.OPEN else None,
        other=draw(st.sampled_from(KEYS)) if kind is Kind.TIE else None,
    )


rows = st.lists(an_event(), min_size=1, max_size=2, unique_by=lambda event: event.id)
acts = st.lists(
    st.one_of(
        st.lists(rows, min_size=1, max_size=6),
        st.lists(rows, min_size=1, max_size=6),
        st.sampled_from(KEYS),
        st.sampled_from(KEYS).map(User),
    ),
    max_size=8,
)


def act(store: Store, model: Model, doing: list[list[Event]] | str | User) -> None:
    """Do the same to both, and see that they say the same of it."""
    if isinstance(doing, str):
        assert store.forget(doing) == model.forget(doing)
    elif isinstance(doing, User):
        new = {doing.key} - model.users - model.gone
        assert store.upsert_users([doing]) == len(new)
        model.users |= new
    else:
        batch = possible(model, doing)
        assert store.append(batch) == model.append(batch)


def possible(model: Model, batch: list[list[Event]]) -> list[Row]:
    """Those rows whose shares are somewhere, as a loader would hand them on."""
    named = model.shares() | model.gone
    taken = []
    for line, events in enumerate(batch):
        named |= {event.id for event in events if event.kind is Kind.SHARE}
        if all(event.share is None or event.share in named for event in events):
            taken.append(Row(line, tuple(events)))
        else:
            named = (
                model.shares()
                | model.gone
                | {event.id for row in taken for event in row.events if event.kind is Kind.SHARE}
            )
    return taken


def follows_the_model(store: Store, doings: list[list[list[Event]] | str | User]) -> None:
    model = Model()
    for doing in doings:
        act(store, model, doing)
        assert told(store.events()) == told(model.events.values())
    counts = store.counts()
    assert (counts.events, counts.users) == (len(model.events), len(model.people()))
    assert [digest(event) for event in store.events()] == store.read().events.digest.tolist()
    assert {user.key for user in store.read().users} == model.users


@given(acts)
@settings(max_examples=60)
def test_the_embedded_store_does_what_a_dict_would(doings: list[list[list[Event]] | str | User]):
    with TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder)}/shop.db")
        follows_the_model(store, doings)
        store.close()


@pytest.mark.neo4j
@given(doings=acts)
@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
def test_the_store_in_neo4j_does_what_a_dict_would(
    neo4j: Server, doings: list[list[list[Event]] | str | User]
):
    clear(neo4j)
    store = open_store(neo4j.url)
    follows_the_model(store, doings)
    store.close()
