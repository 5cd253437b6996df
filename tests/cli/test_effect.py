"""`sharegraph effect` on the command line."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from api import cli
from graph.events import Row
from loaders.stores import open_store
from tests import toy

# Ana's followers buy what she shares; Zoe's, who are as many and as busy, do other things meanwhile.
TOLD = " ".join(
    [
        *(f"ana~f{n} zoe~o{n}" for n in range(12)),
        *(f"f{n}.view:cup o{n}.view:cup" for n in range(12)),
        "@1d ana>:tea",
        *(f"f{n}$tea=3" for n in range(8)),
        "@30d o1.view:cup",
    ]
)


@pytest.fixture
def store(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    with closing(open_store(url)) as opened:
        opened.allow_by_default(allowed=True)
        opened.append([Row(line, (event,)) for line, event in enumerate(toy.events(TOLD), 1)])
    return url


def test_both_effects_come_with_their_intervals(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["effect", "--product", "tea", "--store", store, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["product"], told["outcome"], told["exposures"]) == ("tea", "purchase", 12)
    for name in ("exposed", "others", "alike", "naive", "matched"):
        assert told[name]["low"] <= told[name]["value"] <= told[name]["high"]
    assert told["naive"]["low"] > 1


def test_a_table_says_what_it_cannot_know(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["effect", "--store", store]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "What likeness the log does not hold is in it still" in said


def test_an_unknown_product_is_named(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["effect", "--product", "chai", "--store", store]) == 1
    assert "'chai' is not in the store" in capsys.readouterr().err
