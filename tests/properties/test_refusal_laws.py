"""Whoever allows no use of what they do changes nobody else's suggestions, by no way that there is."""

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from graph.analysis import Analysis
from graph.scene import Moment
from graph.snapshot import Snapshot
from graph.suggest import Ask, Context, learning, popularity, suggest
from tests.properties.test_suggest_laws import CROWD, PRICED, REFUSING, asked_by_others, market
from tests.toy import events, saying_no, snapshot, without_acts_of

FEW = 3
"""People of whom a community has a list of its own here, so that lists of communities speak."""

CLOSE = 5e-3
"""Relatively: the newest event of anybody is the time that it is, by which older ones have faded where
weights are learned; up to 1.3e-4 was seen.
"""

ENOUGH = 30
"""Choices from which weights and chances are learned here."""


@settings(max_examples=2, deadline=None, phases=[Phase.generate])
@given(st.integers(0, 10_000))
def test_what_refusers_do_changes_no_suggestion_of_anybody_else(seed: int) -> None:
    """Two logs that differ by all that some people did, who refuse in both: communities, lists, weights,
    chances and what is on offer are the same to others, and so is every list with its scores.
    """
    said = saying_no(events(f"{market(seed)} p0.view:tea0"), REFUSING)
    whole, alone = (snapshot(told, catalogue=PRICED) for told in (said, without_acts_of(REFUSING, said)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(popularity, "TOO_SMALL", FEW)
        patch.setattr(learning, "ENOUGH", ENOUGH)
        fits = [Analysis.of(taken) for taken in (whole, alone)]
        assert len(fits[0].ties) > len(fits[1].ties)
        assert any(fits[0].shelf.popular.has_list(label) for label in range(len(CROWD)))
        taught = [fit.shelf.blend.weights for fit in fits]
        assert taught[0].keys() == taught[1].keys()
        for source, weights in taught[0].items():
            assert weights == pytest.approx(taught[1][source], rel=CLOSE)
        assert all(map(learning.teaches, (whole, alone)))
        asks = [*asked_by_others(whole), *links_of_refusers(whole)]
        answers = [suggest(fit.shelf, asks, limit=10) for fit in fits]
    for one, other in zip(*answers, strict=True):
        assert [each.product for each in one.suggestions] == [each.product for each in other.suggestions]
        for here, there in zip(one.suggestions, other.suggestions, strict=True):
            assert here.score == pytest.approx(there.score, rel=CLOSE)
            assert (here.opens is None) == (there.opens is None)


def links_of_refusers(taken: Snapshot) -> list[Ask]:
    """Strangers who come by a link of somebody who refuses."""
    rows = [taken.people.row(key) for key in REFUSING]
    return [Ask(None, Context(sharer=row, moment=Moment(at=taken.as_of))) for row in rows]
