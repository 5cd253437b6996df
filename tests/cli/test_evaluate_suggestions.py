"""`sharegraph evaluate suggestions` and `evaluate diversity` on a small folder and on a small log."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from api import cli
from api.cli.evaluate.pictures import Dot, curves, dots
from graph.evaluate.suggestions.diversity import most_shown

pytestmark = pytest.mark.slow

BASELINES = {"popularity", "item-knn", "user-knn", "ease", "als", "friends"} | {
    "blend-without-friends",
    "blend-without-content",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A hundred people of five tastes, who listen to people of their own."""
    dice = np.random.default_rng(3)
    user = np.repeat(np.arange(100), 10)
    item = user % 5 * 20 + (20 * dice.random(len(user)) ** 2).astype(np.int64)
    friend = (user + 5 * dice.integers(1, 6, len(user))) % 100
    made = tmp_path_factory.mktemp("tastes")
    kinds = (f"{one}\t{one // 20}" for one in range(100))
    (made / "item_category.tsv").write_text("\n".join(["item\tcategory", *kinds]) + "\n")
    for name, head, other in (("train", "item", item), ("social", "friend", friend)):
        lines = [f"user\t{head}", *(f"{one}\t{two}" for one, two in zip(user, other, strict=True))]
        (made / f"{name}.tsv").write_text("\n".join(lines) + "\n")
    return str(made)


def test_the_blend_stands_beside_every_baseline(folder: str, capsys: pytest.CaptureFixture[str]):
    assert cli.main(["evaluate", "suggestions", folder, "--split", "8:1:1", "--json"]) == 0
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert told["models"].keys() >= BASELINES | {"blend"}
    assert all(f"{name}: " in err for name in told["models"])
    assert told["peak_bytes"] > 0
    assert {"recall@10", "mrr", "coverage3@10", "gini@10"} <= told["groups"]["blend"]["5–9"].keys()
    blend = told["models"]["blend"]
    assert blend["ndcg@10"] > told["models"]["popularity"]["ndcg@10"]
    low, high = told["intervals"]["blend"]["ndcg@10"]
    assert low < blend["ndcg@10"] < high
    assert told["blend_ahead_of"].keys() == told["models"].keys() - {"blend"}
    assert told["friends_add"]["all"]["ndcg@10"]["p"] <= 1


