"""The track record on the command line, from asking to scoring; and in fast motion."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from api import cli
from graph.promises.promise import Kind
from loaders.ingest import ingest_events
from loaders.stores import open_store
from tests import toy
from tests.loads import NOW

BEFORE = "ana>bea,cy:tea bea>dan:tea"
AFTER = f"{BEFORE} @1d ana>:tea ana>bea,cy:tea bea>:tea @9d ana.view:tea"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'shop.db'}"


@pytest.fixture
def run(url: str, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    def ran(*arguments: str) -> Any:
        assert cli.main([*arguments, "--store", url, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return ran


def tell(url: str, text: str) -> None:
    with closing(open_store(url)) as store:
        store.allow_by_default(allowed=True)
        assert not ingest_events(toy.events(text), store, now=NOW).rejected


def test_what_was_forecast_is_scored_once_it_is_due(url: str, run: Callable[..., Any]) -> None:
    tell(url, BEFORE)
    asked = run("kols", "--first", "2")
    assert {node["user"]["key"] for node in asked["nodes"]} == {"ana", "bea"}
    (before,) = run("track-record")["kinds"]
    assert (before["kind"], before["unit"], before["given"], before["pending"]) == ("kols", "people", 1, 1)
    tell(url, AFTER)
    record = run("track-record")
    (after,) = record["kinds"]
    assert (after["pending"], after["void"], after["scored"]) == (0, 0, 1)
    reach = asked["reach"]["value"]
    assert after["bias"] == pytest.approx(reach / 3 - 1)
    assert record["chain"]["brokenAt"] is None
    assert run("track-record") == record


def test_a_figure_that_was_mended_afterwards_is_found(
    url: str, run: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    tell(url, BEFORE)
    run("kols", "--first", "2")
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
        file.execute("UPDATE promises SET value = value + 1")
        file.commit()
    assert cli.main(["track-record", "--store", url, "--json"]) == 1
    told = capsys.readouterr()
    assert json.loads(told.out)["chain"]["brokenAt"] == 1
    assert "promise 1" in told.err


def test_whoever_was_asked_about_is_in_no_file_once_forgotten(
    url: str, tmp_path: Path, run: Callable[..., Any]
) -> None:
    tell(url, BEFORE)
    run("kols", "--first", "2")
    run("forget", "bea", "--yes")
    assert [path for path in tmp_path.rglob("*") if path.is_file() and b"bea" in path.read_bytes()] == []
    record = run("track-record")
    assert (record["kinds"][0]["given"], record["chain"]["brokenAt"]) == (1, None)


def test_nothing_forecast_is_a_sentence(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    tell(url, BEFORE)
    assert cli.main(["track-record", "--store", url]) == 0
    assert "Nothing was forecast yet" in capsys.readouterr().out


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("shop")
    assert cli.main(["generate", "--out", str(folder), "--users", "400", "--events", "8000"]) == 0
    return str(folder)


def test_a_log_told_again_in_steps_gives_a_record_of_every_kind(
    shop: str, run: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    asked = ("--steps", "3", "--horizon", "7d", "--people", "20", "--cascades", "50")
    record = run("evaluate", "track-record", shop, *asked)
    kinds = {one["kind"] for one in record["kinds"]}
    assert kinds == {kind.value for kind in Kind}
    assert all(one["given"] == one["pending"] + one["void"] + one["scored"] for one in record["kinds"])
    assert sum(one["scored"] for one in record["kinds"]) > 0
    assert record["chain"]["brokenAt"] is None


def test_a_log_that_is_too_short_is_told_so(shop: str, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["evaluate", "track-record", shop, "--horizon", "4000d"]) == 2
    assert "take a shorter one" in capsys.readouterr().err
