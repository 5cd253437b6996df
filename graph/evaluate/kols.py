"""Whom to ask to share: seed people chosen before a cut, judged by who came after it.

The acts of a log (openings of other people's shares, each once) are cut in order of time; what happened in
one instant stays together, behind the cut. Every model sees what lies before and names k people; its score is
how many different people open something that any of them shared, after the cut and directly. Noise is kept,
for all alike. Ties go to the shorter key, then to the smaller: for numbered people to the smaller number.

- `ours`: graph.appeal, everything in it learned before the cut.
- `greedy-cover`: greedily the people whose past openers are together the most.
- `decayed-cover`: the same, an opener counting 2^(−age/h) by the last opening; the half-life h is that which
  would have been the best for the last fifth of the first part.
- `power-law-cover`: an opener counts 1/(age + 0.3 h); nothing is chosen.
- `pagerank`: over pairs of sharer and opener, flowing to sharers.
- `ris`: reverse-reachable sets, independent cascades, each pair's chance one by how many the opener opened.
- `distinct-retweeters`: most different past openers.
- `oracle`: greedy cover of those who came; no model, about what could have been known.

Intervals are of the draw of people after the cut (bootstrap); differences are paired, on the same people. But
people do not come one by one: one share brings a crowd, and two lists that differ in a few people differ by
those people's crowds. So a difference has a second interval, of the draw of sharers: each person is credited
to the seed they came to first, and seeds are drawn anew, each as often as a Poisson variable of mean 1 says,
with all who came to them. It is the wider one by far, and the one to ask before a model is called better.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from graph.appeal import Acts, appeal
from graph.errors import InvalidInput
from graph.estimate import CONFIDENCE, Estimate
from graph.kernels.csr import Csr
from graph.kernels.fading import covering
from graph.log import Log
from graph.measures import rank
from graph.openings import openings
from graph.sharegraph import ShareGraph
from graph.snapshot import Snapshot
from graph.spread.edges import Chance, Model, network_of
from graph.spread.sampling import Sample
from graph.spread.seeds import seed_people
from graph.timeline import Rows

Floats = NDArray[np.float64]

OURS, ORACLE = "ours", "oracle"
HOUR = 3_600_000_000
OFFSET = 0.3
"""Hours, of the power law."""

HALF_LIVES = tuple(0.25 * 2.0**step for step in range(11))
"""Hours; from a quarter of one to ten days."""

INNER = 0.8
"""Of the first part, what the half-life is tried on the rest of."""

DRAWS = 2_000


@dataclass(frozen=True, slots=True)
class Score:
    """One model's. people: different people who came to its seeds; ahead: by how many ours has more, drawn by
    person; ahead_by_sharer: the same, drawn by sharer. seeds: keys, in the order chosen.
    """

    people: Estimate
    ahead: Estimate
    ahead_by_sharer: Estimate
    seeds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """Where the oracle's people come from, adding up to its score. unheard: to seeds of whom no share had
    been opened before the cut. heard: to the others; of which missed: those who did not come to ours.
    """

    unheard: int
    heard: int
    missed: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """cut: µs since 1970. learned, asked: acts before and after it. people: who acted after it. scores: by
    model, ours first, then the baselines, last the oracle.
    """

    cut: int
    learned: int
    asked: int
    people: int
    scores: Mapping[str, Score]
    gap: Gap


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Whom to choose, k of them, from the acts before a time (µs). seed: of whatever is drawn."""

    acts: Acts
    at: int
    k: int
    seed: int = field(default=0)


def evaluate(log: Log, *, train_share: float = 0.6, k: int = 50, seed: int = 0) -> Evaluation:
    """Ours and the baselines on the last part of a log. seed: of the reverse-reachable sets and the
    bootstrap. InvalidInput where one of the two parts is empty.
    """
    acts, keys = acts_of(log)
    cut = int(acts.at[int(len(acts) * train_share)]) if len(acts) else 0
    known, rest = acts.before(cut), acts.since(cut)
    if not len(known) or not len(rest):
        raise InvalidInput(
            f"{len(known):,} openings before the cut and {len(rest):,} after it; take another --train-share"
        )
    question = Question(known, cut, k, seed)
    seeds = {name: model(question) for name, model in MODELS.items()}
    seeds[ORACLE] = _covering(rest.pairs(), k)
    came = {name: reached(rest, people) for name, people in seeds.items()}
    chance = np.random.default_rng(seed)
    credit = {name: credited(rest, people) for name, people in seeds.items()}
    scores = {
        name: Score(
            _drawn(came[name].astype(np.int8), rest, chance),
            _drawn(came[OURS].astype(np.int8) - came[name], rest, chance),
            _drawn_by_sharer(credit[OURS] - credit[name], seed),
            tuple(keys[person] for person in seeds[name].tolist()),
        )
        for name in seeds
    }
    everybody = len(np.unique(rest.person))
    return Evaluation(
        cut, len(known), len(rest), everybody, scores, _gap(question, rest, seeds[ORACLE], came)
    )


def acts_of(log: Log) -> tuple[Acts, list[str]]:
    """Every act of a log, noise included, with people numbered by their keys, shorter ones first; and these
    keys.
    """
    snapshot = Snapshot.of(log)
    found = Acts.of(openings(snapshot, include_noise=True), len(snapshot.people))
    keys = list(snapshot.people.keys)
    order = sorted(range(len(keys)), key=lambda row: (len(keys[row]), keys[row]))
    number = np.empty(len(keys), np.int32)
    number[order] = np.arange(len(keys), dtype=np.int32)
    renamed = Acts(number[found.sharer], number[found.person], found.at, found.people)
    return renamed, [keys[row] for row in order]


