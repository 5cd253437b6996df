"""Seed people and spread of an edge list, from the command line."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from api import cli

# Two stars; the smaller one's centre hears the larger one's.
STARS = "".join(f"hub leaf{n}\n" for n in range(9)) + "".join(f"ana fan{n}\n" for n in range(4)) + "hub ana\n"


@pytest.fixture
def edges(tmp_path: Path) -> str:
    file = tmp_path / "stars.txt"
    file.write_text(STARS)
    return str(file)


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert cli.main([*arguments, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert isinstance(answer, dict)
    return answer


def test_seeds_come_in_order_with_reach_and_certificate(
    edges: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = told(capsys, "seeds", edges, "--k", "2", "--model", "uniform:0.9")
    assert answer.keys() == {"seeds", "reach", "certifiedRatio", "seconds", "peakBytes"}
    assert answer["seeds"] == ["hub", "ana"]
    assert answer["reach"]["low"] <= 13.7 <= answer["reach"]["high"]
    assert answer["reach"].keys() == {"value", "low", "high", "confidence"}
    assert 0.7 <= answer["certifiedRatio"] <= 1
    assert answer["seconds"] > 0 <= answer["peakBytes"]


def test_whole_numbers_stay_whole_numbers_and_a_third_column_is_believed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "given.csv.gz"
    file.write_bytes(gzip.compress(b"7,8,0\n7,9,0\n8,9,1\n8,10,1\n"))
    assert told(capsys, "seeds", str(file), "--k", "1")["seeds"] == [8]
    assert told(capsys, "seeds", str(file), "--k", "4")["reach"]["value"] == 4


def test_the_same_seed_gives_the_same_answer(edges: str, capsys: pytest.CaptureFixture[str]) -> None:
    answers = [told(capsys, "seeds", edges, "--k", "3", "--seed", "5") for _ in range(2)]
    assert answers[0]["reach"] == answers[1]["reach"]
    assert answers[0]["seeds"] == answers[1]["seeds"]


def test_spread_agrees_with_what_seeds_say(edges: str, capsys: pytest.CaptureFixture[str]) -> None:
    for model in ("uniform:0.3", "linear-threshold"):
        chosen = told(capsys, "seeds", edges, "--k", "2", "--ratio", "0.85", "--model", model)
        names = ",".join(chosen["seeds"])
        found = told(capsys, "spread", edges, "--seeds", names, "--error", "0.002", "--model", model)
        assert found["seeds"] == chosen["seeds"]
        assert found["standardError"] <= 0.002 * found["reach"]["value"]
        assert chosen["reach"]["low"] - 0.1 <= found["reach"]["value"] <= chosen["reach"]["high"] + 0.1


def test_a_table_names_each_and_says_what_is_certified(
    edges: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["seeds", edges, "--k", "2"]) == 0
    shown = capsys.readouterr().out
    assert "hub" in shown
    assert "of the best is certified: the ratio asked for holds" in " ".join(shown.split())
    assert cli.main(["spread", edges, "--seeds", "hub"]) == 0
    assert "Reach: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("seeds", "{}", "--k", "99"), 2, "--k 99: there are only 15 people"),
        (("seeds", "{}", "--model", "given"), 2, "there is no p"),
        (("seeds", "{}", "--model", "uniform:7"), 2, "uniform:7"),
        (("seeds", "nowhere.txt"), 1, "nowhere.txt"),
        (("spread", "{}", "--seeds", "hub,eve"), 1, "'eve': not among the 15 people"),
        (("spread", "{}", "--seeds", ","), 2, "--seeds names nobody"),
        (("seeds", "{}", "--seed", "-1"), 2, "greater than or equal to 0"),
        (("seeds", "{}", "--seed", str(10**20)), 2, "equal to 9223372036854775807"),
        (("spread", "{}", "--seeds", "hub", "--seed", str(10**20)), 2, "equal to 9223372036854775807"),
        (("kols", "--seed", "-1"), 2, "greater than or equal to 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said(
    arguments: tuple[str, ...], code: int, said: str, edges: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([argument.format(edges) for argument in arguments]) == code
    assert said in capsys.readouterr().err


def test_the_largest_seed_is_one(edges: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "seeds", edges, "--k", "1", "--seed", str(2**63 - 1))["seeds"] == ["hub"]


def test_time_may_end_the_search(edges: str, capsys: pytest.CaptureFixture[str]) -> None:
    answer = told(capsys, "seeds", edges, "--k", "2", "--ratio", "1", "--within", "0")
    assert 0 < answer["certifiedRatio"] < 1
