"""Groups: what somebody joined comes first, what goes with a past is lifted, reasons add up."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from api import cli
from graph.errors import UnreadableSource
from graph.evaluate.groups import OURS, Before, Narrow, chosen
from graph.taste import ItemKNN
from graph.taste.starts import Starts
from loaders.groups import read_groups

HEAD = "part\tinitiator\titem\tparticipants\n"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Four hundred people of four tastes, who join one group and start two, one of them in the test part."""
    dice = np.random.default_rng(2)

    def item(person: int) -> int:
        return person % 4 * 30 + int(30 * dice.random() ** 2)

    lines = []
    for person in range(400):
        friend = (person + 4 * int(dice.integers(1, 50))) % 400
        lines.append(f"tune\t{person}\t{item(person)}\t{friend}")
        lines.append(f"test\t{person}\t{item(person)}\t{friend},{(friend + 4) % 400}")
        lines.append(f"invalid\t{person}\t{item(person)}\t")
    path = tmp_path_factory.mktemp("shop") / "groups.tsv.gz"
    path.write_bytes(gzip.compress((HEAD + "\n".join(lines) + "\n").encode()))
    return str(path)


def test_groups_are_read_by_part(tmp_path: Path):
    (tmp_path / "groups.tsv").write_text(
        HEAD + "tune\tana\ttea\tbea,cy\ntest\tbea\tpot\tana\ninvalid\tcy\tmug\t\n"
    )
    log = read_groups(str(tmp_path))
    assert (log.users, log.items) == (3, 1)
    assert (log.learned.starter.tolist(), log.learned.item.tolist()) == ([0], [0])
    assert len(log.learned.joins()[0]) == 2
    assert log.asked.item.tolist() == log.failed.item.tolist() == [-1]


@pytest.mark.parametrize(
    ("text", "said"), [("a\tb\n1\t2\n", "columns are"), (HEAD + "tune\t1\t2\t3\n", "part test")]
)
def test_a_table_of_another_kind_is_refused(tmp_path: Path, text: str, said: str):
    (tmp_path / "groups.tsv").write_text(text)
    with pytest.raises(UnreadableSource, match=said):
        read_groups(str(tmp_path))


def test_what_somebody_joined_comes_first_and_what_goes_with_their_past_next(file: str):
    log = read_groups(file)
    model = Starts.of(log.pasts(log.learned))
    scores = model.scores(np.arange(20))
    joined = model.pasts.joined[np.arange(20)].toarray() > 0
    assert scores[joined].min() > scores[~joined].max()
    alone = replace(model, bonus=0.0).scores(np.arange(20))
    taste = np.arange(20) % 4
    kind = np.array([int(np.bincount(model.lifts.kind[best]).argmax()) for best in np.argsort(-alone)[:, :5]])
    assert len({(one, other) for one, other in zip(taste, kind, strict=True)}) == 4


@pytest.mark.parametrize(("power", "bonus"), [(0.0, 0.0), (0.5, 100.0), (1.0, 1.0)])
def test_a_score_is_the_sum_of_its_reasons(file: str, power: float, bonus: float):
    log = read_groups(file)
    model = replace(Starts.of(log.pasts(log.learned)), power=power, bonus=bonus)
    for user, item in ((0, 3), (7, 50), (11, 80)):
        score = float(model.scores(np.array([user]))[0, item])
        assert model.parts(user, item).score == pytest.approx(score, rel=1e-5)


def test_settings_are_chosen_without_the_part_that_is_asked(file: str):
    log = read_groups(file)
    nothing = replace(log, asked=log.asked.first(1))
    assert chosen(log, failed=True) == chosen(nothing, failed=True)


def test_ours_stands_beside_every_baseline(file: str, capsys: pytest.CaptureFixture[str]):
    assert cli.main(["evaluate", "groups", file, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    names = {
        "popularity",
        "joined",
        "friends",
        "item-knn",
        "user-knn",
        "als",
        "ease",
        f"{OURS}-without-failed",
    }
    assert told["models"].keys() == names | {OURS}
    assert told["ours_ahead_of"].keys() == names
    assert told["models"][OURS]["ndcg@10"] > told["models"]["popularity"]["ndcg@10"]


def test_scores_of_baselines_are_sums_too(file: str):
    held = read_groups(file).held()
    narrow = Narrow.of(ItemKNN(), held.known)
    before = Before(held.known.chosen, np.arange(held.known.items, dtype=np.float32))
    for fitted in (narrow, before):
        for user, item in ((0, 3), (7, 50)):
            score = float(fitted.scores(np.array([user]))[0, item])
            assert fitted.parts(user, item).score == pytest.approx(score, rel=1e-5)


def test_a_sample_of_groups_is_asked_about(file: str):
    log = read_groups(file)
    assert len(log.held(most=50).users) == 50
    assert log.held(most=50, seed=1).asked.nnz == 50
