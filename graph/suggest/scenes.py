"""What scenes add to what is popular: for each scene the products that it lifts, by how much in all."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from graph.scene import Facet, Lifts
from graph.suggest.popularity import LISTED
from graph.timeline import Rows

ROUNDED = 1e-9
"""A lift that is no further above 1 is one by rounding."""

Lifted = tuple[Rows, NDArray[np.float64]]

REMEMBERED = 4_096
"""Scenes whose lists are kept; beyond, all are forgotten and made again when asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Scenes:
    """Lists of at most 100 products, most lifted first. popularity: (products,), everybody's."""

    lifts: Lifts
    popularity: NDArray[np.float64]
    lists: dict[tuple[tuple[str, int], ...], Lifted] = field(default_factory=dict)

    def lifted(self, scene: Mapping[Facet, int]) -> Lifted:
        """Products and popularity · (lift − 1), above 0: popularity in this scene is the two together."""
        key = tuple(sorted((facet.value, value) for facet, value in scene.items()))
        found = self.lists.get(key)
        if found is None:
            if len(self.lists) >= REMEMBERED:
                self.lists.clear()
            found = self.lists[key] = self._lifted(scene)
        return found

    def _lifted(self, scene: Mapping[Facet, int]) -> Lifted:
        beyond = self.lifts.of(scene) - 1.0
        more = self.popularity * np.where(beyond > ROUNDED, beyond, 0.0)
        best = np.argsort(-more, kind="stable")[:LISTED]
        best = best[more[best] > 0]
        return best.astype(np.int32), more[best]

    def with_more(self, products: int) -> "Scenes":
        """The same where products came since: nobody chose them yet, so no scene lists them, and none of the
        lists is made anew.
        """
        popularity = np.pad(self.popularity, (0, products - len(self.popularity)))
        return Scenes(self.lifts.with_more(products), popularity, self.lists)
