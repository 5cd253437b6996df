"""Answers are never behind the store, and bring in what is new only once."""

import asyncio
import gc
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Event as Signal
from typing import Any

import pytest
from structlog.testing import capture_logs

from api import refresh
from api.refresh import Answers
from graph.analysis import Analysis
from graph.cascades import Cascades
from graph.errors import StoreUnavailable
from graph.live.refit import LiveAnalysis
from tests.api.conftest import Shop
from tests.toy import events


@pytest.fixture
def renewals(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The versions that were computed, one after the other."""
    versions: list[str] = []

    def noted(*args: Any) -> Analysis:
        analysis = renewed(*args)
        versions.append(analysis.version)
        return analysis

    renewed = refresh.renewed
    monkeypatch.setattr(refresh, "renewed", noted)
    return versions


async def test_nothing_new_costs_one_look_at_the_version(shop: Shop, renewals: list[str]) -> None:
    shop.tell("ana>bea:tea")
    answers = Answers(shop.store)
    first = await answers.current()
    shop.store.calls.clear()
    assert await answers.current() is first
    assert shop.store.calls == ["version"]
    assert len(renewals) == 1


async def test_many_who_ask_at_once_wait_for_one_renewal(shop: Shop, renewals: list[str]) -> None:
    shop.tell("ana>bea:tea")
    answers = Answers(shop.store)
    analyses = await asyncio.gather(*(answers.current() for _ in range(20)))
    assert len({id(analysis) for analysis in analyses}) == 1
    assert len(renewals) == 1


async def test_whoever_asks_after_a_write_never_gets_a_renewal_that_read_before_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.tell("ana>bea:tea")
    reading, go_on = Signal(), Signal()
    read: Callable[..., Any] = shop.store.read

    def slow(*args: Any) -> Any:
        log = read(*args)
        reading.set()
        go_on.wait(10)
        return log

    monkeypatch.setattr(shop.store, "read", slow, raising=False)
    answers = Answers(shop.store)
    early = asyncio.create_task(answers.current())
    await asyncio.to_thread(reading.wait, 10)
    shop.tell("ana>cy:tea")
    late = asyncio.create_task(answers.current())
    await asyncio.sleep(0.01)
    go_on.set()
    assert (await late).version == shop.store.version()
    assert (await early).version != shop.store.version()


async def test_a_renewal_goes_on_when_whoever_asked_gives_up(shop: Shop, renewals: list[str]) -> None:
    shop.tell("ana>bea:tea")
    answers = Answers(shop.store)
    asking = asyncio.create_task(answers.current())
    await asyncio.sleep(0)
    asking.cancel()
    assert (await answers.current()).version == shop.store.version()
    assert len(renewals) == 1


async def test_the_last_three_versions_are_held(shop: Shop) -> None:
    answers, versions = Answers(shop.store), []
    for number in range(4):
        shop.tell(f"ana>u{number}:tea")
        versions.append((await answers.current()).version)
    assert [answers.held(version) is not None for version in versions] == [False, True, True, True]


async def test_without_a_store_and_without_a_memory_there_is_no_answer(shop: Shop) -> None:
    document = '{ user(key: "ana") { key } }'
    unreachable = StoreUnavailable("/var/lib/shop.db is locked by another connection")

    def gone(*_: Any) -> Any:
        raise unreachable

    shop.store.read = gone
    ((code, message),) = await shop.refused(document)
    assert (code, message) == ("STORE_UNAVAILABLE", "the store cannot be used now; try again")


async def test_a_renewal_that_failed_is_tried_again(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    read = shop.store.read

    def broken(*_: Any) -> Any:
        shop.store.read = read
        raise ZeroDivisionError

    shop.store.read = broken
    document = '{ user(key: "ana") { key } }'
    assert (await shop.refused(document))[0][0] == "INTERNAL_SERVER_ERROR"
    assert await shop.ask(document) == {"user": {"key": "ana"}}


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every store is too large to be fitted at once."""
    monkeypatch.setattr(refresh, "AT_ONCE", 0)
    monkeypatch.setattr(refresh, "OF_A_FEW", 1_000)
    monkeypatch.setattr(refresh, "A_DELTA", 3)


@pytest.mark.usefixtures("large")
async def test_a_large_store_is_answered_from_its_fit_and_what_came_since(shop: Shop) -> None:
    shop.tell("ana>bea:tea ana>:mug")
    answers = Answers(shop.store)
    first = await answers.current()
    shop.tell("cy>dan:tea")
    live = await answers.current()
    assert live.version == f"{shop.store.version()}~{first.version}"
    assert live.snapshot.people.row("dan") is not None
    assert first.snapshot.people.row("dan") is None


@pytest.mark.usefixtures("large")
async def test_a_delta_that_has_grown_is_fitted_in_the_background(shop: Shop) -> None:
    shop.tell("ana>bea:tea ana>:mug")
    answers = Answers(shop.store)
    await answers.current()
    shop.tell("cy>dan:tea cy>dan:mug cy>eve:tent")
    assert isinstance(await answers.current(), LiveAnalysis)
    assert (await next_fit(answers, shop)).cascades.size.tolist() == [2, 1, 2, 2, 2]


@pytest.mark.usefixtures("large")
async def test_a_join_that_should_have_been_heard_earlier_is_fitted_in_the_background(shop: Shop) -> None:
    shop.tell("@2h ana=?phone cy>ana:tea")
    answers = Answers(shop.store)
    await answers.current()
    shop.take([replace(event, id="late") for event in events("bea=?phone")])
    waiting = (await answers.current()).snapshot.people
    assert waiting.row("phone") == waiting.row("ana")
    heard = (await next_fit(answers, shop)).snapshot.people
    assert heard.row("phone") == heard.row("bea")


async def next_fit(answers: Answers, shop: Shop) -> Analysis:
    """The first analysis that is a fit of all that is in the store."""
    for _ in range(200):
        await asyncio.sleep(0.02)
        if answers.latest is not None and answers.latest.version == shop.store.version():
            return answers.latest
    raise TimeoutError


@pytest.fixture
def refit(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Signal, Signal]]:
    """Refits that have read the store set the first signal, and wait for the second."""
    read, go_on, fitted = Signal(), Signal(), refresh.fitted

    def slow(store: Any, previous: Analysis | None, how: refresh.Fitting) -> Analysis:
        fit = fitted(store, previous, how)
        if previous is not None:
            read.set()
            go_on.wait(10)
        return fit

    monkeypatch.setattr(refresh, "fitted", slow)
    yield read, go_on
    go_on.set()


