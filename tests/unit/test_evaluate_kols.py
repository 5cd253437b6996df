"""Held out in time: nothing after the cut is known, the score is counted by hand, baselines are known."""

import json
from pathlib import Path

import numpy as np
import pytest

from api import cli
from graph.appeal import Acts
from graph.errors import InvalidInput
from graph.evaluate.kols import (
    HOUR,
    MODELS,
    ORACLE,
    OURS,
    Question,
    acts_of,
    credited,
    evaluate,
    faded_cover,
)
from graph.log import Log
from tests.real_logs import higgs_acts, higgs_log
from tests.toy import events, log_of

SHOP = "ana>bea,cy,dan:tea eva>bea,cy:mug fay>gus:pot @9d eva>hal,ida:mug fay>bea,cy,gus:pot ana>bea:tea"


@pytest.fixture
def log() -> Log:
    return log_of(events(SHOP))


def test_the_score_is_the_different_people_who_came_after_the_cut(log: Log):
    found = evaluate(log, train_share=0.5, k=1)
    assert (found.learned, found.asked, found.people) == (6, 6, 5)
    assert found.scores["greedy-cover"].seeds == ("ana",)
    assert found.scores["greedy-cover"].people.value == 1
    assert found.scores[ORACLE].seeds == ("fay",)
    assert found.scores[ORACLE].people.value == 3


def test_a_cover_prefers_whom_others_do_not_reach(log: Log):
    found = evaluate(log, train_share=0.5, k=2)
    assert found.scores["greedy-cover"].seeds == ("ana", "fay")
    assert found.scores["distinct-retweeters"].seeds == ("ana", "eva")


def test_ours_stands_beside_every_baseline_and_the_oracle(log: Log):
    found = evaluate(log, train_share=0.5, k=2)
    assert list(found.scores) == [*MODELS, ORACLE]
    ours = found.scores[OURS]
    assert (ours.ahead.low, ours.ahead.value, ours.ahead.high) == (0, 0, 0)
    for score in found.scores.values():
        assert score.ahead.value == ours.people.value - score.people.value == score.ahead_by_sharer.value
        assert score.people.low <= score.people.value <= score.people.high
    assert found.gap.unheard + found.gap.heard == found.scores[ORACLE].people.value


def test_each_who_came_is_credited_to_the_seed_they_came_to_first():
    rest = Acts(np.array([0, 1, 1, 2], np.int32), np.array([3, 3, 4, 5], np.int32), np.arange(4), 6)
    assert credited(rest, np.array([1, 0], np.int32)).tolist() == [1, 1, 0, 0, 0, 0]
    assert credited(rest, np.array([1, 2], np.int32)).tolist() == [0, 2, 1, 0, 0, 0]


def test_a_lead_that_one_sharer_decides_is_no_lead_when_sharers_are_drawn():
    past = "bea>b1,b2,b3:tea @239h ana>a1,a2:tea"
    later = f"@240h ana>{','.join(f'n{n}' for n in range(100))}:mug bea>m1,m2:mug"
    found = evaluate(log_of(events(f"{past} {later}")), train_share=0.05, k=1)
    assert (found.scores[OURS].seeds, found.scores["greedy-cover"].seeds) == (("ana",), ("bea",))
    lead = found.scores["greedy-cover"]
    assert lead.ahead.low > 80
    assert lead.ahead_by_sharer.low <= 0


def test_a_cover_that_fades_prefers_whom_people_came_to_lately():
    at = np.array([1, 2, 3, 23]) * HOUR
    acts = Acts(np.array([0, 0, 0, 1], np.int32), np.array([2, 3, 4, 5], np.int32), at, 6)
    question = Question(acts, 24 * HOUR, k=1)
    assert faded_cover(question, 1.0).tolist() == [1]
    assert faded_cover(question, 1_000.0).tolist() == [0]


def test_what_comes_after_the_cut_changes_no_choice():
    quiet = evaluate(log_of(events(SHOP)), train_share=0.5, k=2)
    loud = evaluate(log_of(events(SHOP.replace("ana>bea:tea", "gus>ida:tea"))), train_share=0.5, k=2)
    for name in MODELS:
        assert quiet.scores[name].seeds == loud.scores[name].seeds


def test_people_are_numbered_by_shorter_keys_first():
    _, keys = acts_of(log_of(events("u10>u9:tea u2>u10:tea")))
    assert keys == ["u2", "u9", "u10"]


def test_a_log_without_two_parts_is_refused_with_a_sentence():
    with pytest.raises(InvalidInput, match="0 openings before the cut"):
        evaluate(log_of(events("ana>bea:tea")))


@pytest.mark.real_logs
def test_higgs_at_sixty_percent_is_what_others_measured_and_ours_is_above_it(real_logs: Path):
    found = evaluate(higgs_log(higgs_acts(real_logs)), train_share=0.6, k=50)
    people = {name: score.people.value for name, score in found.scores.items()}
    known = {"greedy-cover": 15_124, "power-law-cover": 19_246, "pagerank": 13_321, ORACLE: 30_110}
    assert {name: people[name] for name in known} == known
    assert found.scores["greedy-cover"].ahead.low > 0


def test_the_command_prints_every_model_and_explains_the_gap(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "higgs-activity_time.txt"
    file.write_text("".join(f"{100 + n} {n % 3} {1_341_100_800 + n} RT\n" for n in range(20)))
    asked = "evaluate", "kols", str(file), "--format", "higgs", "--k", "2"
    assert cli.main([*asked, "--json"]) == 0
    models = json.loads(capsys.readouterr().out)["models"]
    assert list(models) == [*MODELS, ORACLE]
    assert models["ris"]["behind_ours_by_sharer"]["value"] == models["ris"]["behind_ours_by"]["value"]
    assert models[OURS]["direct_retweeters"].keys() == {"value", "low", "high"}
    assert cli.main(asked) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "ours ahead by" in shown
    assert "drawn by sharer" in shown
    assert all(name in shown for name in models)
    assert "nobody had opened before the cut" in shown
