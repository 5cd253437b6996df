"""A server that is opened again answers as it did before it stopped, and has learned nothing anew."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from api.refresh import Fitting, fitted
from graph.analysis import Analysis
from graph.snapshot import Snapshot
from graph.store import Store
from graph.suggest import Ask, suggest
from graph.suggest.taught import Learned
from graph.suggest.weights import Blend
from loaders.erasure import erase
from loaders.ingest import ingest_events
from loaders.snapshots import default_folder
from tests import toy

NOW = toy.START + toy.MINUTE * 60 * 24 * 30
SHOP = " ".join(f"ana>u{one}:p{thing} u{one}$p{thing + 1}" for one in range(5) for thing in range(0, 12, 2))
HOW = Fitting()


@pytest.fixture(autouse=True)
def learns(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Little teaches much; snapshots lie apart."""
    monkeypatch.setattr("graph.suggest.learning.ENOUGH", 3)
    monkeypatch.setattr("graph.suggest.chances.AT_LEAST", 3)
    monkeypatch.setattr("graph.suggest.grants.ENOUGH", 3)
    monkeypatch.setenv("SHAREGRAPH_SNAPSHOTS", str(tmp_path / "snapshots"))


@pytest.fixture
def shop(store: Store) -> Store:
    store.allow_by_default(allowed=True)
    assert not ingest_events(toy.events(SHOP), store, now=NOW).rejected
    return store


def answers(analysis: Analysis) -> object:
    asks = [Ask(None), *(Ask(person, seed=7) for person in range(len(analysis.snapshot.people)))]
    return suggest(analysis.shelf, asks, limit=20)


def told(store: Store, how: Fitting = HOW) -> tuple[Analysis, str]:
    """A first fit of a process, and what it logged of where its lessons are from."""
    with structlog.testing.capture_logs() as logs:
        fit = fitted(store, None, how)
    return fit, logs[-1]["event"]


def test_it_answers_as_before_and_learns_nothing_anew(
    shop: Store, store_url: str, opened: Callable[[str], Store], monkeypatch: pytest.MonkeyPatch
):
    before, said = told(shop)
    assert said == "learned anew"
    assert before.shelf.blend != Blend()
    assert before.shelf.grants is not None
    shop.close()

    def never(*_: object) -> None:
        raise AssertionError("learned anew")

    monkeypatch.setattr("graph.analysis.learned", never)
    monkeypatch.setattr("graph.analysis.granted", never)
    after, said = told(opened(store_url))
    assert said == "went on with the lessons kept"
    assert answers(after) == answers(before)
    assert (after.version, after.learned_from, after.has_learned) == (
        before.version,
        before.learned_from,
        before.has_learned,
    )


def test_other_settings_and_another_version_learn_for_themselves(shop: Store):
    assert told(shop)[1] == "learned anew"
    assert told(shop, replace(HOW, seed=1))[1] == "learned anew"
    assert told(shop)[1] == "went on with the lessons kept"
    assert not ingest_events(toy.events(f"{SHOP} ana>zoe:p1"), shop, now=NOW).rejected
    assert told(shop)[1] == "learned anew"


def test_a_torn_file_is_learned_anew_and_mended(shop: Store):
    before, _ = told(shop)
    file = next(default_folder(shop.url).rglob("lessons-*"))
    file.write_bytes(file.read_bytes()[:-1])
    after, said = told(shop)
    assert said == "learned anew"
    assert answers(after) == answers(before)
    assert told(shop)[1] == "went on with the lessons kept"


def test_who_is_forgotten_while_it_learns_leaves_no_lessons_behind(shop: Store):
    class Slow(Fitting):
        def fit(
            self,
            snapshot: Snapshot,
            previous: Analysis | None,
            *,
            anew: bool = True,
            known: Learned | None = None,
        ) -> Analysis:
            found = HOW.fit(snapshot, previous, anew=anew, known=known)
            assert erase(shop, "u1")
            return found

    assert told(shop, Slow())[1] == "learned anew"
    assert not [*default_folder(shop.url).rglob("lessons-*")]
