"""What a blend learns: whom to trust, and that the word of strangers is worth nothing."""

import re

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graph.kernels.ndcg import ndcg
from graph.taste import (
    ALS,
    EASE,
    Blend,
    Fits,
    Friends,
    Mixed,
    Popularity,
    Sharing,
    UserKNN,
    baselines,
    social_ease,
    tune,
)
from graph.taste.blend import Recipe
from graph.taste.learning import Pool, learn, pool
from graph.taste.model import Interactions
from graph.taste.ranking import cut
from graph.taste.roster import LARGEST, sources
from graph.taste.tuning import ALS_GRID, EASE_GRID, SEARCHED

SOURCES = (EASE(lam=20.0), Friends(), Popularity())


def shop(*, heard: bool, seed: int = 3, users: int = 300, items: int = 200) -> Interactions:
    """People who choose what is popular and, if they hear their friends, what those choose; friends are drawn
    from anybody, so that choices alone do not tell who they are.
    """
    rng = np.random.default_rng(seed)
    popular = rng.dirichlet(np.full(items, 0.3))
    friends = np.zeros((users, users), dtype=np.float32)
    for user in range(1, users):
        friends[user, rng.choice(user, min(user, 3), replace=False)] = 1.0
    chosen = np.zeros((users, items), dtype=np.float32)
    for user in range(users):
        word = friends[user] @ chosen if heard else np.zeros(items)
        mass = popular + (3.0 * word / word.sum() if word.sum() else 0.0)
        chosen[user, rng.choice(items, 8, replace=False, p=mass / mass.sum())] = 1.0
    return Interactions(csr_array(chosen), csr_array(friends))


def two_kinds(seed: int, users: int = 400, items: int = 200) -> Interactions:
    """Half choose few things, those of their friends; the others many of a kind of their own, whoever their
    friends are.
    """
    rng = np.random.default_rng(seed)
    kind, popular = np.arange(items) % 4, rng.dirichlet(np.full(items, 0.3))
    friends, chosen = np.zeros((users, users), np.float32), np.zeros((users, items), np.float32)
    for user in range(users):
        friends[user, rng.choice(user, min(user, 3), replace=False)] = 1.0
        word = friends[user] @ chosen
        own = popular * np.where(kind == rng.integers(4), 1.0, 0.03)
        mass = own if user % 2 else popular + (3.0 * word / word.sum() if word.sum() else 0.0)
        chosen[user, rng.choice(items, 24 if user % 2 else 6, replace=False, p=mass / mass.sum())] = 1.0
    return Interactions(csr_array(chosen), csr_array(friends))


def recipe(known: Interactions, seed: int = 0) -> Recipe:
    inner = cut(known, share=0.2, seed=seed)
    return learn([source.fit(inner.known) for source in SOURCES], inner.known, inner.held)


def share_of_friends(known: Interactions, seed: int = 0) -> float:
    return float(np.mean([level[1] for level in recipe(known, seed).weights]))


def test_friends_who_are_followed_are_heard_by_the_blend():
    assert share_of_friends(shop(heard=True)) > 0.3


def test_friends_who_carry_nothing_get_no_weight_and_do_no_harm():
    assert np.mean([share_of_friends(shop(heard=False), seed) for seed in range(4)]) < 0.1


@pytest.mark.parametrize("seed", [1, 2, 5])
def test_ties_are_heard_on_no_level_where_they_surely_rank_worse_than_what_hears_none(seed: int):
    inner = cut(two_kinds(seed), share=0.2, seed=seed)
    made_of = (EASE(lam=20.0), Popularity(), social_ease(20.0, ties=5.0), Friends())
    fitted = [source.fit(inner.known) for source in made_of]
    learned = learn(fitted, inner.known, inner.held, deaf=(True, True, False, False))
    alone = learn(fitted[:2], inner.known, inner.held)
    asked = pool(fitted, inner.known, inner.held, 0)
    heard, unheard = placed(learned, asked), placed(alone, asked)
    part = set()
    for some in {*zip(heard.tolist(), unheard.tolist(), strict=True)}:
        these = asked.taken((heard == some[0]) & (unheard == some[1]))
        without = these.gains(np.append(alone.weights[some[1]], [0.0, 0.0]), learned.damping)
        lead = these.gains(np.array(learned.weights[some[0]]), learned.damping) - without
        assert lead.mean() >= -1.64 * lead.std() / np.sqrt(len(lead))
        part.add(sum(learned.weights[some[0]][2:]))
    assert max(part) > 0.3
    assert min(part) < 0.05


def placed(learned: Recipe, asked: Pool) -> NDArray[np.intp]:
    return np.searchsorted(np.asarray(learned.bounds), asked.activity, side="right")


def test_the_weights_of_every_level_sum_to_one_and_none_is_negative():
    learned = recipe(shop(heard=True))
    for level in learned.weights:
        assert sum(level) == pytest.approx(1.0)
        assert min(level) >= 0


def test_a_learned_blend_ranks_its_part_no_worse_than_its_best_source():
    inner = cut(shop(heard=True), share=0.2)
    fitted = [source.fit(inner.known) for source in SOURCES]
    learned = learn(fitted, inner.known, inner.held)
    asked = pool(fitted, inner.known, inner.held, 0)
    alone = max(asked.gains(each, 0.0).mean() for each in np.eye(3))
    assert asked.gains(np.mean(learned.weights, axis=0), learned.damping).mean() >= alone


def test_the_same_interactions_give_the_same_blend():
    known = shop(heard=True, users=40, items=60)
    some = np.arange(40)
    assert Blend().fit(known).scores(some).tolist() == Blend().fit(known).scores(some).tolist()


