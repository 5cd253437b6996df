"""A small shop goes on with what it has learned, and learns anew behind the answers."""

import asyncio
from dataclasses import replace
from threading import Event as Signal
from typing import Any

import numpy as np
import pytest

from api import refresh
from api.refresh import Answers, Fitting, outgrown
from graph.analysis import Analysis
from graph.events import Consent, Event, Kind
from graph.snapshot import Snapshot
from graph.suggest import Ask, suggest
from graph.suggest.weights import Blend
from tests.api.conftest import NOW, Shop
from tests.properties.test_suggest_laws import market

SHOP = " ".join(f"ana>u{one}:p{thing}" for one in range(4) for thing in range(8))


@pytest.fixture(autouse=True)
def learns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little teaches much, and more than ten events are many."""
    monkeypatch.setattr("graph.suggest.learning.ENOUGH", 3)
    monkeypatch.setattr("graph.suggest.chances.AT_LEAST", 3)
    monkeypatch.setattr(refresh, "OUTGROWN", 0)
    monkeypatch.setattr(refresh, "A_DELTA", 10)
    monkeypatch.setattr(refresh, "OF_A_FEW", 1_000)


async def learned_anew(answers: Answers, shop: Shop) -> Analysis:
    """The first analysis that has learned from all that is in the store."""
    async with asyncio.timeout(10):
        while answers.latest is None or answers.latest.version != shop.store.version():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return answers.latest


async def test_the_first_fit_learns_and_a_change_does_not(shop: Shop) -> None:
    shop.tell(SHOP)
    answers = Answers(shop.store)
    first = await answers.current()
    assert first.version == first.learned_from == shop.store.version()
    assert first.shelf.blend != Blend()
    shop.tell("ana>eve:mug")
    then = await answers.current()
    assert then.shelf.blend is first.shelf.blend
    assert then.shelf.chances is first.shelf.chances
    assert then.version == f"{shop.store.version()}~{first.version}"
    assert then.snapshot.people.row("eve") is not None
    assert not outgrown(then)


async def test_once_enough_has_come_it_is_learned_behind_the_answers_as_a_full_refit_would(
    shop: Shop,
) -> None:
    shop.tell(SHOP)
    answers = Answers(shop.store)
    first = await answers.current()
    shop.tell(" ".join(f"ana>eve:q{thing}" for thing in range(8)))
    before = await answers.current()
    assert before.shelf.blend is first.shelf.blend
    after = await learned_anew(answers, shop)
    full = Fitting().fit(after.snapshot, None)
    assert after.shelf.blend is not first.shelf.blend
    assert after.shelf.blend == full.shelf.blend
    assert after.shelf.chances is not None
    assert full.shelf.chances is not None
    assert after.shelf.chances.odds == full.shelf.chances.odds
    assert answers.held(before.version) is before, "who pages through a list goes on in its order"


async def test_a_refit_behind_the_answers_says_exactly_what_a_full_one_would(shop: Shop) -> None:
    shop.tell(market(1))
    answers = Answers(shop.store)
    await answers.current()
    shop.tell(f"@9d {' '.join(f'p{n}>p{n + 1}:q{n % 5}' for n in range(39))}")
    await answers.current()
    after = await learned_anew(answers, shop)
    full = Fitting().fit(Snapshot.of(shop.store.read()), None)
    assert after is not full
    asks = [Ask(row, seed=row) for row in range(len(full.snapshot.people))]
    ours, theirs = (suggest(one.shelf, asks, limit=20) for one in (after, full))
    assert ours == theirs
    assert all(len(one.suggestions) > 3 for one in ours)


async def test_what_was_learned_behind_the_answers_counts_though_more_came_meanwhile(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, go_on, fitted = Signal(), Signal(), refresh.fitted

    def slow(store: Any, previous: Analysis | None, how: Fitting) -> Analysis:
        fit = fitted(store, previous, how)
        if previous is not None:
            read.set()
            go_on.wait(10)
        return fit

    monkeypatch.setattr(refresh, "fitted", slow)
    shop.tell(SHOP)
    answers = Answers(shop.store)
    await answers.current()
    shop.tell(" ".join(f"ana>eve:q{thing}" for thing in range(8)))
    between = shop.store.version()
    await answers.current()
    await asyncio.to_thread(read.wait, 10)
    shop.tell("ana>fay:mug")
    assert (await answers.current()).learned_from != between
    go_on.set()
    async with asyncio.timeout(10):
        while (await answers.current()).learned_from != between:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert answers.latest is not None
    assert answers.latest.version == f"{shop.store.version()}~{between}"
    assert answers.latest.snapshot.people.row("fay") is not None


async def test_who_refuses_is_answered_so_at_once_and_teaches_no_longer(shop: Shop) -> None:
    shop.tell(SHOP)
    answers = Answers(shop.store)
    first = await answers.current()
    no = Consent(personalisation=False)
    shop.take([Event("no", Kind.CONSENT, NOW, user="u1", consent=no)])
    now = await answers.current()
    row = now.snapshot.people.row("u1")
    assert row is not None
    assert not now.shelf.personal[row]
    assert now.shelf.blend is first.shelf.blend
    assert outgrown(now)
    assert (await learned_anew(answers, shop)).learned_from != first.learned_from


async def test_nothing_stays_learned_from_who_was_forgotten(shop: Shop) -> None:
    shop.tell(SHOP)
    answers = Answers(shop.store)
    await answers.current()
    shop.store.forget("u1")
    assert (await answers.current()).learned_from == shop.store.version()


async def test_a_shop_too_small_to_learn_from_says_of_no_lessons(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.suggest.learning.ENOUGH", 300)
    shop.tell(SHOP)
    answers = Answers(shop.store)
    await answers.current()
    shop.tell("ana>eve:mug")
    assert (await answers.current()).version == shop.store.version()


def test_a_product_keeps_what_it_was_granted_wherever_it_stands_and_a_new_one_has_nothing(
    shop: Shop,
) -> None:
    shop.tell(SHOP)
    before = refresh.renewed(shop.store, None, Fitting())
    grants = np.linspace(0.1, 0.8, 8)
    before = replace(before, shelf=replace(before.shelf, grants=grants))
    shop.tell("ana>eve:a")
    now = refresh.renewed(shop.store, before, Fitting())
    assert now.snapshot.products.keys[0] == "a"
    assert now.shelf.grants is not None
    np.testing.assert_array_equal(now.shelf.grants, [0, *grants])
