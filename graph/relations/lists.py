"""Relations as they are kept and served: for every product the related ones, best first."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from graph.timeline import Rows


class Relation(Enum):
    """How one product stands to another: it goes with it, or could be bought instead."""

    COMPLEMENT = "COMPLEMENT"
    SUBSTITUTE = "SUBSTITUTE"


@dataclass(frozen=True, slots=True)
class Related:
    """A product that stands in a relation to another. support: people in whom the pair was seen, 0 where only
    their needs say so; lift: times as often as by chance.
    """

    product: int
    relation: Relation
    score: float
    support: int
    lift: float


@dataclass(frozen=True, slots=True, eq=False)
class Relations:
    """One relation between all products, CSR by the first of the pair, best first.

    score: in [0, 1), the chance that who takes the first takes the second on account of it (complements) or
    weighs it against the first (substitutes).
    """

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
        row = self.of(product)
        for i in range(row.start, row.stop):
            yield Related(
                int(self.product[i]),
                self.relation,
                float(self.score[i]),
                int(self.support[i]),
                float(self.lift[i]),
            )
