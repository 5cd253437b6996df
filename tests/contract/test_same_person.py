"""Every store knows a person by all their keys, as the snapshot will."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.events import Event, Kind
from graph.snapshot import Snapshot
from graph.store import Store
from loaders.ingest import ingest_events
from loaders.stores import open_store
from tests.contract.conftest import clear
from tests.contract.telling import rows
from tests.neo4j_server import Server
from tests.toy import MINUTE, START

KEYS = ("ana", "bea", "cy", "phone", "tablet", "till")
Claims = list[tuple[str, str]]


def claims(*pairs: tuple[str, str]) -> list[Event]:
    """Each (user, visitor) a minute after the one before."""
    return [
        Event(f"c{n}", Kind.SIGNUP, START + n * MINUTE, user=user, visitor=visitor)
        for n, (user, visitor) in enumerate(pairs)
    ]


def persons(found: dict[str, frozenset[str]]) -> set[frozenset[str]]:
    return set(found.values())


def told_by_snapshot(store: Store) -> set[frozenset[str]]:
    """Everybody with more than one key."""
    people = Snapshot.of(store.read()).people
    keys = {key: row for key in KEYS if (row := people.row(key)) is not None}
    everybody = (frozenset(key for key, at in keys.items() if at == row) for row in set(keys.values()))
    return {person for person in everybody if len(person) > 1}


def test_whoever_has_one_key_is_left_out(store: Store):
    assert store.same_person([]) == {}
    store.append(rows([Event("v1", Kind.VIEW, START, user="ana"), *claims(("bea", "phone"))]))
    assert store.same_person(["ana", "eve"]) == {}


def test_any_key_of_a_person_gives_all_of_them(store: Store):
    store.append(rows(claims(("ana", "phone"), ("ana", "tablet"), ("bea", "till"))))
    hers = frozenset({"ana", "phone", "tablet"})
    assert store.same_person(["phone", "ana", "cy"]) == {"phone": hers, "ana": hers}


def test_keys_of_before_make_a_chain_and_a_shared_device_is_of_its_first(store: Store):
    store.append(rows(claims(("bea", "ana"), ("ana", "phone"), ("bea", "till"), ("cy", "till"))))
    hers = frozenset({"bea", "ana", "phone", "till"})
    assert store.same_person(["phone"]) == {"phone": hers}
    assert store.same_person(["cy"]) == {}


def test_the_forgotten_are_nobody(store: Store):
    store.append(rows(claims(("ana", "phone"), ("bea", "till"))))
    store.forget("phone")
    assert store.same_person(["ana", "phone", "till"]) == {"till": frozenset({"bea", "till"})}


@pytest.mark.parametrize("named", ["phone", "ana", "old"])
def test_a_sharer_may_be_named_by_any_of_their_keys(store: Store, named: str):
    shared = Event("s1", Kind.SHARE, START, visitor="phone", product="tea")
    joined = claims(("ana", "phone"), ("ana", "old"))
    opened = Event("o1", Kind.OPEN, START + 9 * MINUTE, user="bea", product="tea", sharer=named)
    for events in ([shared, *joined], [opened]):
        assert ingest_events(events, store, now=START + timedelta(days=1)).rejected == ()
    snapshot = Snapshot.of(store.read())
    assert [event.found_share for event in store.events()][-1] == "s1"
    assert snapshot.events.share.tolist()[-1] == 0


def test_the_claim_may_come_in_the_same_load_and_wait_itself(store: Store):
    told = [
        Event("o1", Kind.OPEN, START + MINUTE, user="bea", product="tea", sharer="phone"),
        Event("o2", Kind.OPEN, START + 2 * MINUTE, user="cy", visitor="bea", product="tea", sharer="ana"),
        Event("o3", Kind.OPEN, START + 3 * MINUTE, user="ana", visitor="phone", product="mug", sharer="cy"),
        Event("s1", Kind.SHARE, START, user="ana", product="tea"),
        Event("s2", Kind.SHARE, START, user="bea", product="mug"),
    ]
    taken = ingest_events(told, store, now=START + timedelta(days=1))
    assert (taken.stored, taken.rejected) == (5, ())


def follow_the_snapshot(store: Store, pairs: Claims) -> None:
    store.append(rows(claims(*pairs)))
    assert persons(store.same_person(KEYS)) == told_by_snapshot(store)
    for key, keys in store.same_person(KEYS).items():
        assert store.same_person([key]) == {key: keys}


some_claims = st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)), max_size=9)


@given(pairs=some_claims)
@settings(max_examples=150)
def test_the_embedded_store_joins_whom_the_snapshot_joins(pairs: Claims):
    with TemporaryDirectory() as folder, closing(open_store(f"sqlite:///{Path(folder)}/shop.db")) as store:
        follow_the_snapshot(store, pairs)


@pytest.mark.neo4j
@given(pairs=some_claims)
@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
def test_the_store_in_neo4j_joins_whom_the_snapshot_joins(neo4j: Server, pairs: Claims):
    clear(neo4j)
    with closing(open_store(neo4j.url)) as store:
        follow_the_snapshot(store, pairs)
