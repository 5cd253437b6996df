"""Questions on the command line: the API's answers under the API's names, and tables made from them."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from api import cli
from api.cli import tables
from api.cli.printing import drawn
from graph.events import Row, User
from loaders.stores import open_store
from tests import toy

TOLD = (
    "ana>bea,cy,dan:tea bea>eve,fay:tea ana>bea:mug bea$mug=9.90 cy$tea=12.50 dan$tea=12.50 eve$tea=12.50 "
    "gus>hal:pot hal$pot=30.00 cy.view:mug iva=?ivy"
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('store') / 'shop.db'}"
    with closing(open_store(url)) as opened:
        opened.allow_by_default(allowed=True)
        opened.append([Row(line, (event,)) for line, event in enumerate(toy.events(TOLD), 1)])
        opened.upsert_users([User("ana", name="Ana")])
    return url


Asked = Any


@pytest.fixture
def ask(store: str, capsys: pytest.CaptureFixture[str]) -> Asked:
    def asked(*arguments: str) -> Any:
        assert cli.main([*arguments, "--store", store, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return asked


def test_suggestions_come_with_reasons_that_sum_to_the_score(ask: Asked) -> None:
    answer = ask("suggest", "fay", "--first", "2")
    assert answer["nodes"]
    assert [node["rank"] for node in answer["nodes"]] == list(range(1, len(answer["nodes"]) + 1))
    for node in answer["nodes"]:
        assert sum(reason["weight"] for reason in node["reasons"]) == pytest.approx(node["score"])
        assert node["explanation"]


def test_a_stranger_on_a_link_is_answered_from_the_share_or_from_its_sharer_and_product(ask: Asked) -> None:
    by_share = ask("suggest", "--share", "ana/tea")
    by_sharer = ask("suggest", "--sharer", "ana", "--product", "tea")
    assert by_share["nodes"] == by_sharer["nodes"] != []
    assert "Ana" in " ".join(node["explanation"] for node in by_share["nodes"])


def test_products_on_the_page_are_not_suggested(ask: Asked) -> None:
    shown = {node["product"]["key"] for node in ask("suggest", "iva")["nodes"]}
    left = {node["product"]["key"] for node in ask("suggest", "iva", "--exclude", "tea")["nodes"]}
    assert left == shown - {"tea"}


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        (("suggest", "iva", "--exclude", "tae"), "product"),
        (("kols", "--already-chosen", "tae"), "user"),
        (("kols", "--exclude", "tae"), "user"),
        (("kols", "--budget", "50CNY", "--cost", "ana=9CNY", "--cost", "tae=9CNY"), "user"),
        (("kols", "--explain", "ana", "--exclude", "tae"), "user"),
        (("audience", "tea", "--exclude", "tae"), "user"),
    ],
    ids=" ".join,
)
def test_a_misspelt_key_of_a_filter_is_told_beside_the_answer(
    store: str, capsys: pytest.CaptureFixture[str], question: tuple[str, ...], kind: str
) -> None:
    assert cli.main([*question, "--store", store, "--json"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)
    assert told.err == f"sharegraph: {kind} 'tae' is not in the store, so naming it changes nothing\n"


@pytest.mark.parametrize(("flag", "kind"), [("--product", "product"), ("--user", "user")])
def test_cascades_of_what_nobody_knows_are_none_and_told_so(
    store: str, capsys: pytest.CaptureFixture[str], flag: str, kind: str
) -> None:
    assert cli.main(["cascades", flag, "tae", "--store", store]) == 1
    assert capsys.readouterr().err.startswith(f"sharegraph: {kind} 'tae' is not in the store; ")


@pytest.mark.parametrize("question", [("cascades",), ("kols", "--first", "1")], ids=" ".join)
def test_a_command_that_names_nobody_is_on_record_as_about_nobody(
    store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], question: tuple[str, ...]
) -> None:
    log = tmp_path / "audit.jsonl"
    assert cli.main([*question, "--store", store, "--audit", str(log), "--json"]) == 0
    assert [json.loads(row)["about"] for row in log.read_text().splitlines()] == [[]]


def test_where_nobody_is_chosen_for_want_of_a_rate_the_amounts_are_counted(
    store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["kols", "--objective", "REVENUE", "--currency", "XXQ", "--store", store]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "5 amounts in currencies without a rate count for nothing." in said


def test_the_largest_cascade_comes_first(ask: Asked) -> None:
    answer = ask("cascades", "--first", "2")
    first, second = answer["nodes"]
    assert (first["product"]["key"], first["size"], first["levels"]) == ("tea", 6, [1, 3, 2])
    assert second["size"] <= first["size"]
    assert answer["totalCount"] == 3


def test_cascades_are_filtered_by_product_and_size(ask: Asked) -> None:
    assert {node["product"]["key"] for node in ask("cascades", "--product", "mug")["nodes"]} == {"mug"}
    assert {node["size"] for node in ask("cascades", "--min-size", "5")["nodes"]} == {6}


@pytest.mark.parametrize(
    "question",
    [
        ("cascades", "--started-after"),
        ("cascades", "--started-before"),
        ("kfactor", "--since"),
        ("kfactor", "--until"),
        ("audience", "tea", "--active-since"),
        ("answers", "--since"),
    ],
    ids=" ".join,
)
def test_a_time_may_be_a_day_or_say_minutes_and_what_is_none_is_told_with_its_flag(
    ask: Asked, store: str, capsys: pytest.CaptureFixture[str], question: tuple[str, ...]
) -> None:
    day, minute = (ask(*question, at) for at in ("2026-05-01", "2026-05-01T00:00Z"))
    for answer in (day, minute):
        answer.pop("answerId", None)
    assert day == minute
    assert cli.main([*question, "yesterday", "--store", store]) == 2
    flag = question[-1]
    said = f"sharegraph: {flag} 'yesterday' is no time; write 2026-05-01 or 2026-05-01T08:00Z\n"
    assert capsys.readouterr() == ("", said)


def test_cascades_are_those_begun_in_between(ask: Asked) -> None:
    begun = sorted(node["startedAt"] for node in ask("cascades")["nodes"])
    later = ask("cascades", "--started-after", begun[1], "--started-before", begun[-1])
    assert all(begun[1] <= node["startedAt"] <= begun[-1] for node in later["nodes"])
    assert 0 < later["totalCount"] < len(begun)


def test_who_is_chosen_for_a_budget_is_told_with_their_cost(
    store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    paid = ("--cost", "ana=120CNY", "--cost", "bea=80.50CNY", "--store", store)
    assert cli.main(["kols", "--budget", "500CNY", *paid]) == 0
    told = capsys.readouterr().out
    assert "cost" in told
    assert "120.00 CNY" in told
    assert cli.main(["kols", "--store", store]) == 0
    assert "cost" not in capsys.readouterr().out


def test_candidates_add_to_those_above_them(ask: Asked) -> None:
    answer = ask("kols", "--first", "3", "--seed", "1")
    assert answer["nodes"][0]["user"]["key"] == "ana"
    added = [node["marginalReach"]["value"] for node in answer["nodes"]]
    assert added == sorted(added, reverse=True)
    assert {"rank", "influence", "conversionRate", "communitiesReached"} <= answer["nodes"][0].keys()


def test_communities_are_listed_largest_first(ask: Asked) -> None:
    answer = ask("communities")
    sizes = [node["size"] for node in answer["nodes"]]
    assert sizes == sorted(sizes, reverse=True)
    assert answer["totalCount"] == len(sizes)


def test_an_unknown_user_fails_by_name(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["suggest", "zoe", "--store", store]) == 1
    assert "'zoe'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["suggest"],
        ["suggest", "ana", "--first", "0"],
        ["cascades", "--first", "101"],
        ["cascades", "--started-after", "2026-13-01"],
        ["kols", "--objective", "FAME"],
    ],
)
def test_bad_use_is_told_in_a_line(
    arguments: list[str], store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([*arguments, "--store", store]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_store_that_is_not_there_is_not_made_by_asking(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["kols", "--store", f"sqlite:///{tmp_path / 'none.db'}"]) == 1
    assert "sharegraph load" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (["suggest", "bea"], "To show bea"),
        (["suggest", "--share", "ana/tea"], "To show somebody unknown"),
        (["cascades"], "1 3 2"),
        (["communities"], "stays inside"),
        (["kols"], "of the best possible"),
        (["kols", "--objective", "OPENERS"], "in 7 days"),
    ],
)
def test_tables_fit_a_page(
    command: list[str], shown: str, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([*command, "--store", store]) == 0
    page = capsys.readouterr().out
    assert shown in page
    assert max(map(len, page.splitlines())) <= 110
    assert "\x1b" not in page


@pytest.mark.parametrize("tag", ["fr", "", "english"])
def test_a_language_that_no_sentence_is_written_in_is_refused_with_those_that_are(
    store: str, capsys: pytest.CaptureFixture[str], tag: str
) -> None:
    assert cli.main(["suggest", "fay", "--locale", tag, "--store", store]) == 2
    said = f"sharegraph: --locale {tag!r}: sentences are written in en and zh-Hans\n"
    assert capsys.readouterr() == ("", said)
    assert cli.main(["suggest", "fay", "--locale", "zh_CN", "--store", store]) == 0


@pytest.mark.parametrize(
    "question",
    [("kfactor", "--since", "--until"), ("cascades", "--started-after", "--started-before")],
    ids=" ".join,
)
def test_times_that_nothing_lies_between_are_told_both(
    store: str, capsys: pytest.CaptureFixture[str], question: tuple[str, str, str]
) -> None:
    command, since, until = question
    assert cli.main([command, since, "2026-05-02", until, "2026-05-01", "--store", store]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "2026-05-02T00:00Z is not before" in told.err
    assert "2026-05-01T00:00Z; nothing is between them" in told.err


def test_what_stands_above_a_higher_score_says_so_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    def node(rank: int, by_score: int | None, score: float) -> dict[str, Any]:
        product = {"key": f"p{rank}", "name": None, "price": None}
        told = {"rank": rank, "rankByScore": by_score, "score": score, "product": product}
        return {**told, "explanation": "", "reasons": []}

    sorted_ = {"dropped": [], "nodes": [node(1, 1, 0.9), node(2, None, 0.0), node(3, 2, 0.8)]}
    mixed = {
        "dropped": [],
        "nodes": [node(1, 1, 0.9), node(2, 3, 0.34), node(3, None, 0.0), node(4, 2, 0.396)],
    }
    assert "↑" not in drawn(tables.suggestions(sorted_, None))
    page = drawn(tables.suggestions(mixed, None))
    assert [line.split()[0] for line in page.splitlines() if "↑" in line] == ["2", "↑"]
    assert "0.340 ↑" in page
    assert "not all of one kind" in " ".join(page.split())


@pytest.mark.parametrize(
    ("what", "flags"),
    [
        ("user 'nope'", ["nope"]),
        ("share 'nope'", ["--share", "nope"]),
        ("share 'nope'", ["fay", "--share", "nope"]),
        ("sharer 'nope'", ["--sharer", "nope", "--product", "tea"]),
        ("product 'nope'", ["--sharer", "ana", "--product", "nope"]),
    ],
)
def test_what_is_asked_with_and_nobody_knows_is_told(
    store: str, capsys: pytest.CaptureFixture[str], what: str, flags: list[str]
) -> None:
    assert cli.main(["suggest", *flags, "--store", store]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == f"sharegraph: {what} is not in the store; check the key, or load newer events\n"
