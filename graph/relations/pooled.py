"""How strongly each product calls for each other: what is known of the pair, and of pairs like it.

Of N_a people who took a, n took b too. Some of them would have anyway; the others did so on account of a,
each with a chance s_ab that is exponential about a mean:

    n ~ Poisson(N_a (s_ab + c_b)),   s_ab ~ Exponential(mean m_ab)

so that the estimate (a posterior mean, n shared out between s and c by what each foretells) is m_ab where
nothing is known of the pair and n / N_a − c_b where much is. The mean is that of the two needs, spread over
the products of the second by how near they stand to a in price:

    m_ab = (what a taker of A takes of B on account of it) · near(|tier_a − tier_b|) / Σ_b near(…)

`near` is learned, in steps, from all pairs of needs together. Where people do not care what a case costs, it
is flat. The exponential is the least told of all laws of a given mean; a narrower one would have to be
learned from more pairs than most shops have.

Beside the pairs that were seen, every product is given some that its needs speak for most, so that a new
phone has cases to show. They have no support of their own, and say so.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph.relations.arrows import Arrows
from graph.relations.lists import Relation, Relations
from graph.relations.needs import Needs
from graph.relations.pairs import found
from graph.relations.wants import UNKNOWN, Wants, steps_between

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

ROUNDS, DOUBT = 5, 5.0
"""Rounds in which `near` is learned, and the pairs that stand for knowing nothing in each step."""

LISTED = 20
"""The most relatives of one product that are kept."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What people took with what. pair: rising, a · products + b, of needs that an arrow joins; people,
    support: (pairs,), how many times it speaks for the pair, and people who are behind it.

    takers: (products,), people of whom it might have been said. anyway: (products,), the chance with which
    anybody takes b whatever they took before. share: (products,), the part of all people who take b.
    """

    pair: Longs
    people: Longs
    support: Longs
    takers: Longs
    anyway: Floats
    share: Floats

    @property
    def ends(self) -> tuple[Longs, Longs]:
        """The products of each pair."""
        products = max(len(self.takers), 1)
        return self.pair // products, self.pair % products

    def taken(self, rows: NDArray[np.bool_]) -> "Seen":
        """Some of the pairs."""
        return replace(self, pair=self.pair[rows], people=self.people[rows], support=self.support[rows])


def pooled(needs: Needs, arrows: Arrows, seen: Seen) -> "Estimates":
    """The chance s of every pair that was seen, and of the nearest that were not."""
    products = len(needs.need)
    wants = Wants.of(needs, arrows)
    source, target = seen.ends
    want, _ = found(source * np.int64(len(needs)) + needs.need[target], wants.pair)
    rate = _rates(needs, arrows, wants, seen)
    beyond = np.maximum(seen.people - seen.takers[source] * seen.anyway[target], 0.0)
    step = steps_between(needs, source, target)
    near = _near(
        wants, rate * seen.takers[wants.product], np.bincount(step, beyond, UNKNOWN + 1).astype(np.float64)
    )
    also_source, also_target, also_want = wants.nearest(needs)
    unseen = ~found(also_source * np.int64(products) + also_target, seen.pair)[1]
    source = np.append(source, also_source[unseen])
    target = np.append(target, also_target[unseen])
    want = np.append(want, also_want[unseen])
    people = np.append(seen.people, np.zeros(np.count_nonzero(unseen), np.int64))
    room = wants.steps @ near
    mean = rate[want] * near[steps_between(needs, source, target)] / np.maximum(room[want], 1e-300)
    chance = _posterior(people, seen.takers[source], mean, seen.anyway[target])
    support = np.append(seen.support, people[len(seen.support) :])
    return Estimates(source, target, chance, support)


def _rates(needs: Needs, arrows: Arrows, wants: Wants, seen: Seen) -> Floats:
    """What one taker of the first need takes of the second on account of it; (wants,)."""
    k = max(len(needs), 1)
    source, target = seen.ends
    arrow, _ = found(needs.need[source] * np.int64(k) + needs.need[target], arrows.pair)
    total = np.bincount(arrow, seen.people, len(arrows.pair))
    takers = np.bincount(needs.need, seen.takers, k)[arrows.pair // k]
    anyway = takers * np.bincount(needs.need, seen.anyway, k)[arrows.pair % k]
    rate = np.maximum(total - anyway, 0.0) / np.maximum(takers, 1.0)
    place, _ = found(needs.need[wants.product] * np.int64(k) + wants.need, arrows.pair)
    return np.asarray(rate[place])


def _near(wants: Wants, expected: Floats, happened: Floats) -> Floats:
    """How much likelier a product at each step is than one at an average step. expected: (wants,), the pairs
    that each foretells; happened: (steps,).
    """
    near = np.ones(len(happened))
    for _ in range(ROUNDS):
        room = np.maximum(wants.steps @ near, 1e-300)
        foretold = ((expected / room) @ wants.steps) * near
        near *= (happened + DOUBT) / (foretold + DOUBT)
    return near


def _posterior(people: Longs, takers: Longs, mean: Floats, anyway: Floats) -> Floats:
    """E[s | n] for n people of so many takers; 0 where the mean is 0."""
    chance = mean
    for _ in range(ROUNDS):
        on_account = people * chance / np.maximum(chance + anyway, 1e-300)
        chance = mean * (1 + on_account) / (1 + mean * takers)
    return chance


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """Pairs of products and the chance that the first brings the second; (e,)."""

    source: Longs
    target: Longs
    chance: Floats
    support: Longs

    def listed(self, relation: Relation, seen: Seen) -> Relations:
        """The best of each product, ties to the smaller row.

        score: 1 − e^−s, the chance that it does so at all. lift: s + c, over the part of all who take b.
        """
        products = len(seen.takers)
        order = np.lexsort((self.target, -self.chance, self.source))
        order = order[self.chance[order] > 0]
        source = self.source[order]
        order = order[np.arange(len(order)) - np.searchsorted(source, source) < LISTED]
        source, target, chance = self.source[order], self.target[order], self.chance[order]
        return Relations(
            relation,
            np.searchsorted(source, np.arange(products + 1)).astype(np.int64),
            target.astype(np.int32),
            (-np.expm1(-chance)).astype(np.float32),
            self.support[order].astype(np.int32),
            (chance + seen.anyway[target]) / np.maximum(seen.share[target], 1e-12),
        )
