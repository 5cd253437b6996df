"""Forecasts of cascades' sizes, held out in time, beside what a figure and a line would say.

Trained on a log as it stood when a share of all cascades had begun, asked of those that began later, each at
the same ages; true is how many people had come by the age `end`. Only cascades are asked whose `end` lies
inside the log. Baselines know the cascades that had reached `end` by then:

- `current-size`: it stays as it is.
- `mean-growth`: n · mean(N/n), n people at this age, N in the end.
- `log-linear`: n · exp(mean + variance/2) of log(N/n), with its normal interval (Szabo & Huberman 2010, LN).
- `constant-scaling`: n · Σ(n/N) / Σ(n/N)², the factor of least relative squares (ibid., CS).
- `log-log`: exp(a + b · log n) by least squares, without the correction for the mean.

Measures: the relative error |told − N| / N, its median and mean; the mean log error |log(told / N)|; how many
of the 95 % intervals hold N (coverage), how wide these are, the mean of log(high / low), and how many of them
are a single number: sizes are whole, so one that nothing came to in nineteen of twenty like it has no
narrower interval than its size, and that holds more often than it says.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.cascades import cascades
from graph.cascades.growth import Arrivals, Growth, Sizes
from graph.errors import InvalidInput
from graph.estimate import CONFIDENCE, Estimate
from graph.evaluate.cut import until
from graph.log import Log
from graph.snapshot import Snapshot

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

OURS = "ours"
CLASSES = ((1, None), (1, 2), (3, 9), (10, 49), (50, None))
"""Of people at the age of the forecast, both included; all first."""

FEW = 5
"""A class of fewer cascades is left out."""

DRAWS = 400
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Score:
    """One model's, as the module says. coverage, width, single: None where it states no interval."""

    median_error: float
    mean_error: float
    log_error: float
    coverage: float | None
    width: float | None
    single: float | None


@dataclass(frozen=True, slots=True)
class Cell:
    """All models on the cascades of one age (µs) and class of present size. best: the baseline with the least
    median error, of equal ones that with the least log error; difference: of our median error from its, by
    paired bootstrap. best_log, difference_log: the same of the mean log error.
    """

    age: int
    people: tuple[int, int | None]
    cascades: int
    scores: Mapping[str, Score]
    best: str
    difference: Estimate
    best_log: str
    difference_log: Estimate

    @property
    def is_behind(self) -> bool:
        """Some baseline has the smaller median error."""
        return self.difference.value > 0

    @property
    def is_level(self) -> bool:
        """The best baseline has the same median error."""
        return self.difference.value == 0

    @property
    def is_behind_in_log(self) -> bool:
        """Some baseline has the smaller mean log error."""
        return self.difference_log.value > 0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """cut: µs; trained, asked: cascades before and after it, asked those that are followed to their end."""

    cut: int
    end: int
    trained: int
    asked: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Cascades at one age: people then, and in the end; shape (n,)."""

    people: Longs
    final: Longs

    @classmethod
    def of(cls, arrivals: Arrivals, rows: NDArray[np.intp], age: int, end: int) -> "Seen":
        """Of some of them."""
        began = arrivals.began[rows]
        return cls(arrivals.people(rows, began + age), arrivals.people(rows, began + end))


def evaluate(
    log: Log, *, end: int, ages: Sequence[int], train_share: float = 0.6, seed: int = 0
) -> Evaluation:
    """Ours and the baselines on the last cascades of a log. end, ages: µs; seed: of the bootstrap.

    InvalidInput where an age is not before the end, or one of the two parts has too few cascades.
    """
    if not all(0 < age < end for age in ages):
        raise InvalidInput("an age has to lie between 0 and the end")
    snapshot = Snapshot.of(log)
    arrivals = Arrivals.of(cascades(snapshot))
    began = arrivals.began
    cut = int(np.quantile(began, train_share, method="inverted_cdf")) if len(began) else 0
    known = Arrivals.of(cascades(Snapshot.of(until(log, cut))))
    growth = Growth.of(known, cut - 1, end=end)
    finished = np.flatnonzero(known.began + end < cut)
    asked = np.flatnonzero((began >= cut) & (began + end <= snapshot.as_of))
    if growth is None or len(finished) < FEW or len(asked) < FEW:
        raise InvalidInput(
            f"{len(finished):,} cascades reached the end before the cut and {len(asked):,} after it, "
            "too few; take an earlier end or another share"
        )
    cells = [
        cell
        for age in ages
        for cell in _cells(
            age,
            growth.sizes(arrivals, asked, began[asked] + age),
            Seen.of(known, finished, age, end),
            Seen.of(arrivals, asked, age, end),
            np.random.default_rng(seed),
        )
    ]
    return Evaluation(cut, end, len(known), len(asked), tuple(cells))


def current_size(_: Seen, people: Longs) -> Sizes:
    """It stays as it is."""
    return _point(people * 1.0)


def mean_growth(past: Seen, people: Longs) -> Sizes:
    """As many times as large as cascades became on the mean."""
    return _point(people * float(np.mean(past.final / past.people)))


def log_linear(past: Seen, people: Longs) -> Sizes:
    """Szabo & Huberman's LN: the mean of a log-normal growth, with its interval."""
    grown = np.log(past.final / past.people)
    mean, deviation = float(grown.mean()), float(grown.std(ddof=1))
    low, high = (people * np.exp(mean + side * _Z * deviation) for side in (-1, 1))
    return Sizes(people * np.exp(mean + deviation**2 / 2), low, high)


