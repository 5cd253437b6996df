"""Who opens what somebody shares, held out in time, beside what counting would say.

Rows are openings (sharer u, product p, opener v) in order of time, each person's first of each share. The
first part is learned from, and the history stands still at the cut: every later row asks for the people
likeliest to open what u shares of p, and its answer is v, so that a share with three openers is asked three
times and a stranger is a miss. Candidates are all people of the first part. A list is filled up by
popularity: openings, ties to the latest, then to the smaller key; the same breaks ties of score. Baselines:

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

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from graph.errors import InvalidInput
from graph.estimate import Estimate
from graph.evaluate.calibration import Calibration, calibration
from graph.evaluate.cut import until
from graph.kernels.circles import DAY
from graph.log import NONE, Log
from graph.openings import openings
from graph.recipients import History, Model, Shared, fitted, lively, log_intensity, pairs, trials
from graph.snapshot import Snapshot
from graph.timeline import Rows

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

FIRST = 5
HALF_LIFE = 90.0
BACK, PATHS = (0.2, 0.5, 1.0), (0.003, 0.01, 0.03, 0.1)
"""How much the reverse and the paths of `recipe` may count."""

OURS, WITHOUT_CONTENT = "ours", "ours-without-content"
DRAWS = 1_000

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


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """A history that stands still, and the rows after it. shared: the shares it is learned from; later: those
    to ask about. sharer, product: distinct questions; row: the question of each row; opener: its answer, −1 a
    stranger.
    """

    history: History
    shared: Shared
    later: Shared
    before: int
    sharer: Rows
    product: Rows
    row: Longs
    opener: Rows

    @property
    def known(self) -> NDArray[np.bool_]:
        """Who is a candidate: whoever shared or opened before, (people,)."""
        known = np.zeros(len(self.history.state), np.bool_)
        known[self.history.base.source] = known[self.history.base.target] = True
        return known

    @property
    def order(self) -> Longs:
        """The place of everybody by popularity, (people,)."""
        acts, people = self.history.base, len(self.history.state)
        times = np.bincount(acts.target, minlength=people)
        last = np.full(people, -1, np.int64)
        last[acts.target] = acts.at
        place = np.empty(people, np.int64)
        place[np.lexsort((np.arange(people), -last, -times))] = np.arange(people)
        return place


def evaluate(log: Log, *, train_share: float = 0.8, seed: int = 0) -> Evaluation:
    """Every model on one log. InvalidInput where nothing was opened before or after the cut."""
    held = _held(log, train_share)
    recipe = _chosen(log, held.before, train_share)
    found = {name: _firsts(held, *asked) for name, asked in _baselines(held, recipe).items()}
    model = fitted(held.history, held.shared)
    without_content = fitted(held.history, held.shared, with_interest=False)
    found[WITHOUT_CONTENT] = _firsts(held, *_ours(held, without_content))
    found[OURS] = _firsts(held, *_ours(held, model))
    gains = {name: _gains(held, first) for name, first in found.items()}
    draws = _Draws.of(held.sharer[held.row], seed)
    baselines = [name for name in found if name not in {OURS, WITHOUT_CONTENT}]
    best = max(baselines, key=lambda name: float(gains[name].mean()))
    asked = held.later.between(held.before)
    return Evaluation(
        trained=len(held.history.base),
        asked=len(held.row),
        strangers=int(np.count_nonzero((held.opener == NONE) | ~held.known[held.opener])),
        scores={name: Score(draws.mean(gain), draws.mean(gain > 0)) for name, gain in gains.items()},
        best=best,
        gain=draws.mean(gains[OURS] - gains[best]),
        content=draws.mean(gains[OURS] - gains[WITHOUT_CONTENT]),
        recipe=recipe,
        chances=_chances(held, asked, model, seed),
        shares=len(asked),
        unopened=held.later.unopened(asked),
    )


def _held(log: Log, train_share: float) -> _Held:
    """The first part of a log as a history, and the rest as questions."""
    whole = Snapshot.of(log)
    every = openings(whole)
    opened = every.taken(every.first)
    cut = int(train_share * len(opened))
    if not 0 < cut < len(opened):
        raise InvalidInput(f"{len(opened):,} openings leave nothing to learn from or to ask")
    before = int(opened.at[cut])
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
    return _Held(history, *shared, before, sharer[first], product[first], row, then[opened.person[later]])


Asked = tuple[Longs, Rows, Floats]
"""Candidates by question and their scores: (indptr, people, score)."""


def _firsts(held: _Held, indptr: Longs, people: Rows, score: Floats) -> Rows:
    """The first five of each question, (q, 5), filled up by popularity."""
    order, known = held.order, held.known
    question = np.repeat(np.arange(len(held.sharer)), np.diff(indptr))
    may = known[people] & (people != held.sharer[question])
    question, people, score = question[may], people[may], score[may]
    ranked = np.lexsort((order[people], -score, question))
    question, people = question[ranked], people[ranked]
    place = np.arange(len(question)) - np.searchsorted(question, question)
    first = np.full((len(held.sharer), FIRST), NONE, np.int32)
    listed = place < FIRST
    first[question[listed], place[listed]] = people[listed]
    popular = np.argsort(order)
    popular = popular[known[popular]][: 2 * FIRST + 1]
    for asked in np.flatnonzero((first == NONE).any(axis=1)).tolist():
        own = first[asked][first[asked] != NONE].tolist()
        rest = [one for one in popular.tolist() if one not in own and one != held.sharer[asked]]
        filled = [*own, *rest][:FIRST]
        first[asked, : len(filled)] = filled
    return first


def _gains(held: _Held, first: Rows) -> Floats:
    """One over the place of each row's opener, 0 beyond the fifth."""
    hit = (first[held.row] == held.opener[:, None]) & (held.opener[:, None] != NONE)
    return np.asarray((hit / np.arange(1, FIRST + 1)).sum(axis=1))


