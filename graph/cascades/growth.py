"""How large a young cascade becomes, by how others went on that had looked like it.

Its signs (graph.cascades.signs) are put on one scale by a line: β · x ≈ log(1 + people to come), β learned
from all cascades of the log at many ages. It does not have to wait for a cascade's end to learn from it; what
is left up to now is one more length of what is left. The line only puts cascades in an order: what may come
is read from those nearest in it, whose outcomes are the forecast's distribution (as isotonic distributional
regression does without windows; Walz, Henzi, Ziegel & Gneiting 2024). So a cascade of two of which nine in
ten like it never grew is told to stay at two.

**Two lines** stand by: a plain one on the signs without a scale, and a full one on all signs and their
products, which knows better and needs more to learn from, or errs far beyond what it saw. Each is learned
from what was known at three earlier times and tried on what came between each and the next; the one whose
distributions were nearer stays, and is learned anew from everything.

**The value** is the present size where two in five like it stayed so, else the number from whose relative
distance half of what may come stays nearest: no other has a smaller median of |value − end| / end, so it may
lie between two whole numbers. (Two in five, not half: among many cascades nearly as sure, that has the least
median error of all together.)

**The interval** is the narrowest range, high / low least, that holds a mass of what may come: nineteen in
twenty, and more or less where the same trials contradict that, for cascades more and less sure to stay as
they are (conformal prediction by class on later parts, with the stated mass as its prior; Vovk, Gammerman &
Shafer 2005, §4.6). A size is a whole number: where more than nineteen in twenty stay as they are, the
interval is that one number and holds more often than it says.

What else could be chosen was chosen on cuts inside the first 60 % of the Higgs and Android logs, on generated
shops and on the Taobao log. Of Higgs' and Android's later parts an earlier form's figures had been seen, and
this form's with a half in place of two in five, which the same cuts chose afterwards.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from graph.cascades import Cascades
from graph.cascades.signs import GAPS, PLAIN, SIZES, Arrivals, Floats, Longs, Look, Places
from graph.estimate import CONFIDENCE, Estimate
from graph.kernels.arrivals import CLASSES, Spreads, ends, held

__all__ = ["FEWEST", "Arrivals", "Growth", "Sizes"]

WINDOW, KNOTS = 600, 256
"""Outcomes that make one distribution, and how many of these are kept."""

FEWEST = 100
"""Of fewer cascades nothing is learned."""

NEWEST = 8_000
"""At each age so many cascades are learned from, those that began last."""

CUTS = (0.4, 0.6, 0.8, 1.0)
"""The parts of all looks, in order of time, that a trial learns from, and the next of which it is asked."""

LEARNED, TRIED = 2_000, 2_000
"""In a trial so many cascades are learned from at each age, and so many looks are asked."""

MASSES = np.linspace(0.5, 1.0, 51)
PRIOR = 1_000.0
"""What may be held; and for how many trials it counts that a mass holds as often as it says."""

SECOND = 1_000_000
"""No age and no memory is shorter, µs."""

FAR, CHUNK = 3.0, 16_384
"""Deviations from the mean beyond which products are held; rows made at once."""

FEW = 16
"""Rows of which products are summed at once."""


Asked = tuple[Places, Longs, Longs]
"""Looks: which cascades, when, how long is left, µs."""


@dataclass(frozen=True, slots=True, eq=False)
class Sizes:
    """Sizes in the end of n cascades, in people, with their 95 % intervals; NaN where nothing can be said.

    value: the present size, or off which half of what may come is by less than off any other number.
    """

    value: Floats
    low: Floats
    high: Floats

    def of(self, row: int) -> Estimate | None:
        """One cascade's."""
        if np.isnan(self.value[row]):
            return None
        return Estimate(float(self.value[row]), float(self.low[row]), float(self.high[row]))


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """β and what x is made of: signs held between low and high, (s,), sizes unbounded above, less their mean
    over their deviation; of a plain line the first `PLAIN`, else all and their products. weight: β.
    """

    low: Floats
    high: Floats
    mean: Floats
    deviation: Floats
    weight: Floats

    @classmethod
    def of(cls, seen: Look, gained: Longs, signs: int) -> "Line":
        """By weighted ridge regression on the first so many signs."""
        used = seen.signs[:, :signs]
        low, high, mean, deviation = used.min(0), used.max(0), used.mean(0), used.std(0) + 1e-9
        high[:SIZES] = np.inf
        blank = cls(low, high, mean, deviation, np.zeros(0))
        # Large cascades are few; the root of its size is between counting each once and each by its people.
        trust, y = seen.people**0.25, np.log1p(gained)
        sums = np.zeros(())
        for start in range(0, len(used), CHUNK):
            some = slice(start, start + CHUNK)
            x = np.column_stack([blank.columns(used[some]), y[some]])
            sums = sums + _squared(x * trust[some, None])
        inner, outer = sums[:-1, :-1], sums[:-1, -1]
        weight = np.asarray(np.linalg.solve(inner + np.eye(len(inner)), outer), np.float64)
        return cls(low, high, mean, deviation, weight)

    def columns(self, signs: Floats) -> Floats:
        """x: a constant, the signs, products."""
        z = (np.clip(signs[:, : len(self.mean)], self.low, self.high) - self.mean) / self.deviation
        near = np.clip(z, -FAR, FAR)
        first, second = _PRODUCTS[z.shape[1]]
        return np.column_stack([np.ones(len(z)), z, near[:, first] * near[:, second]])

    def score(self, signs: Floats) -> Floats:
        """β · x, shape (n,)."""
        parts = [self.columns(signs[start : start + CHUNK]) for start in range(0, len(signs), CHUNK)]
        scores = [np.einsum("ij,j->i", part, self.weight) for part in parts]
        return np.concatenate(scores or [np.zeros(0)])


