"""What was just recorded, in the very next answer, without a refit.

`after(fitted, delta)` looks only at the people whom the delta touches: all their events, old and new, make a
small snapshot, and the same functions that fitted everybody fit them again. Their rows then stand before
those of the last fit.

Live, and equal to what an immediate refit would answer, whatever the order of arrival (an event may lie
before the newest of the fit): who is who, by which keys, and how they are called; ties and their strength;
shares with their parents; what was bought, seen, said and allowed; what friends did; what is on offer and
what is stale; totals; every cascade (graph.cascades.live).

Of the fit: closeness and relations of products, popularity, grants, communities, PageRank, credit, reach, the
posteriors of transmission. And, until the next fit:

- a claim on a visitor that should have been heard before one of the fit's waits (graph.live.newcomers); the
  analysis is then `overdue`;
- an event of the fit that named only its sharer keeps the share it was found to come from, also where a later
  one of that sharer's arrives late or under another key of theirs;
- what is said of a visitor does not replace what another visitor of the same person had said to the fit;
- bursts of the touched are judged on the events of the touched, and what the fit called one stays one;
- of two events at the same microsecond the one of the fit stands first.

The delta is everything since the fit, so it grows until the next one; the work grows with it and with the
past of the people it touches. An index over all events, made once for a fit, finds that past.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graph.analysis import NOT_A_FIT, Analysis, Totals
from graph.campaign.market import Market
from graph.cascades import Cascades
from graph.cascades.growth import Growth
from graph.cascades.live import Grove, regrown
from graph.communities import Communities, Partition
from graph.consent import Purpose, Standing, consent_of, refused
from graph.errors import InvalidInput
from graph.estimate import Estimate
from graph.influence import Credit, Influence
from graph.live.touched import Touched
from graph.log import NONE, Log
from graph.once import once
from graph.openings import Openings, openings
from graph.purchases import purchases
from graph.recipients import Asking
from graph.relations import Relations
from graph.sharegraph import ShareGraph
from graph.snapshot import Snapshot
from graph.suggest.engagements import HALF_LIFE, LiveEngagements, LiveVerdicts, engagements, verdicts
from graph.suggest.filters import OFFERED, Activity, standing
from graph.suggest.popularity import BANDS
from graph.suggest.shelf import Shelf
from graph.suggest.shown import LiveShown, shown
from graph.ties import LiveTies, live_ties
from graph.timeline import Events

T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, eq=False, kw_only=True)
class LiveAnalysis(Analysis):
    """A fit and a delta together; what is live and what is of the fit, the module says.

    fitted: the fit. before, touched: snapshots of everybody whose rows are newer than it, with all their
    events, as they were at the fit and as they are; `snapshot` holds the events of the fit alone. newer:
    events since. `purchases` are the fit's too. overdue: only a fit can tell what some of them mean.
    """

    fitted: Analysis
    before: Snapshot
    touched: Snapshot

    newer: int
    overdue: bool

    @property
    def last_fit(self) -> Analysis:
        """The fit."""
        return self.fitted

    @property
    def version(self) -> str:
        """The store's version and the fit's: on top of another fit the rows of the same things are others."""
        return f"{self.snapshot.version}~{self.fitted.version}"

    @property
    def graph(self) -> ShareGraph:
        """Of the fit."""
        return self.fitted.graph

    @once
    def page_rank(self) -> NDArray[np.float64]:
        """Of the fit; newcomers have none."""
        return _padded(self.fitted.page_rank, len(self.snapshot.people), 0.0)

    @property
    def communities(self) -> Communities:
        """Of the fit."""
        return self.fitted.communities

    @property
    def modularity(self) -> float:
        """Of the fit."""
        return self.fitted.modularity

    @property
    def market(self) -> Market:
        """Of the fit; its rows are those of its own snapshot."""
        return self.fitted.market

    @property
    def held(self) -> int:
        """Events of the fit and the delta."""
        return len(self.snapshot.events) + self.newer

    @once
    def withdrawn(self) -> bool:
        """Whether somebody whose acts are in the sums of the fit no longer allows that they count."""
        counted = self.fitted.shelf.personal
        return bool(np.any(counted & ~self.shelf.personal[: len(counted)]))

    def consent(self, person: int) -> Standing:
        """Of the delta, of whom it touches."""
        touched = isinstance(self.shelf.engaged, LiveEngagements) and self.shelf.engaged.renewed[person]
        return consent_of(self.touched if touched else self.snapshot, person)

    def refusing(self, purpose: Purpose) -> NDArray[np.bool_]:
        """Of the delta, of whom it touches."""
        people = len(self.snapshot.people)
        held = _padded(self.fitted.refusing(purpose), people, not self.snapshot.consenting)
        if not isinstance(self.shelf.engaged, LiveEngagements):
            return held
        return np.where(self.shelf.engaged.renewed, refused(self.touched, purpose), held)

    @once
    def totals(self) -> Totals:
        """Of the fit and the delta."""
        total, then, now = self.fitted.totals, *map(_totals, (self.before, self.touched))
        return Totals(
            total.opens + now.opens - then.opens,
            total.purchases + now.purchases - then.purchases,
            total.noise + now.noise - then.noise,
        )

    @once
    def cascades(self) -> Cascades:
        """As an immediate refit has them (graph.cascades.live)."""
        return regrown(self.fitted.cascades, self.fitted.grove, self.before, self.touched)

    @property
    def growth(self) -> Growth | None:
        """Of the fit; a cascade is forecast from all that came into it since."""
        return self.fitted.growth

    @once
    def noisy_cascades(self) -> Cascades:
        """As `cascades`, with what bursts no person can make."""
        fitted = self.fitted.noisy_cascades
        return regrown(fitted, self.fitted.grove, self.before, self.touched, include_noise=True)

    @once
    def sharing(self) -> Asking:
        """The model and the acts of the fit, and the acts of the touched anew."""
        then, shelf, touched = self.fitted.sharing, self.shelf, self.touched
        if not isinstance(shelf.engaged, LiveEngagements):
            raise TypeError(NOT_A_FIT)
        personal = shelf.personal & (np.arange(len(touched.people)) >= touched.people.blanks)
        return replace(
            then,
            history=then.history.and_then(touched, openings(touched), personal, shelf.engaged.renewed),
            shares=touched.shares,
            before=touched.as_of + 1,
            personal=personal,
            named=personal & shelf.named,
        )

    @property
    def _happened(self) -> Sequence[Events]:
        return [self.snapshot.events, self.touched.events]

    @property
    def openings(self) -> Openings:
        """Nobody's: those of the fit name shares by what was known then."""
        raise TypeError(NOT_A_FIT)

    @property
    def credit(self) -> Credit:
        """Nobody's; `influence` asks the fit."""
        raise TypeError(NOT_A_FIT)

    @property
    def categories(self) -> csr_array:
        """Nobody's; `communities` are those of the fit."""
        raise TypeError(NOT_A_FIT)

    @property
    def by_actor(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Of the fit, as its events are."""
        return self.fitted.by_actor

    @property
    def grove(self) -> Grove:
        """Of the fit."""
        return self.fitted.grove

    def influence(self, person: int) -> Influence:
        """Of the fit; a newcomer has none."""
        if person < len(self.fitted.snapshot.people):
            return self.fitted.influence(person)
        return Influence(0.0, Estimate.exactly(1.0), 0.0, 0.0, ())


def _totals(snapshot: Snapshot) -> Totals:
    return Totals.of(snapshot, openings(snapshot), purchases(snapshot.events))


def after(fitted: Analysis, delta: Log) -> "LiveAnalysis":
    """The fit and everything that came to its store since: `delta` is what `store.read(fitted.version)`
    gives.
    """
    if delta.since != fitted.snapshot.version:
        raise InvalidInput(f"a delta since {delta.since} does not follow a fit of {fitted.snapshot.version}")
    base, tied_then = fitted.snapshot, fitted.ties
    if isinstance(tied_then, LiveTies):
        raise TypeError(NOT_A_FIT)
    touched = Touched.of(base, fitted.by_actor, tied_then, delta)
    before, now, renewed = touched.before, touched.now, touched.renewed
    fade = 2.0 ** (-(now.as_of - base.as_of) / (HALF_LIFE.total_seconds() * 1e6))
    tied = live_ties(tied_then, before, now, renewed, fade)
    return LiveAnalysis(
        snapshot=replace(now, events=base.events),
        ties=tied,
        partition=_with_strangers(fitted.partition, len(now.people)),
        purchases=fitted.purchases,
        shelf=_shelf(fitted.shelf, tied, before, now, renewed),
        seed=fitted.seed,
        fitted=fitted,
        before=before,
        touched=now,
        newer=len(delta.events),
        overdue=touched.too_late,
    )


def _with_strangers(found: Partition, people: int) -> Partition:
    """The communities of the fit; newcomers are in none yet."""
    return replace(found, labels=_padded(found.labels, people, NONE))


def _shelf(
    fitted: Shelf, tied: LiveTies, before: Snapshot, now: Snapshot, renewed: NDArray[np.bool_]
) -> Shelf:
    if isinstance(fitted.engaged, LiveEngagements) or isinstance(fitted.verdicts, LiveVerdicts):
        raise TypeError(NOT_A_FIT)
    if isinstance(fitted.shown, LiveShown):
        raise TypeError(NOT_A_FIT)
    people, products = len(now.people), len(now.products)
    silent_then = ~_padded(fitted.personal, people, True)
    silent = np.where(renewed, refused(now, Purpose.PERSONALISATION), silent_then)
    unnamed = refused(now, Purpose.NAMED_TO_FRIENDS) | silent | now.people.strangers
    unnamed[: now.people.blanks] = True
    fresh = engagements(now, silent, purchases(now.events))
    done = fitted.done.and_then(
        Activity.of(now.events, products, silent), Activity.of(before.events, products, silent_then)
    )
    stands = standing(done, now.products.available, now.as_of)
    return replace(
        fitted,
        ties=tied,
        engaged=LiveEngagements(fitted.engaged, fresh, renewed, tied.fade),
        verdicts=LiveVerdicts(fitted.verdicts, verdicts(now), renewed),
        shown=LiveShown(fitted.shown, shown(now), renewed),
        neighbours=fitted.neighbours.with_more(products),
        solved=fitted.solved.with_more(people, products),
        factors=fitted.factors and fitted.factors.with_more(products),
        takers=fitted.takers.with_more(products),
        likeness=fitted.likeness.with_more(now.products, stands == OFFERED),
        prices=fitted.prices.with_more(products),
        complements=_of_more(fitted.complements, products),
        substitutes=_of_more(fitted.substitutes, products),
        popular=replace(
            fitted.popular,
            overall=_padded(fitted.popular.overall, products, 0.0),
            band=_padded(fitted.popular.band, products, BANDS - 1),
        ),
        scenes=fitted.scenes.with_more(products),
        done=done,
        stands=stands,
        categories=now.products.category,
        labels=_padded(fitted.labels, people, NONE),
        community=_padded(fitted.community, people, NONE),
        personal=~silent,
        named=np.where(renewed, ~unnamed, _padded(fitted.named, people, True)),
        located=np.where(renewed, ~refused(now, Purpose.LOCATION), _padded(fitted.located, people, True)),
        grants=None if fitted.grants is None else _padded(fitted.grants, products, 0.0),
    )


def _of_more(lists: Relations, products: int) -> Relations:
    """Lists by product, empty for the new ones."""
    more = products + 1 - len(lists.indptr)
    return replace(lists, indptr=np.pad(lists.indptr, (0, more), mode="edge"))


def _padded(column: NDArray[T], length: int, value: float) -> NDArray[T]:
    return np.pad(column, (0, length - len(column)), constant_values=value)
