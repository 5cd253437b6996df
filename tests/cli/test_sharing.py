"""Whom to share with, on the command line."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from api import cli
from api.cli import sharing
from graph.events import Row, User
from loaders.stores import open_store
from tests import toy

TOLD = "ana>bea:tea ana>bea,cy:mug dan>ana:tea cy>eve:pot"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('store') / 'shop.db'}"
    with closing(open_store(url)) as opened:
        opened.allow_by_default(allowed=True)
        opened.append([Row(line, (event,)) for line, event in enumerate(toy.events(TOLD), 1)])
        opened.upsert_users([User("eve", name="Eve", region="Lyon")])
    return url


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = cli.main(list(arguments))
    return code, *capsys.readouterr()


def asked(capsys: pytest.CaptureFixture[str], store: str, *arguments: str) -> Any:
    code, out, err = run(capsys, *arguments, "--store", store, "--json")
    assert code == 0, err
    return json.loads(out)


def test_recipients_are_friends_best_first(store, capsys):
    found = asked(capsys, store, "recipients", "ana", "pot")
    assert found["nodes"][0]["user"]["key"] == "bea"
    assert {node["user"]["key"] for node in found["nodes"]} == {"bea", "cy", "dan"}


def test_the_table_says_why(store, capsys):
    code, out, _ = run(capsys, "recipients", "ana", "pot", "--store", store)
    assert code == 0
    assert "opened 2 of 2 shares of ana" in " ".join(out.split())
    assert "log-odds" in out


def test_an_audience_may_be_of_one_region(store, capsys):
    found = asked(capsys, store, "audience", "tea", "--region", "Lyon", "--exclude", "ana")
    assert [node["user"]["key"] for node in found["nodes"]] == ["eve"]


@pytest.mark.parametrize(
    "question", [("recipients", "nobody", "tea"), ("recipients", "ana", "x"), ("audience", "x")]
)
def test_who_and_what_is_unknown_is_named(store, capsys, question):
    code, _, err = run(capsys, *question, "--store", store)
    assert code == 1
    assert "nobody" in err or "'x'" in err


def test_an_audience_of_nobody_is_told_so(store, capsys):
    code, out, _ = run(capsys, "audience", "tea", "--active-since", "2027-01-01", "--store", store)
    assert code == 0
    assert "Nobody to list." in out
    assert "log-odds" not in out


@pytest.mark.parametrize("question", [("audience", "tea"), ("kols",)], ids=" ".join)
def test_a_region_where_nobody_lives_is_told_with_those_that_there_are(store, capsys, question):
    code, out, err = run(capsys, *question, "--region", "Nowhere", "--store", store)
    assert (code, out) == (2, "")
    assert err == "sharegraph: filter.region: nobody lives in 'Nowhere'; the commonest are Lyon\n"


@pytest.mark.parametrize(
    ("weight", "how"),
    [(0.29, "more than"), (-0.07, "less than"), (0.0, "as much as"), (-0.004, "as much as")],
)
def test_a_taste_that_may_not_be_told_in_detail_is_told_as_such(weight, how):
    interest = {"__typename": "InterestReason", "weight": weight, "because": []}
    (said,) = sharing._spoken([interest])
    assert said.endswith(f" takes to its kind {how} the average pair")


@pytest.mark.parametrize(
    ("common", "said"), [(0, "nobody in common"), (1, "1 person in common"), (2, "2 people in common")]
)
def test_one_person_in_common_is_one(common, said):
    circle = {"__typename": "CircleReason", "weight": 0.131, "inCommon": common, "size": 3}
    assert [*sharing._spoken([circle])] == [f"+0.13 {said}, one of 3"]


@pytest.mark.parametrize(("opens", "said"), [(0, "0 shares"), (1, "1 share"), (2, "2 shares")])
def test_one_share_opened_is_one(opens, said):
    activity = {"__typename": "ActivityReason", "weight": 0.69, "opens": opens}
    assert [*sharing._spoken([activity])] == [f"+0.69 opened {said} in all"]


@pytest.mark.parametrize(("shares", "said"), [(1, "1 of 1 share"), (2, "1 of 2 shares")])
def test_one_share_of_one_is_one(shares, said):
    tie = {"from": {"key": "ana", "name": "Ana"}}
    reason = {"__typename": "TieReason", "weight": -0.68, "opened": 1, "ofShares": shares, "tie": tie}
    assert [*sharing._spoken([reason])] == [f"-0.68 opened {said} of Ana"]


def test_an_evaluation_prints_every_model_beside_ours(tmp_path: Path, capsys):
    rows = ["inviter_id\titem_id\tvoter_id\ttimestamp"]
    for step in range(120):
        inviter = step % 6
        opener, day = (inviter + 1 + (step % 5 == 0)) % 6, 1 + step // 24
        rows.append(f"u{inviter}\ti{step}\tu{opener}\t2022-01-{day:02} {step % 24:02}:00:00")
    (tmp_path / "share_triples.tsv").write_text("\n".join(rows) + "\n")
    arguments = ("evaluate", "recipients", str(tmp_path), "--format", "taobao-share")
    code, out, err = run(capsys, *arguments, "--json")
    assert code == 0, err
    found = json.loads(out)
    names = "popularity past-recipients decayed with-reverse recipe ours-without-content ours"
    assert list(found["models"]) == names.split()
    ours = found["models"]["ours"]
    assert ours["mrr@5"]["low"] <= ours["mrr@5"]["value"] <= ours["hits@5"]["value"] <= 1
    assert (found["trained"], found["asked"]) == (96, 24)
    assert (found["calibration"]["shares"], found["calibration"]["unopened"]) == (24, 0)
    code, out, _ = run(capsys, *arguments)
    assert code == 0
    assert "ours − " in out
    assert "Somebody opened each of the 24 shares" in " ".join(out.split())