def reached(rest: Acts, seeds: Rows) -> NDArray[np.bool_]:
    """Who opened something that one of the seeds shared, shape (people,)."""
    came = np.zeros(rest.people, np.bool_)
    came[rest.person[np.isin(rest.sharer, seeds)]] = True
    return came


def credited(rest: Acts, seeds: Rows) -> NDArray[np.int64]:
    """How many people came to each of the seeds before they came to another, shape (people,)."""
    theirs = np.isin(rest.sharer, seeds)
    sharer, person = rest.sharer[theirs], rest.person[theirs]
    _, first = np.unique(person, return_index=True)
    return np.bincount(sharer[first], minlength=rest.people)


def ours(question: Question) -> Rows:
    """By appeal. What is chosen does not depend on the horizon."""
    told = appeal(question.acts, at=question.at, horizon=timedelta(days=1))
    return told.seeds(question.k)


def greedy_cover(question: Question) -> Rows:
    """The people whose past openers are together the most."""
    return _covering(question.acts.pairs(), question.k)


def decayed_cover(question: Question) -> Rows:
    """Past openers decayed by the half-life that would have been the best; of equals the longest."""
    acts = question.acts
    cut = int(acts.at[int(len(acts) * INNER)])
    inner, rest = Question(acts.before(cut), cut, question.k), acts.since(cut)
    scores = [int(reached(rest, faded_cover(inner, half_life)).sum()) for half_life in HALF_LIVES]
    best = max(range(len(scores)), key=lambda place: (scores[place], place))
    return faded_cover(question, HALF_LIVES[best])


def faded_cover(question: Question, half_life: float) -> Rows:
    """Past openers weighing 2^(−age/half-life); in hours."""
    return _weighed_cover(question, lambda hours: np.exp2(-hours / half_life))


def power_law_cover(question: Question) -> Rows:
    """Past openers weighing 1/(age + 0.3 h)."""
    return _weighed_cover(question, lambda hours: 1 / (hours + OFFSET))


def pagerank(question: Question) -> Rows:
    """The first in PageRank over pairs."""
    pairs = question.acts.pairs()
    graph = ShareGraph.from_arrays(pairs.sources(), pairs.indices, None, users=question.acts.people)
    return _top(rank(graph, weight=None), question.k)


def ris(question: Question) -> Rows:
    """Seeds by reverse-reachable sets (graph.spread.seeds) on the weighted cascade model."""
    pairs, people = question.acts.pairs(), question.acts.people
    network = network_of(pairs.sources(), pairs.indices, None, people, Chance(Model.WEIGHTED_CASCADE))
    sample = Sample.empty(network, np.ones(people), seed=question.seed)
    sharers = np.flatnonzero(pairs.degrees()).astype(np.int32)
    return seed_people(sample, candidates=sharers, most=question.k, kept=np.empty(0, np.int32)).people


def distinct_retweeters(question: Question) -> Rows:
    """Those with most different past openers."""
    return _top(question.acts.audiences().astype(np.float64), question.k)


MODELS: Mapping[str, Callable[[Question], Rows]] = {
    OURS: ours,
    "greedy-cover": greedy_cover,
    "decayed-cover": decayed_cover,
    "power-law-cover": power_law_cover,
    "pagerank": pagerank,
    "ris": ris,
    "distinct-retweeters": distinct_retweeters,
}


def _weighed_cover(question: Question, weigh: Callable[[Floats], Floats]) -> Rows:
    """Cover where an opener counts by the age of their last opening of each sharer."""
    last = question.acts.last()
    return _covering(last.pairs(weigh((question.at - last.at) / HOUR)), question.k)


def _covering(pairs: Csr, k: int) -> Rows:
    everybody = np.ones(pairs.users, np.bool_)
    return covering(pairs.indptr, pairs.indices, pairs.each_weight(), everybody, 1.0, k)


def _top(score: Floats, k: int) -> Rows:
    return np.argsort(-score, kind="stable")[:k].astype(np.int32)


def _drawn(each: NDArray[np.int8], rest: Acts, chance: np.random.Generator) -> Estimate:
    """A sum over those who acted after the cut, each giving −1, 0 or 1, with its bootstrap interval."""
    given = each[np.unique(rest.person)]
    counts = np.array([np.count_nonzero(given == side) for side in (-1, 0, 1)])
    draws = chance.multinomial(len(given), counts / len(given), size=DRAWS)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(draws[:, 2] - draws[:, 0], [tail, 1 - tail])
    return Estimate(float(counts[2] - counts[0]), float(low), float(high))


def _drawn_by_sharer(credit: NDArray[np.int64], seed: int) -> Estimate:
    """The sum of what sharers are credited with, and its interval where they are drawn with their crowds."""
    given = credit[credit != 0]
    draws = np.random.default_rng(seed).poisson(1.0, (DRAWS, len(given))) @ given
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return Estimate(float(given.sum()), float(low), float(high))


def _gap(question: Question, rest: Acts, oracle: Rows, came: Mapping[str, NDArray[np.bool_]]) -> Gap:
    opened = question.acts.audiences()
    heard = reached(rest, oracle[opened[oracle] > 0])
    unheard = int(came[ORACLE].sum()) - int(heard.sum())
    return Gap(unheard, int(heard.sum()), int(np.count_nonzero(heard & ~came[OURS])))
