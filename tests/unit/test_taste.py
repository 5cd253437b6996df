"""Every model of taste against its laws, on a random little crowd."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from graph.taste import ALS, EASE, Friends, ItemKNN, Popularity, UserKNN, Walks
from graph.taste.ease import by_item, by_user, social_ease
from graph.taste.joint import joint
from graph.taste.model import Interactions

USERS, ITEMS, FEATURES = 40, 60, 6

MODELS = [
    Popularity(),
    ItemKNN(nearest=ITEMS, shrinkage=2.0),
    UserKNN(nearest=USERS, shrinkage=2.0),
    EASE(lam=5.0),
    social_ease(lam=5.0, ties=1.0, content=0.5),
    ALS(factors=8, rounds=60),
    ALS(factors=8, rounds=60, ties=1.0, content=0.5),
    Friends(),
    Walks(social=0.6),
]
NAMES = [
    f"{model.name}{'-of-all' if getattr(model, 'content', 0) and model.name == 'als' else ''}"
    for model in MODELS
]


@pytest.fixture(scope="module")
def crowd() -> Interactions:
    """Forty people of four tastes, who choose by taste and listen to a few others."""
    rng = np.random.default_rng(7)
    taste, genre = np.arange(USERS) % 4, np.arange(ITEMS) % 4
    chosen = rng.random((USERS, ITEMS)) < np.where(taste[:, None] == genre, 0.5, 0.06)
    friends = rng.random((USERS, USERS)) < np.where(taste[:, None] == taste, 0.3, 0.03)
    np.fill_diagonal(friends, False)
    chosen[0], friends[1] = False, False
    content = rng.random((ITEMS, FEATURES)) < np.where(genre[:, None] == np.arange(FEATURES) % 4, 0.7, 0.1)
    return Interactions(*(csr_array(matrix.astype(np.float32)) for matrix in (chosen, friends, content)))


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_a_score_is_the_sum_of_its_parts(model, crowd):
    fitted = model.fit(crowd)
    scores = fitted.scores(np.arange(USERS))
    assert scores.shape == (USERS, ITEMS)
    assert scores.dtype == np.float32
    for user, item in np.ndindex(USERS, ITEMS):
        assert fitted.parts(user, item).score == pytest.approx(float(scores[user, item]), abs=2e-5)


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_users_and_items_by_another_name_get_the_same_scores(model, crowd):
    rng = np.random.default_rng(1)
    user, item = rng.permutation(USERS), rng.permutation(ITEMS)
    renamed = Interactions(crowd.chosen[user][:, item], crowd.friends[user][:, user], crowd.content[item])
    scores = model.fit(crowd).scores(user)[:, item]
    assert model.fit(renamed).scores(np.arange(USERS)) == pytest.approx(scores, abs=2e-3)


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_some_users_are_scored_as_all_are(model, crowd):
    fitted = model.fit(crowd)
    some = np.array([3, 0, 39])
    assert fitted.scores(some) == pytest.approx(fitted.scores(np.arange(USERS))[some], abs=1e-5)
    assert fitted.scores(some[:0]).shape == (0, ITEMS)