def _baselines(held: _Held, recipe: tuple[float, float]) -> dict[str, Asked]:
    counts, decayed = _between(held, np.inf), _between(held, HALF_LIFE)
    nothing = csr_array(counts.shape)
    return {
        "popularity": _of(held, nothing),
        "past-recipients": _of(held, counts),
        "decayed": _of(held, decayed),
        "with-reverse": _of(held, counts + 0.5 * counts.T),
        "recipe": _of(held, _recipe(held, decayed, *recipe)),
    }


def _between(held: _Held, half_life: float) -> csr_array:
    """How much everybody opened of everybody's: (sharers, openers)."""
    acts, people = held.history.base, len(held.history.state)
    opened = acts.product != NONE
    weight = np.exp2(-(held.before - acts.at[opened]) / DAY / half_life)
    return csr_array(coo_array((weight, (acts.source[opened], acts.target[opened])), shape=(people, people)))


def _recipe(held: _Held, decayed: csr_array, back: float, paths: float) -> csr_array:
    """Rows of those who are asked about; the others are empty."""
    asked = np.zeros(decayed.shape[0])
    asked[held.sharer[held.sharer != NONE]] = 1
    either = csr_array(decayed + decayed.T)
    mine = csr_array(either * asked[:, None])
    return csr_array(decayed + back * decayed.T + paths * (mine @ either))


def _of(held: _Held, scores: csr_array) -> Asked:
    """The rows of the questions' sharers; none for a stranger."""
    rows = csr_array(scores)[np.maximum(held.sharer, 0)]
    stranger = np.repeat(held.sharer == NONE, np.diff(rows.indptr))
    return rows.indptr.astype(np.int64), rows.indices, np.where(stranger, 0.0, rows.data)


def _ours(held: _Held, model: Model) -> Asked:
    before = np.full(len(held.sharer), held.before, np.int64)
    also = lively(held.history, held.product, held.before)
    found = pairs(held.history, held.sharer, held.product, before, also=also)
    return found.indptr, found.people, log_intensity(model.terms(found.counts))


def _chosen(log: Log, before: int, train_share: float) -> tuple[float, float]:
    """What the reverse and the paths count: the best MRR@5 on a cut inside the first part."""
    held = _held(until(log, before), train_share)
    decayed = _between(held, HALF_LIFE)

    def value(weights: tuple[float, float]) -> float:
        return float(_gains(held, _firsts(held, *_of(held, _recipe(held, decayed, *weights)))).mean())

    return max(((back, paths) for back in BACK for paths in PATHS), key=value)


def _chances(held: _Held, asked: Longs, model: Model, seed: int) -> Calibration:
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


@dataclass(frozen=True, slots=True, eq=False)
class _Draws:
    """Sharers drawn anew: the group of each row, and how often each group is in each draw."""

    group: Longs
    times: Longs

    @classmethod
    def of(cls, sharer: Rows, seed: int) -> "_Draws":
        # Strangers have one row in common, and are no group.
        apart = np.where(sharer == NONE, -1 - np.arange(len(sharer)), sharer)
        _, group = np.unique(apart, return_inverse=True)
        groups = int(group.max()) + 1
        times = np.random.default_rng(seed).multinomial(groups, np.full(groups, 1 / groups), DRAWS)
        return cls(group, times)

    def mean(self, values: Floats | NDArray[np.bool_]) -> Estimate:
        """The mean over rows, with the percentile interval."""
        rows = np.bincount(self.group)
        total = np.bincount(self.group, values)
        drawn = (self.times @ total) / (self.times @ rows)
        low, high = np.quantile(drawn, [0.025, 0.975])
        return Estimate(float(np.mean(values)), float(low), float(high))
