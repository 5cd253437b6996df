"""Which products of a generated category stand on one shelf, as far as a log can tell whoever knows the law.

Known are the sizes of a category's shelves and the law of visits; not known is which product stands where. Of
the pairs of looks within a category the law foretells a part on one shelf, between a and b by the visits that
begin at either or at a third product there; the rest goes to any pair, as the two are looked at, and so does
what comes by chance, of which pairs of different categories tell. With Poisson counts c, each pair on one
shelf has the weight c log((λ_in + λ_out) / λ_out) − λ_in. Products are dealt out anew by letting two change
places, or one go from a long shelf to a short one (Metropolis et al. 1953), at first at a temperature that
falls (Kirkpatrick, Gelatt & Vecchi 1983).
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.generate import ShopModel
from graph.generate.catalogue import Catalogue
from graph.generate.visits import LONGEST, STOPS
from graph.relations.pairs import Acts, Successions
from graph.relations.substitutes import SESSION
from graph.snapshot import Snapshot

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

SWEEPS, WARM_UP = 500, 150
"""Rounds in which everybody may change places once, and those of them that cool down and are not counted."""

MOVES = 0.3
"""Part of the tries in which one product goes to another shelf, instead of two that change places."""

HOT = 1e-3
"""The inverse of the temperature at first; it ends at 1."""

NEVER = 1e-3
"""Looks that are expected where the law expects none."""


def alike(model: ShopModel, goods: Catalogue, snapshot: Snapshot, row: Longs) -> Floats:
    """How likely two products share a shelf, (products, products), 0 with itself.

    row: the snapshot's row of each product of the catalogue.
    """
    together, looks = _looked_at(snapshot, row)
    dice, found = model.dice("oracle of shelves"), np.zeros(together.shape)
    apart = goods.category[:, None] != goods.category
    by_chance = together[apart].sum() / max(np.outer(looks, looks)[apart].sum(), NEVER)
    for low, high in pairwise(goods.begins.tolist()):
        one = slice(low, high)
        places = np.searchsorted(goods.shelves, np.arange(low, high), side="right")
        shelves = places - places[0]
        size = (high - low) / (shelves[-1] + 1)
        weight = _weights(model, together[one, one], looks[one], by_chance, size)
        found[one, one] = _dealt(dice, weight, shelves)
    np.fill_diagonal(found, 0.0)
    return found


def _looked_at(snapshot: Snapshot, row: Longs) -> tuple[Floats, Floats]:
    """Sessions that looked at two products, (products, products), and looks at each, by number in the
    catalogue.
    """
    events, products = snapshot.events, len(row)
    nobody = np.zeros(len(snapshot.people), np.bool_)
    acts = Acts.of(events, events.rows(Kind.VIEW, Kind.OPEN), nobody)
    pairs = Successions.of(acts, len(snapshot.people), SESSION)
    number = np.empty(products, np.int64)
    number[row] = np.arange(products)
    one_way = np.zeros((products, products))
    np.add.at(one_way, (number[pairs.first], number[pairs.second]), 1.0)
    looks = np.bincount(number[acts.product], minlength=products).astype(np.float64)
    return one_way + one_way.T, looks


def _weights(model: ShopModel, together: Floats, looks: Floats, by_chance: float, size: float) -> Floats:
    """What speaks for each pair of a category being on one shelf, in log-likelihood. by_chance: pairs for the
    product of the looks at both. size: of the shelves.
    """
    astray = min(model.wandering * model.noise, 1.0)
    inside, on_shelf = 1 - astray, (1 - astray) * (1 - model.random_share)
    first, later = _pairs_of_a_visit(size)
    each, n = np.outer(looks, looks), len(looks)
    np.fill_diagonal(each, 0.0)
    visited = max((together - by_chance * each).sum() / 2, 0.0)
    begun = visited / max(first * inside + later * inside**2, NEVER)
    begins = begun * looks / max(looks.sum(), NEVER)
    from_either = (begins[:, None] + begins) * first * on_shelf / max(size - 1, 1)
    from_third = begun / n * later * on_shelf**2 * 2 / max(size - 1, 1)
    random = begun * (first * (inside - on_shelf) + later * (inside**2 - on_shelf**2))
    apart = (by_chance + random * 2 / max(each.sum(), NEVER)) * each + NEVER
    expected = from_either + from_third
    weight: Floats = together * np.log1p(expected / apart) - expected
    np.fill_diagonal(weight, 0.0)
    return weight


def _pairs_of_a_visit(size: float) -> tuple[float, float]:
    """How many pairs of looks a visit has with its first look and without it, in the mean, on such a
    shelf.
    """
    most = min(LONGEST, round(size))
    looks = np.arange(1, most + 1)
    chance = STOPS * (1 - STOPS) ** (looks - 1)
    chance[-1] = 1 - chance[:-1].sum()
    return float(chance @ (looks - 1)), float(chance @ ((looks - 1) * (looks - 2) / 2))


def _dealt(dice: np.random.Generator, weight: Floats, shelves: Longs) -> Floats:
    """In which part of all draws two products share a shelf. shelves: of each place."""
    n, deal = len(weight), _Deal(weight, dice.permutation(shelves))
    same = np.zeros((n, n))
    for sweep in range(SWEEPS):
        cold = HOT ** max(0.0, 1 - sweep / WARM_UP)
        bars = (np.log(dice.random(n)) / cold).tolist()
        moves = (dice.random(n) < MOVES).tolist()
        for (a, b), bar, moved in zip(dice.integers(0, n, (n, 2)).tolist(), bars, moves, strict=True):
            (deal.move if moved else deal.swap)(a, b, bar)
        if sweep >= WARM_UP:
            same += deal.shelf[:, None] == deal.shelf
    return same / (SWEEPS - WARM_UP)


class _Deal:
    """Products on shelves, and how much speaks for each being on each."""

    def __init__(self, weight: Floats, shelf: Longs) -> None:
        self.weight, self.shelf = weight, shelf
        self.size = np.bincount(shelf)
        self.near: Floats = weight @ (shelf[:, None] == np.arange(len(self.size)))

    def swap(self, a: int, b: int, bar: float) -> None:
        """Let two change places if more speaks for that than the bar."""
        s, t, near = self.shelf[a], self.shelf[b], self.near
        gain = near[a, t] - near[a, s] + near[b, s] - near[b, t] - 2 * self.weight[a, b]
        if s != t and gain > bar:
            self._put(a, t)
            self._put(b, s)

    def move(self, a: int, b: int, bar: float) -> None:
        """Let one go to the other's shelf, if that then is as long as its own was, and so much speaks for
        it.
        """
        s, t = self.shelf[a], self.shelf[b]
        if self.size[s] == self.size[t] + 1 and self.near[a, t] - self.near[a, s] > bar:
            self._put(a, t)

    def _put(self, product: int, shelf: int) -> None:
        self.near[:, self.shelf[product]] -= self.weight[:, product]
        self.near[:, shelf] += self.weight[:, product]
        self.size[[self.shelf[product], shelf]] += [-1, 1]
        self.shelf[product] = shelf
