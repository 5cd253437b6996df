"""What communities take to, held sparsely, beside the plain table."""

import numpy as np
import pytest

from graph.events import Product
from graph.snapshot import Snapshot
from graph.ties.taste import LEAST, MOST, SMOOTHING, Taste
from tests.toy import snapshot

CATALOGUE = [Product(key, category=category) for key, category in (("tea", "a"), ("mug", "b"), ("pot", "c"))]
SHOP = "ana.view:tea ana.view:tea ana>bea:tea bea.view:mug cy>dan:pot cy.view:mug dan.cart:pot eve>ana:tea"
CIRCLES = {"ana": 0, "bea": 0, "cy": 1, "dan": 1, "eve": 2}


def shop() -> tuple[Snapshot, np.ndarray]:
    taken = snapshot(SHOP + " fay>ana:tea", catalogue=CATALOGUE)
    return taken, np.array([CIRCLES.get(key, 3) for key in taken.people.keys], np.int32)


def plain(count: np.ndarray, affinity: float) -> np.ndarray:
    """Communities by categories, in the words of the docstring."""
    usual = np.maximum(count.sum(axis=0), 1)
    usual = usual / usual.sum()
    mix = (count + SMOOTHING * usual) / (count.sum(axis=1, keepdims=True) + SMOOTHING)
    liked = np.clip((mix / usual) ** affinity, LEAST, MOST)
    return np.asarray(liked / (liked * mix).sum(axis=1, keepdims=True))


@pytest.mark.parametrize("affinity", [0.3, 1.0, 5.0])
def test_appeals_are_those_of_the_plain_table(affinity: float):
    taken, labels = shop()
    taste = Taste.learned(taken, labels, affinity, taken.as_of + 1)
    # What each circle viewed, shared and put into carts: tea, mug, pot.
    table = plain(np.array([[3, 1, 0], [0, 1, 2], [1, 0, 0], [1, 0, 0]]), affinity)
    keys, products = list(taken.people.keys), list(taken.products.keys)
    for share, product in enumerate(taken.shares.product.tolist()):
        for person, key in enumerate(keys):
            circle, category = CIRCLES.get(key, 3), ["tea", "mug", "pot"].index(products[product])
            found = taste.of(np.array([person], np.int32), np.array([share], np.int32))
            assert found[0] == pytest.approx(table[circle, category])


def test_who_took_to_nothing_likes_everything_as_usual():
    taken, labels = shop()
    nothing = Taste.learned(taken, labels, 0.5, 0)
    people, shares = len(taken.people), len(taken.shares)
    everybody, every = np.repeat(np.arange(people), shares), np.tile(np.arange(shares), people)
    for taste in (nothing, Taste.none(taken)):
        assert taste.of(everybody.astype(np.int32), every.astype(np.int32)) == pytest.approx(1.0)
