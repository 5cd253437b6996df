"""Seed sets: who together would reach most, and how close to the best that is for certain.

People are chosen greedily on one pool of reverse-reachable sets and measured on another
(graph.spread.sampling). The pools grow, each rung of a fixed ladder twice the one before, until the
*certified ratio* asked for holds: a bound below what the chosen are worth over a bound above what the best
people are worth, both true together with a chance of at least 1 − 1/n (graph.spread.certificate). Greedy
promises 1 − 1/e = 0.63 of the best beforehand; a certificate says afterwards how much it was at least, and
that is usually more.

A ratio says little of people of like worth: on few sets luck chooses among them. On the pool of choice the
chosen look better than on the other, by their luck; and hardly any other set looks better than they do there,
while it has no luck to lose. So pools also grow until this luck is at most a hundredth.

Not every ratio can be reached: pools end where memory does, or when whoever asked wants to stop. And under a
budget the bound on the best may be far above it, however many sets there are: where what the chosen are worth
on the pool of choice, luck and all, is less than that part of the bound there, pools stop growing as soon as
luck is small, under a cap once chance is as small a fraction of the part that it allows, too. Then the answer
is that of the last whole rung, with the ratio that does hold. Equal arguments give equal answers, whatever
the machine and the number of threads, unless time stopped them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from math import sqrt

import numpy as np

from graph.estimate import Estimate
from graph.kernels.cover import Cover, greedy_cover
from graph.kernels.limited_cover import limited_cover
from graph.kernels.limits import SUMS, Limits
from graph.spread.certificate import FIRST, RUNGS, lower_bound, shared, upper_bound
from graph.spread.sampling import Floats, Measured, Sample
from graph.stop import Stop, never
from graph.timeline import Rows

WIDTH = 32
"""Candidates in a front for each one to be chosen, and FRONT more."""

FRONT = 1024

PAGES = (10, 50, 200)
"""Where people look at a list of candidates: the ratio holds at each."""


class Ended(Enum):
    """Why the pools grew no further."""

    CERTIFIED = "the ratio asked for holds"
    BOUND = "no number of sets would certify it within those limits"
    ROOM = "memory allowed no more"
    STOPPED = "it was stopped"


@dataclass(frozen=True, slots=True)
class Goal:
    """When a seed set is good enough. ratio: to be certified, in [0, 1]. sizes: of the sets that it shall
    hold for. doubt: the chance that a certificate is wrong, 1/n for None. luck: by how much more the chosen
    may be worth where they were chosen than where they are measured, as a fraction.
    """

    ratio: float = 0.7
    sizes: tuple[int, ...] = PAGES
    doubt: float | None = None
    luck: float = 0.01


LISTS = Goal(luck=0.05)
"""For people who wait for an answer: a fifth of the time, and half a hundredth less of reach."""


@dataclass(frozen=True, slots=True)
class Rung:
    """How far it is: sets and members of each pool, the least ratio certified at the sizes asked for."""

    sets: int
    members: int
    ratio: float


Progress = Callable[[Rung], None]


def quiet(_: Rung) -> None:
    """Nobody is told how far it is."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Seed people, best first.

    adds: what each adds to those before and those kept, never more than the one before. errors: their
    standard errors. reached: what the kept and the first 0, 1, 2, … of them reach together; one longer.
    certified: of the same the ratio to the best that as many candidates reach with those kept, in [0, 1], or
    under a budget as much money; all of these hold at once with a chance of at least 1 − doubt. sample: what
    they were chosen and measured on.
    """

    people: Rows
    adds: tuple[Estimate, ...]
    errors: tuple[float, ...]
    reached: tuple[Estimate, ...]
    certified: tuple[float, ...]
    ended: Ended
    sample: Sample


def seed_people(  # noqa: PLR0913 - all but the first by name, and most of them left away
    sample: Sample,
    *,
    candidates: Rows,
    most: int,
    kept: Rows,
    goal: Goal = LISTS,
    fill: bool = False,
    limits: Limits | None = None,
    stop: Stop = never,
    progress: Progress = quiet,
) -> Ranking:
    """Up to `most` of the candidates, each adding most to those before and those kept.

    sample: of the audience, `Sample.empty` or any larger one, whose sets are not drawn again; it stays as it
    is. candidates: rising rows, none of them kept. kept: people who share in any case. fill: take those who
    add nothing, too, when nobody else is left. limits: a budget or a cap (graph.kernels.limits); what
    is certified under a budget is the ratio to the best for the same money, and what each adds need not fall.
    stop: asked every now and then; the first sets are drawn whatever it says.
    """
    asked = _Asked(candidates, min(most, len(candidates)), kept, goal, fill, limits)
    sample = _begun(sample.copied(_rung(sample.sets)), stop)
    while True:
        choice = asked.choice(sample, stop)
        progress(Rung(sample.sets, len(sample.choosing.members), choice.ratio))
        holds = choice.ratio >= goal.ratio
        hopeless = (
            limits is not None and choice.most < goal.ratio and choice.parts_told(limits.cap, goal.luck)
        )
        if (holds or hopeless) and choice.luck <= goal.luck:
            ended = Ended.CERTIFIED if holds else Ended.BOUND
            return choice.ranking(sample, ended, falling=limits is None)
        higher = sample.grown(2 * sample.sets, stop) if 0 < sample.sets < FIRST << RUNGS - 1 else None
        if higher is None:
            ended = Ended.CERTIFIED if holds else Ended.STOPPED if stop() else Ended.ROOM
            return choice.ranking(sample, ended, falling=limits is None)
        sample = higher


def _rung(sets: int) -> int:
    """The largest rung of the ladder in so many sets, 0 where there are fewer than the first."""
    return FIRST << (sets // FIRST).bit_length() - 1 if sets >= FIRST else 0


def _begun(sample: Sample, stop: Stop) -> Sample:
    """A sample at the first rung worth looking at, where a pool has as many members as there are people: to
    choose on less costs more than to draw it. Nothing drawn where nobody can be reached.
    """
    first = sample.grown(max(FIRST, sample.sets))
    if first is None:
        return sample
    wanted = first.sets
    while wanted * len(first.choosing.members) < first.sets * len(sample.weights):
        wanted *= 2
    return first.grown(wanted, stop) or first.grown(_rung(first.held), never) or first


@dataclass(frozen=True, slots=True, eq=False)
class _Choice:
    """Who was chosen on one rung, and what is known of them. ratio: the least certified at the sizes asked
    for; most: what that would be if the pool of choice were the truth.
    """

    people: Rows
    measured: Measured
    certified: tuple[float, ...]
    ratio: float
    most: float
    luck: float

    def parts_told(self, cap: float, luck: float) -> bool:
        """Whether chance is at most so much, as a fraction, of the part that a cap allows, or of `luck` where
        that is more. Without a cap no part has to be known.
        """
        met = int(self.measured.met[-1] + self.measured.rooted[-1])
        return cap == 1 or met * max(cap, luck) * luck**2 >= 1

    def ranking(self, sample: Sample, ended: Ended, *, falling: bool) -> Ranking:
        """As it is told. falling: whether what each adds is known to fall."""
        reached = sample.reached(self.measured)
        rises = np.diff([estimate.value for estimate in reached]).tolist()
        adds, errors = _estimates(rises, self.measured.moved.tolist(), sample.each, falling=falling)
        return Ranking(self.people, adds, errors, reached, self.certified, ended, sample)


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """Whom one rung after the other is asked for."""

    candidates: Rows
    most: int
    kept: Rows
    goal: Goal
    fill: bool
    limits: Limits | None

    def choice(self, sample: Sample, stop: Stop) -> _Choice:
        """The best on one rung, with the ratios that hold there."""
        cover = self._cover(sample, stop)
        measured = sample.measured(self.kept, cover.people)
        lower, upper = self._lower(sample, measured), self._upper(sample, cover.bounds)
        last = len(cover.people)
        certified = (1.0, *(_ratio(lower[size], upper[size]) for size in range(1, last + 1)))
        promised = sample.promised(self.kept, cover.people)
        ratio, most = self._least(lower, upper), self._least(promised.tolist(), cover.bounds.tolist())
        return _Choice(cover.people, measured, certified, ratio, most, sample.luck(promised, measured))

    def _least(self, worth: list[float], bounds: list[float]) -> float:
        """The least ratio at the sizes asked for. worth: by how many of the chosen, while there are any."""
        sizes = {min(size, self.most) for size in self.goal.sizes} - {0}
        return min((_ratio(worth[min(size, len(worth) - 1)], bounds[size]) for size in sizes), default=1.0)

    def _cover(self, sample: Sample, stop: Stop) -> Cover:
        sets, alone, each = sample.choosing, sample.roots.alone, sample.each
        if self.limits is not None:
            return limited_cover(sets, alone, each, self.kept, self.candidates, self.most, self.limits, stop)
        width, beyond = WIDTH * self.most + FRONT, -1.0 if self.fill else 0.0
        return greedy_cover(sets, alone, each, self.kept, self.candidates, self.most, width, beyond)

    def _doubt(self, sample: Sample) -> float:
        doubt = 1 / max(len(sample.weights), 2) if self.goal.doubt is None else self.goal.doubt
        budgeted = self.limits is not None and self.limits.budget < np.inf
        return shared(doubt, max(self.most, SUMS if budgeted else 1))

    def _lower(self, sample: Sample, measured: Measured) -> list[float]:
        weight, sets, doubt = sample.roots.weight, sample.sets, self._doubt(sample)
        columns = measured.own, measured.alone, measured.met + measured.rooted
        return [
            max(own, lower_bound(alone, weight, met, sets, doubt))
            for own, alone, met in zip(*(column.tolist() for column in columns), strict=True)
        ]

    def _upper(self, sample: Sample, bounds: Floats) -> list[float]:
        weight, sets, doubt, debt = sample.roots.weight, sample.sets, self._doubt(sample), self._debt(sample)
        everybody = float(np.maximum(sample.weights, sample.chosen).sum())
        return [min(upper_bound(bound, weight, sets, doubt, debt), everybody) for bound in bounds.tolist()]

    def _debt(self, sample: Sample) -> float:
        """What those kept and any others as many as asked for take away at most by what is known of them."""
        owed = np.maximum(-sample.roots.alone, 0.0)
        return float(owed[self.kept].sum() + np.sort(owed[self.candidates])[::-1][: self.most].sum())


def _ratio(lower: float, upper: float) -> float:
    return min(lower / upper, 1.0) if upper > 0 else 1.0


def _estimates(
    adds: list[float], moved: list[int], each: float, *, falling: bool
) -> tuple[tuple[Estimate, ...], tuple[float, ...]]:
    """Estimates of what each adds, with standard errors. falling: neighbours share their mean wherever one
    adds more than the one before (isotonic regression; Barlow et al. 1972).

    moved: how many sets each estimate rests on. One more is counted in its variance, since nothing seen is
    not certainty.
    """
    blocks: list[tuple[float, int, int]] = []
    for added, count in zip(adds, moved, strict=True):
        block = added, count, 1
        while falling and blocks and blocks[-1][0] * block[2] < block[0] * blocks[-1][2]:
            before = blocks.pop()
            block = before[0] + block[0], before[1] + block[1], before[2] + block[2]
        blocks.append(block)
    pooled = [
        (max(total / people, 0.0), each / people * sqrt(count + 1))
        for total, count, people in blocks
        for _ in range(people)
    ]
    estimates = tuple(Estimate.of_mean(mean, error**2, 1) for mean, error in pooled)
    return estimates, tuple(error for _, error in pooled)
