"""The same rows give the same log from both stores."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from graph.events import Money, Product, User
from graph.store import Store
from tests.contract.conftest import clear
from tests.contract.telling import TALKATIVE, decoded, rows, said
from tests.neo4j_server import Server

pytestmark = pytest.mark.neo4j


@pytest.fixture
def both(neo4j: Server, tmp_path: Path, opened: Callable[[str], Store]) -> tuple[Store, Store]:
    """An empty store of each kind."""
    clear(neo4j)
    return opened(f"sqlite:///{tmp_path}/shop.db"), opened(neo4j.url)


def test_the_same_rows_give_the_same_events_and_columns(both: tuple[Store, Store]):
    one, other = (_told(store) for store in both)
    assert said(one) == said(other)
    log, again = one.read(), other.read()
    assert decoded(log) == decoded(again)
    assert set(log.people) == set(again.people)
    assert (set(log.products), set(log.words)) == (set(again.products), set(again.words))
    assert log.share_ids == again.share_ids
    assert {repr(user) for user in log.users} == {repr(user) for user in again.users}
    assert list(log.catalogue) == list(again.catalogue)
    assert one.counts() == other.counts()


def test_after_forgetting_both_say_the_same_but_for_the_new_ids(both: tuple[Store, Store]):
    told = [_told(store) for store in both]
    assert [store.forget("ana") for store in told] == [True, True]
    left = [[_without_names(row) for row in decoded(store.read())] for store in told]
    assert left[0] == left[1]
    assert told[0].counts() == told[1].counts()
    again = [store.append(rows(TALKATIVE)) for store in told]
    assert again[0] == again[1]


def _told(store: Store) -> Store:
    store.append(rows(TALKATIVE))
    store.upsert_users([User("ana", name="Ana", attributes={"cost": "1 CNY"}), User("eve")])
    store.upsert_products([Product("tea", price=Money(Decimal("9.9"), "CNY"), available=True)])
    return store


def _without_names(row: tuple[object, ...]) -> tuple[object, ...]:
    """A decoded event without its digest, which a blank's random id enters."""
    return row[:1] + row[2:]
