"""An acknowledged append survives kill -9; twenty rounds on each store: bench/kill.py."""

from collections.abc import Callable

import pytest

from graph.store import Store
from tests.contract.killing import BATCH, deaths, look, row


@pytest.mark.slow
def test_what_was_acknowledged_survives_kill_9_and_the_load_goes_on(
    store_url: str, opened: Callable[[str], Store]
):
    *_, last = rounds = list(deaths(store_url, rounds=3, seed=7))
    assert all(death.stored >= death.acknowledged >= BATCH for death in rounds)
    store = opened(store_url)
    again = store.append([row(number) for number in range(last.stored + 5)])
    assert (len(again.repeated), len(again.stored)) == (last.stored, 5)
    assert look(store, last.acknowledged) == last.stored + 5
