"""Places given to chance, so that the shop learns of what nobody speaks for and nobody is kept in a bubble.

Each place from the third on goes, with the chance `Order.exploration`, to a product drawn evenly from all
that may be shown and that no source brought; what would have stood there moves on by one place. So what
stands at a place depends on all coins before it too, and every product of an answer says with what chance in
all it got the place it has (Suggestion.propensity, `Odds`): later an answer that was never given can be
judged by those that were (graph.evaluate.answers).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from graph.suggest.answers import Ask
from graph.suggest.filters import OFFERED
from graph.suggest.rules import allowed
from graph.suggest.shelf import Shelf
from graph.timeline import Rows

FIRST = 3
"""The first place that may be given to chance."""

DRAWN = 1_000
"""Products among which chance draws; in a larger shop, a sample as large."""

GLANCED = 32
"""Of these, so many are looked at first where all that is asked is whether there is one."""


@dataclass(frozen=True, slots=True)
class Odds:
    """The chances of one answer's places. share: that a place from `FIRST` on is given to chance, as long as
    there is something to draw. left: products that can be drawn; of: from how many they were drawn evenly,
    the same number but where they are a sample.

    At a rank m = rank − FIRST coins lie before; how many of them fell to chance is binomial. In sum over all
    that may stand at a rank the chances are 1.

    >>> odds = Odds(0.1, 50, 50.0)
    >>> own = sum(odds.own(7, moved) for moved in range(5))
    >>> round(own, 9), round(own + 50 * odds.drawn(7), 9)
    (0.9, 1.0)
    """

    share: float
    left: int
    of: float

    def own(self, rank: int, moved: int) -> float:
        """That what would stand at `rank − moved` without chance stands at `rank`: so many of the places
        before were given to chance, and this one was not.

        >>> [round(Odds(0.1, 50, 50.0).own(rank, 0), 4) for rank in (2, 3, 4, 10)]
        [1.0, 0.9, 0.81, 0.4305]
        """
        if rank < FIRST:
            return 1.0
        if moved >= self.left:
            return 1.0 - self._fewer_than_left(rank)
        return self._given(rank, moved) * (1 - self.share)

    def drawn(self, rank: int) -> float:
        """That one product out of those that can be drawn stands at a rank; the same for each of them."""
        return self.share * self._fewer_than_left(rank) / self.of

    def _fewer_than_left(self, rank: int) -> float:
        """That before a rank something is left to draw."""
        if rank - FIRST < self.left:
            return 1.0
        return sum(self._given(rank, count) for count in range(self.left))

    def _given(self, rank: int, count: int) -> float:
        """That of the coins before a rank so many fell to chance."""
        coins = rank - FIRST
        return comb(coins, count) * self.share**count * (1 - self.share) ** (coins - count)


@dataclass(frozen=True, slots=True)
class Explored:
    """One place given to chance, from 1. propensity: the chance that this product was given it."""

    rank: int
    product: int
    propensity: float


def explored(odds: Odds, may: Rows, limit: int, seed: int) -> list[Explored]:
    """Which places up to a limit are given to chance, and to which product. may: the `odds.left` products
    that can be drawn, by row.

    Each place has a coin and a draw of its own by the seed, so that the first of more are the same for any
    limit. A product is given one place at the most.

    >>> products = np.arange(100, dtype=np.int32)
    >>> [(one.rank, one.propensity) for one in explored(Odds(0.5, 100, 100.0), products, 5, 4)]
    [(4, 0.005), (5, 0.005)]
    """
    found: list[Explored] = []
    left = may
    for rank in range(FIRST, limit + 1):
        dice = _dice(seed, rank)
        if len(left) and dice.random() < odds.share:
            place = int(dice.integers(len(left)))
            found.append(Explored(rank, int(left[place]), odds.drawn(rank)))
            left = np.delete(left, place)
    return found


def _dice(seed: int, rank: int) -> np.random.Generator:
    """The coin of a place, and then its draw."""
    return np.random.Generator(np.random.PCG64([seed, rank]))


def with_chance(best: Sequence[int], given: Sequence[Explored], limit: int) -> list[int]:
    """A list of products, best first, with those that chance put at their places; none behind the last.

    >>> with_chance([7, 8, 9, 5], [Explored(3, 1, 0.1)], 4)
    [7, 8, 1, 9]
    """
    found = list(best)
    for one in sorted(given, key=lambda one: one.rank):
        if one.rank <= len(found):
            found.insert(one.rank - 1, one.product)
    return found[:limit]


def drawn(stands: NDArray[np.int8], seed: int) -> tuple[int, Rows]:
    """How many products are offered, and those among which chance draws: all; or about `DRAWN`, drawn evenly,
    one perhaps twice. Where most are offered nobody lists them all, which takes longer than all else.
    """
    there = stands == OFFERED
    offered, dice = int(np.count_nonzero(there)), _dice(seed, 0)
    if 2 * offered < len(stands) or offered <= DRAWN:
        listed = np.flatnonzero(there).astype(np.int32)
        return offered, listed if offered <= DRAWN else listed[dice.integers(offered, size=DRAWN)]
    some = dice.integers(len(stands), size=DRAWN * len(stands) // offered, dtype=np.int32)
    return offered, some[there[some]]


@dataclass(frozen=True, slots=True)
class Chance:
    """What is left to chance in one answer. odds: None where nothing is. given: the places that fell to it,
    by rank.
    """

    odds: Odds | None
    given: dict[int, Explored]

    @classmethod
    def of(cls, shelf: Shelf, ask: Ask, spoken_for: Rows, limit: int) -> "Chance":
        """For an answer; spoken_for: what some source brought."""
        share = shelf.order.exploration
        if ask.seed is None or not share or not len(spoken_for):
            return cls(None, {})
        offered, some = drawn(shelf.stands, ask.seed)
        fell = any(_dice(ask.seed, rank).random() < share for rank in range(FIRST, limit + 1))
        if not fell and len(_free(shelf, ask, some[:GLANCED], spoken_for)):
            # Where nothing moved, no chance depends on how many could be drawn, as long as there is one.
            return cls(Odds(share, limit, np.inf), {})
        some = np.unique(some)
        may = _free(shelf, ask, some, spoken_for)
        if not len(may):
            return cls(None, {})
        odds = Odds(share, len(may), offered * len(may) / len(some))
        return cls(odds, {one.rank: one for one in explored(odds, may, limit, ask.seed)})

    def own(self, rank: int, moved: int) -> float:
        """The chance of what would stand `moved` places before without chance; 1 where nothing is left to
        it.
        """
        return 1.0 if self.odds is None else self.odds.own(rank, moved)


def _free(shelf: Shelf, ask: Ask, products: Rows, spoken_for: Rows) -> Rows:
    """Those of some products that may be shown to whoever asks, and that no source brought."""
    keep, _ = allowed(shelf, ask, products)
    return products[keep & ~np.isin(products, spoken_for)]