def _squared(x: Floats) -> Floats:
    """xᵀ x, a few rows at a time: more of them a matrix library divides among threads, which wait for each
    other wherever a core is busy.
    """
    total = np.zeros((x.shape[1], x.shape[1]))
    for start in range(0, len(x), FEW):
        rows = x[start : start + FEW]
        total += rows.T.copy() @ rows
    return total


_AGE = SIZES + 1
_PRODUCTS = {
    PLAIN: (np.array([0]), np.array([_AGE])),
    PLAIN + 2 * len(GAPS): np.triu_indices(PLAIN + 2 * len(GAPS)),
}
"""Which signs are multiplied: in a plain line log n · log a."""


@dataclass(frozen=True, slots=True, eq=False)
class Growth:
    """What a log teaches of how cascades grow.

    end: the age, µs, at which a cascade is over; one older than half of it is given as long again as it has
    lived. youngest: below this age, µs, nothing is said. scales: of the two memories, µs. spreads: what came
    of those at each score of the line. mass: (CLASSES,), what an interval holds of these. tide: when anybody
    but a root came into any cascade.
    """

    end: int
    youngest: int
    scales: tuple[float, float]
    line: Line
    spreads: Spreads
    mass: Floats
    tide: Longs

    @classmethod
    def of(cls, arrivals: Arrivals, until: int, *, end: int | None = None) -> "Growth | None":
        """Learned from everything up to a time, µs; None where there is too little: fewer than `FEWEST`
        cascades, or than `WINDOW` looks at any that were followed for half as long again.

        end: an age to forecast, instead of that by which nineteen in twenty had come of all who came.
        """
        ages = arrivals.ages(until)
        if len(arrivals) < FEWEST or not len(ages):
            return None
        youngest, usual = np.quantile(ages, [0.05, 0.95], method="inverted_cdf").astype(np.int64)
        over = int(usual) if end is None else end
        short, long = np.quantile(np.maximum(arrivals.gaps(until), SECOND), GAPS).tolist()
        spans = max(int(youngest), SECOND), over
        asked = _looks(arrivals, *spans, until)
        if len(asked[0]) < WINDOW:
            return None
        trials = _Trials.of(arrivals, spans, asked, (short, long))
        signs, mass = (PLAIN, np.full(CLASSES, CONFIDENCE)) if trials is None else trials.best()
        line, spreads = _learned(arrivals, asked, (short, long), signs)
        first = int((asked[1] - arrivals.began[asked[0]]).min())
        return cls(over, first, (short, long), line, spreads, mass, arrivals.tide)

    def sizes(self, arrivals: Arrivals, rows: Places, now: Longs) -> Sizes:
        """How large these cascades will be in the end, as seen at these times, µs."""
        age = now - arrivals.began[rows]
        look = Look.at(arrivals, (rows, now, np.maximum(self.end - age, age)), self.scales)
        told = ends(self.spreads, look.people, self.line.score(look.signs), self.mass)
        value, low, high = (np.where(age < self.youngest, np.nan, people) for people in told)
        return Sizes(value, low, high)

    def size(self, grown: Cascades, row: int) -> Estimate | None:
        """One cascade's size in the end, as of now; nothing of the others is looked at but their tide when
        this was learned.
        """
        at = np.sort(grown.participants(row).at)
        alone = Arrivals(np.array([0, len(at)]), at, self.tide)
        return self.sizes(alone, np.zeros(1, np.intp), np.array([grown.as_of])).of(0)


