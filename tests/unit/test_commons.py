"""What the processes of a server share: the dead are not counted, and threads take turns as processes do."""

import os
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from api.commons import Commons
from api.cost.minutes import Minutes
from api.metrics import Metrics


@pytest.fixture
def commons(tmp_path: Path) -> Commons:
    """Of a server that has just begun."""
    found = Commons(tmp_path, b"secret" * 5)
    found.counts.mkdir()
    return found


@pytest.mark.parametrize("gone", [ProcessLookupError, PermissionError])
def test_what_a_dead_process_had_open_is_not_counted_though_another_user_has_its_number(
    commons: Commons, monkeypatch: pytest.MonkeyPatch, gone: type[OSError]
) -> None:
    def kill(process: int, sign: int) -> None:
        assert (process, sign) == (4711, 0)
        raise gone

    left = commons.counts / "gauge_livesum_4711.db"
    left.touch()
    monkeypatch.setattr(os, "kill", kill)
    Metrics(commons).page()
    assert not left.exists()


def test_the_threads_of_a_process_count_one_after_the_other(commons: Commons) -> None:
    minutes = Minutes(commons)
    with ThreadPoolExecutor(1) as other:
        with minutes._alone():
            counted = other.submit(minutes.incr, "ana", 60)
            assert not wait([counted], timeout=0.1).done
        assert counted.result(timeout=10) == 1
    assert minutes.get("ana") == 1
