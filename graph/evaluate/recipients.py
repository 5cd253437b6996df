"""Who opens what somebody shares, held out in time, beside what counting would say.

Rows are openings (sharer u, product p, opener v) in order of time, each person's first of each share. The
first part is learned from, and the history stands still at the cut: every later row asks for the people
likeliest to open what u shares of p, and its answer is v, so that a share with three openers is asked three
times and a stranger is a miss. Who is a candidate and how a list is filled up is told in
graph.evaluate.likeliest. Baselines:

- `popularity`: nothing else.
- `past-recipients`: how often v opened u's.
- `decayed`: the same with a half-life of 90 days.
- `with-reverse`: counts, and half of how often u opened v's.
- `recipe`: both decayed, and paths over one person between; how much the reverse and the paths count is
  chosen on a cut inside the first part, at the same share of it.

Measures: MRR@5 and Hits@5 over all later rows; intervals by bootstrap of sharers, whose rows come together,
and of the differences by the same draws. Chances are compared with what happened on trials, each a share
made after the cut, opened by anybody or not, and somebody tied to its sharer before; what is foretold is that
it was opened by the end of the log (graph.recipients.shared).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.estimate import Estimate
from graph.evaluate.calibration import Calibration, calibration
from graph.evaluate.cut import parted, until
from graph.evaluate.likeliest import FIRST, Held, by_counting, by_model, by_recipe
from graph.log import NONE, Log
from graph.openings import openings
from graph.recipients import History, Model, Shared, fitted, trials
from graph.snapshot import Snapshot
from graph.timeline import Rows

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

BACK, PATHS = (0.2, 0.5, 1.0), (0.003, 0.01, 0.03, 0.1)
"""How much the reverse and the paths of `recipe` may count."""

OURS, WITHOUT_CONTENT = "ours", "ours-without-content"
DRAWS, AT_ONCE = 1_000, 50
"""Of the bootstrap, and as many of them as are held at once."""

BLOCK = 1_000
"""Shares whose trials are counted at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """One model's measures."""

    mrr: Estimate
    hits: Estimate


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """trained, asked: rows before and after the cut. strangers: later rows whose opener nobody had seen.

    best: the baseline of the largest MRR@5; gain: of ours over it; content: of ours over ours without
    content, both in MRR@5. recipe: how much the reverse and the paths count in it. chances: of our model, on
    the shares made after the cut, `unopened` of them by nobody: where that is none, the log holds only shares
    that somebody opened, and a chance is that of an opening among those.
    """

    trained: int
    asked: int
    strangers: int
    scores: Mapping[str, Score]
    best: str
    gain: Estimate
    content: Estimate
    recipe: tuple[float, float]
    chances: Calibration
    shares: int
    unopened: int


def evaluate(log: Log, *, train_share: float = 0.8, seed: int = 0) -> Evaluation:
    """Every model on one log. InvalidInput where nothing was opened before or after the cut."""
    held = held_of(log, train_share)
    recipe = _chosen(log, held.before, train_share)
    model = fitted(held.history, held.shared)
    without_content = fitted(held.history, held.shared, with_interest=False)
    found = {
        **by_counting(held, recipe),
        WITHOUT_CONTENT: by_model(held, without_content),
        OURS: by_model(held, model),
    }
    gains = {name: _gains(held, first) for name, first in found.items()}
    baselines = [name for name in gains if name not in {OURS, WITHOUT_CONTENT}]
    best = max(baselines, key=lambda name: float(gains[name].mean()))
    hits = [gain > 0 for gain in gains.values()]
    ahead = [gains[OURS] - gains[other] for other in (best, WITHOUT_CONTENT)]
    means = _means(held.sharer[held.row], [*gains.values(), *hits, *ahead], seed)
    asked = held.later.between(held.before)
    return Evaluation(
        trained=len(held.history.base),
        asked=len(held.row),
        strangers=int(np.count_nonzero((held.opener == NONE) | ~held.known[held.opener])),
        scores=dict(zip(gains, map(Score, means, means[len(gains) :]), strict=False)),
        best=best,
        gain=means[-2],
        content=means[-1],
        recipe=recipe,
        chances=_chances(held, asked, model, seed),
        shares=len(asked),
        unopened=held.later.unopened(asked),
    )


