"""What a friend's share does, beside what likeness alone would have done.

Friends act alike because they influence one another, and because they were alike before: who is exposed to
a friend's share would often have found the product without it. The naive effect compares those exposed with
anybody. The matched one compares each of them with somebody who was as active, as connected and as fond of
the product's category at that very moment, and whom no friend had shown it (Aral, Muchnik & Sundararajan
2009). What is left is an upper bound of influence: likeness in what no log holds (an advertisement both saw,
a talk at school) is in it still. Only an experiment takes that out.

- Exposed: v, when u shares p, if v had opened a share of u's or followed u before, and had not taken to p.
- Others: people drawn at that moment from all who had done anything by then, who had not taken to p, and none
  of whose friends had shared p.
- Alike: of these, the one of nearest propensity, the chance of being exposed given what was known of them
  (logistic regression; Rosenbaum & Rubin 1983), within a caliper of a fifth of its standard deviation (Austin
  2011). Who finds none is left out, and counted.

Everything about somebody is as of the moment of the share: nothing that came later decides who is compared.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from graph.effect.matched import imbalance, logit, measured
from graph.effect.past import OTHERS, Outcome, Past
from graph.errors import InvalidInput
from graph.estimate import Estimate
from graph.kernels.moments import nearest
from graph.snapshot import Snapshot

__all__ = ["Effect", "Outcome", "effect"]

CALIPER = 0.2


@dataclass(frozen=True, slots=True)
class Effect:
    """Chances of taking to a product within the horizon, and what they say.

    exposed, others, alike: chances of the exposed that found somebody alike, of people drawn at random beside
    all exposed, and of those alike. naive, matched: how many times likelier the exposed are than others, and
    than those alike; halves are added to counts, so that none is 0. exposures: how many were looked at;
    pairs: how many of these found somebody alike. imbalance, imbalance_left: the largest standardised
    difference between the exposed and the others in what is known of them, and what matching left of it
    (below .1 is taken for balanced; Austin 2011).
    """

    exposures: int
    pairs: int
    exposed: Estimate
    others: Estimate
    alike: Estimate
    naive: Estimate
    matched: Estimate
    imbalance: float
    imbalance_left: float


def effect(
    snapshot: Snapshot,
    *,
    product: int | None = None,
    outcome: Outcome = Outcome.ACT,
    horizon: timedelta = timedelta(days=7),
    seed: int = 0,
) -> Effect:
    """Of a product, or of all together. Intervals are of the bootstrap over exposed people.

    horizon: how long one has to take to it; shares later than the log's end less this are left out.
    InvalidInput where nobody was exposed, or nobody alike was found: there is nothing to compare then.
    """
    past = Past.of(snapshot, outcome)
    if not len(past.taken[0]):
        raise InvalidInput(f"no {outcome.value} in the log: there is nothing to compare")
    chance = np.random.default_rng(seed)
    within = int(horizon.total_seconds() * 1e6)
    exposed = past.exposed(product, snapshot.as_of - within, chance)
    if not len(exposed.person):
        raise InvalidInput("no friend's share reached anybody in time: there is nothing to compare")
    drawn, lately = past.drawn_beside(exposed, chance)
    may = past.may_be_compared(drawn)
    known, of_drawn = past.known(exposed), past.known(drawn)
    odds = logit(np.concatenate([known, of_drawn[may]]), len(known))
    others = np.full(len(may), np.inf)
    others[may] = odds[len(known) :]
    alike = nearest(odds[: len(known)], others.reshape(-1, OTHERS), CALIPER * float(odds.std()))
    pairs = np.flatnonzero(alike >= 0)
    if not len(pairs):
        raise InvalidInput("nobody is like those who were reached: there is nothing to compare")
    beside, anybody = pairs * OTHERS + alike[pairs], may & ~lately
    took, drawn_took = past.took(exposed, within), past.took(drawn, within)
    paired, alike_took = np.zeros((2, len(took)))
    paired[pairs], alike_took[pairs] = 1, drawn_took[beside]
    of_others = (part.reshape(-1, OTHERS).sum(axis=1) for part in (anybody, anybody & drawn_took))
    counts = [np.ones(len(took)), took, *of_others, paired, took * paired, alike_took]
    return Effect(
        exposures=len(took),
        pairs=len(pairs),
        imbalance=imbalance(known, of_drawn[anybody]),
        imbalance_left=imbalance(known[pairs], of_drawn[beside]),
        **measured(np.stack(counts), exposed.person, chance),
    )
