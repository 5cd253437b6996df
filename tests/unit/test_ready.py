"""A market that was made ready answers as it would have, and has what a first question would wait for."""

import pytest

from graph.analysis import Analysis
from graph.campaign.kol import kol_candidates
from graph.campaign.ready import make_ready
from graph.campaign.worth import Objective
from tests.markets import market
from tests.toy import snapshot

SHOP = "ana>p,q,r:tea bea>p,dan:mug dan>eve:mug p$tea=5"


@pytest.mark.parametrize("objective", [Objective.REACH, Objective.OPENERS])
def test_what_was_made_ready_answers_as_it_would_have(objective: Objective):
    ready, cold = market(SHOP), market(SHOP)
    make_ready(ready, objective)
    assert "strangers" in vars(ready)
    assert {"memory", "surprise"} <= set(vars(ready)) or objective is not Objective.OPENERS
    assert kol_candidates(ready, objective=objective) == kol_candidates(cold, objective=objective)


@pytest.mark.parametrize("objective", [Objective.REACH, Objective.OPENERS])
def test_a_shop_of_nobody_is_made_ready_too(objective: Objective):
    """As it is fitted: not one community."""
    nobody = Analysis.of(snapshot("")).market
    make_ready(nobody, objective)
    assert kol_candidates(nobody, objective=objective).candidates == ()
