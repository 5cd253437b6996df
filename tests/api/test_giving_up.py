"""A question that is given up (its time is over, or who asked has left) is worked at no further."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from api.auth.caller import DEV
from api.request import Asked
from graph.cascades.kfactor import Invites
from graph.events import User
from loaders.stores.embedded import EmbeddedStore
from tests.api.conftest import Shop

TOY = "ana>bea,cy,dan:tea  bea>dan,eve:mug  cy>eve,fay:tea  dan>fay,gil:cup  eve>gil,ana:mug"

BUDGET = 'budget: {amount: "100", currency: "CNY"}'


class Gate:
    """A function of ours that waits at its first call. calls: how often it was begun."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.calls = 0
        self.begun, self.go_on, self.done = Event(), Event(), Event()
        self._function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.calls += 1
        self.begun.set()
        self.go_on.wait(60)
        try:
            return self._function(*args, **kwargs)
        finally:
            self.done.set()


async def given_up(shop: Shop, document: str, gate: Gate) -> None:
    """Ask, leave once the gate is come to, and open it."""
    asking = asyncio.create_task(shop.service.answer(Asked(document, caller=DEV)))
    assert await asyncio.to_thread(gate.begun.wait, 300)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    gate.go_on.set()
    assert await asyncio.to_thread(gate.done.wait, 60)
    await asyncio.sleep(0.2)  # by now whatever goes on has begun


def aliases(field: str, count: int) -> str:
    """The same field again and again."""
    return " ".join(f"f{number}: {field}" for number in range(count))


MANY = {
    "suggestions of six people": (
        "{ " + aliases('suggestions(user: "ana") { nodes { rank } }', 6) + " }",
        "graph.suggest.blend._answer",
    ),
    "recipients of forty products": (
        '{ user(key: "ana") { ' + aliases("recipients(product: %s) { nodes { rank } }", 40) + " } }",
        "graph.recipients.rank.pairs",
    ),
    "what is said of candidates": (
        "{ kolCandidates { nodes { rank } } }",
        "graph.campaign.kol._top_categories",
    ),
    "runs of a forecast": (
        '{ spread(users: ["ana", "bea"]) { reach { value } } }',
        "graph.spread.forward.simulated",
    ),
    "ways to spend a budget on reach": (
        f"{{ kolCandidates({BUDGET}) {{ nodes {{ rank }} }} }}",
        "graph.kernels.limited_cover._chosen",
    ),
    "ways to spend a budget on openers": (
        f"{{ kolCandidates(objective: OPENERS, {BUDGET}) {{ nodes {{ rank }} }} }}",
        "graph.kernels.limited_audiences._chosen",
    ),
}
"""Documents, and a function of which each would take more than one call."""


@pytest.mark.parametrize("kind", MANY)
async def test_no_more_of_the_same_is_computed(
    shop: Shop, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.tell(TOY)
    shop.store.upsert_users([User(key, attributes={"cost": "1.00 CNY"}) for key in ("ana", "bea", "cy")])
    document, where = MANY[kind]
    products = iter(['"tea"', '"mug"', '"cup"'] * 20)
    while "%s" in document:
        document = document.replace("%s", next(products), 1)
    gate = Gate(_of(where))
    monkeypatch.setattr(where, gate)
    await given_up(shop, document, gate)
    assert gate.calls == 1
    assert await shop.ask(document), "whoever asks again is answered"


STEPS = {
    "cascades under another rule": (
        "{ cascades(filter: {parents: FIRST}) { totalCount } }",
        "graph.analysis.under",
        "graph.analysis.cascades",
    ),
    "a k-factor": (
        "{ kFactor { overall { people } } }",
        "graph.cascades.kfactor.Invites.of",
        "graph.cascades.kfactor.k_factors",
    ),
}
"""Documents, a function that is called first, and one that would be called after it."""


@pytest.mark.parametrize("kind", STEPS)
async def test_no_further_step_is_begun(shop: Shop, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.tell(TOY)
    document, first, then = STEPS[kind]
    gate = Gate(Invites.of if kind == "a k-factor" else _of(first))
    further = Gate(_of(then))
    further.go_on.set()
    monkeypatch.setattr(first, gate)
    monkeypatch.setattr(then, further)
    await given_up(shop, document, gate)
    assert further.calls == 0
    assert await shop.ask(document), "whoever asks again is answered"
    assert further.calls > 0


def _of(where: str) -> Any:
    module, _, name = where.rpartition(".")
    return getattr(__import__(module, fromlist=[name]), name)


async def test_an_export_looks_at_no_forecast_any_more(shop: Shop) -> None:
    shop.tell(TOY)
    await shop.service.answers.current()
    gate = Gate(shop.store.held)
    shop.store.held = gate  # type: ignore[attr-defined]
    looked_at = shop.store.calls.count("promises")
    await given_up(shop, '{ exportUser(user: "ana") }', gate)
    assert shop.store.calls.count("promises") == looked_at
    assert '"ana"' in (await shop.ask('{ exportUser(user: "ana") }'))["exportUser"]


async def test_a_search_of_the_whole_file_ends_in_the_middle(shop: Shop) -> None:
    """A store that asks once would search to its end; this one is told at the second look."""
    shop.tell(TOY + "".join(f"  u{number}>v{number}:tea" for number in range(1_500)))
    looks = []

    def stop() -> bool:
        looks.append(1)
        if len(looks) > 1:
            raise asyncio.CancelledError
        return False

    store = EmbeddedStore(Path(shop.store.url.removeprefix("sqlite:///")))
    try:
        with pytest.raises(asyncio.CancelledError):
            store.held(["ana"], stop)
        assert len(looks) == 2
        assert store.held(["ana"]).events
    finally:
        store.close()


async def test_a_preview_fits_nothing_any_more(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.tell(TOY)
    document = """{ user(key: "ana") { consentPreview(personalisation: false) {
        suggestions { rank } } } }"""
    await shop.service.answers.current()
    gate, fitted = Gate(shop.store.read), Gate(_of("api.refresh._on_top"))
    shop.store.read = gate
    monkeypatch.setattr("api.refresh._on_top", fitted)
    fitted.go_on.set()
    await given_up(shop, document, gate)
    assert fitted.calls == 0
    assert await shop.ask(document)


async def test_a_store_that_does_not_answer_keeps_one_thread_however_many_ask(shop: Shop) -> None:
    shop.tell(TOY)
    await shop.service.answers.current()
    gate = Gate(shop.store.version)
    shop.store.version = gate  # type: ignore[attr-defined]
    asking = [
        asyncio.create_task(shop.service.answer(Asked("{ dataset { version } }", caller=DEV)))
        for _ in range(50)
    ]
    assert await asyncio.to_thread(gate.begun.wait, 60)
    await asyncio.sleep(0.2)
    assert gate.calls == 1
    gate.go_on.set()
    replies = await asyncio.gather(*asking)
    assert {reply.code for reply in replies} == {"OK"}
    assert gate.calls == 2, "what came during the first look is answered by one more"
