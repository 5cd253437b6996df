"""What was suggested is kept behind the answer, with what it takes to tell later what came of it."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Event as Signal
from typing import Any

import pytest

from api import behind
from api.answerlog import AnswerLog
from api.service import Service
from api.settings import Records
from graph.answers import Given, Place
from graph.errors import StoreUnavailable
from graph.events import Consent, Event, Kind, micros
from tests import toy
from tests.api.conftest import NOW, Shop
from tests.api.killing import server

TOY = "ana>bea,cy:tea ana>:mug ana>:cup ana>:hat cy$mug cy$cup dan$hat"
FEED = """
query($user: String, $surface: String, $first: Int, $after: String) {
  suggestions(user: $user, context: { surface: $surface }, first: $first, after: $after) {
    answerId
    pageInfo { endCursor }
    nodes { rank product { key } reasons { __typename } }
  }
}"""


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long."""
    monkeypatch.setattr(behind, "GATHERING", 0.01)
    monkeypatch.setattr(behind, "PATIENCE", 0.02)


def given(number: int, at: int = micros(NOW)) -> Given:
    return Given(f"~{number}", "v", "ana", None, at, (Place(1, "tea"),))


async def kept(shop: Shop) -> list[Given]:
    assert shop.service.answerlog is not None
    await shop.service.answerlog.close()
    return list(shop.store.answers())


async def test_an_answer_is_kept_under_its_id_as_it_was_told(shop: Shop) -> None:
    shop.tell(TOY)
    told = (await shop.ask(FEED, user="bea", surface="home"))["suggestions"]
    (answer,) = await kept(shop)
    assert (answer.id, answer.person, answer.surface) == (told["answerId"], "bea", "home")
    assert answer.version == shop.store.version()
    assert [(place.rank, place.product) for place in answer.places] == [
        (node["rank"], node["product"]["key"]) for node in told["nodes"]
    ]
    assert [f"{place.source.title()}Reason" for place in answer.places] == [
        node["reasons"][0]["__typename"] for node in told["nodes"]
    ]
    assert {place.propensity for place in answer.places} == {1.0}


async def test_the_same_question_on_another_surface_is_another_answer(shop: Shop) -> None:
    shop.tell(TOY)
    for surface in ("home", "cart", "home", None):
        await shop.ask(FEED, user="bea", surface=surface)
    assert {answer.surface for answer in await kept(shop)} == {"home", "cart", None}
    assert len(await kept(shop)) == 3


async def test_the_pages_of_an_answer_are_kept_together(shop: Shop) -> None:
    shop.tell(TOY)
    first = (await shop.ask(FEED, user="bea", first=1))["suggestions"]
    await shop.ask(FEED, user="bea", first=2, after=first["pageInfo"]["endCursor"])
    (answer,) = await kept(shop)
    assert [place.rank for place in answer.places] == [1, 2, 3]


async def test_a_stranger_is_nobody_and_so_is_who_allows_no_personal_answer(shop: Shop) -> None:
    shop.tell(TOY)
    no = Event("c1", Kind.CONSENT, toy.START, user="bea", consent=Consent(personalisation=False))
    shop.take([no])
    await shop.ask(FEED, user="bea")
    await shop.ask(FEED)
    assert {answer.person for answer in await kept(shop)} == {None}


async def test_a_visitor_is_known_by_whom_they_turned_out_to_be(shop: Shop) -> None:
    shop.tell(TOY + " bea=?phone ?tablet.view:tea")
    await shop.ask(FEED, user="phone")
    await shop.ask(FEED, user="tablet")
    assert {answer.person for answer in await kept(shop)} == {"bea", "tablet"}


async def test_no_answer_waits_for_the_log(shop: Shop) -> None:
    shop.tell(TOY)
    go_on, keep = Signal(), shop.store.keep_answers

    def slow(*answers: Any) -> int:
        go_on.wait(10)
        done: int = keep(*answers)
        return done

    shop.store.keep_answers = slow  # type: ignore[attr-defined]
    await shop.ask(FEED, user="bea")
    go_on.set()
    assert len(await kept(shop)) == 1


