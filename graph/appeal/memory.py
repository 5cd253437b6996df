"""How openings are remembered: the weights of several time scales, learned from the log's own past.

A lesson is an earlier cut of the log and where the crowd went from there to the end. Its first part is left
out once by nothing, once by a quarter, a half and three quarters: what is asked for is the long run, and near
an end only short ones have been seen. With x_uh the part of person u in all that is remembered at scale h,
and y_u the part of u in all that came, the weights w maximise the Poisson likelihood

    Σ over lessons and u  [ y_u · log Σ_h w_h x_uh  −  Σ_h w_h x_uh ],

which expectation maximisation climbs without a step size (Richardson 1972, Lucy 1974); weights stay positive
by themselves. What is remembered here are all acts: somebody who comes again says when the crowd came, and
when it did is what the weights are about; an audience then counts each of its people once. Only contenders
take part, those who at some scale are among the 200 first: a law that fits the
many who are opened once has nothing to say of who is opened most.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.appeal.acts import Acts
from graph.appeal.crowd import crowd
from graph.kernels.csr import Csr
from graph.kernels.fading import covering, faded

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

SCALES: Floats = np.exp2(np.arange(2.0, -9.0, -1.0))
"""Half-lives in median ages of all acts, from four down to a 256th; behind these stands "never"."""

CUTS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
LEFT_OUT = (0.0, 0.25, 0.5, 0.75)
CONTENDERS = 200
SEEDS = 50
"""Of how many together the overlap is measured."""

ROUNDS = 300
FEW = 20
"""Acts below which there is nothing to learn from, as there is not where most came in the newest instant; all
scales then weigh the same, about 1/age. So many acts' worth of that stays in what is learned from more: a few
days in which nobody came again are no proof that nobody will, nor a few that came as told that all do.
"""


class Remembered(NamedTuple):
    """What is left of everybody's acts at some time. half_lives: µs. parts: (n, h + 1), of all that is left
    at each half-life, the last without fading. sums: all that is left, (h + 1,).
    """

    half_lives: Floats
    parts: Floats
    sums: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """What was learned. weights: (h + 1,), of the SCALES and of "never". alike: how much of the overlap of
    past audiences future ones have, in [0, 1]. returning: of those who come, the part that had come before.
    spread: the variance of what comes beyond a Poisson's, as a multiple of its expectation squared.
    """

    weights: Floats
    alike: float
    returning: float
    spread: float

    def __call__(self, acts: Acts, at: int) -> Floats:
        """φ of each act, shape (k,): the part of all that comes which it stands for."""
        return self.phi(acts.ages(at), remembered(acts, at))

    def phi(self, age: Floats, left: Remembered) -> Floats:
        """The same where it is known already what is left of the acts. age: µs."""
        phi = np.full(len(age), self.weights[-1] / max(left.sums[-1], 1.0))
        for place, half_life in enumerate(left.half_lives):
            if self.weights[place] > 0:
                phi += self.weights[place] / left.sums[place] * np.exp2(-age / half_life)
        return phi


class Lesson(NamedTuple):
    """An earlier cut, at a time (µs). known, rest: the acts before it and from it to the end. left: of the
    known, with the parts of contenders only. contenders: their rows, rising.
    """

    known: Acts
    rest: Acts
    at: int
    left: Remembered
    contenders: NDArray[np.intp]


def remembered(acts: Acts, at: int) -> Remembered:
    """What is left of some acts at a time (µs), by scale."""
    age = acts.ages(at)
    half_lives = SCALES * (float(np.median(age)) if len(age) else 1.0)
    left = faded(acts.sharer, age, half_lives, acts.people)
    sums = np.maximum(left.sum(axis=0), np.finfo(np.float64).tiny)
    return Remembered(half_lives, left / sums, sums)


def learned(acts: Acts) -> Memory:
    """The memory that suits a log, from the log.

    >>> from graph.openings import openings
    >>> from tests.toy import snapshot
    >>> shop = snapshot("ana>bea,cy:tea dan>bea:mug")
    >>> learned(Acts.of(openings(shop), len(shop.people))).weights.round(3).max()
    np.float64(0.083)
    """
    lessons = list(_lessons(acts)) if len(acts) >= FEW else []
    even = np.full(len(SCALES) + 1, 1 / (len(SCALES) + 1))
    if not lessons:
        return Memory(even, alike=1.0, returning=1.0, spread=1.0)
    trust = len(acts) / (len(acts) + FEW)
    weights = trust * _weights(lessons) + (1 - trust) * even
    spread = trust * _spread(weights, lessons) + (1 - trust)
    plain = Memory(weights, alike=1.0, returning=1.0, spread=spread)
    return Memory(weights, _alike(plain, lessons), _returning(lessons), spread)


def _lessons(acts: Acts) -> Iterator[Lesson]:
    for cut in CUTS:
        row = int(len(acts) * cut)
        at = int(acts.at[row])
        known, rest = acts.before(at + 1), acts.since(at + 1)
        if len(rest):
            left = remembered(known, at + 1)
            first = _first(left.parts)
            yield Lesson(known, rest, at + 1, left._replace(parts=left.parts[first]), first)


def _first(parts: Floats) -> NDArray[np.intp]:
    """Who is among the CONTENDERS at some scale, as rising rows."""
    found = np.zeros(len(parts), np.bool_)
    most = min(CONTENDERS, len(parts))
    for column in parts.T:
        found[np.argpartition(-column, most - 1)[:most]] = True
    return np.flatnonzero(found & (parts[:, -1] > 0))


def _weights(lessons: list[Lesson]) -> Floats:
    rows, came = [], []
    for lesson in lessons:
        for left_out in LEFT_OUT:
            audiences = lesson.rest.between(int(left_out * len(lesson.rest)), len(lesson.rest)).audiences()
            rows.append(lesson.left.parts)
            came.append(audiences[lesson.contenders] / audiences.sum())
    return climbed(np.concatenate(rows), np.concatenate(came))


def climbed(parts: Floats, came: Floats) -> Floats:
    """The weights w ≥ 0 under which Poisson means parts @ w are likeliest. parts: (m, h); came: (m,).

    >>> climbed(np.array([[0.5, 0.1], [0.5, 0.9]]), np.array([0.1, 0.9])).round(2)
    array([0., 1.])
    """
    weights = np.full(parts.shape[1], 1 / parts.shape[1])
    sums = np.maximum(parts.sum(axis=0), np.finfo(np.float64).tiny)
    for _ in range(ROUNDS):
        expected = np.maximum(parts @ weights, np.finfo(np.float64).tiny)
        weights = weights * ((came / expected) @ parts) / sums
    return weights


def _alike(memory: Memory, lessons: list[Lesson]) -> float:
    """The overlap of the audiences that those of largest part had later, over that of what is remembered."""
    past = future = 0.0
    for lesson in lessons:
        last = lesson.known.last()
        pairs = last.pairs(memory.phi(last.ages(lesson.at), lesson.left))
        top = np.argsort(-pairs.strengths(), kind="stable")[:SEEDS]
        past += _overlap(pairs, top)
        future += _overlap(lesson.rest.pairs(np.ones(len(lesson.rest))), top, distinct=True)
    return min(future / past, 1.0) if past > 0 else 1.0


def _overlap(pairs: Csr, people: NDArray[np.intp], *, distinct: bool = False) -> float:
    """What is counted more than once where people's audiences are added up, as a part of the sum."""
    member = np.concatenate([pairs.row(int(person)) for person in people])
    spans = [slice(pairs.indptr[person], pairs.indptr[person + 1]) for person in people]
    weight = np.concatenate([pairs.each_weight()[span] for span in spans])
    if distinct:
        weight = np.ones(len(weight))
    if not len(member):
        return 0.0
    largest = np.zeros(int(member.max()) + 1)
    np.maximum.at(largest, member, weight)
    return float(1 - largest.sum() / weight.sum())


