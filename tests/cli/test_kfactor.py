"""The k-factor and the evaluation of forecasts on the command line."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from api import cli
from graph.events import Row
from loaders.stores import open_store
from tests import toy


@pytest.fixture
def store(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    with closing(open_store(url)) as opened:
        opened.allow_by_default(allowed=True)
        told = toy.events("ana>bea,cy:tea @8d bea>dan:mug")
        opened.append([Row(line, (event,)) for line, event in enumerate(told, 1)])
    return url


def test_a_row_for_all_shares_for_each_group_and_for_each_period(
    store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["kfactor", "--by", "PRODUCT", "--every", "WEEK", "--store", store]) == 0
    shown = capsys.readouterr().out
    assert "all shares" in shown
    assert "2026-04-27" in shown
    assert "2026-05-04 …" in shown
    assert cli.main(["kfactor", "--store", store]) == 0
    assert "not said" not in capsys.readouterr().out


def test_json_is_the_answer_of_the_api(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["kfactor", "--by", "PRODUCT", "--store", store, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["overall"]["converted"] == 3
    assert [group["product"]["key"] for group in found["groups"]] == ["tea", "mug"]


def test_forecasts_are_evaluated_beside_all_baselines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    topics = (
        f"r{n} {','.join(f'u{m} {n * 60 + m * m * 30}' for m in range(1, 2 + n * n % 7))}" for n in range(400)
    )
    (tmp_path / "cascades.txt").write_text("\n".join(topics))
    log = [
        "evaluate",
        "cascades",
        str(tmp_path),
        "--format",
        "android-cascades",
        "--end",
        "1h",
        "--age",
        "2m",
    ]
    assert cli.main([*log, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["models"].keys() == {
        "ours", "current-size", "mean-growth", "log-linear", "constant-scaling", "log-log",
    }  # fmt: skip
    assert {"median_relative_error@2 m", "coverage@2 m"} <= found["models"]["ours"].keys()
    assert cli.main(log) == 0
    assert "A baseline has the smaller median error" in capsys.readouterr().out
