"""Whatever the store, the same command prints the same answer."""

import json
from pathlib import Path
from typing import Any

import pytest

from api import cli
from tests.neo4j_server import Server
from tests.neo4j_server.server import empty

QUESTIONS = (
    ["suggest", "u000042"],
    ["suggest", "--sharer", "u000042", "--product", "p00007"],
    ["kols", "--first", "5"],
    ["cascades", "--first", "20"],
    ["communities"],
)


@pytest.mark.neo4j
def test_a_file_and_neo4j_give_the_same_receipt_and_the_same_answers(
    tmp_path: Path, neo4j: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHAREGRAPH_SNAPSHOTS", str(tmp_path / "snapshots"))
    empty(neo4j)

    def told(*arguments: str) -> Any:
        assert cli.main([*arguments, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    told("generate", "--users", "200", "--events", "3000", "--seed", "5", "--out", "shop")
    by_store = [
        [
            told(*question, "--store", url)
            for question in (["load", "shop", "--consent-default", "on"], *QUESTIONS)
        ]
        for url in ("sqlite:///shop.db", neo4j.url)
    ]
    for answers in by_store:
        for answer in answers:
            answer.pop("answerId", None)
    assert by_store[0] == by_store[1]
