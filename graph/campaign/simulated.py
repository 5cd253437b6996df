"""What shares reach over ties: the measure of REACH, NEW_USERS, PURCHASES and REVENUE.

People are chosen and measured on reverse-reachable sets (graph.spread.seeds); intervals are those of the
simulation, the ratio to the best is certified with a chance of at least 1 − 1/n.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from graph.campaign.measure import Ranked
from graph.communities import Partition
from graph.estimate import Estimate
from graph.kernels.limits import Limits
from graph.spread.sampling import Sample
from graph.spread.seeds import seed_people
from graph.stop import Stop
from graph.timeline import Rows


@dataclass(frozen=True, slots=True, eq=False)
class Simulated:
    """People's reach as a sample has it. partition: the communities that it comes from."""

    sample: Sample
    partition: Partition

    def ranked(self, candidates: Rows, kept: Rows, most: int, limits: Limits | None, stop: Stop) -> Ranked:
        """Up to `most` candidates, as `seed_people` chooses them; measured on the sets that took."""
        found = seed_people(
            self.sample, candidates=candidates, most=most, kept=kept, limits=limits, stop=stop
        )
        measure = Simulated(found.sample, self.partition)
        return Ranked(found.people, found.adds, found.reached, found.certified, measure)

    def alone(self, person: int) -> Estimate:
        """What one share of theirs reaches."""
        return self.sample.reach(person)

    def added(self, before: Rows, person: int) -> Estimate:
        """What one more share reaches that those of others do not."""
        then = self.sample.measured(before, np.array([person], np.int32))
        without, with_ = self.sample.reached(then)
        error = self.sample.each * sqrt(int(then.moved[-1]) + 1)
        return Estimate.of_mean(max(with_.value - without.value, 0.0), error**2, 1)

    def largest_part(self, people: Rows) -> float | None:
        """Strangers count to the community of who brings them."""
        sample, labels = self.sample, self.partition.labels
        reached = np.zeros(len(self.partition))
        np.add.at(reached, labels[people], sample.roots.alone[people])
        among = np.zeros(len(labels), np.bool_)
        among[people] = True
        starts, members = sample.measuring
        met = np.logical_or.reduceat(among[members], starts[:-1]) if sample.sets else np.empty(0, np.bool_)
        np.add.at(reached, labels[members[starts[:-1][met]]], sample.each)
        total = float(reached.sum())
        return float(reached.max()) / total if total > 0 else None
