"""Does it help to know when and where? The category of what people turn to later, with the scene and without.

Lifts are learned from the first part of a log, and stand still. Every later act asks which category it is of;
the answer is a distribution over the categories known by then. Measures: log-loss, the mean of −log(chance
given to the true category), in nats, and hit@5. Models:

- `always`: the categories' shares of the first part, whatever the scene.
- `lately`: their shares of its last four weeks, which know of the season but nothing of the hour or a feast.
- `scene`: the shares times the lifts of all facets; `… alone`: of one facet.
- `lately and scene`: the shares of the last four weeks times the lifts of what changes within weeks (hour,
  weekday, festival, region, surface).

Intervals by bootstrap over days: what people do on one day goes together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from graph.errors import InvalidInput
from graph.estimate import CONFIDENCE, Estimate
from graph.evaluate.cut import until
from graph.log import NONE, Log
from graph.scene import Calendar, Facet, Lifts
from graph.scene.acts import Acts
from graph.scene.facets import times
from graph.scene.lifts import learned_from
from graph.snapshot import Snapshot

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

LATELY = timedelta(weeks=4)
FIRST, DRAWS = 5, 1_000

ALWAYS, RECENT, SCENE, BOTH = "always", "lately", "scene", "lately and scene"


@dataclass(frozen=True, slots=True)
class Score:
    """loss: log-loss, nats an act. hits: hit@5. gain: nats an act that it is better than `always`."""

    loss: Estimate
    hits: Estimate
    gain: Estimate


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """trained, asked: acts before and after the cut. kappa: of each facet that was learned, how firmly its
    lifts were drawn to 1.
    """

    trained: int
    asked: int
    categories: int
    scores: Mapping[str, Score]
    kappa: Mapping[Facet, float]


def evaluate(log: Log, calendar: Calendar, *, train_share: float = 0.8, seed: int = 0) -> Evaluation:
    """Every model on one log. InvalidInput where there is nothing to learn from or to ask."""
    whole = Snapshot.of(log)
    every = Acts.of(whole, np.zeros(len(whole.people), np.bool_), calendar)
    cut = int(train_share * len(every))
    if not 0 < cut < len(every):
        raise InvalidInput(f"{len(every):,} acts leave nothing to learn from or to ask")
    before = int(every.at[cut])
    past = Snapshot.of(until(log, before))
    trained = Acts.of(past, np.zeros(len(past.people), np.bool_), calendar)
    lifts = learned_from(trained, past.products.category, calendar)
    later = every.at >= before
    asked, at = lifts.column[every.product[later]], every.at[later]
    values = _values(lifts, every, later)
    day, _ = calendar.local(at)
    measured = {
        name: _measured(lifts, share, {facet: values[facet] for facet in facets}, asked)
        for name, (share, facets) in _models(lifts, _lately(lifts, trained, before)).items()
    }
    draws = _Draws.of(day, seed)
    usual, _ = measured[ALWAYS]
    return Evaluation(
        trained=len(trained),
        asked=len(asked),
        categories=len(lifts.share) - 1,
        scores={
            name: Score(draws.mean(loss), draws.mean(hit), draws.mean(usual - loss))
            for name, (loss, hit) in measured.items()
        },
        kappa={facet: one.kappa for facet, one in lifts.facets.items()},
    )


def _values(lifts: Lifts, acts: Acts, rows: NDArray[np.bool_]) -> dict[Facet, Longs]:
    """The learned value of each learned facet at some acts; −1 for none, and for one never met before."""
    found = times(lifts.calendar, acts.at[rows])
    for facet, place, words in (
        (Facet.REGION, acts.region[rows], acts.regions),
        (Facet.SURFACE, acts.surface[rows], acts.surfaces),
    ):
        names = lifts.facets[facet].names if facet in lifts.facets else ()
        learned = [names.index(word) if word in names else NONE for word in words]
        found[facet] = np.array([*learned, NONE])[place]
    return {facet: value for facet, value in found.items() if facet in lifts.facets}


def _lately(lifts: Lifts, trained: Acts, before: int) -> Floats:
    """The categories' shares of the last weeks before the cut, each with a little of its share of always."""
    recent = trained.at >= before - round(LATELY.total_seconds() * 1e6)
    counts = np.bincount(lifts.column[trained.product[recent]], minlength=len(lifts.share))
    share = counts + len(lifts.share) * 0.5 * lifts.share
    return np.asarray(share / share.sum())


def _models(lifts: Lifts, lately: Floats) -> dict[str, tuple[Floats, list[Facet]]]:
    """By name, the shares that a model starts from and the facets whose lifts it knows."""
    learned = list(lifts.facets)
    alone = {f"{facet.value} alone": (lifts.share, [facet]) for facet in learned}
    passing: list[Facet] = [facet for facet in learned if facet is not Facet.MONTH]
    return {
        ALWAYS: (lifts.share, []),
        RECENT: (lately, []),
        **alone,
        SCENE: (lifts.share, learned),
        BOTH: (lately, passing),
    }


def _measured(
    lifts: Lifts, share: Floats, values: Mapping[Facet, Longs], asked: Longs
) -> tuple[Floats, NDArray[np.bool_]]:
    """The loss of each act, in nats, and whether its category is among the first five."""
    chance, place = share[None, :], np.zeros(len(asked), np.int64)
    if values:
        cells, place = np.unique(np.stack(list(values.values()), axis=1), axis=0, return_inverse=True)
        chance = np.tile(share, (len(cells), 1))
        for facet, value in zip(values, cells.T, strict=True):
            # A row of ones behind the others is what a moment without a value finds at −1.
            chance *= np.vstack([lifts.facets[facet].of_category, np.ones_like(share)])[value]
        chance /= chance.sum(axis=1, keepdims=True)
    first = np.argsort(-chance, axis=1, kind="stable")[:, :FIRST]
    return -np.log(chance[place, asked]), (first[place] == asked[:, None]).any(axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class _Draws:
    """Days drawn anew: the day of each act, and how often each is in each draw."""

    day: Longs
    times: Longs

    @classmethod
    def of(cls, day: Longs, seed: int) -> "_Draws":
        _, place = np.unique(day, return_inverse=True)
        days = int(place.max()) + 1
        return cls(place, np.random.default_rng(seed).multinomial(days, np.full(days, 1 / days), DRAWS))

    def mean(self, values: Floats | NDArray[np.bool_]) -> Estimate:
        """The mean over acts, with the percentile interval."""
        drawn = (self.times @ np.bincount(self.day, values)) / (self.times @ np.bincount(self.day))
        tail = (1 - CONFIDENCE) / 2
        low, high = np.quantile(drawn, [tail, 1 - tail])
        return Estimate(float(np.mean(values)), float(low), float(high))