def constant_scaling(past: Seen, people: Longs) -> Sizes:
    """Szabo & Huberman's CS: the factor that makes the relative squared error least."""
    kept = past.people / past.final
    return _point(people * float(kept.sum() / np.sum(kept**2)))


def log_log(past: Seen, people: Longs) -> Sizes:
    """A line through the logarithms."""
    x = np.log(past.people)
    centred = x - x.mean()
    slope = float(centred @ np.log(past.final)) / max(float(centred @ centred), 1e-12)
    base = float(np.log(past.final).mean()) - slope * float(x.mean())
    return _point(np.exp(base + slope * np.log(people)))


BASELINES: Mapping[str, Callable[[Seen, Longs], Sizes]] = {
    "current-size": current_size,
    "mean-growth": mean_growth,
    "log-linear": log_linear,
    "constant-scaling": constant_scaling,
    "log-log": log_log,
}


def _cells(age: int, ours: Sizes, past: Seen, now: Seen, chance: np.random.Generator) -> list[Cell]:
    told = {OURS: ours, **{name: model(past, now.people) for name, model in BASELINES.items()}}
    cells = []
    for least, most in CLASSES:
        inside = (now.people >= least) & (now.people <= (most or np.inf)) & ~np.isnan(ours.value)
        if inside.sum() < FEW:
            continue
        relative = {
            name: np.abs(sizes.value - now.final)[inside] / now.final[inside] for name, sizes in told.items()
        }
        logs = {name: np.abs(np.log(sizes.value / now.final))[inside] for name, sizes in told.items()}
        scores = {
            name: _score(relative[name], logs[name], sizes, now, inside) for name, sizes in told.items()
        }
        best = min(BASELINES, key=lambda name: (scores[name].median_error, scores[name].log_error))
        best_log = min(BASELINES, key=lambda name: scores[name].log_error)
        medians = _difference(np.median, relative[OURS], relative[best], chance)
        means = _difference(np.mean, logs[OURS], logs[best_log], chance)
        size = int(inside.sum())
        cells.append(Cell(age, (least, most), size, scores, best, medians, best_log, means))
    return cells


def _score(relative: Floats, logs: Floats, told: Sizes, now: Seen, inside: Mask) -> Score:
    errors = float(np.median(relative)), float(relative.mean()), float(logs.mean())
    low, high, final = told.low[inside], told.high[inside], now.final[inside]
    if np.isnan(low).any():
        return Score(*errors, None, None, None)
    held = float(np.mean((low <= final) & (final <= high)))
    return Score(*errors, held, float(np.mean(np.log(high / low))), float(np.mean(low == high)))


def _difference(
    figure: Callable[[Floats], np.floating], ours: Floats, other: Floats, chance: np.random.Generator
) -> Estimate:
    """Of a figure of the errors, ours less the other; the same cascades are drawn for both."""
    drawn = []
    for _ in range(DRAWS):
        rows = chance.integers(len(ours), size=len(ours))
        drawn.append(float(figure(ours[rows]) - figure(other[rows])))
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Estimate(float(figure(ours) - figure(other)), float(low), float(high))


def _point(value: NDArray[np.floating]) -> Sizes:
    nothing = np.full(len(value), np.nan)
    return Sizes(value.astype(np.float64), nothing, nothing)
