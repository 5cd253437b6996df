"""An acknowledged event survives the death of the server, and of its Neo4j."""

from pathlib import Path

import pytest

from tests.api.killing import CALL, deaths, deaths_below
from tests.conftest import ROOT
from tests.neo4j_server import Unavailable
from tests.neo4j_server.java import child


@pytest.mark.slow
def test_what_was_acknowledged_is_there_after_kill_9_and_nothing_is_twice(tmp_path: Path) -> None:
    before = 0
    for death in deaths(f"sqlite:///{tmp_path}/shop.db", rounds=2, seed=1):
        assert death.stored >= death.acknowledged >= before + CALL
        before = death.acknowledged


@pytest.mark.slow
@pytest.mark.neo4j
def test_what_was_acknowledged_is_there_after_kill_9_of_neo4j_and_the_server_goes_on() -> None:
    try:
        with child(ROOT / ".cache" / "neo4j") as neo4j:
            (death,) = deaths_below(neo4j, rounds=1, seed=1)
    except Unavailable as without:
        pytest.skip(f"no Neo4j that may be killed: {without}")
    assert death.stored == death.acknowledged >= 2 * CALL
