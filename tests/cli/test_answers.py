"""What came of suggestions, on the command line: from an answer of the API to its rates."""

import asyncio
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from api import cli
from api.request import Asked
from api.service import Service
from graph.events import Consent, Event, Kind
from loaders.ingest import ingest_events
from loaders.stores import open_store
from tests import toy
from tests.loads import NOW

ALLOWED = [
    Event(f"k-{key}", Kind.CONSENT, toy.START, user=key, consent=Consent(personalisation=True, research=True))
    for key in ("ana", "bea", "cy")
]
SHOP = [*ALLOWED, *toy.events("ana>bea,cy:tea ana>:mug ana>:cup cy$mug")]
FEED = '{ suggestions(user: "bea", context: { surface: "home" }) { answerId nodes { product { key } } } }'


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'shop.db'}"


def tell(url: str, events: list[Event]) -> None:
    with closing(open_store(url)) as store:
        assert not ingest_events(events, store, now=NOW).rejected


def answered(url: str) -> Any:
    async def ask(service: Service) -> Any:
        reply = await service.answer(Asked(FEED))
        await service.end()
        return reply.data

    with closing(open_store(url)) as store:
        return asyncio.run(ask(Service(store, clock=lambda: NOW)))["suggestions"]


def run(url: str, *arguments: str) -> int:
    return cli.main(["answers", *arguments, "--store", url])


def test_an_answer_is_shown_opened_and_told_of(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    tell(url, SHOP)
    given = answered(url)
    product, answer = given["nodes"][0]["product"]["key"], given["answerId"]
    seen = {"user": "bea", "product": product, "answer": answer, "rank": 1}
    tell(
        url,
        [
            Event("x1", Kind.EXPOSURE, NOW, **seen),
            Event("x2", Kind.OPEN, NOW, **seen, sharer="ana"),
            Event("x3", Kind.EXPOSURE, NOW, user="cy", product="tea", answer="~none"),
        ],
    )
    capsys.readouterr()
    assert run(url, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["answers"], told["showings"]) == (1, 1)
    by = {(one["by"], one["of"]): one["opened"]["value"] for one in told["rates"]}
    assert by["surface", "home"] == by["rank", "1"] == by["all", ""] == 1.0
    assert told["misfits"]["unknown"] == 1
    assert told["withoutExploration"] is None
    assert run(url) == 0
    said = capsys.readouterr().out
    assert "Answers given: 1." in " ".join(said.split())
    assert "1 name an answer that is not kept." in " ".join(said.split())
    assert run(url, "--since", "2099-01-01", "--json") == 0
    assert json.loads(capsys.readouterr().out)["showings"] == 0


def test_who_does_not_allow_research_is_counted_in_no_rate(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tell(url, SHOP)
    given = answered(url)
    seen = {"product": given["nodes"][0]["product"]["key"], "answer": given["answerId"], "rank": 1}
    tell(url, [Event("x1", Kind.EXPOSURE, NOW, user="bea", **seen)])
    tell(url, [Event("x2", Kind.CONSENT, NOW, user="bea", consent=Consent(research=False))])
    capsys.readouterr()
    assert run(url, "--json") == 0
    printed = capsys.readouterr()
    told = json.loads(printed.out)
    assert (told["answers"], told["showings"]) == (0, 0)
    assert not any(told["misfits"].values())
    assert "1 person does not allow research and is left out" in printed.err


def test_without_exposures_it_says_what_is_missing(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    tell(url, SHOP)
    answered(url)
    assert run(url) == 0
    assert "Answers given: 1. No EXPOSURE event names one of them." in capsys.readouterr().out


def test_a_time_that_is_none_is_told_as_such(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    tell(url, SHOP)
    assert run(url, "--since", "yesterday") == 2
    assert "'yesterday' is no time" in capsys.readouterr().err
