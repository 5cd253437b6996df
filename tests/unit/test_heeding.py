"""How far ties are heard: for whom they lead, as surely as they do, and no further."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array

from bench import crowd
from graph.evaluate.suggestions.lists import lists
from graph.evaluate.suggestions.metrics import gains
from graph.taste import EASE, Blend, Friends, Interactions, Popularity, UserKNN, social_ease
from graph.taste.blend import Recipe
from graph.taste.heeding import heeded, mixed
from graph.taste.learning import learn
from graph.taste.ranking import cut
from loaders.folders import read_folder

SIZE = crowd.Size(users=700, items=400, choices=9_000, ties=3_500, tastes=5)
MADE_OF = (EASE(20.0), UserKNN(), Popularity(), social_ease(20.0, ties=5.0), Friends())
DEAF = (True, True, True, False, False)
SEEDS = 0, 1, 2

Floats = NDArray[np.float64]


def leads(slope: float, level: float, seed: int = 0, users: int = 2_000) -> tuple[Floats, NDArray[np.int64]]:
    """Leads of a line in one over what is known, in noise that is wider where little is known."""
    dice = np.random.default_rng(seed)
    known = np.minimum(2 + dice.geometric(0.08, users), 150)
    return level + slope / known + dice.normal(0.0, 0.3 / np.sqrt(known)), known


def test_a_lead_that_falls_with_what_is_known_is_heard_up_to_where_it_ends():
    lead, known = leads(slope=0.3, level=-0.01)
    part = heeded(lead, known)
    assert len(part) == known.max() + 1
    assert part[:12].min() == 1
    assert part[60:].max() == 0
    assert (np.diff(part) <= 0).all()


def test_ties_that_lag_are_heard_by_nobody():
    assert not heeded(*leads(slope=-0.1, level=-0.02)).any()


def test_a_lead_of_chance_is_heard_little():
    parts = [heeded(*leads(slope=0.0, level=0.0, seed=seed))[15] for seed in range(100)]
    assert np.mean(parts) < 0.25
    assert np.mean(np.array(parts) == 1) < 0.05


def test_the_surer_a_lead_the_more_of_it_is_heard():
    dice, known = np.random.default_rng(1), np.full(400, 8)
    noise = dice.normal(0.0, 1.0, 400)
    noise = 20 * (noise - noise.mean()) / noise.std(ddof=2)
    parts = [heeded(errors + noise, known) for errors in (-1.0, 0.4, 1.0, 2.0, 9.0)]
    assert [part[8] for part in parts] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert all(len(set(part.tolist())) == 1 for part in parts), "where all know alike there is no slope"


def test_of_two_people_nothing_is_sure():
    assert not heeded(np.array([0.5, 0.5]), np.array([3, 4])).any()


def test_weights_are_mixed_by_what_is_known_and_by_the_level_they_were_learned_for():
    heard, alone = np.array([[0.2, 0.8], [0.6, 0.4]]), np.array([[1.0, 0.0], [1.0, 0.0]])
    weights, bounds = mixed(heard, alone, (3,), np.array([1.0, 1.0, 0.5, 0.5, 0.0]))
    assert bounds == (2, 3, 4)
    assert weights.tolist() == [[0.2, 0.8], [0.6, 0.4], [0.8, 0.2], [1.0, 0.0]]


def few_of_many(seed: int, users: int = 600, items: int = 200) -> Interactions:
    """Who chooses six or nine things has them from friends; every tenth chooses forty of a kind of their own,
    and falls into one level with those of nine.
    """
    dice = np.random.default_rng(seed)
    kind, popular = np.arange(items) % 4, dice.dirichlet(np.full(items, 0.3))
    friends, chosen = np.zeros((users, users), np.float32), np.zeros((users, items), np.float32)
    for user in range(users):
        friends[user, dice.choice(user, min(user, 3), replace=False)] = 1.0
        word = friends[user] @ chosen
        own = popular * np.where(kind == dice.integers(4), 1.0, 0.03)
        alone = user % 10 == 0
        mass = own if alone else popular + (3.0 * word / word.sum() if word.sum() else 0.0)
        count = 40 if alone else 6 + 3 * (user % 2)
        chosen[user, dice.choice(items, count, replace=False, p=mass / mass.sum())] = 1.0
    return Interactions(csr_array(chosen), csr_array(friends))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_few_of_whom_much_is_known_are_not_told_by_the_many_of_their_level(seed: int):
    inner = cut(few_of_many(seed), share=0.2, seed=seed)
    fitted = [source.fit(inner.known) for source in MADE_OF]
    learned = learn(fitted, inner.known, inner.held, deaf=DEAF)
    assert sum(weights_at(learned, 7)[3:]) > 0.3
    assert sum(weights_at(learned, 32)[3:]) == 0
    without = learn(fitted[:3], inner.known, inner.held)
    assert weights_at(learned, 32)[:3] == pytest.approx(weights_at(without, 32)), "as if there were no ties"


def weights_at(recipe: Recipe, known: int) -> tuple[float, ...]:
    return recipe.weights[int(np.searchsorted(np.asarray(recipe.bounds), known, side="right"))]


def blended(
    folder: Path, seed: int, monkeypatch: pytest.MonkeyPatch, *, alike: float, heard: float
) -> tuple[Floats, NDArray[np.int64]]:
    """What friends add to the NDCG of everybody asked, and how many choices of each are known."""
    monkeypatch.setattr(crowd, "ALIKE", alike)
    monkeypatch.setattr(crowd, "HEARD", heard)
    crowd.write(folder / str(seed), SIZE, seed=seed)
    held = read_folder(str(folder / str(seed))).held()
    found = [
        gains(lists(Blend(MADE_OF).fit(known), held.users, held.taken), held.asked)["ndcg@10"]
        for known in (held.known, held.known.friendless())
    ]
    return found[0] - found[1], np.diff(held.known.chosen.indptr)[held.users]


def error(lead: Floats) -> float:
    return float(lead.std() / np.sqrt(len(lead)))


@pytest.mark.parametrize("seed", SEEDS)
def test_ties_drawn_at_random_do_no_harm_at_any_level(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
):
    lead, known = blended(tmp_path, seed, monkeypatch, alike=0.0, heard=0.0)
    for least, most in ((0, 4), (5, 9), (10, 19), (20, 10**9)):
        these = lead[(known >= least) & (known <= most)]
        assert abs(these.mean()) <= 2.5 * error(these)


def test_ties_whose_word_is_followed_are_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    lead = np.concatenate([blended(tmp_path, seed, monkeypatch, alike=2 / 3, heard=0.5)[0] for seed in SEEDS])
    assert lead.mean() > 2 * error(lead)