def held_of(log: Log, train_share: float) -> Held:
    """The first part of a log as a history, and the rest as questions."""
    whole = Snapshot.of(log)
    every = openings(whole)
    opened = every.taken(every.first)
    before = parted(opened.at, train_share)
    snapshot = Snapshot.of(until(log, before))
    people = snapshot.people
    row_of = [people.row(key) for key in whole.people.keys]
    then = np.array([NONE if row is None else row for row in row_of], np.int32)
    later = opened.at >= before
    sharer, product = then[opened.sharer[later]], opened.product[later]
    pair = sharer.astype(np.int64) * len(whole.products) + product
    _, first, row = np.unique(pair, return_index=True, return_inverse=True)
    past = openings(snapshot)
    history = History.of(snapshot, past, np.arange(len(people)) >= people.blanks)
    shared = Shared.of(snapshot, past), Shared.of(whole, every).among(then, len(people))
    return Held(history, *shared, before, sharer[first], product[first], row, then[opened.person[later]])


def _gains(held: Held, first: Rows) -> Floats:
    """One over the place of each row's opener, 0 beyond the fifth."""
    hit = (first[held.row] == held.opener[:, None]) & (held.opener[:, None] != NONE)
    return np.asarray((hit / np.arange(1, FIRST + 1)).sum(axis=1))


def _chosen(log: Log, before: int, train_share: float) -> tuple[float, float]:
    """What the reverse and the paths count: the best MRR@5 on a cut inside the first part."""
    held = held_of(until(log, before), train_share)

    def value(weights: tuple[float, float]) -> float:
        return float(_gains(held, by_recipe(held, *weights)).mean())

    return max(((back, paths) for back in BACK for paths in PATHS), key=value)


def _chances(held: Held, asked: Longs, model: Model, seed: int) -> Calibration:
    """Of people tied to a sharer before the cut, for each of these shares."""
    foretold, came, sharer = [np.empty(0)], [np.empty(0, np.bool_)], [np.empty(0, np.int32)]
    for block in range(0, len(asked), BLOCK):
        tried = trials(held.history, held.later, asked[block : block + BLOCK], held.before)
        opens, _, _ = model.opens(model.terms(tried.counts))
        foretold.append(opens * tried.ripe)
        came.append(tried.came)
        sharer.append(tried.sharer)
    groups = np.concatenate(sharer)
    return calibration(np.concatenate(foretold), np.concatenate(came), groups=groups, seed=seed)


def _means(sharer: Rows, values: Sequence[Floats | NDArray[np.bool_]], seed: int) -> list[Estimate]:
    """Means over rows, with percentile intervals: sharers are drawn anew, for all values alike."""
    # Strangers have one row in common, and are no group.
    apart = np.where(sharer == NONE, -1 - np.arange(len(sharer)), sharer)
    _, group = np.unique(apart, return_inverse=True)
    groups = int(group.max()) + 1
    rows = np.bincount(group)
    totals = [np.bincount(group, value) for value in values]
    dice, alike = np.random.default_rng(seed), np.full(groups, 1 / groups)
    drawn = np.empty((len(values), DRAWS))
    for start in range(0, DRAWS, AT_ONCE):
        times = dice.multinomial(groups, alike, AT_ONCE).astype(np.float64)
        of_these = [times @ total for total in totals]
        drawn[:, start : start + AT_ONCE] = np.array(of_these) / (times @ rows)
    low, high = np.quantile(drawn, [0.025, 0.975], axis=1).tolist()
    means = [float(np.mean(value)) for value in values]
    return [Estimate(*ends) for ends in zip(means, low, high, strict=True)]
