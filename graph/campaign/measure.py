"""What a list of people is chosen by and described with, whatever it is chosen for.

An objective has a measure: `Simulated` (graph.campaign.simulated) is what shares reach over ties, `Openers`
(graph.campaign.openers) who will open what people share. Either ranks people greedily and then says what one
is worth alone, what one adds to others, and where it comes from.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from graph.estimate import Estimate
from graph.timeline import Rows


class Measure(Protocol):
    """What people's shares bring, in an objective's unit. People are rows."""

    def alone(self, person: int) -> Estimate:
        """What this person's bring."""

    def added(self, before: Rows, person: int) -> Estimate:
        """What this person's add to those of others."""

    def largest_part(self, people: Rows) -> float | None:
        """Of what these people's bring, the part of the community that gives most; None where that is
        nothing.
        """


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """People, best first.

    adds: what each adds to those before and those kept. reached: what the kept and the first 0, 1, 2, … of
    them bring together; one longer. certified: of the same the ratio to the best that as many bring, or as
    much money, in [0, 1]. measure: what all this was told by.
    """

    people: Rows
    adds: tuple[Estimate, ...]
    reached: tuple[Estimate, ...]
    certified: tuple[float, ...]
    measure: Measure

    def level(self, adds: float) -> int:
        """How many of these people are told to add just as much: nothing that is known or drawn tells them
        apart. They stand as they were chosen, equals of then by row, which is the order of keys.
        """
        told = np.array([one.value for one in self.adds])
        return int(np.count_nonzero(np.isclose(told, adds, rtol=1e-9, atol=0.0)))
