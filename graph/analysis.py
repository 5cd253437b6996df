"""A snapshot and everything computed from it, once: what every question is answered from.

Immutable and keyed by the snapshot's version. What suggestions need is fitted when an analysis is made; what
only some questions need (cascades, credit, reach) is computed at the first of them and kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from graph.campaign.market import Market
from graph.campaign.worth import Behaviour
from graph.cascades import Cascades, cascades
from graph.cascades.growth import Arrivals, Growth
from graph.cascades.live import Grove
from graph.cascades.parents import ParentRule, under
from graph.communities import Communities, Partition, matched, modularity, partition
from graph.consent import Purpose, Standing, consent_of, refused
from graph.influence import Credit, Influence, credit
from graph.kernels.groups import gathered
from graph.log import NONE
from graph.measures import rank
from graph.once import once
from graph.openings import Openings, openings
from graph.purchases import Purchases, purchases
from graph.recipients import (
    EVERYBODY,
    Asking,
    AudienceFilter,
    History,
    Recipient,
    Shared,
    audience,
    fitted,
    listable,
)
from graph.scene import Calendar
from graph.sharegraph import ShareGraph
from graph.snapshot import Snapshot
from graph.stop import Stop, never
from graph.suggest.engagements import LiveEngagements
from graph.suggest.grants import granted
from graph.suggest.knobs import ORDER, Order
from graph.suggest.learning import learned, teaches
from graph.suggest.shelf import Shelf
from graph.suggest.shown import CAP, Cap
from graph.suggest.taught import Learned, Taught, taken_over, withdrawn
from graph.ties import LiveTies, Ties, strengths, with_transmission
from graph.ties.estimators import Circles
from graph.timeline import Events


@dataclass(frozen=True, slots=True)
class Totals:
    """opens: openings of other people's shares, passing on included. purchases: lines that were kept. noise:
    events that are not counted.
    """

    opens: int
    purchases: int
    noise: int

    @classmethod
    def of(cls, snapshot: Snapshot, opened: Openings, kept: Purchases) -> "Totals":
        """Of everybody in a snapshot."""
        return cls(len(opened), len(kept), int(np.count_nonzero(snapshot.events.noise)))


NOT_A_FIT = "only a fit computes this; a delta on top of one asks it (graph.live.refit)"


@dataclass(frozen=True, eq=False)
class Analysis:
    """Answers to everything, as of one version.

    ties: who reaches whom. partition: communities of people by tie strength, with ids that stay. purchases:
    lines that were kept. shelf: what suggestions are made from. seed: what chance in here was drawn with.
    taught: where its lessons come from, if not from its own snapshot (graph.suggest.taught).
    """

    snapshot: Snapshot
    ties: Ties | LiveTies
    partition: Partition
    purchases: Purchases
    shelf: Shelf
    seed: int = 0
    taught: Taught | None = None

    @classmethod
    def of(
        cls,
        snapshot: Snapshot,
        *,
        previous: "Analysis | None" = None,
        seed: int = 0,
        calendar: Calendar | None = None,
        cap: Cap = CAP,
        order: Order = ORDER,
        anew: bool = True,
        known: Learned | None = None,
    ) -> "Analysis":
        """Fit a snapshot. previous: an analysis of an earlier version, whose communities keep their ids where
        their members stayed. calendar: the shop's; None for one at UTC+8 with China's festivals. cap, order:
        how often somebody is shown the same, and what counts beside a score. anew: learn how much each source
        counts, chances and grants; else they are those of `previous`, where it had enough to learn from.
        known: what a fit of this very snapshot has learned by the same settings; nothing is learned then.
        """
        tied = strengths(snapshot)
        kept = purchases(snapshot.events)
        found = partition(share_graph(tied, len(snapshot.people), tied.strength), seed=seed)
        if previous is not None:
            found = matched(
                previous.partition, list(previous.snapshot.people.keys), found, list(snapshot.people.keys)
            )
        then = circles(snapshot, seed)
        tied = with_transmission(
            tied, snapshot, lambda until: then(until) if until <= snapshot.as_of else found.labels
        )
        shelf = Shelf.of(
            snapshot,
            tied,
            heard(snapshot, tied, seed, found),
            kept,
            calendar=calendar,
            community=found.labels,
        )
        fit = cls(snapshot, tied, found, kept, replace(shelf, cap=cap, order=order), seed)
        if known is not None:
            return replace(fit, shelf=known.told(fit.shelf))
        if previous is None or anew or not previous.has_learned:
            return fit._self_taught()
        return fit.taught_by(previous)

    @property
    def has_learned(self) -> bool:
        """Whether there was enough to learn from."""
        return self.taught is not None or self.shelf.grants is not None or teaches(self.snapshot)

    def _self_taught(self) -> "Analysis":
        lessons = learned(
            self.snapshot,
            partial(heard, seed=self.seed),
            self._tied,
            calendar=self.shelf.scenes.lifts.calendar,
            cap=self.shelf.cap,
        )
        return replace(
            self,
            shelf=granted(replace(self.shelf, blend=lessons.blend, chances=lessons.chances)),
            taught=None,
        )

    def taught_by(self, other: "Analysis") -> "Analysis":
        """The same with the lessons of an analysis of an earlier version of the same store."""
        here, there = (self.shelf, self.snapshot), (other.shelf, other.snapshot)
        taught = other.taught or Taught(other.snapshot.version, len(other.snapshot.events), withdrawn=False)
        taught = replace(taught, withdrawn=taught.withdrawn or withdrawn(*here, *there))
        return replace(self, shelf=taken_over(*here, *there), taught=taught)

    @property
    def learned_from(self) -> str:
        """The version of the store whose events taught what this has learned."""
        return self.snapshot.version if self.taught is None else self.taught.version

    @once
    def market(self) -> Market:
        """What influence, KOL candidates and forecasts are answered from."""
        behaviour = Behaviour.of(self.snapshot, self.openings, self.purchases)
        return Market(
            snapshot=self.snapshot,
            ties=self._tied,
            partition=self.partition,
            behaviour=behaviour,
            credited=self.credit,
            page_rank=self.page_rank,
            seed=self.seed,
        )

    def influence(self, person: int) -> Influence:
        """One person's influence."""
        return self.market.influence(person)

    @property
    def _tied(self) -> Ties:
        if isinstance(self.ties, LiveTies):
            raise TypeError(NOT_A_FIT)
        return self.ties

    @property
    def last_fit(self) -> "Analysis":
        """What the many say together is computed from this: itself, where it is a fit."""
        return self

    @property
    def version(self) -> str:
        """The version of the store that everything in here is computed from, and that of its lessons where it
        is another: by others the same events are answered in another order.
        """
        store = self.snapshot.version
        return store if self.taught is None else f"{store}~{self.taught.version}"

    @once
    def graph(self) -> ShareGraph:
        """Who reaches whom, weighted by strength; speaks NetworkX."""
        return share_graph(self._tied, len(self.snapshot.people), self._tied.strength)

    @once
    def page_rank(self) -> NDArray[np.float64]:
        """Each person's PageRank over transmission-weighted ties, flowing to those whose shares are acted on;
        sums to 1.
        """
        return rank(share_graph(self._tied, len(self.snapshot.people), self._tied.transmission))

    @once
    def communities(self) -> Communities:
        """Every community by the position that `partition.labels` gives; categories are codes of the
        words.
        """
        return Communities.of(self.graph, self.partition, self.page_rank, self.categories)

    @once
    def modularity(self) -> float:
        """How much more of the ties' weight stays inside communities than by chance."""
        return modularity(self.graph, self.partition)

    @once
    def categories(self) -> csr_array:
        """How much of each category everybody took to; shape (people, words)."""
        engaged, category = self.shelf.engaged, self.snapshot.products.category
        if isinstance(engaged, LiveEngagements):
            raise TypeError(NOT_A_FIT)
        person = np.repeat(np.arange(len(self.snapshot.people)), np.diff(engaged.indptr))
        code = category[engaged.product]
        known = code != NONE
        shape = len(self.snapshot.people), len(self.snapshot.words)
        taste = engaged.taste[known].astype(np.float64)
        return csr_array(coo_array((taste, (person[known], code[known])), shape=shape))

    def shares_by(self, person: int) -> NDArray[np.int64]:
        """The rows of what somebody shared, latest first."""
        starts, rows = self.by_sharer
        mine = rows[starts[person] : starts[person + 1]]
        return mine[np.lexsort((mine, self.snapshot.shares.at[mine]))][::-1]

    @once
    def by_sharer(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where everybody's shares begin, (people + 1,), and the rows of all shares, person by person."""
        return gathered(self.snapshot.shares.person, len(self.snapshot.people))

    @once
    def by_actor(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where everybody's events begin, (people + 1,), and the positions of all, person by person."""
        return gathered(self.snapshot.events.person, len(self.snapshot.people))

    @property
    def held(self) -> int:
        """Events that this is computed from."""
        return len(self.snapshot.events)

    def consent(self, person: int) -> Standing:
        """What a person allows."""
        return consent_of(self.snapshot, person)

    def refusing(self, purpose: Purpose) -> NDArray[np.bool_]:
        """Who does not allow a purpose; shape (people,)."""
        return refused(self.snapshot, purpose)

    @once
    def openings(self) -> Openings:
        """Who opened whose share, noise left out."""
        return openings(self.snapshot)

    @once
    def sharing(self) -> Asking:
        """What recipients and audiences are answered from; the model is learned when this is first asked
        for.
        """
        snapshot, shelf = self.snapshot, self.shelf
        personal = shelf.personal & (np.arange(len(snapshot.people)) >= snapshot.people.blanks)
        history = History.of(snapshot, self.openings, personal)
        return Asking(
            history=history,
            model=fitted(history, Shared.of(snapshot, self.openings)),
            shares=snapshot.shares,
            before=snapshot.as_of + 1,
            personal=personal,
            named=personal & shelf.named,
        )

    def audience(
        self, product: int, chosen: AudienceFilter = EVERYBODY, *, limit: int
    ) -> tuple[Recipient, ...]:
        """Who is likeliest to open a product, of those who pass a filter; best first, at most `limit`."""
        among = listable(self.snapshot, self.partition, self._happened, chosen, self.shelf.located)
        return audience(self.sharing, self.ties, product, among, limit=limit)

    @property
    def _happened(self) -> Sequence[Events]:
        """All events, in parts that are each in order of time."""
        return [self.snapshot.events]

    @once
    def credit(self) -> Credit:
        """What everybody's shares brought, by `graph.influence.CREDIT_RULE`."""
        return credit(self.openings, self.purchases, len(self.snapshot.people))

    @once
    def totals(self) -> Totals:
        """How much was opened, bought and kept, and left out as noise."""
        return Totals.of(self.snapshot, self.openings, self.purchases)

    @once
    def cascades(self) -> Cascades:
        """Every cascade, noise left out."""
        return cascades(self.snapshot)

    @once
    def growth(self) -> Growth | None:
        """How cascades of this log go on, noise left out; None where there are too few to tell."""
        return Growth.of(Arrivals.of(self.cascades), self.snapshot.as_of)

    @once
    def noisy_cascades(self) -> Cascades:
        """Every cascade, with what bursts no person can make."""
        return cascades(self.snapshot, include_noise=True)

    def cascades_under(
        self, rule: ParentRule, *, include_noise: bool = False, stop: Stop = never
    ) -> Cascades:
        """Every cascade of the last fit, its parents inferred by this rule; computed anew at each call. stop:
        asked in between.
        """
        if self.last_fit is not self:
            return self.last_fit.cascades_under(rule, include_noise=include_noise, stop=stop)
        under_rule = under(self.snapshot, rule, self._tied)
        stop()
        return cascades(under_rule, include_noise=include_noise)

    @once
    def grove(self) -> Grove:
        """Where the events of each cascade stand, for what comes next (graph.live.refit)."""
        return Grove.of(self.snapshot, self.cascades)


def circles(snapshot: Snapshot, seed: int) -> Circles:
    """The communities of a snapshot by the strength of ties before a time; who came later is alone."""

    def before(until: int) -> NDArray[np.int32]:
        tied = strengths(snapshot, until=until)
        return partition(share_graph(tied, len(snapshot.people), tied.strength), seed=seed).labels

    return before


def heard(snapshot: Snapshot, tied: Ties, seed: int, found: Partition | None = None) -> NDArray[np.int32]:
    """In which community everybody's choices count for others', by position: as they would be found if those
    who allow no use of what they do were tied to nobody, so that they move nobody from one to another. found:
    the communities of all these ties, where the caller has them.
    """
    silent = refused(snapshot, Purpose.PERSONALISATION)
    counts = ~(silent[tied.source] | silent[tied.target])
    if found is not None and counts.all():
        return found.labels
    ends = tied.source[counts], tied.target[counts], tied.strength[counts]
    return partition(ShareGraph.from_arrays(*ends, users=len(silent)), seed=seed).labels


def share_graph(tied: Ties, people: int, weight: NDArray[np.float64]) -> ShareGraph:
    """The ties as a graph over people's rows."""
    return ShareGraph.from_arrays(tied.source, tied.target, weight, users=people)
