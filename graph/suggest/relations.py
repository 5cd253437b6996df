"""Complements and substitutes, told apart by what people do with two products.

A complement of i is what people buy together with i or within a month after it, from another category (a
tent, then a sleeping bag). A substitute of i is what people look at within a day of i, in the same category
(one tent or the other). Both are kept only where the pair is seen by at least two people and more often than
chance would have it, at the 0.1 % level of the likelihood ratio (Dunning 1993). Score = how often j follows
among those who chose i, shrunk, times how far it exceeds chance: n_ij / (n_i + 2) · (1 − 1 / lift).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.kernels.cooccurrence import pairs_within
from graph.log import NONE
from graph.purchases import Purchases
from graph.snapshot import Snapshot
from graph.suggest.reasons import Relation
from graph.timeline import Rows

BOUGHT_AFTER = timedelta(days=30)
LOOKED_AT_WITHIN = timedelta(days=1)
SUCCESSORS = 30
"""Pairs one act makes at the most with the acts after it."""

AT_LEAST_PEOPLE = 2
SIGNIFICANT = 10.83
"""χ² with one degree of freedom, 0.1 %."""


@dataclass(frozen=True, slots=True)
class Related:
    """A product that stands in a relation to another. support: people in whom the pair was seen; lift: times
    as often as by chance.
    """

    product: int
    relation: Relation
    score: float
    support: int
    lift: float


@dataclass(frozen=True, slots=True, eq=False)
class Relations:
    """One relation between all products, CSR by the first of the pair, best first; score in [0, 1)."""

    relation: Relation
    indptr: NDArray[np.int64]
    product: Rows
    score: NDArray[np.float32]
    support: Rows
    lift: NDArray[np.float64]

    def of(self, product: int) -> slice:
        """Where a product's relatives lie."""
        return slice(int(self.indptr[product]), int(self.indptr[product + 1]))

    def related(self, product: int) -> Iterator[Related]:
        """A product's relatives, best first."""
        for i in range(int(self.indptr[product]), int(self.indptr[product + 1])):
            yield Related(
                int(self.product[i]),
                self.relation,
                float(self.score[i]),
                int(self.support[i]),
                float(self.lift[i]),
            )


def complements(snapshot: Snapshot, silent: NDArray[np.bool_], kept: Purchases) -> Relations:
    """What is bought, and kept, with or after what; directed, phone → case."""
    return _relations(snapshot, silent, Relation.COMPLEMENT, kept.event, BOUGHT_AFTER)


def substitutes(snapshot: Snapshot, silent: NDArray[np.bool_]) -> Relations:
    """What is looked at instead of what; both ways."""
    looks = snapshot.events.rows(Kind.VIEW, Kind.OPEN)
    return _relations(snapshot, silent, Relation.SUBSTITUTE, looks, LOOKED_AT_WITHIN)


def _relations(
    snapshot: Snapshot,
    silent: NDArray[np.bool_],
    relation: Relation,
    rows: NDArray[np.int64],
    window: timedelta,
) -> Relations:
    events, products = snapshot.events, len(snapshot.products)
    rows = rows[(events.product[rows] != NONE) & ~events.own[rows] & ~silent[events.person[rows]]]
    rows = rows[np.argsort(events.person[rows], kind="stable")]
    person, product, at = events.person[rows], events.product[rows], events.at[rows]
    indptr = np.searchsorted(person, np.arange(len(snapshot.people) + 1)).astype(np.int64)
    first, second = pairs_within(indptr, at, int(window.total_seconds() * 1e6), SUCCESSORS)
    category = snapshot.products.category
    alike = category[product[first]] == category[product[second]]
    known = (category[product[first]] != NONE) & (category[product[second]] != NONE)
    wanted = (alike & known) if relation is Relation.SUBSTITUTE else ~alike | ~known
    both_ways = at[first] == at[second] if relation is Relation.COMPLEMENT else np.ones(len(first), np.bool_)
    wanted &= product[first] != product[second]
    source = np.concatenate([product[first][wanted], product[second][wanted & both_ways]])
    target = np.concatenate([product[second][wanted], product[first][wanted & both_ways]])
    who = np.concatenate([person[first][wanted], person[first][wanted & both_ways]])
    chosen_by = _people_by_product(person, product, products)
    pair, support = _people_by_pair(source, target, who, products)
    return _kept(relation, pair, support, chosen_by, len(np.unique(person)), products)


def _people_by_product(person: Rows, product: Rows, products: int) -> NDArray[np.int64]:
    distinct = np.unique(person.astype(np.int64) * max(products, 1) + product)
    return np.bincount(distinct % max(products, 1), minlength=products).astype(np.int64)


def _people_by_pair(
    source: Rows, target: Rows, who: Rows, products: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    pair = source.astype(np.int64) * products + target
    order = np.lexsort((who, pair))
    pair, who = pair[order], who[order]
    anew = np.ones(len(pair), np.bool_)
    anew[1:] = (np.diff(pair) != 0) | (np.diff(who) != 0)
    distinct, support = np.unique(pair[anew], return_counts=True)
    return distinct, support.astype(np.int64)


def _kept(
    relation: Relation,
    pair: NDArray[np.int64],
    support: NDArray[np.int64],
    chosen_by: NDArray[np.int64],
    people: int,
    products: int,
) -> Relations:
    source, target = pair // max(products, 1), pair % max(products, 1)
    expected = chosen_by[source] * chosen_by[target] / max(people, 1)
    lift = support / np.maximum(expected, 1e-12)
    ratio = likelihood_ratio(support, chosen_by[source], chosen_by[target], people)
    kept = (support >= AT_LEAST_PEOPLE) & (lift > 1) & (ratio > SIGNIFICANT)
    source, target, support, lift = source[kept], target[kept], support[kept], lift[kept]
    score = support / (chosen_by[source] + 2.0) * (1 - 1 / lift)
    order = np.lexsort((target, -score, source))
    indptr = np.searchsorted(source[order], np.arange(products + 1)).astype(np.int64)
    return Relations(
        relation,
        indptr,
        target[order].astype(np.int32),
        score[order].astype(np.float32),
        support[order].astype(np.int32),
        lift[order],
    )


def likelihood_ratio(
    together: NDArray[np.int64], first: NDArray[np.int64], second: NDArray[np.int64], total: int
) -> NDArray[np.float64]:
    """Dunning's G² for two things chosen by `first` and `second` of `total` people and by `together` of them
    both.

    >>> likelihood_ratio(np.array([10]), np.array([10]), np.array([100]), 1000).round(2)
    array([46.99])
    """
    cells = np.stack([together, first - together, second - together, total - first - second + together])
    rows = np.stack([first, first, total - first, total - first])
    columns = np.stack([second, total - second, second, total - second])
    cells = np.maximum(cells.astype(np.float64), 0.0)
    expected = rows * columns / max(total, 1)
    terms = np.where(cells > 0, cells * np.log(np.maximum(cells, 1e-300) / np.maximum(expected, 1e-300)), 0.0)
    return np.asarray(2 * terms.sum(axis=0), np.float64)
