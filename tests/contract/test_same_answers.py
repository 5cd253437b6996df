"""The Taobao log gives the same answers from either store, value by value."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from graph.analysis import Analysis
from graph.campaign.kol import kol_candidates
from graph.snapshot import Snapshot
from graph.store import Store
from graph.suggest import Ask, suggest
from loaders.ingest import Receipt, ingest
from loaders.sources import open_source
from loaders.stores import open_store
from tests.neo4j_server.server import Server, empty

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Loaded:
    """A store with the log in it, what the load said, and what is answered from it."""

    store: Store
    receipt: Receipt
    analysis: Analysis


def load(store: Store, real_logs: Path) -> Receipt:
    return ingest(open_source([str(real_logs / "taobao-share")], "taobao-share"), store, now=NOW)


def loaded(url: str, real_logs: Path) -> Iterator[Loaded]:
    with closing(open_store(url)) as store:
        store.allow_by_default(allowed=True)
        receipt = load(store, real_logs)
        yield Loaded(store, receipt, Analysis.of(Snapshot.of(store.read())))


@pytest.fixture(scope="module")
def embedded(real_logs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    yield from loaded(f"sqlite:///{tmp_path_factory.mktemp('taobao')}/shop.db", real_logs)


@pytest.fixture(scope="module")
def neo4j_loaded(real_logs: Path, neo4j: Server) -> Iterator[Loaded]:
    empty(neo4j)
    yield from loaded(neo4j.url, real_logs)
    empty(neo4j)


@pytest.mark.parametrize("which", ["embedded", pytest.param("neo4j_loaded", marks=pytest.mark.neo4j)])
def test_every_row_is_accounted_for_and_a_second_load_changes_nothing(
    which: str, real_logs: Path, request: pytest.FixtureRequest
):
    held: Loaded = request.getfixturevalue(which)
    receipt = held.receipt
    assert (receipt.read, receipt.stored, receipt.repeated, receipt.rejected) == (24_107, 24_107, 0, 0)
    assert (receipt.users, receipt.products) == (17_686, 20_953)
    version = held.store.version()
    again = load(held.store, real_logs)
    assert (again.stored, again.repeated, again.events) == (0, 24_107, receipt.events)
    assert held.store.version() == version


@pytest.mark.neo4j
def test_both_stores_give_the_same_suggestions_to_200_people(embedded: Loaded, neo4j_loaded: Loaded):
    one, other = embedded.analysis, neo4j_loaded.analysis
    assert list(one.snapshot.people.keys) == list(other.snapshot.people.keys)
    people = np.random.default_rng(0).choice(len(one.snapshot.people), 200, replace=False)
    asks = [Ask(int(person)) for person in people]
    assert suggest(one.shelf, asks, limit=20) == suggest(other.shelf, asks, limit=20)


@pytest.mark.neo4j
def test_both_stores_give_the_same_first_50_candidates(embedded: Loaded, neo4j_loaded: Loaded):
    one, other = (kol_candidates(held.analysis.market, limit=50) for held in (embedded, neo4j_loaded))
    assert len(one.candidates) == 50
    assert one == other


@pytest.mark.neo4j
def test_both_stores_give_the_same_cascades_and_communities(embedded: Loaded, neo4j_loaded: Loaded):
    one, other = embedded.analysis, neo4j_loaded.analysis
    assert list(one.communities) == list(other.communities)
    assert one.cascades.size.tolist() == other.cascades.size.tolist()
    assert one.page_rank.tolist() == other.page_rank.tolist()


def test_only_25_shares_get_a_parent(embedded: Loaded):
    shares = embedded.analysis.snapshot.shares
    assert int((shares.parent >= 0).sum()) == int(shares.inferred.sum()) == 25
