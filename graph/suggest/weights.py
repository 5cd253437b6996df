"""How much each source counts, for somebody of whom little is known and for somebody of whom much is."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

LEVELS = (1, 3, 10, 50)
"""The first level is that of people without a product of their own; these many begin the others."""

LANDED = -1
"""The level of a newcomer on a product's page, at which every source counts as it says itself: what next is
chosen there is new more often than not, so that questions of the past teach the popularity of the old, and
pages lose what is like them (`sharegraph evaluate landing`)."""


def level(products: int) -> int:
    """The activity level of somebody with so many products of their own, from 0.

    >>> [level(products) for products in (0, 1, 2, 3, 49, 50, 200)]
    [0, 1, 1, 2, 3, 4, 4]
    """
    return bisect_right(LEVELS, products)


def spans() -> tuple[str, ...]:
    """How many products of their own people of each level have.

    >>> spans()
    ('0', '1–2', '3–9', '10–49', '50+')
    """
    begins, ends = (0, *LEVELS), (*(first - 1 for first in LEVELS), None)
    return tuple(
        f"{first}+" if last is None else f"{first}" if first == last else f"{first}–{last}"
        for first, last in zip(begins, ends, strict=True)
    )


@dataclass(frozen=True, slots=True)
class Blend:
    """The weight of each source, by level.

    weights: by a source's name, one for each level, none below 0; a source that is not in here counts as it
    says itself. silent: sources that are not asked at all.
    """

    weights: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()

    def weight(self, source: str, default: float, at: int) -> float:
        """What one vote of a source is worth at a level.

        >>> Blend({"friends": (0, 1, 2, 3, 4)}).without("interest").weight("friends", 0.5, 3)
        3
        >>> Blend().without("friends").weight("friends", 0.5, 3)
        0.0
        >>> Blend({"page": (0, 1, 2, 3, 4)}).weight("page", 0.5, LANDED)
        0.5
        """
        if source in self.silent:
            return 0.0
        by_level = self.weights.get(source)
        return default if by_level is None or at == LANDED else by_level[at]

    def without(self, *sources: str) -> "Blend":
        """This blend, some sources silent."""
        return replace(self, silent=self.silent | set(sources))

    def only(self, source: str, among: Iterable[str]) -> "Blend":
        """This blend, one source speaking of all there are."""
        return replace(self, silent=frozenset(among) - {source})
