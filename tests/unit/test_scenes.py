"""The lists of what a scene lifts, on four products of two categories."""

from dataclasses import replace

import numpy as np
import pytest

from graph.scene import Calendar, Facet, Lifts
from graph.scene.facets import PARTS
from graph.scene.lifts import FacetLifts
from graph.suggest.scenes import Scenes

EVENING, MORNING = ({Facet.PART_OF_DAY: PARTS.index(part)} for part in ("evening", "morning"))


@pytest.fixture
def scenes() -> Scenes:
    """Wine is wanted twice as often in the evening, beans half as often; nothing is known of others."""
    lift = np.ones((len(PARTS), 3))
    lift[PARTS.index("evening")] = 2.0, 0.5, 1.0
    facet = FacetLifts(PARTS, lift, np.ones((len(PARTS), 0)), 5.0)
    column, share = np.array([0, 1, 0, 1]), np.array([0.25, 0.5, 0.25])
    lifts = Lifts(Calendar(), column, share, np.empty(0, np.int64), {Facet.PART_OF_DAY: facet})
    return Scenes(lifts, np.array([0.5, 1.0, 0.25, 0.75]))


def test_a_scene_lists_what_it_lifts_by_how_much_in_all(scenes: Scenes):
    product, more = scenes.lifted(EVENING)
    assert product.tolist() == [0, 2]
    assert more.tolist() == pytest.approx([0.5, 0.25])


def test_what_is_lifted_by_rounding_alone_is_not_listed(scenes: Scenes):
    share = np.array([0.25, 0.5, 0.25 - 1e-15])
    product, _ = Scenes(replace(scenes.lifts, share=share), scenes.popularity).lifted(MORNING)
    assert len(product) == 0


def test_products_that_came_since_change_no_list_and_have_none_made_anew(
    scenes: Scenes, monkeypatch: pytest.MonkeyPatch
):
    """Every event that comes in makes another shelf: what was listed before is listed there."""
    product, more = scenes.lifted(EVENING)
    afresh = Scenes(scenes.lifts, scenes.popularity).with_more(6).lifted(EVENING)
    assert (afresh[0].tolist(), afresh[1].tolist()) == (product.tolist(), more.tolist())
    monkeypatch.setattr(Lifts, "of", lambda *_: pytest.fail("a list was made anew"))
    for products in (4, 6):
        assert scenes.with_more(products).lifted(EVENING) == (product, more)