def test_tables_and_a_picture_are_for_people(folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    picture = tmp_path / "seen.svg"
    run = ["evaluate", "suggestions", folder, "--split", "8:2", "--seed", "1", "--picture", str(picture)]
    assert cli.main(run) == 0
    said = capsys.readouterr().out
    titles = "What people chose", "NDCG@10 by how many choices", "How broad the lists are", "The blend's lead"
    for title in (*titles, "What friends add"):
        assert title in said
    assert set(re.findall(r">([^<]+)</text>", picture.read_text())) >= BASELINES


def test_a_log_is_cut_in_time_and_what_is_served_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    shop = str(tmp_path / "shop")
    assert cli.main(["generate", "--users", "150", "--events", "4000", "--out", shop]) == 0
    capsys.readouterr()
    assert cli.main(["evaluate", "suggestions", shop, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {"served", "served-friends", "served-interest", "blend", "popularity"} <= told["models"].keys()
    assert told["models"]["served"]["recall@50"] > 0


def test_curves_say_what_the_default_costs(folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    picture = tmp_path / "curves.svg"
    run = ["evaluate", "diversity", folder, "--split", "8:2", "--picture", str(picture)]
    assert cli.main([*run, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    knobs = {"coverage", "diversity", "calibration", "exploration"}
    assert told["curves"].keys() == knobs | {"popularity^a", "random-last"}
    assert told["models"].keys() == {"best-first", "served"}
    for control, one in told["ahead_of"].items():
        curve, served, lead = told["curves"][control], told["models"]["served"], one["items_at_equal_ndcg"]
        ndcg, several = (np.array([point[name] for point in curve]) for name in ("ndcg@10", "coverage3@10"))
        shown = most_shown(ndcg, several, served["ndcg@10"])
        assert lead["value"] == pytest.approx(told["items"] * (served["coverage3@10"] - shown), abs=1e-6)
        assert lead["low"] <= lead["value"] <= lead["high"]
    assert picture.read_text().count("<polyline") == 6
    assert cli.main(run) == 0
    assert "What the default is ahead of" in capsys.readouterr().out


def test_curves_of_the_validation_part_see_nothing_of_what_is_held_out(
    folder: str, capsys: pytest.CaptureFixture[str]
):
    run = ["evaluate", "diversity", folder, "--split"]
    assert cli.main([*run, "8:2", "--validation"]) == 2
    assert "--split 8:1:1" in capsys.readouterr().err
    said = []
    for words in ([], ["--validation"]):
        assert cli.main([*run, "8:1:1", *words, "--json"]) == 0
        said.append(json.loads(capsys.readouterr().out)["curves"])
    asked, validation = said
    assert asked != validation
    for curve in validation.values():
        for point in curve[1:]:
            change = point["ndcg@10_change"]
            assert change["low"] <= change["value"] <= change["high"]
            assert change["value"] == pytest.approx(point["ndcg@10"] - curve[0]["ndcg@10"])
            assert 1 <= point["kinds@10"] <= 5


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--split", "8:x"], "no split"),
        (["--split", "1:2:3:4"], "two or three"),
        (["--split", "nan:1:1"], "two or three positive"),
        (["--split", "8:inf"], "two or three positive"),
        ([], "neither test.tsv"),
    ],
)
def test_a_split_that_cannot_be_is_explained(
    folder: str, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
):
    assert cli.main(["evaluate", "suggestions", folder, *words]) != 0
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("val", ["", "ana\ttea\n"], ids=["nothing in it", "what is known"])
def test_a_validation_part_that_tells_nothing_is_none(
    val: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    train = "ana\ttea\nana\tmug\nbea\ttea\nbea\tpot\nbea\tmug\n"
    for name, rows in {"train": train, "val": val, "test": "ana\tpot\n"}.items():
        (tmp_path / f"{name}.tsv").write_text(f"user\titem\n{rows}")
    assert cli.main(["evaluate", "suggestions", str(tmp_path), "--tune", "--json"]) == 0
    given = capsys.readouterr().err
    (tmp_path / "val.tsv").unlink()
    assert cli.main(["evaluate", "suggestions", str(tmp_path), "--tune", "--json"]) == 0
    chosen = re.compile("^.*chosen were.*$", re.MULTILINE)
    assert chosen.findall(given) == chosen.findall(capsys.readouterr().err) != []


def test_who_has_one_choice_each_leaves_nothing_to_tune_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "train.tsv").write_text("user\titem\nana\ttea\nbea\ttea\n")
    (tmp_path / "test.tsv").write_text("user\titem\nana\tmug\n")
    assert cli.main(["evaluate", "suggestions", str(tmp_path), "--tune"]) == 2
    assert "laid aside" in capsys.readouterr().err


def test_a_log_is_not_split_by_user(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "events.csv").write_text("id,kind,at,user,product\n")
    assert cli.main(["evaluate", "suggestions", str(tmp_path), "--split", "8:2"]) == 2
    assert "--train-share" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["suggestions", "diversity"])
@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("e1,PURCHASES,2026-05-01T00:00Z,ana,tea", "1 of 1 rows were refused: unknown kind (1)"),
        ("e1,PURCHASE,2026-05-01T00:00Z,ana,tea", "nothing to learn from"),
        (
            "\n".join(f"e{i},PURCHASE,2026-05-0{i}T00:00Z,u{i},tea" for i in range(1, 6)),
            "nobody has anything",
        ),
    ],
)
def test_a_log_that_says_too_little_is_told_what_it_lacks(
    command: str, rows: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "events.csv").write_text(f"id,kind,at,user,product\n{rows}\n")
    assert cli.main(["evaluate", command, str(tmp_path)]) == 2
    assert said in capsys.readouterr().err


def test_the_same_figures_make_the_same_picture():
    rows = [Dot("blend", 0.22, 0.21, 0.23), Dot("a <b>", 0.1, 0.09, 0.12)]
    assert dots("Seen", "NDCG", rows) == dots("Seen", "NDCG", rows)
    assert "a &lt;b&gt;" in dots("Seen", "NDCG", rows)
    assert "nan" not in curves("Cost", ("x", "y"), {"flat": [(0.0, 1.0), (1.0, 1.0)]}, mark=[(1.0, 1.0)])
