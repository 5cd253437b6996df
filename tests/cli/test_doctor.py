"""What the doctor finds, on logs drawn in text."""

import json
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from api import cli
from api.cli import checks
from api.cli.checks import Finding
from graph.events import Product
from graph.suggest.taught import Learned
from graph.suggest.weights import Blend
from loaders.lessons import keep
from loaders.sealing import PLAIN
from loaders.snapshots import save
from tests import toy

NOW = toy.START + timedelta(days=1)
HEALTHY = "ana>bea,cy:tea ana>bea>dan:tea bea$tea=12.50"
TEA = [Product("tea", category="drinks")]


def verdicts(found: Iterable[Finding]) -> dict[str, str]:
    return {finding.check: finding.verdict for finding in found}


def test_of_a_healthy_log_nothing_is_to_be_done() -> None:
    found = list(checks.log(toy.snapshot(HEALTHY, catalogue=TEA), NOW))
    assert set(verdicts(found).values()) == {"ok"}
    assert {finding.remedy for finding in found} == {""}


@pytest.mark.parametrize(
    ("told", "check", "verdict"),
    [
        ("", "events", "fail"),
        ("ana$tea", "shares", "fail"),
        ("ana>:tea", "opens", "fail"),
        ("ana>:tea bea.open:tea", "opens", "warn"),
        ("ana>bea:tea", "purchases", "warn"),
        ("ana>bea:tea bea>cy:tea", "parents", "warn"),
        ("ana>bea:tea " + "@1h bea.open:tea " * 9, "noise", "warn"),
        ("ana=?phone bea=?phone", "visitors", "warn"),
        ("ana>bea:tea @6000d ana>bea:tea", "span", "warn"),
    ],
)
def test_each_illness_is_found(told: str, check: str, verdict: str) -> None:
    assert verdicts(checks.log(toy.snapshot(told), NOW))[check] == verdict


def test_whatever_is_not_well_has_its_way_out() -> None:
    for told in ("", "ana$tea", "ana>:tea", "ana>bea:tea bea>cy:tea", "ana=?phone bea=?phone"):
        for finding in checks.log(toy.snapshot(told), NOW):
            assert bool(finding.remedy) == (finding.verdict != "ok")


def test_when_lessons_were_learned_is_told(tmp_path: Path) -> None:
    snapshot = toy.snapshot(HEALTHY)
    save(snapshot, tmp_path, PLAIN)
    assert checks.lessons(tmp_path, snapshot.version, PLAIN).says == "none of this version yet"
    keep(Learned(Blend(), None, None), tmp_path, snapshot, "so", PLAIN)
    assert checks.lessons(tmp_path, snapshot.version, PLAIN).says.startswith("learned on 20")


def test_rows_that_were_refused_are_told_by_reason() -> None:
    found = checks.refused({"unknown share": 1_200, "half a line": 1})
    assert (found.verdict, found.says) == ("warn", "rows refused: 1,200 × unknown share; 1 × half a line")
    assert checks.refused({}).verdict == "ok"


def test_products_without_a_category_are_told() -> None:
    assert verdicts(checks.log(toy.snapshot(HEALTHY), NOW))["catalogue"] == "warn"


@pytest.mark.parametrize(("age", "verdict"), [(1, "ok"), (31, "warn"), (-1, "warn")])
def test_a_log_that_ended_long_ago_or_in_the_future_is_told(age: int, verdict: str) -> None:
    snapshot = toy.snapshot(HEALTHY)
    assert verdicts(checks.log(snapshot, snapshot.at + timedelta(days=age)))["age"] == verdict


def test_without_a_store_the_machine_is_examined_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'none.db'}"
    assert cli.main(["doctor", "--json", "--store", url]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] == "fail"
    assert {"python", "libraries", "networkx", "disk", "store"} == {f["check"] for f in told["findings"]}
    assert not (tmp_path / "none.db").exists()
