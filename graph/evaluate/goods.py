"""What somebody would say of a generated shop's products who knows the law that it was drawn from.

Told are the catalogue's categories and prices, which categories call for which and how strongly, by what law
partners and shelves are chosen, and the level of noise; not told is which products were drawn. So the
oracle's precision is what the log allows.

Complements: the law draws the partners of a product a thousand times over. Each draw foretells how many lines
of each product come with a purchase, in the same order and later, beside what comes by chance; the draws are
weighed by the likelihood of the counts (Poisson), and a product is as good as its share of the weight.
Substitutes: where shelves are cut by the rank of prices alone, who knows the law needs no log. Where they are
not (`ShopModel.shelves_by_price`), the looks of one session tell which share one (graph.evaluate.shelves).
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.special import logsumexp

from graph.evaluate.shelves import alike
from graph.events import Kind
from graph.generate import ShopModel
from graph.generate.catalogue import Catalogue, nearest, stock
from graph.generate.tables import Numbered, width
from graph.relations import Relation
from graph.relations.pairs import Acts, Successions
from graph.snapshot import Snapshot

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Lists = dict[int, list[int]]
"""Rows of products by row, best first."""

DRAWS, FIRST = 1_000, 5

FOLLOWS_WITHIN = timedelta(days=15)
"""The fortnight of the law, and a night's sleep."""

NEVER = 1e-3
"""Lines that are expected where the law expects none."""


@dataclass(frozen=True, slots=True, eq=False)
class _Log:
    """What a log tells the oracle, by number of product in the catalogue. bought: lines of each; at_once,
    later: (products, products), lines of the second in the same order and in later ones.
    """

    bought: Floats
    at_once: csr_array
    later: csr_array

    @classmethod
    def of(cls, snapshot: Snapshot, row: Longs) -> "_Log":
        """row: the snapshot's row of each product of the catalogue."""
        events = snapshot.events
        acts = Acts.of(events, events.rows(Kind.PURCHASE), np.zeros(len(snapshot.people), np.bool_))
        pairs = Successions.of(acts, len(snapshot.people), FOLLOWS_WITHIN).either_way
        number = np.empty(len(row), np.int64)
        number[row] = np.arange(len(row))
        shape = len(row), len(row)

        def times(some: NDArray[np.bool_]) -> csr_array:
            ends = number[pairs.first[some]], number[pairs.second[some]]
            return csr_array(coo_array((np.ones(np.count_nonzero(some)), ends), shape=shape))

        bought = np.bincount(number[acts.product], minlength=len(row)).astype(np.float64)
        return cls(bought, times(pairs.at_once), times(~pairs.at_once))


def oracle(model: ShopModel, snapshot: Snapshot) -> dict[Relation, Lists]:
    """The five best of every product that has any, of either kind, by rows of the snapshot of the shop's
    log.
    """
    goods = stock(model)
    row = rows_of(snapshot, len(goods))
    return {
        Relation.COMPLEMENT: _complements(model, goods, _Log.of(snapshot, row), row),
        Relation.SUBSTITUTE: _substitutes(model, goods, snapshot, row),
    }


def rows_of(snapshot: Snapshot, products: int) -> Longs:
    """The snapshot's row of each product of a generated catalogue."""
    keys = Numbered(np.arange(products), "p", width(products, 5))
    said = [str(keys.said(number)) for number in range(products)]
    return snapshot.products.keys.rows(said).astype(np.int64)


def _complements(model: ShopModel, goods: Catalogue, log: _Log, row: Longs) -> Lists:
    dice, place = model.dice("oracle of relations"), {one.name: i for i, one in enumerate(goods.served)}
    lists: Lists = {}
    for category, one in enumerate(goods.served):
        calls = [(place[name], pull) for name, pull in one.goes_with.items() if name in place]
        low, high = goods.begins[category], goods.begins[category + 1]
        for product in range(low, high) if calls else ():
            tier = (product - low + 0.5) / (high - low)
            belief = np.zeros(len(goods))
            for to, pull in calls:
                other = slice(int(goods.begins[to]), int(goods.begins[to + 1]))
                drawn = _drawn(dice, tier, other.stop - other.start, -(-6 // len(calls)))
                weight = _weights(model, log, product, other, pull * drawn, sum(p for _, p in calls))
                belief[other] = weight @ (drawn > 0)
            best = np.argsort(-belief, kind="stable")[:FIRST]
            lists[int(row[product])] = row[best].tolist()
    return lists


def _drawn(dice: np.random.Generator, tier: float, products: int, count: int) -> Floats:
    """The part of the lines that each product of a category gets, in each draw; (draws, products)."""
    parts = np.zeros((DRAWS, products))
    for draw in range(DRAWS):
        found, share = nearest(dice, tier, 0, products, count)
        parts[draw, found] = share
    return parts


def _weights(model: ShopModel, log: _Log, product: int, other: slice, pull: Floats, pulls: float) -> Floats:
    """How likely each draw is once the log is read; (draws,), summing to 1. pull: (draws, products of the
    other category), mean lines for a purchase; pulls: the sum over all categories.
    """
    random, once = 0.5 * model.random_share, model.complements_at_once
    bought, usual = log.bought[product], log.bought / log.bought.sum()
    at_once, later = log.at_once[[product]].toarray()[0], log.later[[product]].toarray()[0]
    strays = max(later.sum() - bought * pulls * (1 - once), 0.0)
    likelihood = np.zeros(len(pull))
    for count, part, by_chance in (
        (at_once, once, bought * random * (1 + pulls)),
        (later, 1 - once, strays),
    ):
        expected = bought * part * (1 - random) * pull + by_chance * usual[other] + NEVER
        likelihood += (count[other] * np.log(expected) - expected).sum(axis=1)
    return np.asarray(np.exp(likelihood - logsumexp(likelihood)))


def _substitutes(model: ShopModel, goods: Catalogue, snapshot: Snapshot, row: Longs) -> Lists:
    """The others of each shelf, the nearest in rank first; where prices say nothing, those likeliest
    there.
    """
    if not model.shelves_by_price:
        together = alike(model, goods, snapshot, row)
        best = np.argsort(-together, axis=1, kind="stable")[:, :FIRST]
        return {int(row[product]): row[best[product]].tolist() for product in range(len(goods))}
    lists: Lists = {}
    for product, shelf in enumerate(goods.shelf.tolist()):
        others = np.arange(goods.shelves[shelf], goods.shelves[shelf + 1])
        others = others[np.argsort(np.abs(others - product), kind="stable")]
        lists[int(row[product])] = row[others[others != product][:FIRST]].tolist()
    return lists
