"""How much of the shop can be shown at what loss of accuracy: a curve for each knob, and for two controls.

- `coverage`, `diversity`, `calibration`, `exploration`: the knobs of `graph.suggest.Order`, each by itself.
- `popularity^a`: scores divided by so much of the popularity. A control.
- `random-last`: the last so many places given to any item at all, a fraction of a place by chance. A control.

`served` is one point: all knobs as they stand by default. Coverage counts items shown to three users or more:
a random item in the last place shows many once, and of what was shown once nothing is learned.

Two things stand still at a time. At equal NDCG@10: how many items more the default shows than a control does
anywhere on its curve, between two points in a straight line, without being less accurate; a control that is
nowhere as accurate is taken where it is most so. At equal coverage: by how much the default is more accurate
than a control that gives some of its users the lists of one knob and the others those of the next. What is
shown is counted of everybody's lists; whose accuracy is counted is drawn anew for the intervals.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from graph.estimate import CONFIDENCE, Estimate
from graph.evaluate.suggestions.crowds import Crowd, Items
from graph.evaluate.suggestions.held import Held
from graph.evaluate.suggestions.lists import Lists, shown
from graph.evaluate.suggestions.metrics import SEVERAL, gains
from graph.evaluate.suggestions.sure import Difference, Draws
from graph.kernels.top import NOBODY, top
from graph.log import NONE
from graph.suggest.grants import PLACES
from graph.suggest.knobs import BEST_FIRST, ORDER
from graph.taste.model import Scores
from graph.taste.popularity import popularity

Floats = NDArray[np.float64]

KNOBS: Mapping[str, tuple[float, ...]] = {
    "coverage": (0.05, ORDER.coverage, 0.15, 0.2, 0.3, 0.5),
    "diversity": (0.1, ORDER.diversity, 0.4, 0.8),
    "calibration": (0.02, ORDER.calibration, 0.1, 0.2),
    "exploration": (ORDER.exploration, 0.05, 0.1, 0.2),
}
POPULARITY, RANDOM = "popularity^a", "random-last"
CONTROLS: Mapping[str, tuple[float, ...]] = {
    POPULARITY: (0.05, 0.1, 0.15, 0.2, 0.3),
    RANDOM: (0.25, 0.5, 1, 2, 3),
}


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """A way at one knob; 0 is best first. gains: NDCG@10 of each user, (q,). several: the share of items
    shown to three or more. kinds: how many are in a list of ten, on average.
    """

    knob: float
    gains: Floats
    recall: float
    coverage: float
    several: float
    kinds: float

    @property
    def ndcg(self) -> float:
        """The mean NDCG@10."""
        return float(self.gains.mean())


Curve = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Lead:
    """The default beside a control. items: how many more it shows to three or more at equal NDCG@10. ndcg: by
    how much it is more accurate at equal coverage; None where the control never shows as much.
    """

    items: Estimate
    ndcg: Difference | None


@dataclass(frozen=True, slots=True, eq=False)
class Diversity:
    """plain: best first. served: by default. curves: by way, each beginning with `plain`, by knob. changes:
    what each point of a curve but the first adds to the NDCG@10 of `plain`. cost: what the default takes from
    it. leads: over each control. items: how many there are.
    """

    plain: Point
    served: Point
    curves: Mapping[str, Curve]
    changes: Mapping[str, tuple[Estimate, ...]]
    cost: Difference
    leads: Mapping[str, Lead]
    items: int


def diversity(crowd: Crowd, *, seed: int = 0) -> Diversity:
    """Every way at every knob, on the lists of whoever is asked about. seed: of what is random. InvalidInput
    where nobody has anything held out.
    """
    held, users = crowd.held, crowd.held.somebody

    def point(knob: float, found: Items) -> Point:
        return _point(knob, Lists(users, found), held, crowd.kinds)

    plain, served = (point(0, crowd.listed(order)) for order in (BEST_FIRST, ORDER))
    curves = {
        name: (plain, *(point(knob, crowd.listed(replace(BEST_FIRST, **{name: knob}))) for knob in knobs))
        for name, knobs in KNOBS.items()
    }
    for name, lists in _controls(crowd, seed).items():
        curves[name] = (plain, *(point(knob, found) for knob, found in lists.items()))
    draws, items = Draws.of(len(users), seed=seed), held.known.items
    changes = {name: _changes(curve, draws) for name, curve in curves.items()}
    cost = draws.differences(served.gains[:, None], plain.gains[:, None])[0]
    leads = {name: lead(served, curves[name], draws, items) for name in CONTROLS}
    return Diversity(plain, served, curves, changes, cost, leads, items)


def lead(ours: Point, control: Curve, draws: Draws, items: int) -> Lead:
    """What one point is ahead of a control's curve, of so many items."""
    measured = np.stack([point.gains for point in (ours, *control)], axis=1)
    several = np.array([point.several for point in control])
    drawn = draws.times @ measured / draws.times.sum(axis=1, keepdims=True)
    ahead = [items * (ours.several - most_shown(each[1:], several, each[0])) for each in drawn]
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(ahead, [tail, 1 - tail])
    mean = measured.mean(axis=0)
    value = items * (ours.several - most_shown(mean[1:], several, mean[0]))
    beside = as_broad(control, ours.several)
    return Lead(
        Estimate(float(value), min(float(low), float(value)), max(float(high), float(value))),
        None if beside is None else draws.differences(ours.gains[:, None], beside[:, None])[0],
    )


