"""The five likeliest of each question are the same however few are scored at once."""

import numpy as np
import pytest

from graph.errors import InvalidInput
from graph.evaluate.cut import parted
from graph.evaluate.likeliest import FIRST, Held, by_counting, by_model
from graph.evaluate.recipients import held_of
from graph.log import NONE
from graph.recipients import fitted
from tests.toy import events, log_of


def crowd(people: int = 25, shares: int = 240) -> str:
    """Shares that one or two others open, some of whom nobody saw before."""
    chance = np.random.default_rng(5)
    words = []
    for step in range(shares):
        sharer, *openers = chance.choice(people, 3, replace=False).tolist()
        new = f",new{step}" if step % 11 == 0 else ""
        words.append(f"@{step}h u{sharer}>u{openers[0]},u{openers[1]}{new}:p{step % 17}")
    return " ".join(words)


@pytest.fixture(scope="module")
def held() -> Held:
    return held_of(log_of(events(crowd())), 0.7)


def test_lists_do_not_depend_on_where_a_block_ends(held):
    model = fitted(held.history, held.shared)
    whole = {**by_counting(held, (0.2, 0.03), block=10_000), "ours": by_model(held, model, block=10_000)}
    for block in (1, 7):
        parts = {**by_counting(held, (0.2, 0.03), block=block), "ours": by_model(held, model, block=block)}
        assert all(np.array_equal(parts[name], whole[name]) for name in whole)


def test_past_recipients_are_those_of_ten_lines_of_python(held):
    acts, keys = held.history.base, held.order
    told = by_counting(held, (0.2, 0.03))["past-recipients"]
    for sharer, first in zip(held.sharer.tolist(), told.tolist(), strict=True):
        times = np.bincount(acts.target[acts.source == sharer], minlength=len(keys))
        may = [one for one in np.flatnonzero(held.known).tolist() if one != sharer]
        assert first == sorted(may, key=lambda one: (-times[one] * (sharer != NONE), keys[one]))[:FIRST]


def test_a_part_that_leaves_nothing_on_one_side_is_refused():
    at = np.array([10, 20, 30, 40])
    assert parted(at, 0.5) == 30
    for share in (0.0, 0.2, 1.0):
        with pytest.raises(InvalidInput, match="4 openings"):
            parted(at, share)
