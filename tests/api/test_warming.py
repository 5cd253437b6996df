"""What a first question would wait for is done behind the answers, and until then a server is not ready."""

import asyncio
from collections.abc import AsyncIterator
from weakref import ref

import pytest
from structlog.testing import capture_logs

from api.memo import Memo
from api.refresh import AT_ONCE
from api.request import Asked
from api.warming import FIRST, Warming
from graph.analysis import Analysis
from tests.api.conftest import Shop
from tests.toy import snapshot

SHOP = "ana>bea:tea bea>cy:mug"
ASKED = {"query": '{ user(key: "bea") { key } }'}
RECIPIENTS = '{ user(key: "ana") { recipients(product: "mug") { nodes { rank } } } }'


@pytest.fixture
async def memo() -> AsyncIterator[Memo]:
    held = Memo()
    yield held
    held.close()


def learned(analysis: Analysis) -> bool:
    """Whether nobody has to wait for it."""
    return {"sharing", "cascades", "communities", "totals"} <= set(vars(analysis))


async def test_a_first_fit_is_warmed_and_one_line_says_when_it_is_ready(memo: Memo):
    warming, fit = Warming(memo), Analysis.of(snapshot(SHOP))
    with capture_logs() as lines:
        warming.warm(fit)
        assert not warming.done
        await warming.wait()
    assert learned(fit)
    assert warming.done
    assert [line["event"] for line in lines] == ["warming", "ready"]
    assert {step.__name__ for step in FIRST} <= set(lines[1])


async def test_of_a_small_shop_no_later_fit_is(memo: Memo):
    warming, first = Warming(memo), Analysis.of(snapshot(SHOP))
    later = Analysis.of(snapshot(SHOP + " ana>:cup"))
    for fit in (first, later):
        warming.warm(fit)
        await warming.wait()
    assert later.held <= AT_ONCE
    assert not learned(later)


async def test_what_cannot_be_learned_is_told_and_left_to_who_asks(
    memo: Memo, monkeypatch: pytest.MonkeyPatch
):
    warming, fit = Warming(memo), Analysis.of(snapshot(SHOP))
    monkeypatch.setattr("graph.analysis.fitted", None)
    with capture_logs() as lines:
        warming.warm(fit)
        await warming.wait()
    assert [(line["event"], line.get("what")) for line in lines] == [
        ("warming", None),
        ("not warmed", "sharing"),
        ("ready", None),
    ]
    assert "sharing" not in vars(fit)
    assert warming.done


async def test_a_fit_that_nobody_holds_any_more_is_not_warmed_further(memo: Memo):
    warming, fit = Warming(memo), Analysis.of(snapshot(SHOP))
    held = ref(fit)
    warming.warm(fit)
    del fit
    await warming.wait()
    assert held() is None
    assert warming.done


async def test_a_fit_that_comes_meanwhile_is_warmed_instead(memo: Memo):
    warming, first = Warming(memo), Analysis.of(snapshot(SHOP))
    later = Analysis.of(snapshot(SHOP + " ana>:cup"))
    warming.warm(first)
    warming.warm(later)
    await warming.wait()
    assert learned(later)
    assert not learned(first)


async def test_it_is_ready_once_it_is_warm_and_answers_before(shop: Shop) -> None:
    shop.tell(SHOP)
    async with shop.client() as client:
        assert (await client.post("/graphql", json=ASKED)).json()["data"] == {"user": {"key": "bea"}}
        early = await client.get("/readyz")
        assert (early.status_code, early.json()) == (503, {"status": "warming up"})
        async with asyncio.timeout(120):
            while (ready := await client.get("/readyz")).status_code != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    assert ready.json() == {"status": "ready"}


async def test_whoever_asks_before_it_is_warm_waits_for_the_same_work_or_is_told_when_to_come_again(
    shop: Shop,
) -> None:
    shop.tell(SHOP)
    async with shop.client(request_seconds=1e-6) as client:
        late = await client.post("/graphql", json=ASKED)
    (error,) = late.json()["errors"]
    assert (late.status_code, error["extensions"]["code"]) == (503, "WARMING_UP")
    assert int(late.headers["retry-after"]) > 0
    assert "only just started" in error["message"]
    await shop.service.begin()
    reply = await shop.service.answer(Asked(RECIPIENTS))
    assert reply.data == {"user": {"recipients": {"nodes": [{"rank": 1}]}}}


async def test_one_question_on_the_command_line_warms_nothing(shop: Shop) -> None:
    shop.tell(SHOP)
    with capture_logs() as lines:
        await shop.ask(ASKED["query"])
    assert "warming" not in [line["event"] for line in lines]