def most_shown(ndcg: Floats, several: Floats, least: float) -> float:
    """The most that is shown to three or more anywhere on a curve where NDCG is not below `least`; where it
    always is, what is shown where it is highest.

    >>> most_shown(np.array([0.2, 0.1]), np.array([0.1, 0.3]), 0.15)
    0.2
    >>> most_shown(np.array([0.2, 0.1]), np.array([0.1, 0.3]), 0.25)
    0.1
    """
    least = min(least, float(ndcg.max()))
    found = [float(share) for share in several[ndcg >= least]]
    for one, other in pairwise(range(len(ndcg))):
        if min(ndcg[one], ndcg[other]) < least < max(ndcg[one], ndcg[other]):
            part = (least - ndcg[one]) / (ndcg[other] - ndcg[one])
            found.append(float(several[one] + part * (several[other] - several[one])))
    return max(found)


def as_broad(curve: Curve, several: float) -> Floats | None:
    """Each user's NDCG@10 where a curve first shows so much, between two points in proportion; None where it
    never does.
    """
    for one, other in pairwise(curve):
        if one.several < several <= other.several:
            part = (several - one.several) / (other.several - one.several)
            return (1 - part) * one.gains + part * other.gains
    return None


def _changes(curve: Curve, draws: Draws) -> tuple[Estimate, ...]:
    gained = [point.gains - curve[0].gains for point in curve[1:]]
    return tuple(draws.means(np.stack(gained, axis=1)))


def kinds_in(items: Items, kind: Items) -> float:
    """How many different kinds a list holds, on average; what is of none, −1, is of none. items: (q, k).

    >>> kinds_in(np.array([[0, 1, 2], [2, 3, -1]]), np.array([7, 7, 5, -1]))
    1.5
    """
    said = np.sort(np.where(items == NOBODY, NONE, kind[items]), axis=1)
    return float(np.count_nonzero(np.diff(said, axis=1, prepend=NONE), axis=1).mean())


def _point(knob: float, found: Lists, held: Held, kind: Items) -> Point:
    measures = gains(found, held.asked)
    times = shown(found.items, held.known.items)
    return Point(
        knob,
        measures["ndcg@10"],
        float(measures["recall@10"].mean()),
        float(np.mean(times > 0)),
        float(np.mean(times >= SEVERAL)),
        kinds_in(found.items, kind),
    )


def _controls(crowd: Crowd, seed: int) -> Mapping[str, Mapping[float, Items]]:
    """Lists of ten by control and knob."""
    chosen_by = np.maximum(popularity(crowd.held.known), 1.0).astype(np.float32)
    dice = {places: np.random.default_rng(seed) for places in CONTROLS[RANDOM]}
    found: dict[str, dict[float, list[Items]]] = {
        name: {knob: [] for knob in knobs} for name, knobs in CONTROLS.items()
    }
    for _, scores in crowd.scored():
        for power in CONTROLS[POPULARITY]:
            found[POPULARITY][power].append(_best(scores / chosen_by ** np.float32(power)))
        best = _best(scores)
        for places in CONTROLS[RANDOM]:
            found[RANDOM][places].append(np.stack(list(_random_last(dice[places], places, scores, best))))
    return {name: {knob: np.concatenate(parts) for knob, parts in by.items()} for name, by in found.items()}


def _best(scores: Scores) -> Items:
    nothing = np.zeros(len(scores) + 1, np.int64)
    return top(np.ascontiguousarray(scores, np.float32), nothing, np.zeros(0, np.int64), PLACES)


def _random_last(dice: np.random.Generator, places: float, scores: Scores, best: Items) -> Iterator[Items]:
    """The last places given to anything that has a score and is not listed above."""
    for score, mine in zip(scores, best, strict=True):
        count = int(places) + int(dice.random() < places % 1)
        free = np.setdiff1d(np.flatnonzero(score > -np.inf), mine[: PLACES - count])
        drawn = dice.choice(free, min(count, len(free)), replace=False)
        yield np.append(mine[: PLACES - count], np.pad(drawn, (0, count - len(drawn)), constant_values=-1))