@dataclass(frozen=True, slots=True, eq=False)
class _Trials:
    """How lines did on n looks later than what they were learned from. By the number of a line's signs: kind,
    (n,), how sure its spreads were; inside, (n, masses), what their narrowest ranges held; off, (n,).
    """

    kind: dict[int, Longs]
    inside: dict[int, NDArray[np.bool_]]
    off: dict[int, Floats]

    @classmethod
    def of(
        cls, arrivals: Arrivals, spans: tuple[int, int], asked: Asked, scales: tuple[float, float]
    ) -> "_Trials | None":
        """None where no earlier time says enough."""
        found: dict[int, list[tuple[Longs, NDArray[np.bool_], Floats]]] = {signs: [] for signs in _PRODUCTS}
        cuts = np.quantile(asked[1], CUTS, method="inverted_cdf").tolist()
        for cut, last in pairwise(cuts):
            earlier = _looks(arrivals, *spans, cut, LEARNED)
            later = np.flatnonzero((asked[1] > cut) & (asked[1] <= last))
            if len(earlier[0]) < WINDOW or not len(later):
                continue
            rows, now, left = (column[later[:: -(-len(later) // TRIED)]] for column in asked)
            look, came = Look.at(arrivals, (rows, now, left), scales), arrivals.people(rows, now + left)
            for signs, tries in found.items():
                line, spreads = _learned(arrivals, earlier, scales, signs)
                tries.append(held(spreads, look.people, line.score(look.signs), came, MASSES))
        if not found[PLAIN]:
            return None
        kind, inside, off = (
            {signs: np.concatenate([one[part] for one in tries]) for signs, tries in found.items()}
            for part in range(3)
        )
        return cls(kind, inside, off)

    def best(self) -> tuple[int, Floats]:
        """How many signs the better line has, and the mass that its intervals have to hold, by class."""
        signs = min(self.off, key=lambda one: float(self.off[one].mean()))
        mass = np.empty(CLASSES)
        for one in range(CLASSES):
            own = self.inside[signs][self.kind[signs] == one]
            often = (own.sum(axis=0) + PRIOR * MASSES) / (len(own) + PRIOR)
            mass[one] = MASSES[np.argmax(often >= CONFIDENCE - 1e-9)]
        return signs, mass


def _learned(
    arrivals: Arrivals, asked: Asked, scales: tuple[float, float], signs: int
) -> tuple[Line, Spreads]:
    """A line through what became of some looks, and the outcomes along it."""
    rows, now, left = asked
    seen = Look.at(arrivals, asked, scales)
    gained = arrivals.people(rows, now + left) - seen.people
    line = Line.of(seen, gained, signs)
    return line, _spreads(line.score(seen.signs), 1.0 + gained)


def _looks(arrivals: Arrivals, youngest: int, end: int, until: int, most: int = NEWEST) -> Asked:
    """Cascades at ages √2 apart that were followed for half as long again: which, when, how long after."""
    began, found = arrivals.began, []
    newest = np.argsort(-began, kind="stable")
    oldest = max((until - int(began.min())) / 1.5, youngest)
    for age in youngest * 2 ** np.arange(0, np.log2(oldest / youngest) + 1e-9, 0.5):
        rows = newest[began[newest] + 1.5 * age <= until][:most]
        now = began[rows] + np.int64(age)
        left = np.minimum(until - now, max(end - int(age), int(age)))
        found.append((rows, now, left))
    rows, now, left = (np.concatenate(part) for part in zip(*found, strict=True))
    return rows, now, left


def _spreads(score: NDArray[np.floating], grown: NDArray[np.floating]) -> Spreads:
    """The outcomes around KNOTS scores, each brought to its score; a window at each end stands still."""
    order = np.argsort(score, kind="stable")
    starts = np.linspace(0, len(order) - WINDOW, min(KNOTS, len(order) - WINDOW + 1)).astype(np.intp)
    near, came = (sliding_window_view(column[order], WINDOW)[starts] for column in (score, grown))
    middle = np.median(near, axis=1)
    return Spreads(middle, np.sort(came * np.exp(middle[:, None] - near), axis=1))