class Wait:
    """A clock that goes on by so many seconds with every fit that is told."""

    def __init__(self, each: float) -> None:
        self.each = each
        self.trials: list[str] = []

    def __call__(self) -> float:
        return self.each * len(self.trials)

    def told(self, stage: str) -> None:
        if stage.startswith("trying"):
            self.trials.append(stage)


@pytest.mark.parametrize(
    ("each", "least"), [(1.0, 30), (30.0, 20), (60.0, 8), (100.0, 6), (300.0, 6)], ids="{:g} s".format
)
def test_settings_are_chosen_and_fitted_again_within_the_time_unless_the_first_fits_take_longer(
    each: float, least: int
):
    inner = cut(shop(heard=True, users=40, items=60), share=0.2)
    wait, starts = Wait(each), 6
    model = tune(inner.known, inner.held, seconds=1_200.0, clock=wait, telling=wait.told)
    again = each * sum(isinstance(one, ALS | EASE) for one in model.sources)
    assert wait() + again <= max(SEARCHED * 1_200.0, 2 * starts * each)
    assert len(wait.trials) >= least
    assert (len(wait.trials) == starts) is (least == starts)
    assert model.fit(inner.known).scores(np.arange(3)).shape == (3, 60)


def test_where_nothing_is_said_of_items_no_time_is_lost_on_how_much_that_counts():
    known = shop(heard=True, users=40, items=60).friendless()
    wait = Wait(1.0)
    tune(known, known.chosen, seconds=1_200.0, clock=wait, telling=wait.told)
    assert len(wait.trials) > 20
    assert {found for told in wait.trials for found in re.findall(r"content ([\d.]+)", told)} == {"0"}
    grids = [
        ALS_GRID if isinstance(one, ALS) else EASE_GRID
        for one in sources(known)
        if isinstance(one, ALS | EASE)
    ]
    worth = [
        [len(factors) for setting, factors in grid if setting not in {"content", "ties"}] for grid in grids
    ]
    assert len(wait.trials) <= sum(1 + sum(each) for each in worth), (
        "what differs in the weight of nothing was tried twice"
    )


def test_a_closed_form_that_fills_gigabytes_is_kept_once_of_each_kind(monkeypatch: pytest.MonkeyPatch):
    inner = cut(shop(heard=True, users=40, items=60), share=0.2)
    wait = Wait(1.0)
    monkeypatch.setattr("graph.taste.tuning.LARGE", 10)
    model = tune(inner.known, inner.held, seconds=1_200.0, clock=wait, telling=wait.told)
    assert sorted(one.name for one in model.sources if isinstance(one, EASE)) == ["ease", "social-ease"]


def test_a_cut_holds_out_of_everybody_with_three_choices_and_leaves_each_choice_on_one_side():
    known = shop(heard=False)
    inner = cut(known, share=0.25, seed=1)
    assert (np.diff(inner.held.indptr) == 2).all()
    assert (inner.known.chosen + inner.held).toarray().tolist() == known.chosen.toarray().tolist()


def test_ndcg_counts_hits_by_rank_against_the_best_possible_list():
    features = np.array([[3.0], [1.0], [2.0], [5.0], [4.0]], dtype=np.float32)
    found = ndcg(
        np.array([0, 3, 5]),
        features,
        np.ones(5, dtype=np.float32),
        np.ones((2, 1), dtype=np.float32),
        np.array([False, False, True, True, False]),
        np.array([3, 1]),
        2,
    )
    assert found == pytest.approx([(1 / np.log2(3)) / (1 + 1 / np.log2(3)), 1.0])


def test_what_is_too_large_for_a_closed_form_is_left_out_and_said_so():
    few, many = baselines(1_000, 10**6), baselines(LARGEST + 1, 10**6)
    assert {"ease", "social-ease"} <= {model.name for model in few.models}
    assert {name for name, _ in many.left_out} == {"ease", "social-ease"}
    assert {"popularity", "item-knn", "user-knn", "als", "friends"} <= {model.name for model in many.models}


def test_without_ties_nothing_that_needs_them_is_fitted():
    alone = shop(heard=False).friendless()
    assert {model.name for model in sources(alone)} == {"als", "ease", "item-knn", "user-knn", "popularity"}
    assert all(
        getattr(model, "ties", 0.0) == 0.0 for model in sources(alone) if isinstance(model, ALS | EASE)
    )


def test_with_ties_all_is_there_that_would_be_without():
    known = shop(heard=True)
    assert set(sources(known.friendless())) < set(sources(known))


def test_a_source_without_weight_is_not_fitted():
    class Refusing(UserKNN):
        def fit(self, known):
            raise AssertionError("nobody asked for this")

    known = shop(heard=False, users=30)
    Mixed((Popularity(), Refusing()), Recipe(((1.0, 0.0),))).fit(known)


def test_a_blend_that_shares_its_fits_says_what_it_says_by_itself():
    known, some = shop(heard=True, users=40, items=60), np.arange(40)
    fits = Fits(known)
    for each in (known, known.friendless()):
        alone = Blend(SOURCES).fit(each).scores(some)
        assert Blend(SOURCES, fits=fits).fit(each).scores(some).tolist() == alone.tolist()
    assert Sharing(EASE(lam=20.0, name="baseline"), fits).fit(known) is fits.of(
        SOURCES[0], known.friendless()
    )


def test_a_closed_form_of_gigabytes_is_kept_only_where_all_end(monkeypatch):
    monkeypatch.setattr("graph.taste.fits.LARGE", 20)
    known = shop(heard=True, users=40, items=60)
    fits = Fits(known)
    inner = fits.cut(known, share=0.1, seed=0).known
    assert fits.of(EASE(), inner) is not fits.of(EASE(), inner)
    assert fits.of(EASE(), known) is fits.of(EASE(), known)