IN_CASCADES = """query($after: String) {
  cascades(first: 1, after: $after) {
    nodes { product { key } participants { nodes { user { key } } } } pageInfo { endCursor hasNextPage } }
  dataset { version }
}"""


async def in_cascades(shop: Shop, after: str | None = None) -> tuple[dict[str, list[str]], str]:
    """Who is in each cascade, by product, page by page; and the version of all pages."""
    answer = await shop.ask(IN_CASCADES, after=after)
    page, version = answer["cascades"], answer["dataset"]["version"]
    found = {
        node["product"]["key"]: [one["user"]["key"] for one in node["participants"]["nodes"]]
        for node in page["nodes"]
    }
    if page["pageInfo"]["hasNextPage"]:
        others, same = await in_cascades(shop, page["pageInfo"]["endCursor"])
        assert same == version
        found |= others
    return found, version


async def until_other_than(shop: Shop, version: str) -> None:
    async with asyncio.timeout(10):
        while (await shop.ask("{ dataset { version } }"))["dataset"]["version"] == version:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.mark.usefixtures("large")
async def test_what_comes_during_a_refit_is_answered_with_the_right_names_before_and_after(
    shop: Shop, refit: tuple[Signal, Signal]
) -> None:
    read, go_on = refit
    truth = {"tea": ["mia", "max"], "pot": ["ana", "abe"], "mug": ["bea", "bob"]}
    shop.tell("mia>max:tea")
    assert await in_cascades(shop) == ({"tea": truth["tea"]}, shop.store.version())
    shop.tell("ana>abe:pot bea>bob:mug")
    await in_cascades(shop)
    await asyncio.to_thread(read.wait, 10)
    shop.tell("mia.view:tea")
    before, version = await in_cascades(shop)
    first = await shop.ask(IN_CASCADES)
    go_on.set()
    await until_other_than(shop, version)
    after, _ = await in_cascades(shop)
    assert before == after == truth
    end = first["cascades"]["pageInfo"]["endCursor"]
    rest, same = await in_cascades(shop, end)
    assert same == version, "a cursor goes on in the analysis that it is of"
    assert rest == {product: people for product, people in truth.items() if product != "tea"}


