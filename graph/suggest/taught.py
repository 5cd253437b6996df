"""What a fit learned, for another of the same store to go on with.

To ask the past what it would have said takes most of a fit (graph.suggest.learning, graph.suggest.grants),
and a few events more teach the same. So a later fit may take over how much each source counts, the chances
and the grants; and one of the very same snapshot has no need to learn them again (loaders.lessons). These are
sums over everybody: they name nobody. Everything else of a shelf is of its own version, and so is who allows
what.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph.log import NONE
from graph.snapshot import Snapshot
from graph.suggest.chances import Chances
from graph.suggest.shelf import Shelf
from graph.suggest.weights import Blend


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """blend: how much each source counts. chances: of being opened; None where nothing tells.
    grants: (products,), what each is granted beside its score; None for nothing.
    """

    blend: Blend
    chances: Chances | None
    grants: NDArray[np.float64] | None

    @classmethod
    def by(cls, shelf: Shelf) -> "Learned":
        """What a shelf answers by."""
        return cls(shelf.blend, shelf.chances, shelf.grants)

    def told(self, shelf: Shelf) -> Shelf:
        """A shelf of the same products that answers by it."""
        return replace(shelf, blend=self.blend, chances=self.chances, grants=self.grants)


@dataclass(frozen=True, slots=True)
class Taught:
    """Where lessons come from that were taken over. version, events: of what they were learned from, and how
    many events that had. withdrawn: somebody who could teach them then allows no personal answer any more.
    """

    version: str
    events: int
    withdrawn: bool


def taken_over(shelf: Shelf, now: Snapshot, taught: Shelf, then: Snapshot) -> Shelf:
    """The shelf of a snapshot with the lessons of another. Products are found by their keys; what is new is
    granted nothing.
    """
    learned = Learned.by(taught)
    if learned.grants is not None:
        grants = np.zeros(shelf.products)
        rows = now.products.keys.rows([*then.products.keys])
        grants[rows[rows != NONE]] = learned.grants[rows != NONE]
        learned = replace(learned, grants=grants)
    return learned.told(shelf)


def withdrawn(shelf: Shelf, now: Snapshot, taught: Shelf, then: Snapshot) -> bool:
    """Whether somebody who allowed personal answers then does no longer; a visitor who became somebody is
    asked as who they are now.
    """
    rows = now.people.rows([then.people.keys[row] for row in np.flatnonzero(taught.personal).tolist()])
    return not shelf.personal[rows[rows != NONE]].all()
