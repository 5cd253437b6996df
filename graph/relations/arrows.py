"""Which need calls for which other: phones for cases, not cases for phones.

Three questions, each of pairs of needs, in this order:

1. Are both bought by the same people, within the window, more often than by chance? (Fisher's exact test over
   people, at a false-discovery rate of 5 % over all pairs of needs.)
2. Is it so on their own account? Mugs and grinders are bought together because a coffee machine calls for
   both. A pair is explained by a third need if, of the occasions without it, fewer than half hold the pair
   that would were the third nothing to them (conditional independence as in the skeleton of Spirtes &
   Glymour 1991, judged by size and not by significance, which any leftover reaches in a log large enough).
3. Which comes first? Of the people who bought the two on different occasions n bought i first and m bought j
   first. The arrow i → j stands if i comes first in two cases of five or more, estimated as (n + 2) /
   (n + m + 4); where the log cannot tell, or each calls for the other, both arrows stand.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from graph.kernels.cooccurrence import pairs_within
from graph.relations.needs import Needs
from graph.relations.pairs import Acts, Successions, found, people_by_pair
from graph.relations.significance import by_chance, discoveries
from graph.timeline import Rows

Longs = NDArray[np.int64]

EXPLAINED = 0.5
"""A pair of which less than this part is left without a third need is that need's doing."""

FORWARD, EITHER_WAY = 0.4, 2
"""How often at least the first comes first, and how often each is taken to have done so unseen."""

LARGEST_BASKET = 50
"""Needs of one occasion that are paired; what is bought for resale says little of what goes with what."""


@dataclass(frozen=True, slots=True, eq=False)
class Arrows:
    """Pairs of needs, rising: source · k + target."""

    pair: Longs
    needs: int

    def hold(self, source: Rows, target: Rows) -> NDArray[np.bool_]:
        """Which of these pairs of needs they hold."""
        return found(source * np.int64(self.needs) + target, self.pair)[1]


def arrows(needs: Needs, bought: Acts, successions: Successions) -> Arrows:
    """The arrows of a log. successions: of different needs only."""
    k = len(needs)
    first, second = needs.need[successions.first], needs.need[successions.second]
    low, high = np.minimum(first, second), np.maximum(first, second)
    pair, together = people_by_pair(successions.person, low, high, k)
    pair = pair[_associated(needs, bought, pair, together)]
    pair = pair[~_explained(needs, bought, pair)]
    apart = ~successions.at_once
    ordered, people = people_by_pair(successions.person[apart], first[apart], second[apart], k)
    i, j = pair // max(k, 1), pair % max(k, 1)
    onward, back = (_count(ordered, people, way) + EITHER_WAY for way in (i * k + j, j * k + i))
    first_first = onward / (onward + back)
    stands = (i * k + j)[first_first >= FORWARD], (j * k + i)[1 - first_first >= FORWARD]
    return Arrows(np.sort(np.concatenate(stands)), k)


def _associated(needs: Needs, bought: Acts, pair: Longs, together: Longs) -> NDArray[np.bool_]:
    k = len(needs)
    buyers = bought.people_by(needs.need, k)
    asked = int(np.count_nonzero(buyers))
    chance = by_chance(together, buyers[pair // max(k, 1)], buyers[pair % max(k, 1)], bought.people)
    return discoveries(chance, asked * (asked - 1) // 2)


def _explained(needs: Needs, bought: Acts, pair: Longs) -> NDArray[np.bool_]:
    """Which pairs are the doing of a third need."""
    k = len(needs)
    baskets, within, of_pair = _baskets(needs, bought, pair)
    seen = np.bincount(of_pair, minlength=len(pair))
    times = np.asarray(baskets.sum(axis=0), np.float64)
    holds = csr_array(
        coo_array((np.ones(len(within)), (of_pair, within)), shape=(len(pair), baskets.shape[0]))
    )
    three = coo_array(holds @ baskets)
    which, third = three.coords
    with_third = coo_array(baskets.T @ baskets)
    met = with_third.coords[0] * np.int64(k) + with_third.coords[1]
    order = np.argsort(met)
    met, meetings = met[order], with_third.data[order].astype(np.int64)
    i, j = pair[which] // k, pair[which] % k
    other = (third != i) & (third != j)
    for one in (i, j):
        other &= found(np.minimum(one, third) * np.int64(k) + np.maximum(one, third), pair)[1]
    which, third, i, j, held = which[other], third[other], i[other], j[other], three.data[other]
    without = [1 - _count(met, meetings, one * np.int64(k) + third) / times[one] for one in (i, j)]
    expected = seen[which] * np.minimum(*without)
    explained = np.zeros(len(pair), np.bool_)
    explained[which[seen[which] - held < EXPLAINED * expected]] = True
    return explained


def _baskets(needs: Needs, bought: Acts, pair: Longs) -> tuple[csr_array, Longs, Longs]:
    """Occasions × needs, 0 or 1, and every time that an occasion holds a pair: (occasion, which pair)."""
    occasion, row = np.unique(bought.occasion, return_inverse=True)
    shape = len(occasion), len(needs)
    baskets = csr_array(coo_array((np.ones(len(bought)), (row, needs.need[bought.product])), shape=shape))
    baskets.sum_duplicates()
    baskets.data[:] = 1.0
    indptr = baskets.indptr.astype(np.int64)
    i, j = pairs_within(indptr, np.zeros(len(baskets.data), np.int64), 0, LARGEST_BASKET)
    key = baskets.indices[i] * np.int64(len(needs)) + baskets.indices[j]
    place, held = found(key, pair)
    within = np.searchsorted(indptr, i, side="right") - 1
    return baskets, within[held], place[held]


def _count(pairs: Longs, people: Longs, asked: Longs) -> Longs:
    place, held = found(asked, pairs)
    return np.where(held, people[place] if len(people) else 0, 0)
