"""Every model of taste against its laws, on a random little crowd."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.linalg import svds

from graph.taste import ALS, EASE, Friends, ItemKNN, Mixed, Popularity, UserKNN, Walks
from graph.taste.als import singular
from graph.taste.blend import Recipe
from graph.taste.ease import by_item, by_user, social_ease
from graph.taste.joint import joint
from graph.taste.model import Interactions

USERS, ITEMS, FEATURES = 40, 60, 6

MODELS = {
    "popularity": Popularity(),
    "item-knn": ItemKNN(nearest=ITEMS, shrinkage=2.0),
    "user-knn": UserKNN(nearest=USERS, shrinkage=2.0),
    "ease": EASE(lam=5.0),
    "social-ease": social_ease(lam=5.0, ties=1.0, content=0.5),
    "als": ALS(factors=8, penalty=1.0, rounds=40),
    "als-of-all": ALS(factors=50, penalty=0.05, scaled=1.0, rounds=10, ties=1.0, content=0.5),
    "friends": Friends(),
    "walks": Walks(social=0.6),
    "blend": Mixed(
        (EASE(lam=5.0), UserKNN(nearest=USERS), Friends(), Popularity()),
        Recipe(((0.2, 0.0, 0.5, 0.3), (0.6, 0.0, 0.4, 0.0)), bounds=(9,), damping=0.3),
    ),
}
every_model = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())


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
    parts = [csr_array(matrix.astype(np.float32)) for matrix in (chosen, friends, content)]
    return Interactions(chosen=parts[0], friends=parts[1], content=parts[2])


@every_model
def test_a_score_is_the_sum_of_its_parts(model, crowd):
    fitted = model.fit(crowd)
    scores = fitted.scores(np.arange(USERS))
    assert scores.shape == (USERS, ITEMS)
    assert scores.dtype == np.float32
    for user, item in zip(*np.divmod(np.arange(0, USERS * ITEMS, 17), ITEMS), strict=True):
        assert fitted.parts(user, item).score == pytest.approx(float(scores[user, item]), rel=2e-5, abs=2e-5)


@every_model
def test_users_and_items_by_another_name_get_the_same_scores(model, crowd):
    rng = np.random.default_rng(1)
    user, item = rng.permutation(USERS), rng.permutation(ITEMS)
    renamed = Interactions(crowd.chosen[user][:, item], crowd.friends[user][:, user], crowd.content[item])
    scores = model.fit(crowd).scores(user)[:, item]
    assert model.fit(renamed).scores(np.arange(USERS)) == pytest.approx(scores, abs=2e-3)


@every_model
def test_some_users_are_scored_as_all_are(model, crowd):
    fitted = model.fit(crowd)
    some = np.array([3, 0, 39])
    assert fitted.scores(some) == pytest.approx(fitted.scores(np.arange(USERS))[some], abs=1e-5)
    assert fitted.scores(some[:0]).shape == (0, ITEMS)


def test_ease_solved_by_users_is_ease_solved_by_items(crowd):
    for ties, content in ((0.0, 0.0), (1.0, 0.5)):
        both = joint(crowd, ties=ties, content=content)
        sides = [solved(both, 5.0).scores(np.arange(USERS)) for solved in (by_user, by_item)]
        assert sides[0] == pytest.approx(sides[1], abs=1e-6)


def test_ease_is_the_least_squares_it_says(crowd):
    x = crowd.chosen.toarray().astype(np.float64)
    expected = np.zeros((ITEMS, ITEMS))
    for item in range(ITEMS):
        others = np.delete(np.arange(ITEMS), item)
        gram = x[:, others].T @ x[:, others] + 5.0 * np.eye(ITEMS - 1)
        expected[others, item] = np.linalg.solve(gram, x[:, others].T @ x[:, item])
    assert EASE(lam=5.0).fit(crowd).scores(np.arange(USERS)) == pytest.approx(x @ expected, abs=1e-5)


def test_social_ease_without_friends_is_ease(crowd):
    alone = crowd.friendless()
    everybody = np.arange(USERS)
    social = social_ease(lam=5.0, ties=7.0).fit(alone).scores(everybody)
    assert social.tolist() == EASE(lam=5.0).fit(alone).scores(everybody).tolist()


def test_the_hub_of_all_friendships_says_less_than_a_friend_of_few():
    friends = np.zeros((5, 5), dtype=np.float32)
    friends[0, 1], friends[:, 4] = 1.0, 1.0
    tied = joint(
        Interactions(csr_array(np.eye(5, 3, dtype=np.float32)), csr_array(friends)), ties=1.0, content=0.0
    )
    columns, weight = tied.row(0)
    assert columns.tolist() == [0, 3 + 1, 3 + 4]
    assert weight[1] > weight[2]


def test_als_settles_where_no_user_gains_by_moving(crowd):
    model = ALS(factors=8, penalty=1.0, rounds=60)
    fitted = model.fit(crowd)
    x, y = fitted.left.astype(np.float64), fitted.right.astype(np.float64)
    chosen = crowd.chosen.toarray()
    error = (1.0 - x @ y.T) * chosen
    slope = error @ y - model.unseen * x @ (y.T @ y) - model.penalty * x
    assert np.abs(slope).max() < 1e-4


@pytest.mark.parametrize("people", [300, 2_100], ids=["exact", "iterated"])
def test_what_a_young_shop_is_started_from_is_right_however_many_values_are_equal(people):
    # Everybody shows a product of their own, to none up to four friends: five singular values in all.
    opened = np.arange(people) % 5
    sharer = np.repeat(np.arange(people), opened)
    opener = people + np.arange(len(sharer))
    rows = np.concatenate((np.arange(people), opener))
    columns = np.concatenate((np.arange(people), sharer))
    shown = csr_array((np.ones(len(rows), np.float32), (rows, columns)))
    start = singular(shown, 32)
    assert np.linalg.norm(start, axis=0) ** 2 == pytest.approx(np.full(32, np.sqrt(5.0)), rel=2e-2)
    assert (singular(shown, 32) == start).all()


@pytest.mark.parametrize("shape", [(90, 40), (40, 90), (2_050, 2_060)])
def test_singular_vectors_span_what_they_should(shape):
    taste = np.random.default_rng(3).random((shape[0], 6)) ** 4
    liking = np.random.default_rng(4).random((6, shape[1])) ** 4
    chosen = csr_array((np.random.default_rng(5).random(shape) < taste @ liking / 6).astype(np.float32))
    start = singular(chosen, 4).astype(np.float64)
    values = np.linalg.norm(start, axis=0) ** 2
    _, right, _ = svds(chosen.astype(np.float64), k=4)
    assert np.sort(values) == pytest.approx(np.sort(right), rel=5e-3)
    again = chosen.T @ (chosen @ start)
    assert again == pytest.approx(start * values**2, rel=2e-2, abs=2e-2 * np.abs(again).max())


def test_a_matrix_of_nothing_has_no_axes():
    assert not singular(csr_array(np.zeros((3, 5), np.float32)), 2).any()


def test_everybody_gets_something_from_walks_that_friends_alone_cannot_say(crowd):
    nobody = np.array([1])
    assert not Friends().fit(crowd).scores(nobody).any()
    assert Walks().fit(crowd).scores(nobody).any()


def test_a_walk_with_budget_enough_is_the_exact_one(crowd):
    from graph.taste.walks import transitions

    step = transitions(crowd, 0.6).toarray().astype(np.float64)
    exact = np.linalg.inv(np.eye(len(step)) - 0.7 * step)[:USERS, :USERS]
    np.fill_diagonal(exact, 0.0)
    scores = Walks(social=0.6, going_on=0.7, budget=10**8).fit(crowd).scores(np.arange(USERS))
    assert scores == pytest.approx(exact @ crowd.chosen.toarray(), rel=1e-4)
