"""`--tune` of the evaluations: it chooses, by what it may see, in the time it has, and says what it chose."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from api import cli
from api.cli.evaluate import heldout
from bench import crowd
from graph.taste.blend import Mixed, Recipe
from graph.taste.roster import sources
from graph.taste.tuning import in_words
from loaders.folders import read_folder

pytestmark = pytest.mark.slow

SIZE = crowd.Size(users=60, items=48, choices=900, ties=240, tastes=4)
BLENDS = ["blend", "blend-without-friends"]
SAID = re.compile(r"^sharegraph: (\S+): chosen were (.+)$", re.MULTILINE)
SETTINGS = re.compile(r"\w+ \([^)]+\)")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty people who are made up."""
    made = tmp_path_factory.mktemp("crowd") / "first"
    crowd.write(made, SIZE, seed=5)
    return made


@pytest.fixture(scope="module")
def elsewhere(folder: Path) -> Path:
    """The same people and items; only what is asked is something else."""
    made = folder.parent / "elsewhere"
    made.mkdir()
    for name in ("train", "social", "test"):
        (made / f"{name}.tsv").write_bytes((folder / f"{name}.tsv").read_bytes())
    head, *rows = (made / "test.tsv").read_text().splitlines()
    users, items = zip(*(row.split("\t") for row in rows), strict=True)
    others = np.random.default_rng(0).permutation(items)
    asked = [f"{user}\t{item}" for user, item in zip(users, others, strict=True)]
    (made / "test.tsv").write_text("\n".join([head, *asked]) + "\n")
    return made


Answer = tuple[dict[str, Any], dict[str, str]]
"""What `--json` printed, and what stderr says was chosen for each blend."""


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> Answer:
    assert cli.main(["evaluate", *words, "--json"]) == 0
    out, err = capsys.readouterr()
    return json.loads(out), dict(SAID.findall(err))


def unattended(folder: Path) -> set[str]:
    """The settings that a blend starts from, as they are told."""
    known = read_folder(str(folder)).held().known
    models = sources(known)
    return set(SETTINGS.findall(in_words(Mixed(models, Recipe(((1.0,) * len(models),))), known)))


def test_what_is_asked_has_no_say_in_what_is_chosen(
    folder: Path, elsewhere: Path, capsys: pytest.CaptureFixture[str]
):
    told, chosen = answer(capsys, "suggestions", str(folder), "--tune")
    other, again = answer(capsys, "suggestions", str(elsewhere), "--tune")
    assert list(chosen) == BLENDS
    assert chosen == again
    assert all(told["models"][name]["ndcg@10"] != other["models"][name]["ndcg@10"] for name in BLENDS)
    assert told["models"].keys() >= {"ease", "als", "item-knn", "user-knn", "popularity", "friends"}
    _, curves = answer(capsys, "diversity", str(elsewhere), "--tune")
    assert curves == {"blend": chosen["blend"]}


def test_with_time_other_settings_are_chosen_and_without_it_those_that_nobody_chose(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    plain, nothing = answer(capsys, "suggestions", str(folder))
    assert nothing == {}
    tuned, chosen = answer(capsys, "suggestions", str(folder), "--tune")
    assert set(SETTINGS.findall(chosen["blend"])) - unattended(folder)
    assert tuned["models"]["blend"] != plain["models"]["blend"]
    monkeypatch.setattr(heldout, "TUNED_FOR", 0.0)
    _, hurried = answer(capsys, "suggestions", str(folder), "--tune")
    assert list(hurried) == BLENDS
    assert set(SETTINGS.findall(hurried["blend"])) <= unattended(folder)


def test_of_a_log_there_is_nothing_to_tune_for_curves(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    shop = str(tmp_path / "shop")
    assert cli.main(["generate", "--users", "60", "--events", "1500", "--out", shop]) == 0
    assert cli.main(["evaluate", "diversity", shop, "--tune"]) == 2
    assert "--tune is for a folder" in capsys.readouterr().err
