"""What is computed once is computed once, whoever asks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep

import pytest

from graph.analysis import Analysis
from graph.live.refit import LiveAnalysis
from graph.once import once
from tests.toy import snapshot

THREADS = 8


def by_all_at_once(ask: Callable[[], object]) -> list[object]:
    together = Barrier(THREADS)

    def asked() -> object:
        together.wait()
        return ask()

    with ThreadPoolExecutor(THREADS) as threads:
        return [answer.result() for answer in [threads.submit(asked) for _ in range(THREADS)]]


class Counted:
    """Something that tells how often it was computed."""

    def __init__(self) -> None:
        self.times = 0

    @once
    def slow(self) -> object:
        """Computed slowly."""
        self.times += 1
        sleep(0.02)
        return object()

    @once
    def on_top(self) -> object:
        """Asks for the other."""
        return (self.slow,)

    @once
    def failing(self) -> object:
        """Fails at first."""
        self.times += 1
        if self.times == 1:
            raise ZeroDivisionError
        return self.times


def test_threads_that_ask_at_once_get_one_object_computed_once():
    counted = Counted()
    assert len(set(map(id, by_all_at_once(lambda: counted.slow)))) == 1
    assert counted.times == 1


def test_one_property_may_ask_for_another():
    counted = Counted()
    assert by_all_at_once(lambda: counted.on_top)[0] == (counted.slow,)
    assert counted.times == 1


def test_what_failed_is_tried_again():
    counted = Counted()
    with pytest.raises(ZeroDivisionError):
        _ = counted.failing
    assert counted.failing == 2


def test_nothing_but_the_answers_is_kept():
    counted = Counted()
    assert vars(counted) == {"times": 0}
    _ = counted.slow
    assert vars(counted) == {"times": 1, "slow": counted.slow}


def test_an_analysis_computes_its_cascades_once():
    analysis = Analysis.of(snapshot("ana>bea:tea bea>cy:tea"))
    assert len(set(map(id, by_all_at_once(lambda: analysis.cascades)))) == 1


def test_everything_a_fit_computes_is_answered_on_purpose_by_a_delta_on_top():
    computed = {name for name, kept in vars(Analysis).items() if isinstance(kept, once)}
    assert computed - {"by_sharer"} <= vars(LiveAnalysis).keys()
