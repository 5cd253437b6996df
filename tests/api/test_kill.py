"""An acknowledged event survives the death of the server."""

from pathlib import Path

import pytest

from tests.api.killing import CALL, deaths


@pytest.mark.slow
def test_what_was_acknowledged_is_there_after_kill_9_and_nothing_is_twice(tmp_path: Path) -> None:
    before = 0
    for death in deaths(f"sqlite:///{tmp_path}/shop.db", rounds=2, seed=1):
        assert death.stored >= death.acknowledged >= before + CALL
        before = death.acknowledged
