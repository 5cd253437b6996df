"""The cascades of a fit and a delta are those of a refit of the whole."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from graph.analysis import Analysis
from graph.cascades import Cascades
from graph.snapshot import Snapshot
from tests.properties.test_live_laws import Arrived, arrivals, both
from tests.toy import events

MEASURED = ("size", "depth", "shares", "opens", "purchases", "started_at", "last_at", "inferred")


def people(grown: Cascades, known: Snapshot, row: int) -> list[tuple[Any, ...]]:
    """Everybody in a cascade, by keys and ids."""
    them, keys, ids = grown.participants(row), known.people.keys, known.shares.ids
    return [
        (
            keys[int(them.person[place])],
            int(them.parent[place]),
            int(them.depth[place]),
            int(them.at[place]),
            None if them.share[place] < 0 else ids[int(them.share[place])],
            bool(them.bought[place]),
        )
        for place in range(len(them))
    ]


def told(grown: Cascades, known: Snapshot) -> dict[str, dict[str, Any]]:
    """Every cascade by the id of its root share."""
    return {
        known.shares.ids[int(grown.root[row])]: {
            "product": known.products.keys[int(grown.product[row])],
            "virality": pytest.approx(float(grown.virality[row]), nan_ok=True),
            "revenue": {known.words[code]: amount for code, amount in grown.revenue(row).items()},
            "people": people(grown, known, row),
            **{name: getattr(grown, name)[row].item() for name in MEASURED},
        }
        for row in range(len(grown))
    }


def by_share(grown: Cascades, known: Snapshot) -> dict[str, tuple[str, int, int]]:
    """Of every share: the root of its cascade, who opened it, who bought then."""
    ids = known.shares.ids
    return {
        ids[share]: (
            ids[int(grown.root[grown.of_share(share)])],
            int(grown.share_opens[share]),
            int(grown.share_purchases[share]),
        )
        for share in range(len(ids))
    }


def each(analysis: Analysis) -> tuple[Cascades, Cascades]:
    return analysis.cascades, analysis.noisy_cascades


@settings(max_examples=100, deadline=None)
@given(arrivals())
def test_every_cascade_of_a_fit_and_a_delta_is_that_of_a_refit(came: Arrived):
    live, refit = both(came)
    if live.overdue:
        return
    for here, there in zip(each(live), each(refit), strict=True):
        assert told(here, live.snapshot) == told(there, refit.snapshot)
        assert by_share(here, live.snapshot) == by_share(there, refit.snapshot)
        assert here.as_of == there.as_of
        assert (np.diff(here.root) > 0).all()


@settings(max_examples=50, deadline=None)
@given(arrivals())
def test_only_how_long_children_take_to_come_is_of_the_fit(came: Arrived):
    live, _ = both(came)
    assert live.cascades.delay == live.fitted.cascades.delay


def test_a_tree_that_nothing_came_into_is_not_grown_again():
    live, _ = both(Arrived(events("ana>bea:tea cy>dan:mug cy>eve:mug"), 4))
    before, after = live.fitted.cascades, live.cascades
    assert before.size.tolist() == [2, 2]
    assert after.size.tolist() == [2, 3]


def test_a_share_that_turns_out_to_be_passed_on_gives_up_its_own_tree():
    said = events("ana>:tea bea>cy:tea @0.5m ana>bea:tea")
    live, refit = both(Arrived(said, 3))
    assert told(live.cascades, live.snapshot) == told(refit.cascades, refit.snapshot)
    assert live.cascades.size.tolist() == [3]