@pytest.mark.usefixtures("large")
async def test_a_refit_that_fails_is_told_in_the_log_and_tried_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.tell("ana>bea:tea")
    await shop.ask("{ dataset { version } }")
    read = shop.store.read

    def broken(since: str | None = None) -> Any:
        if since is None:
            raise ZeroDivisionError("of somebody")
        return read(since)

    monkeypatch.setattr(shop.store, "read", broken, raising=False)
    with capture_logs() as lines:
        shop.tell("cy>dan:tea cy>dan:mug cy>eve:tent")
        assert await shop.ask('{ user(key: "eve") { key } }') == {"user": {"key": "eve"}}
        async with asyncio.timeout(10):
            while not any(line["event"] == "not fitted" for line in lines):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    (line,) = (line for line in lines if line["event"] == "not fitted")
    assert (line["log_level"], line["exception"]) == ("error", "ZeroDivisionError")
    assert "somebody" not in str(line)
    monkeypatch.setattr(shop.store, "read", read, raising=False)
    shop.tell("cy>fay:tea")
    await shop.ask("{ dataset { version } }")
    await next_fit(shop.service.answers, shop)


@pytest.mark.usefixtures("large")
async def test_who_was_forgotten_is_gone_from_a_large_store_too(shop: Shop) -> None:
    shop.tell("ana>bea:tea ana>:mug")
    answers = Answers(shop.store)
    await answers.current()
    before = (await answers.current()).version
    shop.store.forget("ana")
    assert (await answers.current()).snapshot.people.row("ana") is None
    assert answers.held(before) is None


def living() -> int:
    """How many forests of cascades there are in memory."""
    gc.collect()
    return sum(isinstance(thing, Cascades) for thing in gc.get_objects())


@pytest.mark.usefixtures("large")
async def test_what_was_computed_goes_with_its_analysis(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh, "A_DELTA", 1_000)
    others = living()
    document = """{ cascades { totalCount } likeliest: cascades(filter: { parents: LIKELIEST }) { totalCount }
        noisy: cascades(filter: { includeNoise: true }) { totalCount } }"""
    shop.tell("ana>bea:tea")
    await shop.ask(document)
    for number in range(8):
        shop.tell(f"ana>u{number}:p{number}")
        await shop.ask(document)
    held = shop.service.answers.kept
    assert len(held) == refresh.HELD
    likeliest, fitted = 1, 2
    assert living() - others == 2 * len(held) + fitted + likeliest


async def test_nothing_computed_of_who_was_forgotten_stays(shop: Shop) -> None:
    others = living()
    shop.tell("ana>bea:tea  ana>cy:mug")
    await shop.ask("{ cascades { totalCount } }")
    shop.tell("bea>cy:tea")
    await shop.ask("{ cascades { totalCount } }")
    assert living() - others == 2
    shop.store.forget("ana")
    await shop.ask("{ cascades { totalCount } }")
    assert living() - others == 1