def _returning(lessons: list[Lesson]) -> float:
    """Of the pairs that came together after a cut, how many had before."""
    again = new = 0
    for lesson in lessons:
        before, after = lesson.known.pairs(), lesson.rest.pairs()
        keys = [rows.sources() * np.int64(lesson.known.people) + rows.indices for rows in (before, after)]
        known = int(np.isin(keys[1], keys[0]).sum())
        again, new = again + known, new + len(keys[1]) - known
    return again / (again + new)


def _spread(weights: Floats, lessons: list[Lesson]) -> float:
    """By moments, over contenders: how far what came lay from what the last stretch as long promised."""
    off = whole = 0.0
    for lesson in lessons:
        length = int(lesson.rest.at[-1]) - lesson.at
        volume = crowd(lesson.known, lesson.at, length).pairs
        expected = volume * (lesson.left.parts @ weights)
        came = lesson.rest.audiences()[lesson.contenders]
        off += float(np.sum((came - expected) ** 2 - expected))
        whole += float(np.sum(expected**2))
    return max(off / whole, 0.0) if whole > 0 else 1.0


def chosen(pairs: Csr, candidates: Mask, alike: float, most: int) -> NDArray[np.int32]:
    """Greedily the people whose expected audiences are together largest (graph.kernels.fading)."""
    return covering(pairs.indptr, pairs.indices, pairs.each_weight(), candidates, alike, most)
