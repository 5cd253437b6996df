"""What is on offer at a moment after a fit: what a server that is fitted then would say of it."""

from datetime import timedelta

import numpy as np
import pytest

from graph.snapshot import Snapshot
from graph.suggest import Shelf
from graph.suggest.filters import OFFERED, STALE, UNAVAILABLE
from graph.suggest.learning.moments import Moments
from graph.suggest.learning.past import before
from graph.ties import strengths
from tests.toy import START, snapshot

OLD = "ana>:mug @199d ana>bea:tea @200d ana>bea:pot"
NEW = "ana>bea:tea @200d ana>bea:pot"


def micros(days: float) -> int:
    return int((START + timedelta(days=days)).timestamp() * 1e6)


def fitted(past: Snapshot) -> Shelf:
    return Shelf.of(past, strengths(past), np.zeros(len(past.people), np.int32))


@pytest.mark.parametrize(
    ("told", "at_the_fit", "afterwards"),
    [
        (f"{OLD} @202d bea.exposure:mug", STALE, STALE),
        (f"{OLD} @202d bea.view:mug", STALE, OFFERED),
        (f"{NEW} @202d bea.exposure:mug", UNAVAILABLE, OFFERED),
        (f"{NEW} @202d bea.view:mug", UNAVAILABLE, OFFERED),
    ],
    ids=["stale, shown", "stale, looked at", "unknown, shown", "unknown, looked at"],
)
def test_showing_something_wakes_nothing_that_is_stale_and_tells_that_the_shop_has_it(
    told: str, at_the_fit: int, afterwards: int
):
    whole = snapshot(f"{told} @204d ana>bea:pan")
    past, then = before(whole, micros(201)), before(whole, micros(203))
    moments = Moments.after(fitted(past), past, micros(201), whole, strengths(whole))
    bea, mug = whole.people.row("bea"), whole.products.keys.row("mug")
    assert bea is not None
    assert mug is not None
    assert moments.shelf.stands[mug] == at_the_fit
    assert moments.at(bea, micros(203)).stands[mug] == fitted(then).stands[mug] == afterwards
