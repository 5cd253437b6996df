"""Everything suggestions are made from, computed once for a snapshot."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.consent import Purpose, refused
from graph.log import NONE
from graph.purchases import Purchases, purchases
from graph.relations import Relations, complements, substitutes
from graph.scene import Calendar, learned
from graph.snapshot import Snapshot
from graph.suggest.chances import Chances
from graph.suggest.engagements import (
    Engagements,
    LiveEngagements,
    LiveVerdicts,
    Verdicts,
    engagements,
    verdicts,
)
from graph.suggest.factors import FEWEST, MOST, PAIRS, Factors, factors
from graph.suggest.filters import OFFERED, Activity, standing
from graph.suggest.knobs import ORDER, Order
from graph.suggest.likeness import Likeness, likeness
from graph.suggest.neighbours import Neighbours, neighbours
from graph.suggest.peers import Takers, takers
from graph.suggest.popularity import Popular, popular
from graph.suggest.prices import Prices, prices
from graph.suggest.scenes import Scenes
from graph.suggest.shown import CAP, Cap, LiveShown, Shown, shown
from graph.suggest.solved import PRODUCTS, Solved, solved
from graph.suggest.weights import Blend
from graph.ties import LiveTies, Ties
from graph.timeline import Rows


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """Everything an answer is made from, computed once for a snapshot.

    stands: (products,), see `filters.standing`. categories: (products,), codes. labels: (people,), with whom
    each person's choices are counted; community: (people,), in which they are told to be. personal, named,
    located: (people,), who allows to be answered personally, to be named to friends (and is known by more
    than a visitor's id), and to be answered by where they are. cap: how often somebody is shown the same.
    order: what counts beside the score. grants: (products,), what each is granted beside its score
    (graph.suggest.grants); None for nothing.
    """

    ties: Ties | LiveTies
    engaged: Engagements | LiveEngagements
    verdicts: Verdicts | LiveVerdicts
    shown: Shown | LiveShown
    neighbours: Neighbours
    solved: Solved
    factors: Factors | None
    takers: Takers
    likeness: Likeness
    prices: Prices
    complements: Relations
    substitutes: Relations
    popular: Popular
    scenes: Scenes
    done: Activity
    stands: NDArray[np.int8]
    categories: Rows
    labels: Rows
    community: Rows
    personal: NDArray[np.bool_]
    named: NDArray[np.bool_]
    located: NDArray[np.bool_]
    blend: Blend
    chances: Chances | None
    cap: Cap = CAP
    order: Order = ORDER
    grants: NDArray[np.float64] | None = None

    @property
    def products(self) -> int:
        """How many products there are."""
        return len(self.stands)

    def hears(self, person: int, first: int | None = None) -> tuple[Rows, NDArray[np.float64]]:
        """Whose shares reach a person and how strongly, strongest first; the `first` of them. Those who allow
        no use of what they do are not among them, and take nobody's place.
        """
        friend, strength = self.ties.into(person, first)
        if not self.personal[friend].all():
            friend, strength = self.ties.into(person)
            speaks = self.personal[friend]
            friend, strength = friend[speaks][:first], strength[speaks][:first]
        return friend, strength

    @property
    def left_out(self) -> Mapping[str, str]:
        """By source what it leaves out in a shop of this size, and why; empty where nothing is."""
        told = {}
        if self.solved.left_out:
            some = f"{self.solved.left_out:,} of {self.products:,} products"
            told["solved"] = f"{some} have no column: {PRODUCTS:,} have, those that most people took to"
        if self.factors is None:
            bounds = f"at most {MOST:,}, with {FEWEST:,} to {PAIRS:,} choices, are learned"
            told["factors"] = f"of {self.products:,} products: {bounds}"
        return told

    @classmethod
    def of(
        cls,
        snapshot: Snapshot,
        ties: Ties,
        labels: Rows,
        bought: Purchases | None = None,
        blend: Blend | None = None,
        chances: Chances | None = None,
        calendar: Calendar | None = None,
        community: Rows | None = None,
    ) -> "Shelf":
        """Fit every source.

        labels: (people,), with whom each person's choices are counted, −1 for nobody. community: (people,),
        in which they are told to be, where that is another. bought: what was bought and kept, where
        the caller has it already. blend, chances: what was learned (graph.suggest.learning).
        calendar: of the shop; None for one at UTC+8 with China's festivals.
        """
        silent = refused(snapshot, Purpose.PERSONALISATION)
        kept = bought or purchases(snapshot.events)
        engaged = engagements(snapshot, silent, kept)
        products = len(snapshot.products)
        done = Activity.of(snapshot.events, products, silent)
        stands = standing(done, snapshot.products.available, snapshot.as_of)
        named = ~refused(snapshot, Purpose.NAMED_TO_FRIENDS) & ~silent & ~snapshot.people.strangers
        named[: snapshot.people.blanks] = False
        nowhere = refused(snapshot, Purpose.LOCATION)
        chosen = popular(engaged, np.where(silent, NONE, labels), products, stands == OFFERED)
        return cls(
            ties=ties,
            engaged=engaged,
            verdicts=verdicts(snapshot),
            shown=shown(snapshot),
            neighbours=neighbours(engaged, products),
            solved=solved(engaged, ties, products, silent),
            factors=factors(engaged, products),
            takers=takers(engaged, products),
            prices=prices(snapshot.products, engaged),
            likeness=likeness(snapshot.products, engaged, stands == OFFERED),
            complements=complements(snapshot, silent, kept),
            substitutes=substitutes(snapshot, silent, kept),
            popular=chosen,
            scenes=Scenes(learned(snapshot, silent, calendar or Calendar(), nowhere), chosen.overall),
            done=done,
            stands=stands,
            categories=snapshot.products.category,
            labels=labels,
            community=labels if community is None else community,
            personal=~silent,
            named=named,
            located=~nowhere,
            blend=blend or Blend(),
            chances=chances,
        )
