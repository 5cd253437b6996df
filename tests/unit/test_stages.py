"""A long evaluation says what it is at on a terminal, and nowhere else."""

import io
from collections.abc import Iterator

import numpy as np
import pytest

from api.cli.evaluate.stages import stages
from graph.taste import Blend, Fits, Interactions, ItemKNN, Popularity, interactions, tune


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "silent", "seen"),
    [(Terminal(), False, True), (Terminal(), True, False), (io.StringIO(), False, False)],
    ids=["terminal", "json", "piped"],
)
def test_a_stage_is_shown_on_a_terminal_and_nowhere_else(stream: io.StringIO, *, silent: bool, seen: bool):
    with stages(stream, silent=silent) as tell:
        tell("fitting ease to 300 choices")
    assert ("fitting ease to 300 choices" in stream.getvalue()) is seen
    assert seen or not stream.getvalue()


@pytest.fixture
def known() -> Interactions:
    """Sixty people of five tastes."""
    dice = np.random.default_rng(0)
    user = np.repeat(np.arange(60), 8)
    item = user % 5 * 10 + dice.integers(0, 10, len(user))
    return interactions((user, item), (user, (user + 5) % 60), (60, 50))


def test_a_blend_tells_each_fit_before_it_is_made_and_when_it_weighs(known: Interactions):
    told: list[str] = []
    Blend((Popularity(), ItemKNN()), fits=Fits(known, told.append)).fit(known)
    assert [stage.split()[0] for stage in told[:3]] == ["fitting", "fitting", "weighing"]
    assert told[2] == "weighing 2 models"
    assert told[-1].endswith(f"{known.chosen.nnz:,} choices")


def test_a_search_tells_the_settings_it_tries(known: Interactions):
    told: list[str] = []
    seconds: Iterator[float] = iter(np.arange(1e6).tolist())
    tune(known, known.chosen, seconds=1.0, clock=lambda: next(seconds), telling=told.append)
    assert told[0].startswith("trying ")
    assert "ties" in told[0]
    assert told[-1].startswith("weighing ")
