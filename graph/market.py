"""What questions of influence are answered from: a snapshot's ties, behaviour, credit and simulated reach."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.communities import Partition
from graph.influence import Credit, Influence, influence
from graph.once import once
from graph.sampling import Sample
from graph.snapshot import Snapshot
from graph.spread import Network
from graph.ties import Ties
from graph.worth import Behaviour


@dataclass(frozen=True, eq=False)
class Market:
    """Everybody who may share or be reached, as of one snapshot. page_rank: shape (n,). seed: of `sample`."""

    snapshot: Snapshot
    ties: Ties
    partition: Partition
    behaviour: Behaviour
    credited: Credit
    page_rank: NDArray[np.float64]
    seed: int = 0

    @once
    def network(self) -> Network:
        """The ties made ready for simulation."""
        return Network.of(self.ties, self.behaviour.passing_on())

    @once
    def known(self) -> NDArray[np.bool_]:
        """Who was not forgotten, shape (n,)."""
        return np.arange(len(self.snapshot.people)) >= self.snapshot.people.blanks

    @once
    def sample(self) -> Sample:
        """Reverse-reachable sets of everybody known."""
        return Sample.of(self.network, self.known.astype(np.float64), seed=self.seed)

    def influence(self, person: int) -> Influence:
        """One person's."""
        return influence(
            person,
            page_rank=self.page_rank,
            reach=self.sample.reach(person),
            credited=self.credited,
            words=self.snapshot.words,
        )
