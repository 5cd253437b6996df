"""What questions of influence are answered from: a snapshot's ties, behaviour, credit and simulated reach."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from graph.appeal import Acts, Memory, learned
from graph.campaign.hindsight import Hindsight
from graph.campaign.moods import mood
from graph.campaign.strangers import Strangers
from graph.campaign.surprise import AHEAD, Surprise, surprise
from graph.campaign.worth import Behaviour
from graph.communities import Partition
from graph.consent import Purpose, refused
from graph.influence import Credit, Influence, influence
from graph.once import once
from graph.snapshot import Snapshot
from graph.spread.forward import Network
from graph.spread.sampling import Sample
from graph.ties import Ties
from graph.ties.trials import located


@dataclass(frozen=True, slots=True, eq=False)
class Audience:
    """What reaching people is worth. weights: (n,), each person reached, with the strangers they bring by
    passing on what they open. beside: (n,), what somebody is worth beyond that who shares in any case: the
    other strangers that they bring, less what they themselves are worth less than if they were reached.
    stranger: what one is worth. Strangers' own passing on is not followed.
    """

    weights: NDArray[np.float64]
    beside: NDArray[np.float64]
    stranger: float


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
        return Network.of(self.ties, self.passing)

    @once
    def passing(self) -> NDArray[np.float64]:
        """Each person's chance of passing on what they open, shape (n,)."""
        return self.behaviour.passing_on()

    @once
    def strangers(self) -> Strangers:
        """How many people who never listened to somebody before open one share of theirs."""
        opened, people = self.behaviour.opened, len(self.snapshot.people)
        tied = self.ties.source * np.int64(people) + self.ties.target
        place, found = located(tied, opened.sharer * np.int64(people) + opened.person)
        again = np.zeros(len(opened))
        again[found] = self.ties.per_share[place[found]]
        return Strangers.of(self.snapshot.shares, opened, self.snapshot.as_of, people, again)

    @once
    def mood(self) -> float:
        """How far one share of a person's travels from another, see graph.campaign.moods."""
        people = len(self.snapshot.people)
        return mood(self.snapshot.shares, self.behaviour.opened, self.snapshot.as_of, people)

    @once
    def foretold(self) -> NDArray[np.float64]:
        """How many are expected to open one share of each person's, listeners and strangers, shape (n,)."""
        listening = np.bincount(self.ties.source, self.ties.per_share, len(self.snapshot.people))
        return np.asarray(listening + self.strangers.expected)

    @once
    def hindsight(self) -> Hindsight:
        """What shares brought beside what would have been foretold of them, see graph.campaign.hindsight."""
        return self.looking_back(AHEAD)

    def looking_back(self, ahead: timedelta) -> Hindsight:
        """The same over stretches of another length."""
        people = len(self.snapshot.people)
        opened, as_of = self.behaviour.opened, self.snapshot.as_of
        return Hindsight.of(self.snapshot.shares, opened, as_of, people, ahead)

    @once
    def acts(self) -> Acts:
        """Who turned to whom and when, noise left out."""
        return Acts.of(self.behaviour.opened, len(self.snapshot.people))

    @once
    def memory(self) -> Memory:
        """How long openings are remembered, learned from all of them."""
        return learned(self.acts)

    @once
    def surprise(self) -> Surprise | None:
        """How far what came lay from what lists of openers would have told, see graph.campaign.surprise."""
        return surprise(self.acts, self.memory, self.snapshot.as_of + 1)

    def audience(
        self, worth: NDArray[np.float64], stranger: float, lost: NDArray[np.float64] | float = 0.0
    ) -> Audience:
        """The audience of these people and of strangers. worth: (n,), what each person is worth who is
        reached, and lost, of it, what they are not worth who share. stranger: what any stranger is worth, 0
        to leave them out.
        """
        brought = np.where(self.known, self.strangers.expected, 0.0) * stranger
        passing = self.passing
        return Audience(worth + passing * brought, (1 - passing) * brought - lost, stranger)

    @once
    def known(self) -> NDArray[np.bool_]:
        """Who was not forgotten, shape (n,)."""
        return np.arange(len(self.snapshot.people)) >= self.snapshot.people.blanks

    @once
    def placed(self) -> NDArray[np.bool_]:
        """Who allows their place to be used, shape (n,)."""
        return ~refused(self.snapshot, Purpose.LOCATION)

    @once
    def sample(self) -> Sample:
        """Reverse-reachable sets of everybody known."""
        everybody = self.audience(self.known.astype(np.float64), 1.0)
        return Sample.of(self.network, everybody.weights, beside=everybody.beside, seed=self.seed)

    def influence(self, person: int) -> Influence:
        """One person's."""
        return influence(
            person,
            page_rank=self.page_rank,
            reach=self.sample.reach(person),
            credited=self.credited,
            words=self.snapshot.words,
        )