async def test_a_server_that_goes_writes_what_it_answered_and_metrics_count_it(shop: Shop) -> None:
    shop.tell(TOY)
    async with shop.client() as client:
        for user in ("bea", "cy", "bea"):
            reply = await client.post("/graphql", json={"query": FEED, "variables": {"user": user}})
            assert "errors" not in reply.json()
    assert {answer.person for answer in shop.store.answers()} == {"bea", "cy"}


async def test_what_is_asked_by_get_is_answered_to_somebody_too(shop: Shop) -> None:
    shop.tell(TOY)
    async with shop.client() as client:
        await client.get("/graphql", params={"query": '{ suggestions(user: "bea") { answerId } }'})
    assert [answer.person for answer in shop.store.answers()] == ["bea"]


async def test_who_keeps_answers_for_no_day_keeps_none(shop: Shop) -> None:
    shop.tell(TOY)
    async with shop.client(answer_days=0) as client:
        await client.post("/graphql", json={"query": FEED, "variables": {"user": "bea"}})
    assert list(shop.store.answers()) == []


async def test_answers_wait_while_the_store_is_away(shop: Shop) -> None:
    away, keep, written = [True], shop.store.keep_answers, list[tuple[int, int]]()
    gone = StoreUnavailable("the store is away; try again")

    def flaky(*answers: Any) -> int:
        if away[0]:
            raise gone
        done: int = keep(*answers)
        return done

    shop.store.keep_answers = flaky  # type: ignore[attr-defined]
    log = AnswerLog(shop.store, shop.clock, on_written=lambda *counts: written.append(counts))
    log.give([given(1), given(2), given(1)])
    await asyncio.sleep(0.05)
    away[0] = False
    await until(lambda: len(list(shop.store.answers())) == 2)
    await until(lambda: written == [(2, 0)])


async def test_there_is_room_for_so_many_and_the_rest_is_counted_as_lost(shop: Shop) -> None:
    written = list[tuple[int, int]]()
    log = AnswerLog(shop.store, shop.clock, room=3, on_written=lambda *counts: written.append(counts))
    log.give([given(number) for number in range(5)])
    await log.close()
    assert len(list(shop.store.answers())) == 3
    assert written == [(0, 1), (0, 1), (3, 0)]


async def test_a_flood_is_written_without_a_pause_between_its_batches(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(behind, "BATCH", 2)
    sleeps, sleep = list[float](), asyncio.sleep

    async def noted(seconds: float) -> None:
        sleeps.append(seconds)
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", noted)
    log = AnswerLog(shop.store, shop.clock)
    log.give([given(number) for number in range(5)])
    assert log._writing is not None  # what is waited for has no other name
    await log._writing
    assert sleeps == [0.01, 0.0, 0.01]
    assert len(list(shop.store.answers())) == 5


async def test_old_answers_go_with_the_next_ones(shop: Shop) -> None:
    old = micros(NOW - timedelta(days=91))
    shop.store.keep_answers([given(1, old), given(2, micros(NOW - timedelta(days=89)))])
    log = AnswerLog(shop.store, shop.clock)
    log.give([given(3, micros(NOW))])
    await log.close()
    assert [answer.id for answer in shop.store.answers()] == ["~2", "~3"]


@pytest.mark.slow
def test_after_kill_9_every_answer_that_is_there_is_whole(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/shop.db"
    shop = Shop(tmp_path)
    shop.tell(TOY)
    shop.store.close()
    with server(url) as (client, process):
        told: dict[str, int] = {}
        for number in range(300):
            asked = {"user": "bea", "surface": f"s{number}"}
            page = client.post("/graphql", json={"query": FEED, "variables": asked}).json()
            told[page["data"]["suggestions"]["answerId"]] = len(page["data"]["suggestions"]["nodes"])
        process.kill()
    again = Shop(tmp_path)
    left = {answer.id: len(answer.places) for answer in again.store.answers()}
    assert left.items() <= told.items()
    again.store.close()
    assert left


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not done():  # noqa: ASYNC110  # what is waited for is in the store
            await asyncio.sleep(0.01)


def test_the_command_line_shows_nobody_anything(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    assert Service(shop.store, records=Records(days=0)).answerlog is None
    shop.store.close()
