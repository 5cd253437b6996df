"""Places given to chance, so that the shop learns of what nobody speaks for and nobody is kept in a bubble.

Each place from the third on goes, with the chance `Order.exploration`, to a product drawn evenly from all
that may be shown and that no source brought. What was left to chance says with what chance it was
(Suggestion.propensity), so that later an answer that was never given can be judged by those that were.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graph.suggest.answers import Ask
from graph.suggest.filters import OFFERED
from graph.suggest.rules import allowed
from graph.suggest.shelf import Shelf
from graph.timeline import Rows

FIRST = 3
"""The first place that may be given to chance."""

DRAWN = 1_000
"""Products among which chance draws; in a larger shop, a sample as large."""


@dataclass(frozen=True, slots=True)
class Explored:
    """One place given to chance, from 1. propensity: the chance that this product was given it."""

    rank: int
    product: int
    propensity: float


def explored(share: float, may: Rows, of: float, limit: int, seed: int) -> list[Explored]:
    """Which places up to a limit are given to chance, and to which product. may: what may be shown, by row,
    drawn evenly from `of` such products.

    Each place has a coin and a draw of its own by the seed, so that the first of more are the same for any
    limit. A product is given one place at the most.

    >>> [(one.rank, one.propensity) for one in explored(0.5, np.arange(100, dtype=np.int32), 100, 5, 4)]
    [(4, 0.005), (5, 0.005...)]
    """
    found: list[Explored] = []
    left = may
    for rank in range(FIRST, limit + 1):
        dice = np.random.Generator(np.random.PCG64([seed, rank]))
        if len(left) and dice.random() < share:
            place = int(dice.integers(len(left)))
            found.append(Explored(rank, int(left[place]), share / (of - len(found))))
            left = np.delete(left, place)
    return found


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


@dataclass(frozen=True, slots=True)
class Chance:
    """open: whether places may be given to chance at all. given: those that are."""

    open: bool
    given: dict[int, Explored]

    @classmethod
    def of(cls, shelf: Shelf, ask: Ask, spoken_for: Rows, limit: int) -> "Chance":
        """For an answer; spoken_for: what some source brought."""
        share = shelf.order.exploration
        if ask.seed is None or not share or not len(spoken_for):
            return cls(False, {})
        offered = np.flatnonzero(shelf.stands == OFFERED).astype(np.int32)
        drawn = offered
        if len(offered) > DRAWN:
            dice = np.random.Generator(np.random.PCG64([ask.seed, 0]))
            drawn = np.unique(offered[dice.integers(len(offered), size=DRAWN)])
        keep, _ = allowed(shelf, ask, drawn)
        may = drawn[keep & ~np.isin(drawn, spoken_for)]
        of = len(offered) * len(may) / max(len(drawn), 1)
        return cls(len(may) > 0, {one.rank: one for one in explored(share, may, of, limit, ask.seed)})
