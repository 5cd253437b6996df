"""What holds of every model of taste on any little crowd, with nobody choosing or nobody listening."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from graph.taste import ALS, EASE, Blend, Friends, ItemKNN, Mixed, Popularity, UserKNN, Walks, social_ease
from graph.taste.blend import Recipe
from graph.taste.ease import by_item, by_user
from graph.taste.joint import joint
from graph.taste.model import Interactions, Model

MODELS: tuple[Model, ...] = (
    Popularity(),
    ItemKNN(nearest=3),
    UserKNN(nearest=3),
    EASE(lam=2.0),
    social_ease(lam=2.0, ties=1.5, content=0.5),
    ALS(factors=3, rounds=2, ties=0.5, content=0.5),
    Friends(),
    Walks(budget=500),
    Mixed((EASE(lam=2.0), Friends(), UserKNN()), Recipe(((0.5, 0.5, 0.0), (0.1, 0.3, 0.6)), (2,), 0.2)),
    Blend((Popularity(), Friends(), ItemKNN())),
)


@st.composite
def crowds(draw: st.DrawFn) -> Interactions:
    """Up to seven people, eight items and six features, with anything from nothing to all chosen."""
    users, items = draw(st.integers(1, 7)), draw(st.integers(1, 8))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    often = [draw(st.sampled_from((0.0, 0.2, 0.5, 1.0))) for _ in range(3)]
    chosen, friends, content = (
        rng.random(shape) < share
        for shape, share in zip(((users, items), (users, users), (items, 6)), often, strict=True)
    )
    np.fill_diagonal(friends, val=False)
    parts = [csr_array(each.astype(np.float32)) for each in (chosen, friends, content)]
    return Interactions(chosen=parts[0], friends=parts[1], content=parts[2])


@settings(max_examples=40, deadline=None)
@given(crowds())
def test_a_score_is_the_sum_of_its_parts(known):
    for model in MODELS:
        fitted = model.fit(known)
        scores = fitted.scores(np.arange(known.users))
        assert np.isfinite(scores).all()
        for user, item in np.ndindex(scores.shape):
            said = fitted.parts(user, item).score
            assert said == pytest.approx(float(scores[user, item]), rel=1e-4, abs=1e-4), model.name


@settings(max_examples=40, deadline=None)
@given(crowds(), st.floats(0.5, 20.0), st.sampled_from((0.0, 0.7)))
def test_ease_has_the_same_answer_from_either_side(known, lam, ties):
    both = joint(known, ties=ties, content=ties)
    sides = [solved(both, lam).scores(np.arange(known.users)) for solved in (by_user, by_item)]
    assert sides[0] == pytest.approx(sides[1], rel=1e-5, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(crowds())
def test_what_somebody_chose_never_speaks_for_itself(known):
    fitted = EASE(lam=2.0).fit(known)
    for user, item in zip(*known.chosen.nonzero(), strict=True):
        assert item not in fitted.parts(int(user), int(item)).row.tolist()
